//! The seam between what is kept and the database it is kept in.
//!
//! One SQL text and one logic for every database: an engine runs statements with bound parameters and hands out rows. What
//! differs between databases is here, and only here: how many keys are looked up at once, how many rows are put in at once,
//! what a transaction holds, what a type is called, how large the whole is.
//!
//! What statements may use so that they mean the same everywhere: parameters `$1`, `$2`, …, numbered in the order of their
//! first use; the three types of [`Value`]; `CAST(… AS BIGINT)` around a sum; no booleans as values, and no functions that one
//! database has and another has not.

use std::time::Duration;

use crate::{Error, Location, hold::Hold, location::Place, postgres::Postgres, sqlite::Sqlite};

/// A value on its way into the database or out of it. Every number fits 64 bits with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
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
pub enum Kind {
    /// [`Value::Integer`].
    Integer,
    /// [`Value::Bytes`].
    Bytes,
    /// [`Value::Text`].
    Text,
}

/// A column of a table. One that may be [`Value::Null`] is no different here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table: what is put in at once, and what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is called.
    pub name: &'static str,
    /// Its columns, the key first.
    pub columns: &'static [Column],
}

impl Table {
    /// The column that no two rows have the same value in, always a number.
    pub const fn key(&self) -> &'static str {
        self.columns[0].name
    }
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read; the database must be there.
    Read,
    /// To write; a database that is not there is made, empty, where that is possible.
    Write,
}

/// What a commit has done when it returns. Either way all of a transaction is kept, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A power cut may take the newest transactions back, oldest last: for what can be made again. A program that is killed
    /// loses nothing.
    Late,
    /// What was committed is on the disk: for what was answered for.
    Each,
}

/// What is kept in a database, as far as a connection has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// The table it is told by: a database with tables and not this one is somebody else's.
    pub mark: &'static str,
    /// What a server lists the connection as, where the URL does not say.
    pub application: &'static str,
    /// What a commit promises.
    pub durability: Durability,
    /// How long a writer waits for another one.
    pub patience: Duration,
    /// Memory of a writer for pages (SQLite), in KiB: what a large transaction touches of the indices over random keys, for it
    /// is written more than once where it does not fit.
    pub write_cache_kib: u32,
    /// Memory of a reader for pages (SQLite), in KiB.
    pub read_cache_kib: u32,
}

/// Takes a row; what it refuses, ends the query with its error.
pub type OnRow<'a, E> = dyn FnMut(&[Value<'_>]) -> Result<(), E> + 'a;
/// Takes a row and the number of the key it was found by.
pub type OnFound<'a, E> = dyn FnMut(usize, &[Value<'_>]) -> Result<(), E> + 'a;

/// A connection to a database. Statements are prepared once and kept.
///
/// A failure inside a transaction leaves it open, and useful for nothing but [`rollback`](Self::rollback).
///
/// `E` is the error of whoever keeps something here: what takes a row may fail with more than the database can.
///
/// # Errors
/// Of every function: what the database fails with, [`Error::Full`] among it, and what `E` takes from who takes a row.
#[allow(clippy::missing_errors_doc, reason = "the same of each, said above")]
pub trait Engine<E: From<Error>>: Send {
    /// Begins a transaction that sees one point in time, whatever others write meanwhile, and writes nothing.
    fn begin_read(&mut self) -> Result<(), E>;

    /// Begins a transaction that writes. At most one of all connections is in one: this waits for another a named time, then
    /// gives [`Error::Busy`].
    fn begin_write(&mut self) -> Result<(), E>;

    /// Ends the transaction and keeps what it wrote, all of it or, with an error, nothing.
    fn commit(&mut self) -> Result<(), E>;

    /// Ends the transaction, if there is one, and forgets what it wrote. A connection that is lost has nothing to forget.
    fn rollback(&mut self);

    /// Runs the statements of the schema, separated by semicolons, inside a transaction. Written for SQLite: an engine puts
    /// its own names for `INTEGER`, `BLOB`, `STRICT` and `STRICT, WITHOUT ROWID`.
    fn define(&mut self, schema: &str) -> Result<(), E>;

    /// The names of all tables that are visible without a qualified name, views left out.
    fn tables(&mut self) -> Result<Vec<String>, E>;

    /// Runs a statement that answers no rows. How many rows it changed.
    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, E>;

    /// Runs a query. Rows come as they are read: an answer of any size takes no memory here.
    fn query(&mut self, sql: &str, parameters: &[Value<'_>], on_row: &mut OnRow<'_, E>) -> Result<(), E>;

    /// Runs a query for each of many keys. `sql` is for one key, which is `width` parameters `$1` to `$width`, and has no
    /// others; `keys` are the keys' values in a row, none of them null, those at one place all of one kind. Rows come in the
    /// order of their keys; a key may have none.
    ///
    /// SQLite runs the statement in a loop. PostgreSQL asks once: `unnest($1, …) WITH ORDINALITY` beside the statement as
    /// `LATERAL`, its parameters replaced by the key's columns, so the columns of its answer have names that differ.
    fn lookup(&mut self, sql: &str, width: usize, keys: &[Value<'_>], on_found: &mut OnFound<'_, E>) -> Result<(), E>;

    /// Puts rows in at once: `values` are the rows' values in a row, as many for each as the table has columns.
    /// [`Error::Conflict`] where one with the same key is there.
    fn insert(&mut self, table: &Table, values: &[Value<'_>]) -> Result<(), E>;

    /// Deletes the rows with these keys, a table's first column. As many statements as keys: an engine whose statements are
    /// dear does it at once.
    fn delete(&mut self, table: &Table, keys: &[Value<'_>]) -> Result<(), E> {
        let sql = format!("DELETE FROM {} WHERE {} = $1", table.name, table.key());
        keys.iter().try_for_each(|key| self.execute(&sql, &[*key]).map(drop))
    }

    /// Bytes it all takes on disk, as its own file system or server counts; in memory, what it would take.
    fn size(&mut self) -> Result<u64, E>;
}

/// Connects to the database at a location.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Foreign`], [`Error::OtherEncoding`]; [`Error::InvalidLocation`] for a URL that makes no sense;
/// what the database fails with.
pub fn connect<E: From<Error>>(
    location: &Location,
    access: Access,
    purpose: &Purpose,
) -> Result<Box<dyn Engine<E>>, Error> {
    Ok(match location.place() {
        Place::File(path) => Box::new(Sqlite::open(path, access, purpose)?),
        Place::Postgres(url) => Box::new(Postgres::open(url, purpose)?),
    })
}

/// Connects to write, and keeps off everybody else who connects by this, as long as the connection is there: reading is
/// anybody's, and so is writing by [`connect`].
///
/// A file is held by a lock beside it, `<file>-lock`, which stays there. A schema on a server is held by the session: where the
/// connection was lost, the next transaction takes the place anew, or is refused if another has it by then. Between them there
/// must be no proxy that hands sessions around (pgbouncer is to pool by session).
///
/// # Errors
/// [`Error::InUse`] where another has the place, here and wherever a transaction begins; what [`connect`] fails with.
pub fn connect_alone<E: From<Error>>(location: &Location, purpose: &Purpose) -> Result<Box<dyn Engine<E>>, Error> {
    Ok(match location.place() {
        Place::File(path) => {
            // First, so that a second one finds out before it opens anything.
            let hold = Hold::take(path)?;
            Box::new(Sqlite::open(path, Access::Write, purpose)?.holding(hold))
        }
        Place::Postgres(url) => Box::new(Postgres::open_alone(url, purpose)?),
    })
}

/// A database in this process's memory, gone with it.
///
/// # Errors
/// [`Error::Database`].
pub fn in_memory<E: From<Error>>(purpose: &Purpose) -> Result<Box<dyn Engine<E>>, Error> {
    Ok(Box::new(Sqlite::in_memory(purpose)?))
}

/// A database in a file that is nobody else's, gone with this process.
///
/// # Errors
/// [`Error::Database`], [`Error::Full`].
pub fn temporary<E: From<Error>>(purpose: &Purpose) -> Result<Box<dyn Engine<E>>, Error> {
    Ok(Box::new(Sqlite::temporary(purpose)?))
}

/// Runs `run` in a transaction, which ends with it whatever comes of it.
///
/// # Errors
/// What `run` or the database fails with.
pub fn in_transaction<T, E: From<Error>>(
    engine: &mut dyn Engine<E>,
    access: Access,
    run: impl FnOnce(&mut dyn Engine<E>) -> Result<T, E>,
) -> Result<T, E> {
    match access {
        Access::Write => engine.begin_write()?,
        Access::Read => engine.begin_read()?,
    }
    let done = run(engine).and_then(|value| engine.commit().map(|()| value));
    if done.is_err() {
        engine.rollback();
    }
    done
}
