//! Going through a log entry by entry, and counting what a service counted.
//!
//! Nothing of what a service says is believed here: signatures are checked, leaves and roots computed, and the provider's record is
//! counted anew, one outcome after the other.

use std::collections::{BTreeMap, HashSet};

use barter_reputation::{
    key::PublicKey,
    merkle::{Frontier, Hash},
    score::{Counts, Record},
    verify::{Signed, Verifier},
    wire::{Domain, Form, SignedOutcome, Status, hub},
};
use sha2::{Digest as _, Sha256};

/// Signatures that are checked together: keys repeat, and a key's table is then made once.
const BATCH: usize = 256;
/// Entries that are named of those at fault.
const NAMED: usize = 5;

/// An entry of a log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its place, from 0.
    pub(crate) index: u64,
    /// The key that its consumer is held to.
    pub(crate) key: PublicKey,
    /// What was signed, and the signature.
    pub(crate) signed: SignedOutcome,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The provider.
    pub(crate) hub: String,
    /// The time that is taken for now, Unix seconds.
    pub(crate) now: u64,
    /// For how long an outcome counts, in seconds.
    pub(crate) window_seconds: u64,
    /// How many entries count: what comes after them is gone through for its signatures and for the root alone.
    pub(crate) counted: u64,
    /// The only domain that outcomes of our own form may have; `None`: any.
    pub(crate) domain: Option<Domain>,
}

/// Entries at fault in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    count: u64,
    first: Vec<u64>,
}

impl Faults {
    fn add(&mut self, index: u64) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(index);
        }
    }

    /// How many.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Which, in words.
    pub(crate) fn named(&self) -> String {
        let named: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let more = self.count.saturating_sub(self.first.len() as u64);
        let rest = if more > 0 { format!(" and {} more", crate::text::grouped(more)) } else { String::new() };
        format!("{} {}{rest}", if self.count == 1 { "entry" } else { "entries" }, named.join(", "))
    }
}

/// A log that is gone through.
#[derive(Debug)]
pub(crate) struct Audit {
    subject: Subject,
    normal_hub: String,
    frontier: Frontier,
    verifier: Verifier,
    waiting: Vec<(Entry, Vec<u8>)>,
    /// Sizes at which somebody gives a root, and the root that is found there.
    roots: BTreeMap<u64, Option<Hash>>,
    /// What was said once: hashes of consumer and invocation, or of an event's text.
    said: HashSet<[u8; 16]>,
    /// Those about the provider, each with the key that said it.
    about: HashSet<[u8; 16]>,
    /// The keys each consumer was held to.
    keys: BTreeMap<String, Vec<PublicKey>>,
    record: Record,
    total: u64,
    pub(crate) misplaced: Faults,
    pub(crate) unsigned: Faults,
    pub(crate) repeated: Faults,
    pub(crate) foreign: Faults,
}

impl Audit {
    /// Begins. `sizes` are those at which roots will be compared.
    pub(crate) fn new(subject: Subject, sizes: impl IntoIterator<Item = u64>) -> Self {
        let normal_hub = hub::normal(&subject.hub);
        let mut roots: BTreeMap<u64, Option<Hash>> = sizes.into_iter().map(|size| (size, None)).collect();
        let frontier = Frontier::default();
        if let Some(root) = roots.get_mut(&0) {
            *root = Some(frontier.root());
        }
        Self {
            subject,
            normal_hub,
            frontier,
            verifier: Verifier::new(),
            waiting: Vec::with_capacity(BATCH),
            roots,
            said: HashSet::new(),
            about: HashSet::new(),
            keys: BTreeMap::new(),
            record: Record::default(),
            total: 0,
            misplaced: Faults::default(),
            unsigned: Faults::default(),
            repeated: Faults::default(),
            foreign: Faults::default(),
        }
    }

    /// Takes the next entry.
    pub(crate) fn take(&mut self, entry: Entry) {
        let place = self.frontier.size();
        if entry.index != place {
            self.misplaced.add(place);
        }
        self.frontier.append(entry.signed.leaf(&entry.key));
        if let Some(root) = self.roots.get_mut(&self.frontier.size()) {
            *root = Some(self.frontier.root());
        }
        let form = entry.signed.outcome.form();
        if form.domain().is_some() && self.subject.domain.is_some_and(|domain| form != Form::Bound(domain)) {
            self.foreign.add(place);
        }
        let bytes = entry.signed.outcome.signed_bytes();
        let call = said(&entry, &bytes);
        if !self.said.insert(call) {
            self.repeated.add(place);
        }
        if hub::normal(&entry.signed.outcome.fields().provider_hub) == self.normal_hub {
            self.about.insert(by(call, &entry.key));
            if place < self.subject.counted {
                self.count(&entry);
            }
        }
        let consumer = hub::normal(&entry.signed.outcome.fields().consumer_hub);
        let keys = self.keys.entry(consumer).or_default();
        if !keys.contains(&entry.key) {
            keys.push(entry.key);
        }
        self.waiting.push((entry, bytes));
        if self.waiting.len() == BATCH {
            self.check_signatures();
        }
    }

    /// Counts an outcome of the provider's.
    fn count(&mut self, entry: &Entry) {
        let fields = entry.signed.outcome.fields();
        self.total += 1;
        let record = &mut self.record;
        record.first_outcome_at =
            Some(record.first_outcome_at.map_or(fields.timestamp, |first| first.min(fields.timestamp)));
        if self.subject.now.saturating_sub(self.subject.window_seconds) >= fields.timestamp {
            return;
        }
        let Counts { success, failure, timeout, disputed } = &mut record.counts;
        *match fields.status {
            Status::Success => success,
            Status::Failure => failure,
            Status::Timeout => timeout,
            Status::Disputed => disputed,
        } += 1;
        record.volume_units += u128::from(fields.price.units());
        if let Some(quality) = fields.quality {
            record.quality_ppm_sum += u64::from(quality.rounded_ppm());
            record.quality_count += 1;
        }
    }

    fn check_signatures(&mut self) {
        let batch: Vec<Signed<'_>> = self
            .waiting
            .iter()
            .map(|(entry, bytes)| Signed { key: &entry.key, message: bytes, signature: &entry.signed.signature })
            .collect();
        let right = self.verifier.verify_batch(&batch);
        let first = self.frontier.size() - self.waiting.len() as u64;
        for (place, _) in (first..).zip(right).filter(|(_, is_right)| !is_right) {
            self.unsigned.add(place);
        }
        self.waiting.clear();
    }

    /// Ends.
    pub(crate) fn end(&mut self) {
        self.check_signatures();
    }

    /// The only domain that our own form may have; `None`: any.
    pub(crate) const fn domain(&self) -> Option<Domain> {
        self.subject.domain
    }

    /// Entries so far.
    pub(crate) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root at a size that was asked for; `None` if the log is not as long.
    pub(crate) fn root_at(&self, size: u64) -> Option<Hash> {
        self.roots.get(&size).copied().flatten()
    }

    /// What was counted of the provider. Nothing of it comes from the chain.
    pub(crate) const fn record(&self) -> Record {
        self.record
    }

    /// All outcomes of the provider, of any age.
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// Whether the consumer said something of this call of the provider's, with this key.
    pub(crate) fn has_call(&self, consumer: &str, key: &PublicKey, invocation_id: &str) -> bool {
        self.about.contains(&by(short(1, consumer, invocation_id.as_bytes()), key))
    }

    /// The keys that each consumer was held to.
    pub(crate) const fn keys(&self) -> &BTreeMap<String, Vec<PublicKey>> {
        &self.keys
    }
}

/// What may be said once: by a consumer of an invocation, or in one event.
fn said(entry: &Entry, bytes: &[u8]) -> [u8; 16] {
    let fields = entry.signed.outcome.fields();
    if entry.signed.outcome.form() == Form::Event {
        return short(0, &fields.consumer_hub, bytes);
    }
    short(1, &fields.consumer_hub, fields.invocation_id.as_bytes())
}

/// What was said, and by which key.
fn by(call: [u8; 16], key: &PublicKey) -> [u8; 16] {
    half(Sha256::new().chain_update(call).chain_update(key.as_bytes()))
}

/// Half a hash: as many bytes as nobody finds two of.
fn short(kind: u8, consumer: &str, what: &[u8]) -> [u8; 16] {
    let consumer = hub::normal(consumer);
    let length = u32::try_from(consumer.len()).unwrap_or(u32::MAX);
    let hash = Sha256::new().chain_update([kind]).chain_update(length.to_be_bytes()).chain_update(consumer);
    half(hash.chain_update(what))
}

fn half(hash: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}
