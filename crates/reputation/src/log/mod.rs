//! The log of outcomes: only ever appended to, durable, in SQLite or PostgreSQL.
//!
//! One thread writes. It takes all that waits, puts it into one transaction, and answers once the disk has it, so that what was
//! answered for is there whatever happens a moment later. Who reads has connections of its own and waits for nobody. What is
//! checked against what is there already, is checked inside the transaction; nothing at the start of a program is in proportion
//! to the log.
//!
//! A log is held by the process that writes it, and a second one is refused. Who lost it on a server for a while finds what others
//! wrote meanwhile: what is remembered of the log is compared with what is there, at each transaction.

mod append;
mod attestations;
mod cache;
mod disputes;
mod error;
mod outcome;
mod readers;
mod registry;
mod schema;
mod tally;
#[cfg(test)]
mod tests;
mod tree;
mod window;
mod writer;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy_primitives::Address;
use barter_store::{
    Access, Durability, Engine, Error as StoreError, Location, Purpose, Value, connect, connect_alone, row,
};

pub(crate) use append::{Candidate, Placed};
pub use attestations::{About, Attestation, Ingested, MAX_ATTESTATIONS_ABOUT, MAX_ATTESTATIONS_OF_ISSUER, Worth};
pub use disputes::{Ending, Resolution, StoredDispute};
pub(crate) use disputes::{Filing, Resolving};
pub use error::Error;
pub use outcome::Entry;
pub use registry::RegisteredKey;
pub(crate) use registry::Registering;
pub use tally::Tally;
pub use window::Standing;

use self::{cache::Cache, readers::Readers, registry::Consumer, window::Windows, writer::Writer};
use crate::{
    key::PublicKey,
    merkle::{self, Hash},
    wire::Domain,
};

/// What a database is told that a log is in it. The writer's memory is for a transaction, that of eight readers for what is asked
/// again and again.
const PURPOSE: Purpose = Purpose {
    mark: schema::META,
    application: "barter-reputation",
    durability: Durability::Each,
    patience: Duration::from_secs(10),
    write_cache_kib: 16 * 1024,
    read_cache_kib: 2 * 1024,
};
/// Roots that are remembered, of the newest sizes of the log.
const KNOWN_ROOTS: usize = 256;
/// Consumers whose key is remembered.
const KNOWN_CONSUMERS: usize = 10_000;

/// A log of outcomes.
pub(crate) struct Log {
    location: String,
    domain: Option<Domain>,
    writer: Option<Writer>,
    readers: Readers,
    heads: Arc<Mutex<Heads>>,
    windows: Windows,
    consumers: Mutex<Consumers>,
}

/// The roots of the newest sizes of the log.
#[derive(Debug, Default)]
struct Heads(VecDeque<(u64, Hash)>);

impl Heads {
    fn put(&mut self, size: u64, root: Hash) {
        self.forget(size);
        if self.0.len() == KNOWN_ROOTS {
            self.0.pop_front();
        }
        self.0.push_back((size, root));
    }

    fn forget(&mut self, size: u64) {
        self.0.retain(|(known, _)| *known != size);
    }

    fn get(&self, size: u64) -> Option<Hash> {
        self.0.iter().rev().find(|(known, _)| *known == size).map(|(_, root)| *root)
    }
}

/// Consumers as they were at one revision of the registry.
struct Consumers {
    revision: i64,
    known: Cache<String, Consumer>,
}

/// Outcomes of a provider, or of all, with the state of the log that proofs are for.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Outcomes in the log.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The outcomes, each with the hashes that lead from its leaf to the root, from below.
    pub entries: Vec<(Entry, Vec<Hash>)>,
    /// Where the next page begins, if there is more.
    pub next: Option<u64>,
}

impl Log {
    /// Opens a log to write it; where there is none, makes it. `domain` is what outcomes in our own form are bound to; a log that
    /// has none yet takes it on.
    pub(crate) fn create(location: &Location, domain: Option<Domain>) -> Result<Self, Error> {
        let name = location.to_string();
        let mut engine = connect_alone(location, &PURPOSE)?;
        let domain = barter_store::in_transaction(&mut *engine, Access::Write, |engine| {
            let Found::Log(found) = identity(engine, &name)? else {
                return define(engine, &name, domain);
            };
            match (found, domain) {
                (Some(found), Some(expected)) if found != expected => Err(other_domain(&name, found, expected)),
                (None, Some(domain)) => {
                    let values = [Value::Integer(domain.chain_id.cast_signed()), Value::Bytes(domain.bond.as_slice())];
                    engine.execute("UPDATE barter_log SET chain_id = $1, bond = $2", &values)?;
                    Ok(Some(domain))
                }
                _ => Ok(found),
            }
        })?;
        let heads = Arc::default();
        let writer = Some(Writer::start(engine, domain, Arc::clone(&heads))?);
        Ok(Self::new(location, name, domain, writer, heads))
    }

    /// Opens a log to read it, beside whoever writes it.
    pub(crate) fn open(location: &Location) -> Result<Self, Error> {
        let name = location.to_string();
        let mut engine = connect(location, Access::Read, &PURPOSE).map_err(|error| match error {
            StoreError::NotFound { location } => Error::NotFound { location },
            error => error.into(),
        })?;
        let found = barter_store::in_transaction(&mut *engine, Access::Read, |engine| identity(engine, &name))?;
        let Found::Log(domain) = found else { return Err(Error::NotFound { location: name }) };
        Ok(Self::new(location, name, domain, None, Arc::default()))
    }

    fn new(
        location: &Location,
        name: String,
        domain: Option<Domain>,
        writer: Option<Writer>,
        heads: Arc<Mutex<Heads>>,
    ) -> Self {
        Self {
            location: name,
            domain,
            writer,
            readers: Readers::new(location, &PURPOSE),
            heads,
            windows: Windows::new(),
            consumers: Mutex::new(Consumers { revision: 0, known: Cache::new(KNOWN_CONSUMERS) }),
        }
    }

    pub(crate) const fn domain(&self) -> Option<Domain> {
        self.domain
    }

    fn writer(&self) -> Result<&Writer, Error> {
        self.writer.as_ref().ok_or_else(|| Error::ReadOnly { location: self.location.clone() })
    }

    // -------------------------------------------------------------------------------------------- outcomes

    /// Appends these in one transaction, which is on the disk when this returns. What became of each, in order.
    pub(crate) fn append(&self, candidates: Vec<Candidate>) -> Result<Vec<Placed>, Error> {
        self.writer()?.append(candidates)
    }

    /// Did the last write work, or would another? Of a log that is only read: yes.
    pub(crate) fn is_writable(&self) -> bool {
        self.writer.as_ref().is_none_or(Writer::works)
    }

    /// How many outcomes there are, and the root.
    pub(crate) fn head(&self) -> Result<(u64, Hash), Error> {
        self.readers.read(|engine| {
            let size = tree::size(engine)?;
            Ok((size, self.root_of(engine, size)?))
        })
    }

    /// The root of the log as it was with so many outcomes.
    fn root_of(&self, engine: &mut dyn Engine<Error>, size: u64) -> Result<Hash, Error> {
        let heads = || self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = heads().get(size) {
            return Ok(root);
        }
        // Not remembered: what another process may write in place of what was not committed is not to be found here.
        Ok(tree::frontier(engine, size)?.root())
    }

    /// The hashes that show that the log of `size` outcomes begins with that of `older`. `None` where one of them is none.
    pub(crate) fn consistency(&self, older: u64, size: u64) -> Result<Option<Vec<Hash>>, Error> {
        self.readers.read(|engine| {
            if older == 0 || older > size || size > tree::size(engine)? {
                return Ok(None);
            }
            merkle::prove_consistency(older, size, |level, index| tree::tile(engine, level, index))
                .map(Some)
                .map_err(tree::failed)
        })
    }

    /// Outcomes from an index on, of all providers, in order.
    pub(crate) fn entries(&self, from: u64, limit: usize) -> Result<(u64, Vec<Entry>), Error> {
        self.readers.read(|engine| {
            let size = tree::size(engine)?;
            let from = i64::try_from(from).unwrap_or(i64::MAX);
            let to = from.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
            let mut entries = Vec::new();
            engine.query(outcome::ENTRIES_FROM, &[Value::Integer(from), Value::Integer(to)], &mut |row| {
                entries.push(outcome::read(row, self.domain)?.0);
                Ok(())
            })?;
            Ok((size, entries))
        })
    }

    /// A provider's outcomes from an index on, with proofs. `None` if it was never named.
    pub(crate) fn page(&self, hub: &str, from: u64, limit: usize) -> Result<Option<Page>, Error> {
        self.readers.read(|engine| {
            let Some(provider) = registry::provider(engine, hub)? else { return Ok(None) };
            let size = tree::size(engine)?;
            let root = self.root_of(engine, size)?;
            // One more than is asked for tells whether there is another page.
            let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let from = i64::try_from(from).unwrap_or(i64::MAX);
            let bounds = [provider.id, from, wanted].map(Value::Integer);
            let mut found = Vec::new();
            engine.query(outcome::ENTRIES_OF_PROVIDER, &bounds, &mut |row| {
                found.push(outcome::read(row, self.domain)?.0);
                Ok(())
            })?;
            let next = found.get(limit).map(|entry| entry.index);
            found.truncate(limit);
            let mut tiles: HashMap<(u32, u64), Vec<Hash>> = HashMap::new();
            let mut entries = Vec::with_capacity(found.len());
            for entry in found {
                let proof = merkle::prove_inclusion(entry.index, size, |level, index| {
                    if let Some(tile) = tiles.get(&(level, index)) {
                        return Ok(tile.clone());
                    }
                    let tile = tree::tile(engine, level, index)?;
                    tiles.insert((level, index), tile.clone());
                    Ok(tile)
                });
                entries.push((entry, proof.map_err(tree::failed)?));
            }
            Ok(Some(Page { size, root, entries, next }))
        })
    }

    // -------------------------------------------------------------------------------------------- who is known

    /// Registers a consumer's key, its name as compared; with `replace`, in the place of another.
    pub(crate) fn add_consumer(
        &self,
        hub: &str,
        key: PublicKey,
        replace: bool,
        now: u64,
    ) -> Result<Registering, Error> {
        let (hub, now) = (hub.to_owned(), i64::try_from(now).unwrap_or(i64::MAX));
        self.writer()?.write(move |engine| registry::add_consumer(engine, &hub, &key, replace, now))
    }

    /// Adds a wallet to a provider, its name as compared. Whether it is new.
    pub(crate) fn add_wallet(&self, hub: &str, wallet: Address, now: u64) -> Result<bool, Error> {
        let (hub, now) = (hub.to_owned(), i64::try_from(now).unwrap_or(i64::MAX));
        self.writer()?.write(move |engine| registry::add_wallet(engine, &hub, &wallet, now))
    }

    /// The consumers of these names, as far as they are known. What was looked up is remembered until somebody is registered,
    /// here or by another process; who is unknown is not.
    pub(crate) fn consumers(&self, hubs: &HashSet<String>) -> Result<HashMap<String, Consumer>, Error> {
        let revision = self.readers.read(registry::revision)?;
        let mut found = HashMap::new();
        let mut unknown = Vec::new();
        {
            let mut remembered = self.consumers.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.revision != revision {
                remembered.known.clear();
                remembered.revision = revision;
            }
            for hub in hubs {
                match remembered.known.get(hub.as_str()) {
                    Some(consumer) => _ = found.insert(hub.clone(), *consumer),
                    None => unknown.push(hub.as_str()),
                }
            }
        }
        if unknown.is_empty() {
            return Ok(found);
        }
        let (read_at, read) =
            self.readers.read(|engine| Ok((registry::revision(engine)?, registry::consumers(engine, &unknown)?)))?;
        let mut remembered = self.consumers.lock().unwrap_or_else(PoisonError::into_inner);
        for (hub, consumer) in read {
            if remembered.revision == read_at {
                remembered.known.insert(hub.clone(), consumer);
            }
            found.insert(hub, consumer);
        }
        Ok(found)
    }

    /// Keys in the order of their registration.
    pub(crate) fn keys(&self, after: u64, limit: usize) -> Result<Vec<RegisteredKey>, Error> {
        self.readers.read(|engine| registry::keys(engine, after, limit))
    }

    /// A provider's wallets, in the order of their registration.
    pub(crate) fn wallets_of(&self, hub: &str) -> Result<Vec<Address>, Error> {
        self.readers.read(|engine| registry::wallets_of(engine, hub))
    }

    /// The wallets of all providers.
    pub(crate) fn all_wallets(&self) -> Result<Vec<Address>, Error> {
        self.readers.read(registry::all_wallets)
    }

    /// Bytes it all takes on disk.
    pub(crate) fn bytes(&self) -> Result<u64, Error> {
        self.readers.read(|engine| engine.size())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Log")
            .field("location", &self.location)
            .field("domain", &self.domain)
            .finish_non_exhaustive()
    }
}

// ------------------------------------------------------------------------------------------------ what it is

/// What is at a place.
enum Found {
    /// No log.
    Nothing,
    /// One whose outcomes are bound to this.
    Log(Option<Domain>),
}

fn identity(engine: &mut dyn Engine<Error>, location: &str) -> Result<Found, Error> {
    if !engine.tables()?.iter().any(|name| name == schema::META) {
        return Ok(Found::Nothing);
    }
    let mut found = None;
    engine.query("SELECT schema_version, chain_id, bond FROM barter_log", &[], &mut |row| {
        let version = row::integer(row, 0)?;
        if version != schema::VERSION {
            let location = location.to_owned();
            return Err(Error::OtherSchema { location, found: version, expected: schema::VERSION });
        }
        let bond = row::optional_array(row, 2)?;
        let domain = match (row.get(1), bond) {
            (Some(Value::Integer(chain_id)), Some(bond)) => {
                Some(Domain { chain_id: chain_id.cast_unsigned(), bond: Address::from(bond) })
            }
            _ => None,
        };
        found = Some(domain);
        Ok(())
    })?;
    match found {
        Some(domain) => Ok(Found::Log(domain)),
        None => Err(StoreError::Damaged { location: location.to_owned(), table: schema::META }.into()),
    }
}

/// Makes a log, where there is nothing of anybody's.
fn define(engine: &mut dyn Engine<Error>, location: &str, domain: Option<Domain>) -> Result<Option<Domain>, Error> {
    if !engine.tables()?.is_empty() {
        return Err(StoreError::Foreign { location: location.to_owned() }.into());
    }
    engine.define(schema::DEFINITION)?;
    let chain_id = domain.map_or(Value::Null, |domain| Value::Integer(domain.chain_id.cast_signed()));
    let bond = domain.as_ref().map_or(Value::Null, |domain| Value::Bytes(domain.bond.as_slice()));
    let row = [Value::Integer(1), Value::Integer(schema::VERSION), chain_id, bond, Value::Integer(0)];
    engine.insert(&schema::LOG, &row)?;
    Ok(domain)
}

fn other_domain(location: &str, found: Domain, expected: Domain) -> Error {
    Error::OtherDomain { location: location.to_owned(), found: found.to_string(), expected: expected.to_string() }
}
