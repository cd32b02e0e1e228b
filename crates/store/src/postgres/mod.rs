//! PostgreSQL, for those who outgrow one machine.
//!
//! What is asked of a server, so that another engine which speaks its protocol can be judged by it: prepared statements,
//! snapshots (`REPEATABLE READ`), `LATERAL`, `unnest` of several arrays `WITH ORDINALITY`, `COPY … (FORMAT binary)`, the types
//! `BIGINT`, `BYTEA` and `TEXT`, `information_schema`. No extension, no server-side code. Advisory locks keep a second
//! writer waiting; where they do nothing, primary keys refuse what it writes. Only PostgreSQL itself is tested.

mod connection;
mod copy;
mod lookup;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use postgres::{
    Client, Row, Statement,
    error::SqlState,
    fallible_iterator::FallibleIterator as _,
    types::{ToSql, Type},
};

use self::connection::{Connection, Failure};
use crate::{Durability, Engine, Error, OnFound, OnRow, Purpose, Table, Value, location::PostgresUrl};

/// The first half of the lock's key, any number; the second is the schema's, so that two schemas are two stores.
const LOCK_CLASS: i32 = 0x4241_5274;
/// The same of the lock that a session has who is to be the only one to write.
const HOLD_CLASS: i32 = 0x4241_5275;
/// How long somebody who is to be the only one waits for another to go: a server takes a moment to see that a process was killed.
const HOLD_PATIENCE_MS: u32 = 2_000;
/// Encodings that hold every text: that of every script, and that which leaves bytes alone.
const ENCODINGS: [&str; 2] = ["UTF8", "SQL_ASCII"];
/// What a null parameter is sent as.
const NULL: Option<i64> = None;
const TABLES: &str = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                      WHERE table_type = 'BASE TABLE' AND table_schema = ANY(current_schemas(false))";
const SIZE: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) \
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE c.relkind = 'r' AND n.nspname = ANY(current_schemas(false))";

/// A connection to a PostgreSQL server. One that was lost is made again where the next transaction begins: nothing of the
/// transaction it was lost in was kept, unless it was lost while committing, which whoever reads the head again sees.
pub(crate) struct Postgres {
    /// Without the password.
    location: String,
    connection: Connection,
    purpose: Purpose,
    /// Is every session to have the schema for itself?
    is_alone: bool,
    statements: HashMap<String, Statement>,
}

impl Postgres {
    /// Connects. A database on a server is there or is not, to be read or to be written.
    pub(crate) fn open(url: &PostgresUrl, purpose: &Purpose) -> Result<Self, Error> {
        Self::open_as(url, purpose, false)
    }

    /// Connects, and is the only one who did so by this.
    pub(crate) fn open_alone(url: &PostgresUrl, purpose: &Purpose) -> Result<Self, Error> {
        Self::open_as(url, purpose, true)
    }

    fn open_as(url: &PostgresUrl, purpose: &Purpose, is_alone: bool) -> Result<Self, Error> {
        let connection = Connection::new(url, purpose.application)?;
        let statements = HashMap::new();
        let mut engine = Self { location: url.to_string(), connection, purpose: *purpose, is_alone, statements };
        engine.reconnect()?;
        engine.check_encoding()?;
        Ok(engine)
    }

    /// Another encoding would take the texts up to the first with a character it has not, and then none for ever.
    fn check_encoding(&mut self) -> Result<(), Error> {
        let mut found = String::new();
        self.rows::<Error>("SELECT current_setting('server_encoding')", &[], &[], &mut |row| {
            if let [Value::Text(encoding)] = row {
                (*encoding).clone_into(&mut found);
            }
            Ok(())
        })?;
        if ENCODINGS.contains(&found.as_str()) {
            return Ok(());
        }
        Err(Error::OtherEncoding { location: self.location.clone(), found })
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.statements.clear();
        self.connection.open().map_err(|failure| self.error(failure))?;
        if self.is_alone { self.hold() } else { Ok(()) }
    }

    /// Takes the schema for this session. It is the session's that writes, so what is written by a session that lost it is nothing.
    fn hold(&mut self) -> Result<(), Error> {
        let schema = schema(self.purpose.mark);
        let held = self.simple(&format!(
            "SET lock_timeout = {HOLD_PATIENCE_MS}; \
             SELECT pg_advisory_lock({HOLD_CLASS}, CAST(({schema}) AS INTEGER)); RESET lock_timeout"
        ));
        held.map_err(|error| {
            // A session without it is never used.
            self.connection.close();
            match error {
                Error::Busy { location } => Error::InUse { location },
                error => error,
            }
        })
    }

    /// Begins a transaction, on a new connection where the last one was lost, be it while nobody was using it.
    fn begin(&mut self, sql: &str) -> Result<(), Error> {
        let begun = self.simple(sql);
        if begun.is_err() && !self.connection.is_open() {
            self.reconnect()?;
            return self.simple(sql);
        }
        if begun.is_err() {
            Engine::<Error>::rollback(self);
        }
        begun
    }

    /// Runs statements without parameters or rows.
    fn simple(&mut self, sql: &str) -> Result<(), Error> {
        self.with(|client| client.batch_execute(sql))
    }

    /// Does something with the connection, and forgets the connection when that was its end.
    fn with<T>(&mut self, work: impl FnOnce(&mut Client) -> Result<T, postgres::Error>) -> Result<T, Error> {
        self.connection.with(work).map_err(|failure| self.error(failure))
    }

    /// The statement of a text, prepared once. Its parameters have the types of the values it is first used with, so that
    /// the server guesses none.
    fn prepare(&mut self, sql: &str, types: &[Type]) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.with(|client| client.prepare_typed(sql, types))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs a query and hands its rows on.
    fn rows<E: From<Error>>(
        &mut self,
        sql: &str,
        types: &[Type],
        parameters: &[&(dyn ToSql + Sync)],
        on_row: &mut OnRow<'_, E>,
    ) -> Result<(), E> {
        let statement = self.prepare(sql, types)?;
        self.with(|client| {
            let mut rows = client.query_raw(&statement, parameters.iter().copied())?;
            while let Some(row) = rows.next()? {
                let values = (0..row.len()).map(|place| value(&row, place)).collect::<Result<Vec<_>, _>>()?;
                if let Err(refused) = on_row(&values) {
                    return Ok(Err(refused));
                }
            }
            Ok(Ok(()))
        })?
    }

    fn error(&self, failure: Failure) -> Error {
        let location = self.location.clone();
        match failure.code() {
            Some(&SqlState::DISK_FULL) => Error::Full { location },
            // The last two are how a server without advisory locks turns a second writer away.
            Some(
                &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED,
            ) => Error::Busy { location },
            _ => Error::Database { location, source: failure.into() },
        }
    }
}

impl<E: From<Error>> Engine<E> for Postgres {
    fn begin_read(&mut self) -> Result<(), E> {
        Ok(self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?)
    }

    fn begin_write(&mut self) -> Result<(), E> {
        // Each statement sees what was committed before it, and who holds the lock is the only one who commits. Whoever
        // writes looks single rows up: a plan made while the tables were small must not read them whole ever after.
        let patience = self.purpose.patience.as_millis();
        let durability = match self.purpose.durability {
            Durability::Late => "",
            Durability::Each => "SET LOCAL synchronous_commit = on; ",
        };
        let schema = schema(self.purpose.mark);
        Ok(self.begin(&format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {patience}; {durability}\
             SET LOCAL enable_seqscan = off; \
             SELECT pg_advisory_xact_lock({LOCK_CLASS}, CAST(({schema}) AS INTEGER))"
        ))?)
    }

    fn commit(&mut self) -> Result<(), E> {
        Ok(self.simple("COMMIT")?)
    }

    fn rollback(&mut self) {
        // Where this fails the connection is lost, and the server rolls back by itself.
        let _ = self.simple("ROLLBACK");
    }

    fn define(&mut self, schema: &str) -> Result<(), E> {
        let own = [("INTEGER", "BIGINT"), ("BLOB", "BYTEA"), (" STRICT, WITHOUT ROWID", ""), (" STRICT", "")];
        let schema = own.into_iter().fold(schema.to_owned(), |schema, (theirs, ours)| schema.replace(theirs, ours));
        Ok(self.simple(&schema)?)
    }

    fn tables(&mut self) -> Result<Vec<String>, E> {
        let mut names = Vec::new();
        self.rows::<E>(TABLES, &[], &[], &mut |row| {
            if let [Value::Text(name)] = row {
                names.push((*name).to_owned());
            }
            Ok(())
        })?;
        Ok(names)
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, E> {
        let (types, values) = bind(parameters);
        let statement = self.prepare(sql, &types)?;
        Ok(self.with(|client| client.execute(&statement, &values))?)
    }

    fn query(&mut self, sql: &str, parameters: &[Value<'_>], on_row: &mut OnRow<'_, E>) -> Result<(), E> {
        let (types, values) = bind(parameters);
        self.rows(sql, &types, &values, on_row)
    }

    fn lookup(&mut self, sql: &str, width: usize, keys: &[Value<'_>], on_found: &mut OnFound<'_, E>) -> Result<(), E> {
        if keys.is_empty() {
            return Ok(());
        }
        let columns: Vec<_> = (0..width).map(|place| lookup::Column::new(keys, width, place)).collect();
        let types: Vec<_> = columns.iter().map(lookup::Column::array).collect();
        let arrays: Vec<_> = columns.iter().map(lookup::Column::bound).collect();
        self.rows(&lookup::sql(sql, width), &types, &arrays, &mut |row| match row {
            // Numbered from 1.
            [Value::Integer(number), found @ ..] => on_found(usize::try_from(number - 1).unwrap_or(usize::MAX), found),
            _ => Ok(()),
        })
    }

    fn insert(&mut self, table: &Table, values: &[Value<'_>]) -> Result<(), E> {
        let statement = self.prepare(&copy::sql(table), &[])?;
        let copied = self.connection.with(|client| copy::rows(client, &statement, table, values));
        Ok(copied.map_err(|failure| {
            // A COPY that is refused before it begins leaves the client one answer behind
            // (https://github.com/rust-postgres/rust-postgres/issues/789), so every failed one ends the connection.
            self.connection.close();
            match failure.code() {
                Some(&SqlState::UNIQUE_VIOLATION) => {
                    Error::Conflict { location: self.location.clone(), table: table.name }
                }
                _ => self.error(failure),
            }
        })?)
    }

    fn delete(&mut self, table: &Table, keys: &[Value<'_>]) -> Result<(), E> {
        let keys = lookup::Column::new(keys, 1, 0);
        let sql = format!("DELETE FROM {} WHERE {} = ANY($1)", table.name, table.key());
        let statement = self.prepare(&sql, &[keys.array()])?;
        self.with(|client| client.execute(&statement, &[keys.bound()]))?;
        Ok(())
    }

    /// Of the tables in the schema, with their indexes. The server's log of changes is shared and not counted.
    fn size(&mut self) -> Result<u64, E> {
        let mut bytes = 0;
        self.rows::<E>(SIZE, &[], &[], &mut |row| {
            if let [Value::Integer(number)] = row {
                bytes = number.unsigned_abs();
            }
            Ok(())
        })?;
        Ok(bytes)
    }
}

/// Where `search_path` finds what is kept, by its mark, or where it would be made.
fn schema(mark: &str) -> String {
    format!(
        "SELECT COALESCE((SELECT relnamespace FROM pg_class WHERE oid = to_regclass('{mark}')), \
         (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))"
    )
}

/// Parameters with their types. A null's is a number's.
fn bind<'v>(parameters: &'v [Value<'v>]) -> (Vec<Type>, Vec<&'v (dyn ToSql + Sync)>) {
    let bind = |parameter: &'v Value<'v>| -> (Type, &'v (dyn ToSql + Sync)) {
        match parameter {
            Value::Null => (Type::INT8, &NULL),
            Value::Integer(number) => (Type::INT8, number),
            Value::Bytes(bytes) => (Type::BYTEA, bytes),
            Value::Text(text) => (Type::TEXT, text),
        }
    };
    parameters.iter().map(bind).unzip()
}

/// A row's value. `INTEGER` is what the server calls a literal and `COUNT` of few.
fn value(row: &Row, place: usize) -> Result<Value<'_>, postgres::Error> {
    let value = match *row.columns()[place].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(place)?.map(Value::Integer),
        Type::INT4 => row.try_get::<_, Option<i32>>(place)?.map(|number| Value::Integer(number.into())),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(place)?.map(Value::Bytes),
        _ => row.try_get::<_, Option<&str>>(place)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Null))
}
