//! A service's log, entry by entry: from the service, or from a file it was exported to.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, B256};
use barter_reputation::{
    key::PublicKey,
    wire::{Domain, OutcomeJson, SignedOutcome},
};
use serde::{Deserialize, Serialize};

use super::{Error, Service, audit::Entry};

/// Entries that are asked for at once.
const PAGE: u64 = 1_000;
/// Longest line of a file, in bytes. An entry has a hundredth of it.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// The form of an exported log that this program writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// The log as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Entries.
    pub(crate) size: u64,
    /// Root of their tree.
    pub(crate) root: B256,
    /// The chain that bonds are read from, if the service has one.
    #[serde(default)]
    pub(crate) chain_id: Option<u64>,
    /// The bond contract there.
    #[serde(default)]
    pub(crate) bond: Option<Address>,
    /// The wallet that anchors.
    #[serde(default)]
    pub(crate) oracle: Option<Address>,
}

impl Head {
    /// What outcomes of our own form are bound to.
    pub(crate) fn domain(&self) -> Option<Domain> {
        Some(Domain { chain_id: self.chain_id?, bond: self.bond? })
    }
}

/// An entry as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct EntryJson {
    /// Its place, from 0.
    pub(crate) index: u64,
    /// The key that its consumer is held to.
    pub(crate) consumer_key: String,
    #[serde(flatten)]
    pub(crate) outcome: OutcomeJson,
}

impl EntryJson {
    /// Reads it, without checking the signature.
    pub(crate) fn read(self) -> Result<Entry, barter_reputation::wire::Error> {
        let signed: SignedOutcome = self.outcome.read()?;
        Ok(Entry { index: self.index, key: PublicKey::parse(&self.consumer_key)?, signed })
    }
}

#[derive(Deserialize)]
struct Page {
    entries: Vec<EntryJson>,
}

/// The first line of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct FirstLine {
    /// The form of what follows: [`FORMAT`].
    pub(crate) barter_reputation_log: u32,
    #[serde(flatten)]
    pub(crate) head: Head,
}

/// Asks for the log as a whole.
pub(crate) async fn head(service: &Service) -> Result<Head, Error> {
    service.get(&["oracle", "log"], &[]).await
}

/// Asks for the entries from one place on, up to a page of them and not beyond `end`. None is an error: a log does not shrink.
pub(crate) async fn page(service: &Service, from: u64, end: u64) -> Result<Vec<EntryJson>, Error> {
    let query = [("from", from.to_string()), ("limit", PAGE.min(end - from).to_string())];
    let Page { mut entries } = service.get(&["oracle", "log", "entries"], &query).await?;
    if entries.is_empty() {
        let reason = format!("there is no entry {from} in a log of {end}");
        return Err(service.invalid("GET /oracle/log/entries", reason));
    }
    entries.truncate(usize::try_from(end - from).unwrap_or(usize::MAX));
    Ok(entries)
}

/// A file that a log was exported to.
pub(crate) struct LogFile {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
}

impl LogFile {
    /// Opens it and reads its first line.
    pub(crate) fn open(path: &Path) -> Result<Self, crate::error::Error> {
        let unreadable =
            |error: io::Error| crate::error::Error::Unreadable { path: path.to_owned(), reason: error.to_string() };
        let file = File::open(path).map_err(unreadable)?;
        let mut reader = BufReader::new(file);
        let mut text = String::new();
        (&mut reader).take(MAX_LINE_BYTES).read_line(&mut text).map_err(unreadable)?;
        let invalid = |reason: String| Error::InvalidLog { path: path.to_owned(), reason };
        let first: FirstLine =
            serde_json::from_str(&text).map_err(|error| invalid(format!("its first line says of no log: {error}")))?;
        if first.barter_reputation_log != FORMAT {
            let form = first.barter_reputation_log;
            return Err(invalid(format!("it is of form {form}, expected {FORMAT}")).into());
        }
        Ok(Self { path: path.to_owned(), reader, line: 1 })
    }

    /// The next entry; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, Error> {
        let invalid = |line: u64, reason: String| Error::InvalidLog {
            path: self.path.clone(),
            reason: format!("line {line}: {reason}"),
        };
        let mut text = String::new();
        self.line += 1;
        let read = (&mut self.reader).take(MAX_LINE_BYTES).read_line(&mut text);
        if read.map_err(|error| invalid(self.line, error.to_string()))? == 0 {
            return Ok(None);
        }
        let entry: EntryJson = serde_json::from_str(&text).map_err(|error| invalid(self.line, error.to_string()))?;
        entry.read().map(Some).map_err(|error| invalid(self.line, error.to_string()))
    }
}
