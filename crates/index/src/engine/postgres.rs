//! PostgreSQL.

use super::{Access, Engine, OnFound, OnRow, Table, Value};
use crate::{Error, location::PostgresUrl};

/// A connection to a PostgreSQL server.
#[derive(Debug)]
pub(super) enum Postgres {}

impl Postgres {
    /// Connects.
    pub(super) fn open(url: &PostgresUrl, _access: Access) -> Result<Self, Error> {
        Err(Error::Database { location: url.to_string(), source: "not built in".into() })
    }
}

impl Engine for Postgres {
    fn begin_read(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn begin_write(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn commit(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn rollback(&mut self) {
        match *self {}
    }

    fn define(&mut self, _schema: &str) -> Result<(), Error> {
        match *self {}
    }

    fn tables(&mut self) -> Result<Vec<String>, Error> {
        match *self {}
    }

    fn execute(&mut self, _sql: &str, _parameters: &[Value<'_>]) -> Result<u64, Error> {
        match *self {}
    }

    fn query(&mut self, _sql: &str, _parameters: &[Value<'_>], _on_row: &mut OnRow<'_>) -> Result<(), Error> {
        match *self {}
    }

    fn lookup(
        &mut self,
        _sql: &str,
        _width: usize,
        _keys: &[Value<'_>],
        _on_found: &mut OnFound<'_>,
    ) -> Result<(), Error> {
        match *self {}
    }

    fn insert(&mut self, _table: &Table, _values: &[Value<'_>]) -> Result<(), Error> {
        match *self {}
    }

    fn size(&mut self) -> Result<u64, Error> {
        match *self {}
    }
}
