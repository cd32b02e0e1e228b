//! What only a real server can tell. They run where `BARTER_TEST_POSTGRES` names one (`make test-postgres`), and pass
//! without a word where it does not.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use postgres::{Client, NoTls};
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::{Column, Kind, Location, location::Place, sqlite::Sqlite};

const META: &str = "store_of_tests";
const PURPOSE: Purpose = Purpose {
    mark: META,
    application: "barter-store",
    durability: Durability::Each,
    patience: Duration::from_millis(100),
    write_cache_kib: 2048,
    read_cache_kib: 2048,
};

const TABLE: Table = Table {
    name: "things",
    columns: &[
        Column { name: "id", kind: Kind::Integer },
        Column { name: "hash", kind: Kind::Bytes },
        Column { name: "note", kind: Kind::Text },
        Column { name: "amount", kind: Kind::Integer },
    ],
};
const DEFINITION: &str =
    "CREATE TABLE things (id INTEGER PRIMARY KEY, hash BLOB, note TEXT NOT NULL, amount INTEGER) STRICT;
                          CREATE INDEX things_by_note ON things (note, amount);
                          CREATE VIEW notes AS SELECT note FROM things;";

type Connected = Box<dyn Engine<Error>>;

/// A schema of its own for a test, dropped with it.
struct Schema {
    server: String,
    name: String,
}

impl Schema {
    fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = env::var("BARTER_TEST_POSTGRES").ok()?;
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let schema = Self { server, name };
        schema.administer(&format!("CREATE SCHEMA {}", schema.name));
        Some(schema)
    }

    fn administer(&self, sql: &str) {
        Client::connect(&self.server, NoTls).unwrap().batch_execute(sql).unwrap();
    }

    fn url(&self) -> String {
        let parameters = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{parameters}options=-csearch_path%3D{}", self.server, self.name)
    }

    fn open(&self) -> Connected {
        open(&self.url()).unwrap()
    }

    /// Opened, with the table of these tests.
    fn open_with_table(&self) -> Connected {
        let mut engine = self.open();
        engine.begin_write().unwrap();
        engine.define(DEFINITION).unwrap();
        engine.commit().unwrap();
        engine
    }

    /// Ends every connection to the schema but the one that does it, as a server that is restarted does.
    fn end_connections(&self) {
        self.administer(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '{}'",
            self.name
        ));
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.administer(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn open(url: &str) -> Result<Connected, Error> {
    let location = Location::parse(url)?;
    let Place::Postgres(url) = location.place() else { panic!("{url} is no server") };
    Ok(Box::new(Postgres::open(url, &PURPOSE)?))
}

/// The ids in the table.
fn ids(engine: &mut dyn Engine<Error>) -> Vec<i64> {
    let mut ids = Vec::new();
    let taken = engine.query("SELECT id FROM things ORDER BY id", &[], &mut |row| {
        let [Value::Integer(id)] = row else { panic!("{row:?} is no id") };
        ids.push(*id);
        Ok(())
    });
    taken.unwrap();
    ids
}

fn put(engine: &mut dyn Engine<Error>, id: i64) -> Result<(), Error> {
    engine.insert(&TABLE, &[Value::Integer(id), Value::Null, Value::Text(""), Value::Null])
}

fn said(error: &Error) -> String {
    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    error.to_string()
}

// -------------------------------------------------------------------------------------------- the same as SQLite

type Thing = (i64, Option<Vec<u8>>, String, Option<i64>);

fn things() -> impl Strategy<Value = Vec<Thing>> {
    // Few different ones, so that keys meet; the ends of what 64 bits hold; text in more than one byte a letter.
    let number = prop_oneof![8 => -12..=12_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    let text = prop_oneof![Just(String::new()), "[a-c$1'\\\\\"é]{0,2}", Just("\u{fffd}\n\t\u{1f980}".repeat(40))];
    let thing = (number.clone(), option::of(vec(any::<u8>(), 0..3)), text, option::of(number));
    vec(thing, 0..10)
}

fn row(thing: &Thing) -> [Value<'_>; 4] {
    let (id, hash, note, amount) = thing;
    [
        Value::Integer(*id),
        hash.as_deref().map_or(Value::Null, Value::Bytes),
        Value::Text(note),
        amount.map_or(Value::Null, Value::Integer),
    ]
}

/// Everything an engine can be asked, and all it answers, as text.
fn exercise(engine: &mut dyn Engine<Error>, things: &[Thing], more: &[Thing]) -> Vec<String> {
    let mut answers = Vec::new();
    let rows: Vec<_> = things.iter().flat_map(row).collect();
    engine.begin_write().unwrap();
    engine.define(DEFINITION).unwrap();
    engine.commit().unwrap();

    engine.begin_write().unwrap();
    let inserted = engine.insert(&TABLE, &rows);
    answers.push(format!("{}", matches!(inserted, Err(Error::Conflict { table: "things", .. }))));
    if inserted.is_ok() {
        engine.commit().unwrap();
    }
    engine.rollback();

    engine.begin_read().unwrap();
    let all = "SELECT id, hash, note, amount FROM things ORDER BY id";
    let mut ask = |engine: &mut dyn Engine<Error>, sql: &str, parameters: &[Value<'_>]| {
        let taken = engine.query(sql, parameters, &mut |row| {
            answers.push(format!("{row:?}"));
            Ok(())
        });
        taken.unwrap();
    };
    ask(engine, all, &[]);
    ask(
        engine,
        "SELECT COUNT(*), 7, CAST(COALESCE(SUM(amount / 100), 0) AS BIGINT) FROM things WHERE id > $1",
        &[Value::Integer(-2)],
    );
    for thing in more {
        ask(
            engine,
            "SELECT id FROM things WHERE note = $1 AND id <= $2 ORDER BY id LIMIT $3",
            &[Value::Text(&thing.2), Value::Integer(thing.0), Value::Integer(2)],
        );
    }
    let mut find = |engine: &mut dyn Engine<Error>, sql: &str, width: usize, keys: &[Value<'_>]| {
        let mut found = Vec::new();
        let taken = engine.lookup(sql, width, keys, &mut |number, row| {
            found.push((number, format!("{row:?}")));
            Ok(())
        });
        taken.unwrap();
        // In the keys' order; those of one key in none.
        assert!(found.is_sorted_by_key(|(number, _)| *number));
        found.sort();
        answers.extend(found.iter().map(|(number, row)| format!("{number}: {row}")));
    };
    let ids: Vec<_> = more.iter().map(|thing| Value::Integer(thing.0)).collect();
    find(engine, "SELECT id, hash, note, amount FROM things WHERE id = $1", 1, &ids);
    let hashes: Vec<_> = more.iter().filter_map(|thing| thing.1.as_deref().map(Value::Bytes)).collect();
    find(engine, "SELECT id FROM things WHERE hash = $1", 1, &hashes);
    let pairs: Vec<_> = more.iter().flat_map(|thing| [Value::Text(&thing.2), Value::Integer(thing.0)]).collect();
    find(engine, "SELECT id, hash FROM things WHERE note = $1 AND id >= $2", 2, &pairs);
    find(engine, "SELECT id FROM things WHERE note = $1 AND id >= $2 ORDER BY id DESC LIMIT 1", 2, &pairs);
    engine.commit().unwrap();

    engine.begin_write().unwrap();
    engine.delete(&TABLE, &ids).unwrap();
    let changed = engine.execute("DELETE FROM things WHERE amount > $1", &[Value::Integer(0)]).unwrap();
    answers.push(format!("{changed} deleted"));
    answers.push(format!("{:?}", self::ids(engine)));
    engine.rollback();
    answers.push(format!("{:?}, {:?}", self::ids(engine), engine.tables().unwrap()));
    assert!(engine.size().unwrap() > 0);
    answers
}

#[test]
fn answers_are_those_of_sqlite() {
    if Schema::new().is_none() {
        return;
    }
    proptest!(ProptestConfig::with_cases(32), |(things in things(), more in things())| {
        let schema = Schema::new().unwrap();
        let expected = exercise(&mut Sqlite::in_memory(&PURPOSE).unwrap(), &things, &more);
        prop_assert_eq!(exercise(&mut *schema.open(), &things, &more), expected);
    });
}

// -------------------------------------------------------------------------------------------- transactions

#[test]
fn a_reader_sees_one_point_in_time_and_does_not_wait_for_a_writer() {
    let Some(schema) = Schema::new() else { return };
    let (mut writer, mut reader) = (schema.open_with_table(), schema.open());
    reader.begin_read().unwrap();
    assert_eq!(ids(&mut *reader), [0_i64; 0]);
    writer.begin_write().unwrap();
    put(&mut *writer, 1).unwrap();
    assert_eq!(ids(&mut *reader), [0_i64; 0]);
    writer.commit().unwrap();
    assert_eq!(ids(&mut *reader), [0_i64; 0]);
    assert!(said(&put(&mut *reader, 2).unwrap_err()).contains("25006"), "a reader must not write");
    reader.rollback();
    reader.begin_read().unwrap();
    assert_eq!(ids(&mut *reader), [1]);
}

#[test]
fn a_second_writer_waits_and_gives_up_and_then_sees_what_the_first_one_wrote() {
    let Some(schema) = Schema::new() else { return };
    let (mut first, mut second) = (schema.open_with_table(), schema.open());
    first.begin_write().unwrap();
    put(&mut *first, 1).unwrap();
    let error = second.begin_write().unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    first.commit().unwrap();
    second.begin_write().unwrap();
    assert_eq!(ids(&mut *second), [1]);
}

#[test]
fn two_schemas_are_two_stores() {
    let (Some(one), Some(other)) = (Schema::new(), Schema::new()) else { return };
    let (mut first, mut second) = (one.open_with_table(), other.open());
    first.begin_write().unwrap();
    second.begin_write().unwrap();
    assert_eq!(first.tables().unwrap(), ["things"]);
    assert!(second.tables().unwrap().is_empty());
    assert_eq!(second.size().unwrap(), 0);
}

/// Tables are found through the whole `search_path`: who reaches the same ones by another path writes the same store.
#[test]
fn two_ways_to_one_store_are_one_store() {
    let (Some(empty), Some(there)) = (Schema::new(), Schema::new()) else { return };
    there.administer(&format!("CREATE TABLE {}.{META} (a BIGINT)", there.name));
    let both = empty.url().replace(&empty.name, &format!("{},{}", empty.name, there.name));
    let (mut first, mut second) = (there.open(), open(&both).unwrap());
    assert_eq!(second.tables().unwrap(), [META]);
    first.begin_write().unwrap();
    let error = second.begin_write().unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    first.commit().unwrap();
    second.begin_write().unwrap();
    let error = first.begin_write().unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
}

#[test]
fn a_database_that_cannot_hold_every_text_is_refused() {
    let Some(schema) = Schema::new() else { return };
    for (encoding, is_refused) in [("LATIN1", true), ("SQL_ASCII", false), ("UTF8", false)] {
        let name = format!("{}_{}", schema.name, encoding.to_lowercase());
        schema.administer(&format!(
            "CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        ));
        let (server, _) = schema.server.rsplit_once('/').unwrap();
        let opened = open(&format!("{server}/{name}")).map(drop);
        schema.administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
        match opened {
            Ok(()) => assert!(!is_refused, "{encoding}"),
            Err(Error::OtherEncoding { location, found }) => {
                assert!(is_refused && found == encoding && location.ends_with(&name), "{location} {found}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn what_refuses_a_row_ends_the_query_and_not_the_transaction() {
    let Some(schema) = Schema::new() else { return };
    let mut engine = schema.open_with_table();
    engine.begin_write().unwrap();
    (0..100).for_each(|id| put(&mut *engine, id).unwrap());
    let refusal = || Error::Busy { location: "refused".to_owned() };
    let mut seen = 0;
    let refused = engine.query("SELECT id FROM things ORDER BY id", &[], &mut |_| {
        seen += 1;
        if seen < 3 { Ok(()) } else { Err(refusal()) }
    });
    assert!(matches!(refused, Err(Error::Busy { .. })));
    assert_eq!((seen, ids(&mut *engine).len()), (3, 100));
}

// -------------------------------------------------------------------------------------------- connections

#[test]
fn a_lost_connection_is_said_and_the_next_transaction_has_a_new_one() {
    let Some(schema) = Schema::new() else { return };
    let mut engine = open(&format!("{}&application_name={}", schema.url(), schema.name)).unwrap();
    engine.begin_write().unwrap();
    engine.define(DEFINITION).unwrap();
    engine.commit().unwrap();
    engine.begin_write().unwrap();
    put(&mut *engine, 1).unwrap();
    schema.end_connections();
    assert!(said(&put(&mut *engine, 2).unwrap_err()).contains("57P01"));
    assert!(said(&put(&mut *engine, 3).unwrap_err()).contains("the connection was lost"));
    said(&engine.commit().unwrap_err());
    engine.rollback();
    engine.begin_write().unwrap();
    put(&mut *engine, 4).unwrap();
    engine.commit().unwrap();
    // While nobody uses it, nobody need know.
    schema.end_connections();
    engine.begin_read().unwrap();
    assert_eq!(ids(&mut *engine), [4]);
}

/// Opens it to be the only one, under the schema's name, so that [`Schema::end_connections`] finds it.
fn open_alone(schema: &Schema) -> Result<Connected, Error> {
    let location = Location::parse(&format!("{}&application_name={}", schema.url(), schema.name))?;
    crate::connect_alone(&location, &PURPOSE)
}

#[test]
fn who_is_to_write_alone_does_and_whose_connection_was_lost_asks_again() {
    let (Some(schema), Some(other)) = (Schema::new(), Schema::new()) else { return };
    let is_in_use = |error: &Error| matches!(error, Error::InUse { location } if !location.contains('?'));
    let mut first = open_alone(&schema).unwrap();
    first.begin_write().unwrap();
    first.define(DEFINITION).unwrap();
    first.commit().unwrap();
    assert!(is_in_use(&open_alone(&schema).err().unwrap()));
    // Another schema is another place, and who reads is kept off none.
    let _elsewhere = open_alone(&other).unwrap();
    schema.open().begin_read().unwrap();
    // Lost while nobody used it: had anew with the next transaction.
    schema.end_connections();
    first.begin_write().unwrap();
    put(&mut *first, 1).unwrap();
    first.commit().unwrap();
    assert!(is_in_use(&open_alone(&schema).err().unwrap()));
    // Lost in the middle, and another was faster: nothing more is written, until that one is gone.
    first.begin_write().unwrap();
    schema.end_connections();
    let mut second = open_alone(&schema).unwrap();
    assert!(put(&mut *first, 2).is_err());
    first.rollback();
    for _ in 0..2 {
        assert!(is_in_use(&first.begin_write().unwrap_err()));
        assert!(is_in_use(&first.begin_read().unwrap_err()));
    }
    second.begin_write().unwrap();
    put(&mut *second, 3).unwrap();
    second.commit().unwrap();
    drop(second);
    first.begin_write().unwrap();
    assert_eq!(ids(&mut *first), [1, 3]);
    first.commit().unwrap();
}

#[test]
fn works_where_a_runtime_lets_it_block_and_ends_where_it_does_not() {
    let Some(schema) = Schema::new() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let read = |mut engine: Connected| {
        engine.begin_read().unwrap();
        assert_eq!(ids(&mut *engine), [0_i64; 0]);
        engine
    };
    let engine = schema.open_with_table();
    // What is still open is dropped inside the runtime.
    runtime.block_on(async move { drop(tokio::task::spawn_blocking(move || read(engine)).await.unwrap()) });
}

#[test]
fn what_cannot_be_connected_to_is_said_without_the_password() {
    let Some(schema) = Schema::new() else { return };
    let url = schema.url();
    let (credentials, rest) = url.split_once('@').unwrap();
    let user = credentials.rsplit_once(':').unwrap().0;
    let failure = |url: &str| {
        let error = open(url).err().unwrap();
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(!shown.contains("hush"), "{shown}");
        }
        said(&error)
    };
    assert!(failure(&format!("{user}:hush@{rest}")).contains("password authentication failed"));
    assert!(failure("postgres://a:hush@127.0.0.1:1/d").contains("Connection refused"));
    assert!(failure("postgres:///d?user=a&password=hush").contains("host"));
    assert!(failure(&format!("{user}:hush@{rest}&sslmode=require")).contains("server does not support TLS"));
    for mode in ["prefer", "disable"] {
        open(&format!("{url}&sslmode={mode}")).unwrap();
    }
}

#[test]
fn a_url_that_cannot_be_read_is_not_repeated() {
    for url in
        ["postgres://a:x@h/d?hush=1", "postgres://a:hu?hush=sh/d", "postgres://h/d?sslmode=hush", "postgres://h:hush"]
    {
        let error = open(url).err().unwrap();
        assert!(matches!(error, Error::InvalidLocation { .. }), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
}
