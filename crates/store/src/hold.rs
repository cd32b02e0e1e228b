//! A place kept for one process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::Error;

/// Keeps other processes that ask for it off a file. It ends with the process, however that ends.
///
/// A lock beside the file, `<file>-lock`, which stays there: SQLite's own locks last for a transaction.
#[derive(Debug)]
pub(crate) struct Hold(File);

impl Hold {
    /// Takes the place. [`Error::InUse`] where another has it, [`Error::Database`] where there is no writing beside the file.
    pub(crate) fn take(path: &Path) -> Result<Self, Error> {
        let mut name = path.as_os_str().to_owned();
        name.push("-lock");
        let failed =
            |error: io::Error| Error::Database { location: path.display().to_string(), source: Box::new(error) };
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(lock)),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { location: path.display().to_string() }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

impl Drop for Hold {
    /// Said, and not left to the file's end: a process that is being started has the file too, for the moment before it becomes
    /// another program.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
