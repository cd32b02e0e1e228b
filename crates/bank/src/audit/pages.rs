//! The rows of a table, a page at a time: while a row is looked at, others are looked up.

use barter_store::{Engine, Value};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Auditor,
    finding::{Problem, Stop},
};
use crate::{
    document::{Decimal, Hash},
    store::{Error, books},
};

/// Rows of a page.
const PAGE: i64 = 256;

/// A row, with a copy of its values. The first is its key.
pub(super) struct Row(Vec<Cell>);

enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Row {
    fn of(values: &[Value<'_>]) -> Self {
        let cell = |value: &Value<'_>| match value {
            Value::Integer(number) => Cell::Integer(*number),
            Value::Text(text) => Cell::Text((*text).to_owned()),
            Value::Bytes(bytes) => Cell::Bytes(bytes.to_vec()),
            Value::Null => Cell::Null,
        };
        Self(values.iter().map(cell).collect())
    }

    fn bytes(&self, place: usize) -> Result<&[u8], Problem> {
        match self.0.get(place) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            _ => Err(unreadable("bytes are missing")),
        }
    }

    pub(super) fn text(&self, place: usize) -> Result<&str, Problem> {
        match self.0.get(place) {
            Some(Cell::Text(text)) => Ok(text),
            _ => Err(unreadable("a text is missing")),
        }
    }

    /// A number, or none.
    pub(super) fn integer(&self, place: usize) -> Option<i64> {
        match self.0.get(place) {
            Some(Cell::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn hash(&self, place: usize) -> Result<Hash, Problem> {
        let bytes = self.bytes(place)?;
        let wrong = |_| Problem::differs("number of bytes", bytes.len(), 32);
        bytes.try_into().map(Hash::new).map_err(wrong)
    }

    /// That these bytes are in it, too.
    pub(super) fn is(&self, place: usize, what: &'static str, expected: &[u8; 32]) -> Result<(), Problem> {
        let found = self.hash(place)?;
        Problem::unless_same(what, &found, &Hash::new(*expected))
    }

    /// A state, written as it would be written again: else it could never be replaced.
    pub(super) fn state<T: Serialize + DeserializeOwned>(&self, place: usize) -> Result<T, Stop> {
        let text = self.text(place)?;
        let state: T = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
        if books::text(&state)? == text { Ok(state) } else { Err(Problem::NotCanonical.into()) }
    }

    /// A decimal, written as it would be written again.
    pub(super) fn exact(&self, place: usize) -> Result<Decimal, Problem> {
        let text = self.text(place)?;
        let decimal: Decimal = text.parse().map_err(|_| unreadable("its balance is no decimal"))?;
        if decimal.to_string() == text { Ok(decimal) } else { Err(Problem::NotCanonical) }
    }

    /// What it is called.
    fn name(&self) -> String {
        match self.bytes(0) {
            Ok(bytes) => bytes.try_into().map_or_else(|_| format!("{bytes:02x?}"), |hash| Hash::new(hash).to_string()),
            Err(_) => "without a key".to_owned(),
        }
    }
}

fn unreadable(reason: &str) -> Problem {
    Problem::Unreadable { reason: reason.to_owned() }
}

impl<F: FnMut(u64, u64)> Auditor<'_, F> {
    /// Has every row of a table looked at, in the order of their keys.
    pub(super) fn each(
        &mut self,
        table: &'static str,
        columns: &str,
        look: fn(&mut Self, &Row) -> Result<(), Stop>,
    ) -> Result<(), Error> {
        let key = columns.split(',').next().unwrap_or(columns);
        let mut after: Option<Vec<u8>> = None;
        loop {
            let rows = page(self.engine, table, columns, key, after.as_deref())?;
            for row in &rows {
                self.step();
                match look(self, row) {
                    Ok(()) => {}
                    Err(Stop::Wrong(problem)) => self.find(table, row.name(), problem),
                    Err(Stop::Failed(error)) => return Err(error),
                }
            }
            match rows.last().map(|row| row.bytes(0)) {
                Some(Ok(last)) => after = Some(last.to_vec()),
                _ => return Ok(()),
            }
        }
    }
}

fn page(
    engine: &mut dyn Engine<Error>,
    table: &'static str,
    columns: &str,
    key: &str,
    after: Option<&[u8]>,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let mut take = |values: &[Value<'_>]| {
        rows.push(Row::of(values));
        Ok(())
    };
    match after {
        None => {
            let sql = format!("SELECT {columns} FROM {table} ORDER BY {key} LIMIT $1");
            engine.query(&sql, &[Value::Integer(PAGE)], &mut take)?;
        }
        Some(after) => {
            let sql = format!("SELECT {columns} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT $2");
            engine.query(&sql, &[Value::Bytes(after), Value::Integer(PAGE)], &mut take)?;
        }
    }
    Ok(rows)
}
