//! What is at a place decides what becomes of it: an index is opened, nothing becomes one, all else is left alone and said.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::{fs, path::Path};

use alloy_primitives::Address;
use barter_index::{Error, Identity, Index, Location, synthetic::identity};
use common::{FakeChain, follow, place::Place};

fn create(path: &Path) -> Result<Index, Error> {
    Index::create(&Location::file(path), &identity())
}

fn open(path: &Path) -> Result<Index, Error> {
    Index::open(&Location::file(path))
}

#[test]
fn nothing_is_opened_and_becomes_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    let error = open(&path).unwrap_err();
    assert!(matches!(&error, Error::NotFound { location } if location == path.to_str().unwrap()), "{error:?}");
    assert!(!path.exists());

    assert_eq!(create(&path).unwrap().head().unwrap(), None);
    assert_eq!(*open(&path).unwrap().identity(), identity());
    assert_eq!(open(&path).unwrap().status().unwrap().proposed, 0);

    // An empty file is nothing.
    let empty = folder.path().join("empty.db");
    fs::write(&empty, "").unwrap();
    assert!(matches!(open(&empty).unwrap_err(), Error::NotAnIndex { .. }));
    create(&empty).unwrap();
    open(&empty).unwrap();
}

#[test]
fn a_text_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "Not a database, but notes that somebody wants to keep. ".repeat(100);
    fs::write(&path, &text).unwrap();
    for error in [open(&path).unwrap_err(), create(&path).unwrap_err()] {
        assert!(matches!(error, Error::NotAnIndex { .. }), "{error:?}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_database_of_somebody_elses_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE blocks (a); INSERT INTO blocks VALUES (1)")
        .unwrap();
    let before = fs::read(&path).unwrap();
    for error in [open(&path).unwrap_err(), create(&path).unwrap_err()] {
        assert!(matches!(error, Error::NotAnIndex { .. }), "{error:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_and_a_place_that_cannot_be_are_said() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing").join("index.db")] {
        let error = create(&path).unwrap_err();
        assert!(matches!(&error, Error::Database { location, .. } if location == path.to_str().unwrap()), "{error:?}");
    }
}

#[test]
fn other_peoples_tables_on_a_server_are_left_alone() {
    let Some(place) = Place::postgres() else { return };
    place.tamper("CREATE TABLE blocks (a BIGINT)");
    for error in
        [Index::open(&place.location()).unwrap_err(), Index::create(&place.location(), &identity()).unwrap_err()]
    {
        assert!(matches!(error, Error::NotAnIndex { .. }), "{error:?}");
    }
}

#[test]
fn nothing_on_a_server_is_no_index() {
    let Some(place) = Place::postgres() else { return };
    let error = Index::open(&place.location()).unwrap_err();
    assert!(matches!(error, Error::NotAnIndex { .. }), "{error:?}");
    drop(place.index());
    Index::open(&place.location()).unwrap();
}

#[test]
fn another_schema_is_refused() {
    for place in Place::lasting() {
        drop(place.index());
        place.tamper("UPDATE barter_index SET schema_version = 2");
        let location = place.location();
        for error in [Index::open(&location).unwrap_err(), Index::create(&location, &identity()).unwrap_err()] {
            assert!(matches!(error, Error::OtherSchema { found: 2, expected: 1, .. }), "{error:?}");
        }
    }
}

#[test]
fn an_index_of_another_chain_is_refused() {
    for place in Place::lasting() {
        drop(place.index());
        let here = identity();
        let others = [
            Identity { chain_id: 1, ..here },
            Identity { barter_core: Address::repeat_byte(1), ..here },
            Identity { btr_trust: Address::repeat_byte(1), ..here },
            Identity { btr_credit: Address::repeat_byte(1), ..here },
            Identity { first_block: 2, ..here },
        ];
        for other in others {
            let error = Index::create(&place.location(), &other).unwrap_err();
            let Error::OtherIdentity { found, expected, .. } = error else { panic!("{error:?}") };
            assert_eq!((*found, *expected), (here, other));
        }
        assert_eq!(*Index::open(&place.location()).unwrap().identity(), here);
    }
}

#[test]
fn an_index_without_its_identity_is_damaged() {
    for place in Place::lasting() {
        drop(place.index());
        place.tamper("DELETE FROM barter_index");
        let error = Index::open(&place.location()).unwrap_err();
        assert!(matches!(error, Error::Damaged { table: "barter_index", .. }), "{error:?}");
    }
}

#[test]
fn an_index_opened_to_be_read_is_not_written() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        follow(&mut place.index(), &mut chain).unwrap();
        let mut index = Index::open(&place.location()).unwrap();
        chain.mine(|_| {});
        assert!(matches!(index.apply(&chain.page_of(2, 2)).unwrap_err(), Error::ReadOnly { .. }));
        assert!(matches!(index.undo_to(0).unwrap_err(), Error::ReadOnly { .. }));
        assert_eq!(index.status().unwrap().settled, 1);
    }
}

#[test]
fn no_error_shows_a_password() {
    let location = Location::parse("postgres://barter:hush@127.0.0.1:1/barter?password=hush").unwrap();
    for error in [Index::open(&location).unwrap_err(), Index::create(&location, &identity()).unwrap_err()] {
        let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let shown: Vec<_> = chain.map(|error| format!("{error} {error:?}")).collect();
        let shown = shown.join("\n");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("127.0.0.1"), "{shown}");
    }
}
