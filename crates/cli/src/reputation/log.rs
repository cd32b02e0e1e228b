//! A service's log, entry by entry: from the service, or from a file it was exported to.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, B256};
use barter_reputation::{
    key::PublicKey,
    merkle::Frontier,
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

/// Whose log it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keeper {
    /// Under which address other hubs know the service.
    pub(crate) hub_url: String,
    /// The hub's own key, base64.
    pub(crate) public_key: String,
}

/// The first line of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct FirstLine {
    /// The form of what follows: [`FORMAT`].
    pub(crate) barter_reputation_log: u32,
    #[serde(flatten)]
    pub(crate) head: Head,
    /// Files of an earlier version do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keeper: Option<Keeper>,
}

/// Asks for the log as a whole.
pub(crate) async fn head(service: &Service) -> Result<Head, Error> {
    service.get(&["oracle", "log"], &[]).await
}

/// Asks whose log it is.
pub(crate) async fn keeper(service: &Service) -> Result<Keeper, Error> {
    service.get(&["slashes"], &[("limit", 1.to_string())]).await
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

/// A file that a log was exported to. Whoever reads it to its end knows that it is whole.
pub(crate) struct LogFile {
    path: PathBuf,
    reader: BufReader<File>,
    first: FirstLine,
    /// Of what was read so far.
    frontier: Frontier,
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
        Ok(Self { path: path.to_owned(), reader, first, frontier: Frontier::default() })
    }

    /// What its first line says of the log.
    pub(crate) const fn head(&self) -> &Head {
        &self.first.head
    }

    /// Whose log it says it is.
    pub(crate) const fn keeper(&self) -> Option<&Keeper> {
        self.first.keeper.as_ref()
    }

    /// The next entry; `None` at the end, once all of them together are what the first line says. A file that is not is its owner's
    /// to see to, and no matter of any service's.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, Error> {
        let place = self.frontier.size();
        // Entry 0 stands in line 2.
        let invalid = |reason: String| Error::InvalidLog {
            path: self.path.clone(),
            reason: format!("line {}: {reason}", place + 2),
        };
        let mut text = String::new();
        let read = (&mut self.reader).take(MAX_LINE_BYTES).read_line(&mut text);
        if read.map_err(|error| invalid(error.to_string()))? == 0 {
            return self.check_whole().map(|()| None);
        }
        let entry: EntryJson = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
        let entry = entry.read().map_err(|error| invalid(error.to_string()))?;
        if entry.index != place {
            let reason = format!("entry {} stands in the place of {place}", entry.index);
            return Err(Error::DamagedLog { path: self.path.clone(), reason });
        }
        self.frontier.append(entry.signed.leaf(&entry.key));
        Ok(Some(entry))
    }

    fn check_whole(&self) -> Result<(), Error> {
        let (size, named) = (self.frontier.size(), &self.first.head);
        let reason = if size != named.size {
            let entries = if size == 1 { "entry" } else { "entries" };
            format!("it has {size} {entries}, and its first line names {}", named.size)
        } else if B256::from(self.frontier.root()) != named.root {
            let entries = if size == 1 { "entry has" } else { "entries have" };
            format!("its {size} {entries} not the root that its first line names")
        } else {
            return Ok(());
        };
        Err(Error::DamagedLog { path: self.path.clone(), reason })
    }
}
