//! Where deals are kept.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use barter_protocol::{PaymentHash, TradeId};

use super::{
    Deal, DealError, disk,
    order::{is_payment_hash, is_plain},
    record::Record,
};

/// Longest file that is read. A record with the longest texts and the longest invoice has less.
const MAX_FILE_BYTES: u64 = 64 << 10;
/// Most deals that are listed.
const MAX_DEALS: usize = 100_000;

/// What a deal's file is called after, by side.
const SALE: &str = "sale-";
const PURCHASE: &str = "purchase-";
/// What a file is called after that says which trade an invoice belongs to.
const TAKEN: &str = "taken-";
const JSON: &str = ".json";

/// Where one wallet's deals on one chain are kept: a folder with a file a deal. Preimages are in them, so that the folder is its
/// user's alone.
///
/// A file is replaced as a whole, and on disk before anything is done that it speaks of: a process that is killed, or a machine that
/// loses power, leaves the old state or the new one. Keep it while deals are open; of those that are done it is only a memory.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

/// What a journal holds.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listing {
    /// The deals, oldest first.
    pub deals: Vec<Deal>,
    /// Why others cannot be read, each with its file's name.
    pub damaged: Vec<DealError>,
}

/// The right to work on a deal, held until it is dropped, or until the process ends, however it does.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Journal {
    /// Opens the journal in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`DealError::Journal`] if the folder cannot be made, or other users can read it.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, DealError> {
        let folder = folder.into();
        make_folder(&folder).map_err(unusable(&folder))?;
        check_private(&folder)?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The deals, oldest first, and what keeps others from being read.
    ///
    /// # Errors
    /// [`DealError::Journal`] if the folder cannot be read, or has more deals than can be listed.
    pub fn listing(&self) -> Result<Listing, DealError> {
        let (records, damaged) = self.all()?;
        Ok(Listing { deals: records.iter().map(Deal::from).collect(), damaged })
    }

    /// A deal.
    ///
    /// # Errors
    /// [`DealError::NotFound`], [`DealError::Journal`], [`DealError::InvalidRecord`].
    pub fn get(&self, id: &str) -> Result<Deal, DealError> {
        Ok(Deal::from(&self.read(id)?.ok_or_else(|| self.not_found(id))?))
    }

    pub(crate) fn not_found(&self, id: &str) -> DealError {
        DealError::NotFound { id: id.to_owned(), journal: self.folder.clone() }
    }

    /// A deal's file.
    pub(crate) fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{}{JSON}", stem(id)))
    }

    /// Takes the right to work on a deal.
    pub(crate) fn lock(&self, id: &str) -> Result<Lock, DealError> {
        let path = self.folder.join(format!(".{}.lock", stem(id)));
        let file = disk::open_lock(&path).map_err(unusable(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DealError::Busy { id: id.to_owned() }),
            Err(TryLockError::Error(error)) => Err(unusable(&path)(error)),
        }
    }

    /// A deal, if it is there.
    pub(crate) fn read(&self, id: &str) -> Result<Option<Record>, DealError> {
        // No deal is called so, and no path is made of it.
        if !is_plain(id) {
            return Ok(None);
        }
        let Some(record) = read(&self.path(id))? else { return Ok(None) };
        // Where file names ignore capitals, two names can be one file.
        if record.id != id {
            return Err(DealError::Differs { id: id.to_owned() });
        }
        Ok(Some(record))
    }

    /// Writes a deal. When this returns, it is on disk.
    pub(crate) fn write(&self, record: &Record) -> Result<(), DealError> {
        let path = self.path(&record.id);
        let mut text = serde_json::to_vec_pretty(record).map_err(|error| unusable(&path)(error.into()))?;
        text.push(b'\n');
        // One name is enough: whoever writes holds the deal's lock.
        let new = self.folder.join(format!(".{}.new", stem(&record.id)));
        let written = disk::write(&new, &text).and_then(|()| disk::sync(&new));
        written.and_then(|()| disk::rename(&new, &path)).map_err(unusable(&path))?;
        self.sync()
    }

    /// All deals, oldest first, and why the others cannot be read.
    pub(crate) fn all(&self) -> Result<(Vec<Record>, Vec<DealError>), DealError> {
        let (mut records, mut damaged) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.folder).map_err(unusable(&self.folder))? {
            let entry = entry.map_err(unusable(&self.folder))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !(name.starts_with(SALE) || name.starts_with(PURCHASE)) || !name.ends_with(JSON) {
                continue;
            }
            if records.len() + damaged.len() == MAX_DEALS {
                let reason = format!("it has more than {MAX_DEALS} deals");
                return Err(DealError::Journal { path: self.folder.clone(), reason });
            }
            match read(&entry.path()) {
                Ok(record) => records.extend(record),
                Err(error) => damaged.push(error),
            }
        }
        records.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok((records, damaged))
    }

    /// Says for good which trade an invoice belongs to: the first to say so decides, in whatever task or process.
    ///
    /// # Errors
    /// [`DealError::InvoiceTaken`] if it belongs to another one.
    pub(crate) fn take(&self, payment_hash: PaymentHash, trade_id: TradeId) -> Result<(), DealError> {
        let path = self.path_of_taken(payment_hash);
        // A name that nothing has, for nobody holds a lock here, and what a killed process left behind may be a second name of the file
        // that counts. It is linked to its place, which fails if there is something already.
        let new = self.folder.join(format!(".{TAKEN}{payment_hash}.{:016x}.new", random().map_err(unusable(&path))?));
        let written = disk::write_new(&new, format!("{trade_id}\n").as_bytes()).and_then(|()| disk::sync(&new));
        written.map_err(unusable(&new))?;
        let linked = disk::link(&new, &path);
        // What is left of it is of no consequence.
        let _ = fs::remove_file(&new);
        match linked {
            Ok(()) => self.sync(),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match self.taken(payment_hash)? {
                Some(bound_to) if bound_to != trade_id => Err(DealError::InvoiceTaken { payment_hash, bound_to }),
                // Whoever linked it may not have got as far as this.
                _ => self.sync(),
            },
            Err(error) => Err(unusable(&path)(error)),
        }
    }

    /// The trade that an invoice belongs to, if it was said.
    pub(crate) fn taken(&self, payment_hash: PaymentHash) -> Result<Option<TradeId>, DealError> {
        let path = self.path_of_taken(payment_hash);
        let Some(text) = read_text(&path).map_err(unusable(&path))? else { return Ok(None) };
        let reason = "it holds no trade id".to_owned();
        text.trim().parse().map(Some).map_err(|_| DealError::InvalidRecord { path, reason })
    }

    fn path_of_taken(&self, payment_hash: PaymentHash) -> PathBuf {
        self.folder.join(format!("{TAKEN}{payment_hash}"))
    }

    /// Sees to it that names given in the folder are on disk too.
    fn sync(&self) -> Result<(), DealError> {
        disk::sync_folder(&self.folder).map_err(unusable(&self.folder))
    }
}

/// What a deal's files are called after.
fn stem(id: &str) -> String {
    let side = if is_payment_hash(id) { PURCHASE } else { SALE };
    format!("{side}{id}")
}

fn read(path: &Path) -> Result<Option<Record>, DealError> {
    let invalid = |reason: String| DealError::InvalidRecord { path: path.to_owned(), reason };
    let Some(text) = read_text(path).map_err(unusable(path))? else { return Ok(None) };
    // What is wrong is told by its place alone: the text may hold a preimage.
    let record: Record = serde_json::from_str(&text)
        .map_err(|error| invalid(format!("line {}, column {} is not as expected", error.line(), error.column())))?;
    if let Some(fault) = record.fault() {
        return Err(invalid(fault.to_owned()));
    }
    Ok(Some(record))
}

fn read_text(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MAX_FILE_BYTES).read_to_string(&mut text)?;
    Ok(Some(text))
}

fn random() -> io::Result<u64> {
    getrandom::u64().map_err(io::Error::other)
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> DealError {
    move |error| DealError::Journal { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    // Each folder's name is on disk before anything is put into it: a journal that is lost with its folder has kept nothing.
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
    for folder in missing.into_iter().rev() {
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn check_private(folder: &Path) -> Result<(), DealError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(folder).map_err(unusable(folder))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let reason = format!("its mode is {mode:o}, and others could read the preimages in it; expected 700");
        return Err(DealError::Journal { path: folder.to_owned(), reason });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), DealError> {
    Ok(())
}
