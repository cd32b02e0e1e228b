//! A folder of results. Each file is written under another name and gets its own when it is whole, so that what has the name of a
//! result is one.

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tempfile::NamedTempFile;

use super::{Out, work::Sink};
use crate::error::Error;

/// A folder of results.
pub(super) struct Folder {
    path: PathBuf,
    force: bool,
    /// Logs that are being written, by world.
    logs: Arc<Mutex<Vec<(u64, NamedTempFile)>>>,
}

impl Out {
    /// The folder, made and tried, with none of these files in it; none if none is wanted.
    pub(super) fn folder(&self, names: &[String]) -> Result<Option<Folder>, Error> {
        let Some(path) = &self.out else { return Ok(None) };
        let unwritable = |error: io::Error| Error::Unwritable { path: path.clone(), reason: error.to_string() };
        fs::create_dir_all(path).map_err(unwritable)?;
        let folder = Folder { path: path.clone(), force: self.force, logs: Arc::default() };
        // Before the work, not after it.
        folder.temporary().map_err(unwritable)?;
        if !self.force
            && let Some(there) = names.iter().map(|name| path.join(name)).find(|path| path.symlink_metadata().is_ok())
        {
            return Err(Error::Exists { path: there });
        }
        Ok(Some(folder))
    }
}

impl Folder {
    fn temporary(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix(".barter-sim-").suffix(".unfinished").tempfile_in(&self.path)
    }

    /// What opens the log of a world.
    pub(super) fn log_opener(&self) -> impl Fn(u64) -> io::Result<Sink> + Send + Sync + 'static {
        let opener = Self { path: self.path.clone(), force: self.force, logs: Arc::clone(&self.logs) };
        move |world| {
            let file = opener.temporary()?;
            let sink = file.reopen()?;
            opener.logs.lock().map_err(|_| io::Error::other("another log's writer failed"))?.push((world, file));
            Ok(Box::new(sink) as Sink)
        }
    }

    /// Gives the logs their names. Returns the paths, in the order of the worlds.
    pub(super) fn keep_logs(&self) -> Result<Vec<PathBuf>, Error> {
        let mut logs = self.logs.lock().map_or_else(|_| Vec::new(), |mut logs| std::mem::take(&mut *logs));
        logs.sort_by_key(|(world, _)| *world);
        logs.into_iter().map(|(world, file)| self.keep(file, &log_name(world))).collect()
    }

    /// Writes a file, and gives it its name when it is whole and on the disk.
    pub(super) fn write<E: std::fmt::Display>(
        &self,
        name: &str,
        write: impl FnOnce(&mut (dyn io::Write + Send)) -> Result<(), E>,
    ) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        let unwritable = |reason: String| Error::Unwritable { path: path.clone(), reason };
        let mut file = BufWriter::new(self.temporary().map_err(|error| unwritable(error.to_string()))?);
        write(&mut file).map_err(|error| unwritable(error.to_string()))?;
        file.flush().map_err(|error| unwritable(error.to_string()))?;
        let file = file.into_inner().map_err(|error| unwritable(error.to_string()))?;
        self.keep(file, name)
    }

    fn keep(&self, file: NamedTempFile, name: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        let unwritable = |error: io::Error| Error::Unwritable { path: path.clone(), reason: error.to_string() };
        make_readable(&file).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
        let kept = if self.force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Exists { path }),
            Err(error) => Err(unwritable(error.error)),
        }
    }
}

/// The name of a world's event log.
pub(super) fn log_name(world: u64) -> String {
    format!("events-{world}.log")
}

/// Temporary files are their owner's alone; results need not be.
#[cfg(unix)]
fn make_readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

/// Paths as data.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
