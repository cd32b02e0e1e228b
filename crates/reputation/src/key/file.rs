//! A private key on disk: 64 bytes, the seed and its public key, as the published package keeps its own.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::SecretKey;

/// Bytes of the file.
const LENGTH: usize = 64;

/// Why a key file was not read or made.
#[derive(Debug, thiserror::Error)]
#[error("key file {}: {problem}", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: FileProblem,
}

/// What is wrong with a key file. None shows what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// There is one, and a key that is overwritten is lost.
    #[error("there is one already, and a new key in its place would be another signer")]
    Exists,
    /// Others than its owner can read it.
    #[error("others than its owner can read it (mode {mode:03o}): make another key, or `chmod 600` it if nobody did")]
    Exposed {
        /// Its permissions.
        mode: u32,
    },
    /// It is a folder, or something else that is no file.
    #[error("it is not a file")]
    NotAFile,
    /// It has not the length of a key file.
    #[error("it has {bytes} bytes, expected {LENGTH}")]
    WrongLength {
        /// Bytes that it has, or one more than expected.
        bytes: usize,
    },
    /// Its public key is not that of its seed.
    #[error("its seed and its public key do not belong together: it is damaged")]
    Damaged,
}

impl SecretKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(path: &Path) -> Result<Self, FileError> {
        read(path).map_err(|problem| FileError { path: path.to_owned(), problem })
    }

    /// Writes a key file that only its owner can read. It is there entirely or not at all, and takes the place of nothing.
    ///
    /// # Errors
    /// [`FileError`]; [`FileProblem::Exists`] if there is one.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        write(self, path).map_err(|problem| FileError { path: path.to_owned(), problem })
    }
}

fn read(path: &Path) -> Result<SecretKey, FileProblem> {
    let file = File::open(path).map_err(FileProblem::Io)?;
    // Of what was opened, not of what now has the name.
    let metadata = file.metadata().map_err(FileProblem::Io)?;
    if !metadata.is_file() {
        return Err(FileProblem::NotAFile);
    }
    refuse_exposed(&metadata)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH + 1));
    file.take(LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(FileProblem::Io)?;
    let length = bytes.len();
    let (seed, public) = bytes.split_first_chunk::<32>().ok_or(FileProblem::WrongLength { bytes: length })?;
    if length != LENGTH {
        return Err(FileProblem::WrongLength { bytes: length });
    }
    let key = SecretKey::from_seed(seed);
    if key.public().as_bytes() != public {
        return Err(FileProblem::Damaged);
    }
    Ok(key)
}

fn write(key: &SecretKey, path: &Path) -> Result<(), FileProblem> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().ok_or(FileProblem::NotAFile)?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = folder.join(name);
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary).map_err(FileProblem::Io)?;
    let written = file
        .write_all(Zeroizing::new(key.0.to_keypair_bytes()).as_ref())
        .and_then(|()| file.sync_all())
        // A second name, not a new one: it fails if there is a file of that name.
        .and_then(|()| fs::hard_link(&temporary, path));
    // Whatever happened, the first name has no more use. That it stays behind, readable by its owner alone, is no failure.
    let _ = fs::remove_file(&temporary);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileProblem::Exists,
        _ => FileProblem::Io(error),
    })?;
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(FileProblem::Io)?;
    Ok(())
}

#[cfg(unix)]
fn refuse_exposed(metadata: &fs::Metadata) -> Result<(), FileProblem> {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata) & 0o777;
    if mode == mode & 0o700 { Ok(()) } else { Err(FileProblem::Exposed { mode }) }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as where there are permissions")]
fn refuse_exposed(_metadata: &fs::Metadata) -> Result<(), FileProblem> {
    Ok(())
}
