//! The database an index is kept in: [`barter_store`], told what an index is.

use std::time::Duration;

pub(crate) use barter_store::{Access, Column, Engine, Kind, Table, Value, in_transaction, row};
use barter_store::{Durability, Purpose};

use crate::{Error, Location, schema::META};

/// How long a writer waits for another one.
const PATIENCE: Duration = if cfg!(test) { Duration::from_millis(100) } else { Duration::from_secs(10) };
/// What a power cut takes back is indexed again.
const PURPOSE: Purpose = Purpose {
    mark: META,
    application: "barter-index",
    durability: Durability::Late,
    patience: PATIENCE,
    write_cache_kib: 128 * 1024,
    read_cache_kib: 32 * 1024,
};

/// Connects to the database at a location.
pub(crate) fn connect(location: &Location, access: Access) -> Result<Box<dyn Engine<Error>>, Error> {
    Ok(barter_store::connect(&location.0, access, &PURPOSE)?)
}

/// A database in this process's memory, gone with it.
pub(crate) fn in_memory() -> Result<Box<dyn Engine<Error>>, Error> {
    Ok(barter_store::in_memory(&PURPOSE)?)
}

/// A database in a file that is nobody else's, gone with this process.
pub(crate) fn temporary() -> Result<Box<dyn Engine<Error>>, Error> {
    Ok(barter_store::temporary(&PURPOSE)?)
}
