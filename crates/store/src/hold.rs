//! A place kept for one process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
};

use crate::{Error, Location, location::Place};

/// Keeps other processes that ask for it off a file. It ends with the process, however that ends.
///
/// A lock beside the file, `<file>-lock`, which stays there: SQLite's own locks last for a transaction. A server is for many, and
/// what must not happen at once is kept apart by its transactions: holding one holds nobody off.
#[derive(Debug)]
pub struct Hold {
    lock: Option<File>,
}

impl Hold {
    /// Takes the place.
    ///
    /// # Errors
    /// [`Error::InUse`] where another has it, [`Error::Database`] where there is no writing beside the file.
    pub fn take(location: &Location) -> Result<Self, Error> {
        let Place::File(path) = location.place() else { return Ok(Self { lock: None }) };
        let mut name = path.clone().into_os_string();
        name.push("-lock");
        let failed =
            |error: io::Error| Error::Database { location: path.display().to_string(), source: Box::new(error) };
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { location: path.display().to_string() }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

impl Drop for Hold {
    /// Said, and not left to the file's end: a process that is being started has the file too, for the moment before it becomes
    /// another program.
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            let _ = lock.unlock();
        }
    }
}
