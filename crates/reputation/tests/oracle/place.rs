//! What is at the place that an oracle is given.

use std::{fs, path::Path};

use barter_reputation::{oracle::Settings, wire::Domain};
use barter_store::{Error as StoreError, Location};

use super::*;
use crate::common::settings;

// ------------------------------------------------------------------------------------------------ places

fn create(path: &Path) -> Result<Oracle, Error> {
    Oracle::create(&Location::file(path), settings())
}

#[test]
fn what_is_no_log_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let open = |path: &Path| Oracle::open(&Location::file(path), settings());
    assert!(matches!(open(&path).unwrap_err(), Error::NotFound { .. }));
    assert!(!path.exists());

    let text = "Not a database, but notes that somebody wants to keep. ".repeat(100);
    fs::write(&path, &text).unwrap();
    for error in [open(&path).unwrap_err(), create(&path).unwrap_err()] {
        assert!(matches!(error, Error::Store(StoreError::Foreign { .. })), "{error:?}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE outcomes (a)").unwrap();
    for error in [open(&other).unwrap_err(), create(&other).unwrap_err()] {
        assert!(matches!(error, Error::Store(StoreError::Foreign { .. })), "{error:?}");
    }

    for path in [folder.path().to_owned(), folder.path().join("missing").join("log.db")] {
        let error = create(&path).unwrap_err();
        assert!(matches!(error, Error::Store(StoreError::Database { .. })) && error.code() == "database", "{error:?}");
    }
}

#[test]
fn a_write_protected_log_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(create(&path).unwrap());
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    if fs::OpenOptions::new().write(true).open(&path).is_ok() {
        println!("nothing is write-protected for this user");
        return;
    }
    let error = create(&path).unwrap_err();
    assert!(matches!(error, Error::Store(StoreError::WriteProtected { .. })), "{error:?}");
}

#[test]
fn a_log_is_bound_to_one_contract() {
    for place in Place::all() {
        let free = || Oracle::create(&place.location(), Settings { domain: None, ..settings() });
        let oracle = free().unwrap();
        oracle.register_consumer(CONSUMER, secret(1).public(), NOW).unwrap().unwrap();
        let verdict = record(&oracle, said(Form::Bound(DOMAIN), "inv_1"));
        assert_eq!(verdict, Verdict::Rejected(Refusal::OtherDomain { found: DOMAIN, expected: None }));
        assert!(matches!(record(&oracle, said(Form::Published, "inv_1")), Verdict::Recorded { .. }));
        drop(oracle);
        assert!(matches!(record(&place.oracle(), said(Form::Bound(DOMAIN), "inv_2")), Verdict::Recorded { .. }));
        let other = Settings { domain: Some(Domain { chain_id: 1, ..DOMAIN }), ..settings() };
        let error = Oracle::create(&place.location(), other).unwrap_err();
        assert!(matches!(error, Error::OtherDomain { .. }) && error.code() == "other_domain", "{error:?}");
        assert_eq!(free().unwrap().settings().domain, Some(DOMAIN), "it is remembered");
    }
}

#[test]
fn another_schema_is_refused() {
    for place in Place::all() {
        drop(place.oracle());
        place.tamper("UPDATE barter_log SET schema_version = 2");
        for error in [place.create().unwrap_err(), Oracle::open(&place.location(), settings()).unwrap_err()] {
            assert!(matches!(error, Error::OtherSchema { found: 2, expected: 1, .. }), "{error:?}");
        }
    }
}

#[test]
fn a_log_opened_to_be_read_is_not_written() {
    for place in Place::all() {
        drop(oracle(&place));
        let reader = Oracle::open(&place.location(), settings()).unwrap();
        let error = reader.record(vec![said(Form::Published, "inv_1")], NOW).unwrap_err();
        assert!(matches!(error, Error::ReadOnly { .. }) && error.code() == "read_only", "{error:?}");
        assert!(matches!(reader.register_provider(PROVIDER, Address::ZERO, NOW), Err(Error::ReadOnly { .. })));
    }
}

#[test]
fn rows_that_the_log_did_not_write_are_damage() {
    for place in Place::all() {
        record(&oracle(&place), said(Form::Published, "inv_1"));
        for sql in ["UPDATE outcomes SET quality = 2000000", "UPDATE outcomes SET form = 3"] {
            place.tamper(sql);
            let oracle = place.oracle();
            let error = oracle.entries(0, 10).unwrap_err();
            assert!(matches!(error, Error::Store(StoreError::Damaged { .. })), "{error:?}");
            assert!(oracle.export().any(|entry| entry.is_err()));
        }
    }
}

#[test]
fn no_error_shows_a_password() {
    let location = Location::parse("postgres://barter:hush@127.0.0.1:1/barter?password=hush").unwrap();
    for error in [Oracle::create(&location, settings()).unwrap_err(), Oracle::open(&location, settings()).unwrap_err()]
    {
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
}
