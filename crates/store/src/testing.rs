//! Connections that fail on purpose, for the tests of whoever keeps something.

use std::fmt;

use crate::{Engine, Error, OnFound, OnRow, Table, Value};

/// Looks at a database as it is just before a commit.
type Look<E> = Box<dyn FnMut(&mut dyn Engine<E>) + Send>;

/// A connection whose program ends at one of its calls: from then on it does nothing, not even tidy up.
pub struct Ending<E> {
    engine: Box<dyn Engine<E>>,
    calls: u32,
    before_commit: Look<E>,
}

impl<E: From<Error>> Ending<E> {
    /// Ends after so many calls.
    pub fn after(calls: u32, engine: Box<dyn Engine<E>>) -> Self {
        Self { engine, calls, before_commit: Box::new(|_| ()) }
    }

    /// Calls this before each commit.
    #[must_use]
    pub fn before_commit(self, look: impl FnMut(&mut dyn Engine<E>) + Send + 'static) -> Self {
        Self { before_commit: Box::new(look), ..self }
    }

    fn call(&mut self) -> Result<&mut dyn Engine<E>, E> {
        let ended = || Error::Database { location: "a test".to_owned(), source: "the program ended".into() };
        self.calls = self.calls.checked_sub(1).ok_or_else(ended)?;
        Ok(&mut *self.engine)
    }
}

impl<E: From<Error>> Engine<E> for Ending<E> {
    fn begin_read(&mut self) -> Result<(), E> {
        self.call()?.begin_read()
    }

    fn begin_write(&mut self) -> Result<(), E> {
        self.call()?.begin_write()
    }

    fn commit(&mut self) -> Result<(), E> {
        (self.before_commit)(&mut *self.engine);
        self.call()?.commit()
    }

    fn rollback(&mut self) {}

    fn define(&mut self, schema: &str) -> Result<(), E> {
        self.call()?.define(schema)
    }

    fn tables(&mut self) -> Result<Vec<String>, E> {
        self.call()?.tables()
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, E> {
        self.call()?.execute(sql, parameters)
    }

    fn query(&mut self, sql: &str, parameters: &[Value<'_>], on_row: &mut OnRow<'_, E>) -> Result<(), E> {
        self.call()?.query(sql, parameters, on_row)
    }

    fn lookup(&mut self, sql: &str, width: usize, keys: &[Value<'_>], on_found: &mut OnFound<'_, E>) -> Result<(), E> {
        self.call()?.lookup(sql, width, keys, on_found)
    }

    fn insert(&mut self, table: &Table, values: &[Value<'_>]) -> Result<(), E> {
        self.call()?.insert(table, values)
    }

    fn size(&mut self) -> Result<u64, E> {
        self.call()?.size()
    }
}

impl<E> fmt::Debug for Ending<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ending").field("calls", &self.calls).finish_non_exhaustive()
    }
}
