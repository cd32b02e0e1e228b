//! Places to keep an index in: memory, a file, and a PostgreSQL server where `BARTER_TEST_POSTGRES` names one.

use std::{
    env, fs,
    sync::atomic::{AtomicU64, Ordering},
};

use barter_index::{Index, Location, synthetic::identity};
use postgres::{Client, NoTls};
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
