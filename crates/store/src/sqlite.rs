//! SQLite, in the box.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Statement, ToSql, types::ToSqlOutput, types::ValueRef};

use crate::{Access, Durability, Engine, Error, OnFound, OnRow, Purpose, Table, Value, hold::Hold};

/// Statements kept prepared: more than there are.
const STATEMENTS: usize = 128;
/// Pages the write-ahead log holds before they are put in their place: a page that is written again meanwhile is put there
/// once.
const CHECKPOINT_PAGES: i64 = 16 * 1024;
/// Bytes of the write-ahead log that stay on disk once its pages are in their place.
const LOG_BYTES: i64 = 16 * 1024 * 1024;
/// Most columns of any query's answer, and parameters of any statement.
const MAX_VALUES: usize = 24;

/// A connection to a file, or to memory.
#[derive(Debug)]
pub(crate) struct Sqlite {
    connection: Connection,
    path: Option<PathBuf>,
    /// Behind the connection, because it is to last longer.
    _hold: Option<Hold>,
}

impl Sqlite {
    /// Opens a file; with [`Access::Write`] one that is not there is made.
    pub(crate) fn open(path: &Path, access: Access, purpose: &Purpose) -> Result<Self, Error> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if access == Access::Write {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let location = || path.display().to_string();
        if access == Access::Read && !path.exists() {
            return Err(Error::NotFound { location: location() });
        }
        let connection = Connection::open_with_flags(path, flags).map_err(|error| to_error(location(), error))?;
        let engine = Self { connection, path: Some(path.to_owned()), _hold: None };
        // SQLite opens what it may not write all the same, and would say so at the first transaction.
        if access == Access::Write && engine.connection.is_readonly("main").unwrap_or_default() {
            return Err(Error::WriteProtected { location: location() });
        }
        // Before anything is set that would change the file: it may be somebody else's.
        let tables = engine.table_names()?;
        if !tables.is_empty() && !tables.iter().any(|name| name == purpose.mark) {
            return Err(Error::Foreign { location: location() });
        }
        engine.set_up(access, purpose).map_err(|error| to_error(location(), error))?;
        Ok(engine)
    }

    /// Keeps the file for as long as it is open.
    pub(crate) fn holding(self, hold: Hold) -> Self {
        Self { _hold: Some(hold), ..self }
    }

    /// A database in memory.
    pub(crate) fn in_memory(purpose: &Purpose) -> Result<Self, Error> {
        let connection = Connection::open_in_memory().map_err(|error| to_error(MEMORY.to_owned(), error))?;
        let engine = Self { connection, path: None, _hold: None };
        engine.set_up(Access::Write, purpose).map_err(|error| engine.error(error))?;
        Ok(engine)
    }

    /// A database in a file of the operating system's choice, which has no name and is gone with the connection.
    pub(crate) fn temporary(purpose: &Purpose) -> Result<Self, Error> {
        let connection = Connection::open("").map_err(|error| to_error(MEMORY.to_owned(), error))?;
        let engine = Self { connection, path: None, _hold: None };
        engine.set_up(Access::Write, purpose).map_err(|error| engine.error(error))?;
        Ok(engine)
    }

    fn set_up(&self, access: Access, purpose: &Purpose) -> Result<(), rusqlite::Error> {
        let connection = &self.connection;
        connection.busy_timeout(purpose.patience)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let cache = if access == Access::Write { purpose.write_cache_kib } else { purpose.read_cache_kib };
        connection.pragma_update(None, "cache_size", -i64::from(cache))?;
        connection.pragma_update(None, "temp_store", "memory")?;
        // Rows refer to each other by design; checking it again at each row is what the caches are there to save.
        connection.pragma_update(None, "foreign_keys", false)?;
        if access == Access::Read {
            return connection.pragma_update(None, "query_only", true);
        }
        // Readers see the state before the transaction and do not wait for it, nor it for them.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        let synchronous = match purpose.durability {
            Durability::Late => "normal",
            Durability::Each => "full",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))
    }

    fn table_names(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.error(error))?;
        let names = statement.query_map((), |row| row.get(0)).and_then(Iterator::collect);
        names.map_err(|error| self.error(error))
    }

    fn error(&self, error: rusqlite::Error) -> Error {
        to_error(self.name(), error)
    }

    fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| MEMORY.to_owned(), |path| path.display().to_string())
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.error(error))?;
        statement.execute(()).map(drop).map_err(|error| self.error(error))
    }
}

/// What a database in memory is called.
const MEMORY: &str = "memory";

impl<E: From<Error>> Engine<E> for Sqlite {
    fn begin_read(&mut self) -> Result<(), E> {
        self.run("BEGIN DEFERRED")?;
        // The snapshot is taken by the first read.
        Engine::<E>::query(self, "SELECT 1 FROM sqlite_schema LIMIT 1", &[], &mut |_| Ok(()))
    }

    fn begin_write(&mut self) -> Result<(), E> {
        Ok(self.run("BEGIN IMMEDIATE")?)
    }

    fn commit(&mut self) -> Result<(), E> {
        Ok(self.run("COMMIT")?)
    }

    fn rollback(&mut self) {
        // Fails where the failure before it has ended the transaction already, as a full disk does.
        if !self.connection.is_autocommit() {
            let _ = self.run("ROLLBACK");
        }
    }

    fn define(&mut self, schema: &str) -> Result<(), E> {
        Ok(self.connection.execute_batch(schema).map_err(|error| self.error(error))?)
    }

    fn tables(&mut self) -> Result<Vec<String>, E> {
        Ok(self.table_names()?)
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.error(error))?;
        bind(&mut statement, parameters).map_err(|error| self.error(error))?;
        let changed = statement.raw_execute().map_err(|error| self.error(error))?;
        Ok(changed as u64)
    }

    fn query(&mut self, sql: &str, parameters: &[Value<'_>], on_row: &mut OnRow<'_, E>) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.error(error))?;
        bind(&mut statement, parameters).map_err(|error| self.error(error))?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.error(error))? {
            with_values(row, columns, on_row).map_err(|error| self.error(error))??;
        }
        Ok(())
    }

    fn lookup(&mut self, sql: &str, width: usize, keys: &[Value<'_>], on_found: &mut OnFound<'_, E>) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.error(error))?;
        let columns = statement.column_count();
        for (number, key) in keys.chunks_exact(width).enumerate() {
            bind(&mut statement, key).map_err(|error| self.error(error))?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(|error| self.error(error))? {
                with_values(row, columns, &mut |values| on_found(number, values))
                    .map_err(|error| self.error(error))??;
            }
        }
        Ok(())
    }

    fn insert(&mut self, table: &Table, values: &[Value<'_>]) -> Result<(), E> {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let places: Vec<_> = (1..=names.len()).map(|place| format!("${place}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), places.join(", "));
        let mut statement = self.connection.prepare_cached(&sql).map_err(|error| self.error(error))?;
        for row in values.chunks_exact(names.len()) {
            bind(&mut statement, row).map_err(|error| self.error(error))?;
            statement.raw_execute().map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => Error::Conflict { location: self.name(), table: table.name },
                _ => self.error(error),
            })?;
        }
        Ok(())
    }

    fn size(&mut self) -> Result<u64, E> {
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let pages = pragma("page_count").map_err(|error| self.error(error))?;
        let page = pragma("page_size").map_err(|error| self.error(error))?;
        let log = self.path.as_ref().and_then(|path| {
            let mut name = path.clone().into_os_string();
            name.push("-wal");
            fs::metadata(name).ok()
        });
        Ok((pages * page).unsigned_abs() + log.map_or(0, |log| log.len()))
    }
}

fn bind(statement: &mut Statement<'_>, parameters: &[Value<'_>]) -> Result<(), rusqlite::Error> {
    for (place, value) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(place + 1, value)?;
    }
    Ok(())
}

/// Hands a row's values on. The outer failure is the database's, the inner one of who takes the row.
fn with_values<E>(row: &Row<'_>, columns: usize, on_row: &mut OnRow<'_, E>) -> Result<Result<(), E>, rusqlite::Error> {
    let mut values = [Value::Null; MAX_VALUES];
    for (place, value) in values.iter_mut().enumerate().take(columns) {
        *value = match row.get_ref(place)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Text(bytes) => Value::Text(str::from_utf8(bytes)?),
            ValueRef::Real(_) => {
                let name = row.as_ref().column_name(place)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(place, name, rusqlite::types::Type::Real));
            }
        };
    }
    Ok(on_row(&values[..columns]))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn to_error(location: String, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full { location },
        Some(ErrorCode::NotADatabase) => Error::Foreign { location },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy { location },
        _ => Error::Database { location, source: error.into() },
    }
}
