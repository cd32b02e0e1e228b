//! The seam between the index and the database it is kept in.
//!
//! One SQL text and one logic for every database: an engine runs statements with bound parameters and hands out rows. What
//! differs between databases is here, and only here: how many keys are looked up at once, how many rows are put in at once,
//! what a transaction holds, what a type is called, how large the whole is.
//!
//! What statements may use so that they mean the same everywhere: parameters `$1`, `$2`, …, numbered in the order of their
//! first use; the three types of [`Value`]; `CAST(… AS BIGINT)` around a sum; no booleans as values, and no functions that one
//! database has and another has not.

mod postgres;
mod sqlite;

use crate::{Error, Location, location::Place};

/// A value on its way into the database or out of it. Every number of the index fits 64 bits with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// None.
    Null,
    /// `INTEGER`, `BIGINT` in PostgreSQL.
    Integer(i64),
    /// `BLOB`, `BYTEA` in PostgreSQL.
    Bytes(&'a [u8]),
    /// `TEXT`. Never with a NUL, which PostgreSQL does not take.
    Text(&'a str),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// [`Value::Integer`].
    Integer,
    /// [`Value::Bytes`].
    Bytes,
    /// [`Value::Text`].
    Text,
}

/// A column of a table. One that may be [`Value::Null`] is no different here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// A table: what is put in at once, and what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [Column],
}

impl Table {
    /// The column that no two rows have the same value in, always a number.
    pub(crate) const fn key(&self) -> &'static str {
        self.columns[0].name
    }
}

/// What an index is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read; the database must be there.
    Read,
    /// To write; a database that is not there is made, empty, where that is possible.
    Write,
}

/// Takes a row; what it refuses, ends the query with its error.
pub(crate) type OnRow<'a> = dyn FnMut(&[Value<'_>]) -> Result<(), Error> + 'a;
/// Takes a row and the number of the key it was found by.
pub(crate) type OnFound<'a> = dyn FnMut(usize, &[Value<'_>]) -> Result<(), Error> + 'a;

/// A connection to a database. Statements are prepared once and kept.
///
/// A failure inside a transaction leaves it open, and useful for nothing but [`rollback`](Self::rollback).
pub(crate) trait Engine: Send {
    /// Begins a transaction that sees one point in time, whatever others write meanwhile, and writes nothing.
    fn begin_read(&mut self) -> Result<(), Error>;

    /// Begins a transaction that writes. At most one of all connections is in one: this waits for another a named time, then
    /// gives [`Error::Busy`].
    fn begin_write(&mut self) -> Result<(), Error>;

    /// Ends the transaction and keeps what it wrote, all of it or, with an error, nothing.
    fn commit(&mut self) -> Result<(), Error>;

    /// Ends the transaction, if there is one, and forgets what it wrote. A connection that is lost has nothing to forget.
    fn rollback(&mut self);

    /// Runs the statements of the schema, separated by semicolons, inside a transaction. Written for SQLite: an engine puts
    /// its own names for `INTEGER`, `BLOB` and `STRICT`.
    fn define(&mut self, schema: &str) -> Result<(), Error>;

    /// The names of all tables that are visible without a qualified name, views left out.
    fn tables(&mut self) -> Result<Vec<String>, Error>;

    /// Runs a statement that answers no rows. How many rows it changed.
    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, Error>;

    /// Runs a query. Rows come as they are read: an answer of any size takes no memory here.
    fn query(&mut self, sql: &str, parameters: &[Value<'_>], on_row: &mut OnRow<'_>) -> Result<(), Error>;

    /// Runs a query for each of many keys. `sql` is for one key, which is `width` parameters `$1` to `$width`, and has no
    /// others; `keys` are the keys' values in a row, none of them null, those at one place all of one kind. Rows come in the
    /// order of their keys; a key may have none.
    ///
    /// SQLite runs the statement in a loop. PostgreSQL asks once: `unnest($1, …) WITH ORDINALITY` beside the statement as
    /// `LATERAL`, its parameters replaced by the key's columns, so the columns of its answer have names that differ.
    fn lookup(&mut self, sql: &str, width: usize, keys: &[Value<'_>], on_found: &mut OnFound<'_>) -> Result<(), Error>;

    /// Puts rows in at once: `values` are the rows' values in a row, as many for each as the table has columns.
    /// [`Error::Conflict`] where one with the same key is there.
    fn insert(&mut self, table: &Table, values: &[Value<'_>]) -> Result<(), Error>;

    /// Deletes the rows with these keys, a table's first column. As many statements as keys: an engine whose statements are
    /// dear does it at once.
    fn delete(&mut self, table: &Table, keys: &[Value<'_>]) -> Result<(), Error> {
        let sql = format!("DELETE FROM {} WHERE {} = $1", table.name, table.key());
        keys.iter().try_for_each(|key| self.execute(&sql, &[*key]).map(drop))
    }

    /// Bytes the index takes on disk, as its own file system or server counts; in memory, what it would take.
    fn size(&mut self) -> Result<u64, Error>;
}

/// Connects to the database at a location.
pub(crate) fn connect(location: &Location, access: Access) -> Result<Box<dyn Engine>, Error> {
    Ok(match location.place() {
        Place::File(path) => Box::new(sqlite::Sqlite::open(path, access)?),
        Place::Postgres(url) => Box::new(postgres::Postgres::open(url, access)?),
    })
}

/// A database in this process's memory, gone with it.
pub(crate) fn in_memory() -> Result<Box<dyn Engine>, Error> {
    Ok(Box::new(sqlite::Sqlite::in_memory()?))
}

/// A database in a file that is nobody else's, gone with this process.
pub(crate) fn temporary() -> Result<Box<dyn Engine>, Error> {
    Ok(Box::new(sqlite::Sqlite::temporary()?))
}
