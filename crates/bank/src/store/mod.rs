//! A bank and what it keeps, in SQLite or PostgreSQL.
//!
//! What decides is the ledger: a call is read, decided and written down in one transaction, and answered when the disk has it. A store
//! is held by the process that serves it, and a second one is refused.

pub(crate) mod books;
mod decide;
mod error;
mod replay;
#[cfg(feature = "testing")]
pub mod testing;
mod writer;

use std::{fmt, sync::Arc, time::Duration};

use barter_store::{
    Access, Durability, Engine, Error as StoreError, Location, Purpose, Value, connect, connect_alone, in_transaction,
    row,
};

pub use error::Error;
pub use replay::WINDOW_MS;

use self::writer::{Decide, Writer};
use crate::{
    document::{PublicKey, SecretKey},
    ledger::Policy,
    rpc::{Failure, Request, code},
};

/// The schema's version: raised by every change of it.
const VERSION: i64 = 1;
/// The table that says whose bank it is. Its name is what a bank's store is told by.
const META: &str = "barter_bank";
/// What a database is told that a bank is in it.
pub(crate) const PURPOSE: Purpose = Purpose {
    mark: META,
    application: "barter-bank",
    durability: Durability::Each,
    patience: Duration::from_secs(10),
    write_cache_kib: 16 * 1024,
    read_cache_kib: 2 * 1024,
};

/// A bank: its key, and its store, which it alone writes.
#[derive(Clone)]
pub struct Bank(Arc<Shared>);

struct Shared {
    location: String,
    key: PublicKey,
    writer: Writer,
}

impl fmt::Debug for Bank {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bank({} in {})", self.0.key, self.0.location)
    }
}

impl Bank {
    /// Opens the store of the bank with this key; where there is none, makes it.
    ///
    /// # Errors
    /// [`Error`]; that of another bank is [`Error::OtherBank`], and one that another process has is
    /// [`InUse`](barter_store::Error::InUse).
    pub fn open(location: &Location, key: SecretKey, policy: Policy) -> Result<Self, Error> {
        Self::with(location, key.public(), decide::decider(key, policy))
    }

    fn with(location: &Location, key: PublicKey, decide: Decide) -> Result<Self, Error> {
        let name = location.to_string();
        let mut engine = connect_alone(location, &PURPOSE)?;
        in_transaction(&mut *engine, Access::Write, |engine| define(engine, &name, key))?;
        let writer = Writer::start(engine, decide)?;
        Ok(Self(Arc::new(Shared { location: name, key, writer })))
    }

    /// Whose bank's store is at a location. None if there is no store yet.
    ///
    /// # Errors
    /// [`Error`]; [`Foreign`](StoreError::Foreign) where something else is.
    pub fn at(location: &Location) -> Result<Option<PublicKey>, Error> {
        let found = connect(location, Access::Read, &PURPOSE).map_err(Error::from).and_then(|mut engine| {
            in_transaction(&mut *engine, Access::Read, |engine| owner(engine, &location.to_string()))
        });
        match found {
            Err(Error::Store(StoreError::NotFound { .. })) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Whose bank it is.
    pub fn key(&self) -> PublicKey {
        self.0.key
    }

    /// Does it still decide and write? If not, a fault of this program ended that, and only opening the bank anew helps.
    pub fn is_running(&self) -> bool {
        self.0.writer.is_running()
    }

    /// Has a request decided, at the time in Unix milliseconds that `clock` tells when that is done: it may have waited. `answer` is told once what follows from it is on the disk.
    ///
    /// # Errors
    /// More wait than may, or the bank is stopping: nothing was done, and `answer` is never told.
    pub fn submit(
        &self,
        request: Request,
        clock: impl Fn() -> u64 + Send + 'static,
        answer: impl FnOnce(Result<serde_json::Value, Failure>) + Send + 'static,
    ) -> Result<(), Failure> {
        let id = request.id;
        let submitted = self.0.writer.submit(request, Box::new(clock), Box::new(answer));
        submitted.map_err(|error| Failure::refused(code::INTERNAL, error.to_string(), id))
    }
}

/// Makes a bank's store, where there is nothing of anybody's; else looks whether it is this bank's.
fn define(engine: &mut dyn Engine<Error>, location: &str, key: PublicKey) -> Result<(), Error> {
    let tables = engine.tables()?;
    if !tables.iter().any(|name| name == META) {
        if !tables.is_empty() {
            return Err(StoreError::Foreign { location: location.to_owned() }.into());
        }
        engine.define(include_str!("schema.sql"))?;
        let values = [Value::Integer(VERSION), Value::Bytes(key.as_bytes())];
        let sql = "INSERT INTO barter_bank (id, schema_version, public_key, forgotten_ms) VALUES (1, $1, $2, 0)";
        return engine.execute(sql, &values).map(drop);
    }
    match owner(engine, location)? {
        found if found == key => Ok(()),
        found => Err(Error::OtherBank { location: location.to_owned(), found, expected: key }),
    }
}

/// Whose bank a store is.
///
/// # Errors
/// [`NotFound`](StoreError::NotFound) where there is nothing, [`Error::OtherSchema`], [`Damaged`](StoreError::Damaged).
pub(crate) fn owner(engine: &mut dyn Engine<Error>, location: &str) -> Result<PublicKey, Error> {
    if !engine.tables()?.iter().any(|name| name == META) {
        return Err(StoreError::NotFound { location: location.to_owned() }.into());
    }
    let damaged = || Error::from(StoreError::Damaged { location: location.to_owned(), table: META });
    let mut found = None;
    engine.query("SELECT schema_version, public_key FROM barter_bank", &[], &mut |row| {
        found = Some((row::integer(row, 0)?, row::array::<32>(row, 1)?));
        Ok(())
    })?;
    match found {
        Some((version, _)) if version != VERSION => {
            Err(Error::OtherSchema { location: location.to_owned(), found: version, expected: VERSION })
        }
        Some((_, bytes)) => PublicKey::from_bytes(bytes).map_err(|_| damaged()),
        None => Err(damaged()),
    }
}
