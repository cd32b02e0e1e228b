//! A settlement in a file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{Error, Settlement};
use crate::document::canonical;

/// Most bytes of a journal: the largest deal with everything signed.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A file that holds a settlement, always whole: it is written beside the old one and takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it. None if there is none.
    ///
    /// # Errors
    /// [`Error::Journal`].
    pub fn read(&self) -> Result<Option<Settlement>, Error> {
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error.to_string())),
            Ok(_) => {}
        }
        if bytes.len() as u64 > MAX_BYTES {
            return Err(self.failed(format!("it has more than {MAX_BYTES} bytes")));
        }
        let value = canonical::read(&bytes).map_err(|error| self.failed(error.to_string()))?;
        Settlement::from_json(&value).map(Some).map_err(|reason| self.failed(reason))
    }

    /// Writes it: when this returns, it outlasts a power cut.
    ///
    /// # Errors
    /// [`Error::Journal`].
    pub fn write(&self, settlement: &Settlement) -> Result<(), Error> {
        self.replace(settlement.to_json().to_string().as_bytes()).map_err(|error| self.failed(error.to_string()))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        // Who trades what with whom is nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&name)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&name, &self.path)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    fn failed(&self, reason: String) -> Error {
        Error::Journal { path: self.path.clone(), reason }
    }
}
