//! Where a bank of a test keeps what it keeps.

use std::{
    env,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use barter_store::Location;
use postgres::{Client, NoTls};
use tempfile::TempDir;

/// What keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Sqlite,
    /// On the server that `BARTER_TEST_POSTGRES` names.
    Postgres,
}

impl Store {
    /// All there are here.
    pub(crate) fn all() -> Vec<Self> {
        let postgres = server().map(|_| Self::Postgres);
        [Some(Self::Sqlite), postgres].into_iter().flatten().collect()
    }
}

fn server() -> Option<String> {
    env::var("BARTER_TEST_POSTGRES").ok().filter(|server| !server.is_empty())
}

/// A place of one bank's own, emptied when it goes.
pub(crate) enum Place {
    File(TempDir),
    Schema(String),
}

impl Place {
    pub(crate) fn new(store: Store) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        match store {
            Store::Sqlite => Self::File(tempfile::tempdir().unwrap()),
            Store::Postgres => {
                let schema = format!("bank_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
                administer(format!("CREATE SCHEMA {schema}"));
                Self::Schema(schema)
            }
        }
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::file(file(folder)),
            Self::Schema(schema) => {
                let server = server().unwrap();
                let sign = if server.contains('?') { '&' } else { '?' };
                Location::parse(&format!("{server}{sign}options=-csearch_path%3D{schema}")).unwrap()
            }
        }
    }

    /// Runs statements behind the bank's back.
    pub(crate) fn tamper(&self, sql: &str) {
        match self {
            Self::File(folder) => rusqlite::Connection::open(file(folder)).unwrap().execute_batch(sql).unwrap(),
            Self::Schema(schema) => administer(format!("SET search_path TO {schema}; {sql}")),
        }
    }

    /// Writes to a file, and so has everybody else wait until this is dropped.
    pub(crate) fn writing(&self) -> rusqlite::Connection {
        let Self::File(folder) = self else { panic!("it is no file") };
        let connection = rusqlite::Connection::open(file(folder)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        connection
    }

    /// All bytes that are kept, of a bank that is stopped.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::File(folder) => {
                let files =
                    folder.path().read_dir().unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
                files.collect::<Vec<_>>().concat()
            }
            Self::Schema(schema) => dump(schema.clone()),
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("bank.db")
}

/// Runs on a thread of its own, because the client must not wait where an asynchronous test runs.
fn with_client<T: Send + 'static>(run: impl FnOnce(&mut Client) -> T + Send + 'static) -> T {
    thread::spawn(move || run(&mut Client::connect(&server().unwrap(), NoTls).unwrap())).join().unwrap()
}

fn administer(sql: String) {
    with_client(move |client| client.batch_execute(&sql).unwrap());
}

/// Every value of every table: texts as they are, bytes both as they are and in hex.
fn dump(schema: String) -> Vec<u8> {
    with_client(move |client| {
        let mut kept = Vec::new();
        let columns = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = $1";
        for row in client.query(columns, &[&schema]).unwrap() {
            let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
            if kind == "bytea" {
                for row in client.query(&format!("SELECT {column} FROM {schema}.{table}"), &[]).unwrap() {
                    kept.extend(row.get::<_, Option<Vec<u8>>>(0).unwrap_or_default());
                }
            }
            for row in client.query(&format!("SELECT {column}::text FROM {schema}.{table}"), &[]).unwrap() {
                kept.extend(row.get::<_, Option<String>>(0).unwrap_or_default().bytes().chain([b'\n']));
            }
        }
        kept
    })
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Schema(schema) = self {
            administer(format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}
