//! `barter reputation export`

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::B256;
use barter_reputation::merkle::Frontier;
use clap::Args;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::Asked;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::Page,
    progress::Bar,
    reputation::{
        Service,
        log::{self, EntryJson, FORMAT, FirstLine, Head},
    },
    signal::Signals,
    text::grouped,
};

/// Copy a service's whole log: JSON lines, every outcome with its signature
///
/// The first line names size, root and the service's key, and each further one is an entry. The file gets its name when it is whole and its entries have
/// that root. barter reputation verify reads it: keep one, and nobody can tell you another story later.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation export log.jsonl
  barter reputation export - | jq -c 'select(.status == \"failure\")'")]
pub(crate) struct Export {
    /// The file to make; `-` is standard output
    file: PathBuf,

    /// Replace a file that is there
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    asked: Asked,
}

/// What was copied.
#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    size: u64,
    root: B256,
}

impl Report for Exported {
    fn show(&self, page: &mut Page) {
        page.field("file", self.file.display().to_string());
        page.field("entries", grouped(self.size));
        page.field("root", self.root.to_string());
    }
}

impl Export {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let service = self.asked.service(context)?;
        if self.file.as_os_str() == "-" {
            let mut out = BufWriter::new(io::stdout().lock());
            copy(&service, &mut out).await?;
            return out.flush().map_err(Error::Output);
        }
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        if !self.force && self.file.symlink_metadata().is_ok() {
            return Err(Error::Exists { path: self.file });
        }
        let unwritable = |error: io::Error| Error::Unwritable { path: self.file.clone(), reason: reason(&error) };
        let mut file = BufWriter::new(temporary(&self.file).map_err(unwritable)?);
        let head = tokio::select! {
            copied = copy(&service, &mut file) => copied.map_err(|error| match error {
                Error::Output(source) => unwritable(source),
                other => other,
            })?,
            // What is unfinished goes with its temporary name.
            signal = signals.next_not_ignored() => return Err(Error::Interrupted { signal }),
        };
        file.flush().map_err(unwritable)?;
        let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
        keep(file, &self.file, self.force)?;
        context.output().result(&Exported { file: self.file, size: head.size, root: head.root })
    }
}

/// Writes the log as it is now.
async fn copy(service: &Service, out: &mut impl Write) -> Result<Head, Error> {
    let bar = Bar::new("entries", "asking the service");
    let keeper = log::keeper(service).await?;
    let head = log::head(service).await?;
    line(out, &FirstLine { barter_reputation_log: FORMAT, head: head.clone(), keeper: Some(keeper) })?;
    let mut frontier = Frontier::default();
    while frontier.size() < head.size {
        for entry in log::page(service, frontier.size(), head.size).await? {
            append(service, &mut frontier, entry, out)?;
        }
        bar.show(frontier.size(), head.size, "copied");
    }
    let root = B256::from(frontier.root());
    if root != head.root {
        let reason = format!("its {} entries have the root {root}, and it names {}", head.size, head.root);
        return Err(service.invalid("GET /oracle/log", reason).into());
    }
    Ok(head)
}

fn append(service: &Service, frontier: &mut Frontier, entry: EntryJson, out: &mut impl Write) -> Result<(), Error> {
    let question = "GET /oracle/log/entries";
    if entry.index != frontier.size() {
        let reason = format!("entry {} stands in the place of {}", entry.index, frontier.size());
        return Err(service.invalid(question, reason).into());
    }
    line(out, &entry)?;
    let entry = entry.read().map_err(|error| service.invalid(question, error.to_string()))?;
    frontier.append(entry.signed.leaf(&entry.key));
    Ok(())
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(&mut *out, value)
        .map_err(io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .map_err(Error::Output)
}

/// A file beside the one that is to be.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".barter-log-").suffix(".unfinished").tempfile_in(folder)
}

/// Why a file cannot be written, without the name of the temporary one, which tempfile adds to the system's errors.
fn reason(error: &io::Error) -> String {
    if error.get_ref().is_some() { io::Error::from(error.kind()).to_string() } else { error.to_string() }
}

/// Gives it its name, now that it is whole and on the disk.
fn keep(file: NamedTempFile, path: &Path, force: bool) -> Result<(), Error> {
    let unwritable = |error: io::Error| Error::Unwritable { path: path.to_owned(), reason: reason(&error) };
    make_readable(&file).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
    let kept = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match kept {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Error::Exists { path: path.to_owned() })
        }
        Err(error) => Err(unwritable(error.error)),
    }
}

/// Temporary files are their owner's alone; what anybody can ask for need not be.
#[cfg(unix)]
fn make_readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
