//! What the journal does to the disk: the few calls whose order decides what a crash leaves. Tests write them down and replay them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// Writes a file in one go, over what was there.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    #[cfg(test)]
    calls::note(calls::Call::Write(path.to_owned(), text.to_owned()));
    private(OpenOptions::new().create(true).truncate(true).write(true)).open(path)?.write_all(text)
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    #[cfg(test)]
    calls::note(calls::Call::Write(path.to_owned(), text.to_owned()));
    private(OpenOptions::new().create_new(true).write(true)).open(path)?.write_all(text)
}

/// Returns when what a file holds is on disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    calls::note(calls::Call::Sync(path.to_owned()));
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Gives a file another name, in place of what has it.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(test)]
    calls::note(calls::Call::Rename(from.to_owned(), to.to_owned()));
    fs::rename(from, to)
}

/// Gives a file a second name, which nothing may have.
pub(super) fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    #[cfg(test)]
    calls::note(calls::Call::Link(from.to_owned(), to.to_owned()));
    Ok(())
}

/// Returns when the names in a folder are on disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(test)]
    calls::note(calls::Call::SyncFolder);
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Opens an empty file to be locked.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().create(true).truncate(false).write(true)).open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(test)]
pub(super) mod calls {
    //! The calls that this thread made.

    use std::{cell::RefCell, path::PathBuf};

    #[derive(Clone, Debug)]
    pub(in crate::deal) enum Call {
        Write(PathBuf, Vec<u8>),
        Sync(PathBuf),
        Rename(PathBuf, PathBuf),
        Link(PathBuf, PathBuf),
        SyncFolder,
    }

    thread_local! {
        static CALLS: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(call: Call) {
        CALLS.with_borrow_mut(|calls| calls.push(call));
    }

    /// Those since this was last asked.
    pub(in crate::deal) fn take() -> Vec<Call> {
        CALLS.take()
    }
}
