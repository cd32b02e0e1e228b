//! Places to keep an index in: memory, a file, and a PostgreSQL server where `BARTER_TEST_POSTGRES` names one.

use std::{
    env, fs,
    sync::atomic::{AtomicU64, Ordering},
};

use barter_index::{Index, Location, synthetic::identity};
use postgres::{Client, NoTls, types::Type};
use rusqlite::types::Value;
use tempfile::TempDir;

/// A place of one test's own, emptied when it goes.
pub enum Place {
    Memory,
    File(TempDir),
    Postgres { server: String, schema: String },
}

impl Place {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// None where no server is named.
    pub fn postgres() -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let server = env::var("BARTER_TEST_POSTGRES").ok()?;
        let schema = format!("suite_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Client::connect(&server, NoTls).unwrap().batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        Some(Self::Postgres { server, schema })
    }

    /// Every place there is here.
    pub fn all() -> Vec<Self> {
        [Some(Self::Memory), Some(Self::file()), Self::postgres()].into_iter().flatten().collect()
    }

    /// The places where an index outlives its process.
    pub fn lasting() -> Vec<Self> {
        [Some(Self::file()), Self::postgres()].into_iter().flatten().collect()
    }

    pub fn location(&self) -> Location {
        match self {
            Self::Memory => panic!("memory has no location"),
            Self::File(folder) => Location::file(folder.path().join("index.db")),
            Self::Postgres { server, schema } => {
                let sign = if server.contains('?') { '&' } else { '?' };
                Location::parse(&format!("{server}{sign}options=-csearch_path%3D{schema}")).unwrap()
            }
        }
    }

    /// A new index, or the one that is there.
    pub fn index(&self) -> Index {
        match self {
            Self::Memory => Index::in_memory(&identity()).unwrap(),
            _ => Index::create(&self.location(), &identity()).unwrap(),
        }
    }

    /// What a query answers whoever connects to the database.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Cell>> {
        match self {
            Self::Memory => panic!("nobody else reaches memory"),
            Self::File(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("index.db")).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let columns = statement.column_count();
                let rows = statement.query_map((), |row| {
                    (0..columns).map(|place| row.get::<_, Value>(place).map(Cell::from)).collect()
                });
                rows.unwrap().map(Result::unwrap).collect()
            }
            Self::Postgres { server, schema } => {
                let mut client = Client::connect(server, NoTls).unwrap();
                client.batch_execute(&format!("SET search_path TO {schema}")).unwrap();
                let rows = client.query(sql, &[]).unwrap();
                rows.iter().map(|row| (0..row.len()).map(|place| cell(row, place)).collect()).collect()
            }
        }
    }

    /// Runs a statement behind the index's back.
    pub fn tamper(&self, sql: &str) {
        match self {
            Self::Memory => panic!("nobody else reaches memory"),
            Self::File(folder) => {
                rusqlite::Connection::open(folder.path().join("index.db")).unwrap().execute_batch(sql).unwrap();
            }
            Self::Postgres { server, schema } => {
                let mut client = Client::connect(server, NoTls).unwrap();
                client.batch_execute(&format!("SET search_path TO {schema}; {sql}")).unwrap();
            }
        }
    }
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Null,
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
}

impl Cell {
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bytes(bytes.as_ref().to_vec())
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap())
    }
}

impl From<Option<u64>> for Cell {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Null, Self::from)
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => panic!("{number}: no table has such numbers"),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Bytes(bytes),
        }
    }
}

fn cell(row: &postgres::Row, place: usize) -> Cell {
    let cell = match *row.columns()[place].type_() {
        Type::INT8 => row.get::<_, Option<i64>>(place).map(Cell::Integer),
        Type::BYTEA => row.get::<_, Option<Vec<u8>>>(place).map(Cell::Bytes),
        _ => row.get::<_, Option<String>>(place).map(Cell::Text),
    };
    cell.unwrap_or(Cell::Null)
}

impl Drop for Place {
    fn drop(&mut self) {
        match self {
            Self::Memory => {}
            Self::File(folder) => drop(fs::remove_dir_all(folder.path())),
            Self::Postgres { server, schema } => {
                if let Ok(mut client) = Client::connect(server, NoTls) {
                    let _ = client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
                }
            }
        }
    }
}
