//! The oracle: the log, who may write to it, and what a record is worth.
//!
//! Everything here is synchronous and waits for a disk: an asynchronous program calls it where it may block. There is no clock and
//! no network; the time comes in as `now`, Unix seconds, and the bond as it was read from the chain.

mod export;
mod record;
mod refusal;

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use alloy_primitives::Address;
use barter_protocol::bond::check_hub;
use barter_store::Location;

pub use self::{export::Export, record::Verdict, refusal::Refusal};
pub use crate::log::{
    About, Attestation, Ending, Entry, Error, Ingested, MAX_ATTESTATIONS_ABOUT, MAX_ATTESTATIONS_OF_ISSUER, Page,
    RegisteredKey, Resolution, Standing, StoredDispute, Tally, Worth,
};
use crate::{
    chain::BondReading,
    key::PublicKey,
    log::{Filing, Log, Registering, Resolving},
    merkle::Hash,
    score::{self, Score},
    verify::{Signed, Verifier},
    wire::{self, AttestationEnvelope, Domain, MAX_HUB_BYTES, SignedDispute, Status, hub},
};

/// Most outcomes that are recorded at once.
pub const MAX_BATCH: usize = 1_000;
/// How far what is signed may be dated from now, in seconds: a day.
pub const MAX_CLOCK_DIFFERENCE: u64 = 86_400;
/// Most entries, keys or attestations that one call reads.
pub const MAX_PAGE: usize = 1_000;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// What the operator of an oracle chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settings {
    /// What outcomes and disputes in our own form are bound to; without it there are none.
    pub domain: Option<Domain>,
    /// How a score is made.
    pub score: score::Settings,
}

/// What became of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is on record.
    New,
    /// It was before: the consumer had signed the very same.
    Replayed,
}

/// A dispute that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The dispute.
    pub dispute: StoredDispute,
    /// What others are told of the slash, if there was one.
    pub attestation: Option<AttestationEnvelope>,
}

/// A provider's score and all it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Every term.
    pub score: Score,
    /// The whole numbers it was computed from.
    pub record: score::Record,
    /// What the log says of the provider, and which log: its size and root.
    pub standing: Standing,
}

/// An oracle. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Oracle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: Log,
    verifier: Verifier,
    settings: Settings,
}

impl Oracle {
    /// Opens a log to write it; where there is none, makes it.
    ///
    /// # Errors
    /// [`Error::OtherDomain`], [`Error::OtherSchema`]; [`barter_store::Error::InUse`] where another process writes the file; what is
    /// no log, and what the database fails with.
    pub fn create(location: &Location, settings: Settings) -> Result<Self, Error> {
        Ok(Self::new(Log::create(location, settings.domain)?, settings))
    }

    /// Opens a log to read it, beside whoever writes it. What it is bound to comes from the log.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::OtherSchema`]; what the database fails with.
    pub fn open(location: &Location, settings: Settings) -> Result<Self, Error> {
        let log = Log::open(location)?;
        let settings = Settings { domain: log.domain(), ..settings };
        Ok(Self::new(log, settings))
    }

    fn new(log: Log, settings: Settings) -> Self {
        let settings = Settings { domain: log.domain(), ..settings };
        Self(Arc::new(Inner { log, verifier: Verifier::new(), settings }))
    }

    /// What was chosen. The domain is the log's, which remembers one that it was once opened with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    // -------------------------------------------------------------------------------------------- who is known

    /// Registers a consumer with its key. Whether the key is new. A consumer that has another keeps it: a name written by mistake
    /// would make all that its owner signs wrong.
    ///
    /// Whose word counts is the operator's to say: nothing a stranger sends gets here.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// The key it has already changes nothing.
    pub fn register_consumer(&self, hub: &str, key: PublicKey, now: u64) -> Result<Result<bool, Refusal>, Error> {
        self.add_consumer(hub, key, false, now)
    }

    /// Registers a consumer with its key, in the place of the one it had if it had another. Whether the key is new.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// The key it has already changes nothing.
    pub fn replace_consumer(&self, hub: &str, key: PublicKey, now: u64) -> Result<Result<bool, Refusal>, Error> {
        self.add_consumer(hub, key, true, now)
    }

    fn add_consumer(&self, hub: &str, key: PublicKey, replace: bool, now: u64) -> Result<Result<bool, Refusal>, Error> {
        if let Err(refusal) = check_name("consumer_hub", hub) {
            return Ok(Err(refusal.into()));
        }
        let key = match key.checked() {
            Ok(key) => key,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        Ok(match self.0.log.add_consumer(&hub::normal(hub), key, replace, now)? {
            Registering::New => Ok(true),
            Registering::Known => Ok(false),
            Registering::Taken(hub) => Err(Refusal::KeyTaken { hub }),
            Registering::Other(registered) => Err(Refusal::OtherKeyRegistered { hub: hub.to_owned(), registered }),
        })
    }

    /// Registers a provider, whose name is its hub's URL, with a wallet, or adds one. Whether the wallet is new.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// A wallet it has already changes nothing.
    pub fn register_provider(&self, hub: &str, wallet: Address, now: u64) -> Result<Result<bool, Refusal>, Error> {
        let checked = check_name("provider_hub", hub).map_err(Refusal::from);
        match checked.and_then(|()| Ok(check_hub(hub)?)) {
            Ok(()) => self.0.log.add_wallet(&hub::normal(hub), wallet, now).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// The key a consumer is registered with.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn registered_consumer(&self, hub: &str) -> Result<Option<PublicKey>, Error> {
        let hub = hub::normal(hub);
        Ok(self.0.log.consumers(&HashSet::from([hub.clone()]))?.get(&hub).map(|consumer| consumer.key))
    }

    /// Keys that consumers have or had, in the order of their registration, after one's number; at most [`MAX_PAGE`].
    ///
    /// # Errors
    /// What the database fails with.
    pub fn consumers(&self, after: u64, limit: usize) -> Result<Vec<RegisteredKey>, Error> {
        self.0.log.keys(after, limit.min(MAX_PAGE))
    }

    /// A provider's wallets, in the order of their registration.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn wallets_of(&self, hub: &str) -> Result<Vec<Address>, Error> {
        self.0.log.wallets_of(&hub::normal(hub))
    }

    /// The wallets of all providers.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn wallets(&self) -> Result<Vec<Address>, Error> {
        self.0.log.all_wallets()
    }

    // -------------------------------------------------------------------------------------------- outcomes

    /// Is it for this oracle, and of these days?
    fn check(&self, domain: Option<Domain>, timestamp: u64, now: u64) -> Result<(), Refusal> {
        let expected = self.0.settings.domain;
        if let Some(found) = domain.filter(|found| expected != Some(*found)) {
            return Err(Refusal::OtherDomain { found, expected });
        }
        if timestamp.abs_diff(now) > MAX_CLOCK_DIFFERENCE {
            return Err(Refusal::WrongTime { found: timestamp, now });
        }
        Ok(())
    }

    /// How many outcomes the log has, and its root.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn tree_head(&self) -> Result<(u64, Hash), Error> {
        self.0.log.head()
    }

    /// The hashes that show that the log of `size` outcomes begins with that of `older` (RFC 6962). `None` where one of them is
    /// no size the log had.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn consistency(&self, older: u64, size: u64) -> Result<Option<Vec<Hash>>, Error> {
        self.0.log.consistency(older, size)
    }

    /// A provider's outcomes from an index on, at most [`MAX_PAGE`], with their proofs. `None` if the provider was never seen.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn outcomes(&self, hub: &str, from: u64, limit: usize) -> Result<Option<Page>, Error> {
        self.0.log.page(&hub::normal(hub), from, limit.min(MAX_PAGE))
    }

    /// The log from an index on, at most [`MAX_PAGE`] of it, and its size.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn entries(&self, from: u64, limit: usize) -> Result<(u64, Vec<Entry>), Error> {
        self.0.log.entries(from, limit.min(MAX_PAGE))
    }

    /// The whole log as it is now, in order, a page at a time in memory.
    pub fn export(&self) -> Export {
        Export { oracle: self.clone(), next: 0, size: None, page: Vec::new().into_iter() }
    }

    /// Did the last write to the log work? Where it did not, tries one that changes nothing, and says whether that did.
    pub fn is_writable(&self) -> bool {
        self.0.log.is_writable()
    }

    /// Bytes that the log and all beside it take on disk.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn bytes(&self) -> Result<u64, Error> {
        self.0.log.bytes()
    }

    // -------------------------------------------------------------------------------------------- the score

    /// A provider's score. An outcome is in the window if its time is after `now` less the window, to the second; the first outcome
    /// is the earliest of all on record. `None` if the provider was never seen: neither registered nor named in an outcome.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn score(&self, hub: &str, now: u64, bond: &BondReading) -> Result<Option<Scored>, Error> {
        let settings = &self.0.settings.score;
        let after = now.saturating_sub(u64::from(settings.window_days) * DAY);
        let Some(standing) = self.0.log.standing(&hub::normal(hub), after)? else { return Ok(None) };
        let window = &standing.window;
        let record = score::Record {
            first_outcome_at: standing.first_outcome_at,
            first_bonded_at: bond.first_bonded_at,
            bond_units: bond.active,
            ever_bonded_units: bond.ever_bonded,
            ever_slashed_units: bond.ever_slashed,
            counts: score::Counts {
                success: window.of(Status::Success),
                failure: window.of(Status::Failure),
                timeout: window.of(Status::Timeout),
                disputed: window.of(Status::Disputed),
            },
            volume_units: window.price_units,
            quality_ppm_sum: window.quality_ppm,
            quality_count: window.rated,
            upheld_disputes: bond.upheld,
            strong_issuers: standing.strong_issuers,
            weak_issuers: standing.weak_issuers,
        };
        Ok(Some(Scored { score: Score::of(&record, settings, now), record, standing }))
    }

    // -------------------------------------------------------------------------------------------- disputes

    /// Files a dispute that a consumer signed, about an outcome of its own that is on record.
    ///
    /// The same dispute can be filed in both forms, one after the other: then ours, which names who is paid, is the dispute, and the
    /// published one is kept beside it, for those who know only that.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// Safe: the same again is a replay.
    pub fn file_dispute(&self, signed: SignedDispute, now: u64) -> Result<Result<Filed, Refusal>, Error> {
        let fields = signed.dispute.fields();
        let (hub, dispute_id) = (fields.consumer_hub.clone(), fields.dispute_id.clone());
        let invocation_id = fields.invocation_id.clone();
        if let Err(refusal) = self.check(signed.dispute.form().domain(), fields.timestamp, now) {
            // What was taken in time stays taken.
            let stored = self.dispute(&dispute_id)?;
            let dispute = &signed.dispute;
            let is_known = stored.is_some_and(|stored| stored.has(dispute) && !stored.has_other_evidence(dispute));
            return Ok(if is_known { Ok(Filed::Replayed) } else { Err(refusal) });
        }
        let name = hub::normal(&hub);
        let consumers = self.0.log.consumers(&HashSet::from([name.clone()]))?;
        let Some(consumer) = consumers.get(&name).copied() else {
            return Ok(Err(Refusal::UnknownConsumer { hub }));
        };
        if consumer.key != signed.consumer_key {
            return Ok(Err(Refusal::OtherKey { hub, found: signed.consumer_key }));
        }
        let message = signed.dispute.signed_bytes();
        let is_right =
            self.0.verifier.verify(Signed { key: &consumer.key, message: &message, signature: &signed.signature });
        if !is_right {
            return Ok(Err(Refusal::WrongSignature { hub }));
        }
        Ok(match self.0.log.file(signed, consumer, now)? {
            Filing::New => Ok(Filed::New),
            Filing::Replayed => Ok(Filed::Replayed),
            Filing::NoOutcome => Err(Refusal::NoOutcome { invocation_id }),
            Filing::AlreadyDisputed(other) => Err(Refusal::AlreadyDisputed { dispute_id: other }),
            Filing::OtherEvidence => Err(Refusal::OtherEvidence { dispute_id }),
            Filing::IdTaken => Err(Refusal::DisputeIdTaken { dispute_id }),
        })
    }

    /// A dispute by its id.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn dispute(&self, dispute_id: &str) -> Result<Option<StoredDispute>, Error> {
        // PostgreSQL has no text with a NUL.
        if dispute_id.contains('\0') {
            return Ok(None);
        }
        self.0.log.dispute(dispute_id)
    }

    /// Writes down how a dispute ended on the chain. Where something was taken, `attest` is given the dispute and the number of our
    /// next attestation, and what it makes of it is kept in the same transaction.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// Safe: the same resolution again gives the first answer, with the attestation that was made then.
    pub fn resolve(
        &self,
        dispute_id: &str,
        resolution: Resolution,
        attest: impl FnOnce(&StoredDispute, u64) -> Option<AttestationEnvelope> + Send + 'static,
    ) -> Result<Result<Resolved, Refusal>, Error> {
        let unknown = || Refusal::UnknownDispute { dispute_id: dispute_id.to_owned() };
        if dispute_id.contains('\0') {
            return Ok(Err(unknown()));
        }
        Ok(match self.0.log.resolve(dispute_id, resolution, attest)? {
            Resolving::Done { dispute, attestation } => {
                Ok(Resolved { dispute: *dispute, attestation: attestation.map(|attestation| *attestation) })
            }
            Resolving::NoDispute => Err(unknown()),
            Resolving::Otherwise => Err(Refusal::EndedOtherwise { dispute_id: dispute_id.to_owned() }),
        })
    }

    /// The index of the outcome of this provider and call that this consumer, with this key, has on record. The key is the one that the
    /// outcome was checked with, or the one that the consumer is registered with now.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn outcome_of(
        &self,
        consumer_hub: &str,
        key: &PublicKey,
        provider_hub: &str,
        invocation_id: &str,
    ) -> Result<Option<u64>, Error> {
        if consumer_hub.contains('\0') {
            return Ok(None);
        }
        self.0.log.outcome_of(&hub::normal(consumer_hub), key, &hub::normal(provider_hub), invocation_id)
    }

    // -------------------------------------------------------------------------------------------- attestations

    /// Our attestations after a number, in order, at most [`MAX_PAGE`]; without one, the last ones.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn attestations(&self, after: Option<u64>, limit: usize) -> Result<Vec<AttestationEnvelope>, Error> {
        self.0.log.own_attestations(after, limit.min(MAX_PAGE))
    }

    /// What is known of a provider's slashes: counts, and the attestations after one's number, ours and those of the peers that
    /// count, in the order they came, at most [`MAX_PAGE`].
    ///
    /// # Errors
    /// What the database fails with.
    pub fn attestations_about(&self, hub: &str, after: u64, limit: usize) -> Result<About, Error> {
        self.0.log.attestations_about(&hub::normal(hub), after, limit.min(MAX_PAGE))
    }

    /// The highest number of an issuer's attestations on record; 0 if there is none.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn last_attestation_of(&self, issuer: &PublicKey) -> Result<u64, Error> {
        self.0.log.last_of(issuer)
    }

    /// Which of these numbers of an issuer's attestations are on record.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn known_attestations(&self, issuer: &PublicKey, numbers: &[u64]) -> Result<HashSet<u64>, Error> {
        self.0.log.known_of(issuer, numbers)
    }

    /// Lets the words of these peers count, by their keys, and no others: what others once said stays on record.
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// Safe: the same again changes nothing.
    pub fn pin_peers(&self, keys: &[PublicKey]) -> Result<(), Error> {
        self.0.log.pin(&keys.iter().map(|key| *key.as_bytes()).collect::<BTreeSet<_>>())
    }

    /// Keeps attestations of a peer's, whose signatures under `issuer` are right, each with the outcome that a consumer's proof in it
    /// is about ([`outcome_of`](Self::outcome_of)). What became of each, in order. They count as long as the peer is
    /// [pinned](Self::pin_peers).
    ///
    /// # Errors
    /// What the database fails with.
    ///
    /// # Retry safety
    /// Safe: of one issuer and number the first is kept.
    pub fn ingest(
        &self,
        issuer: PublicKey,
        heard: Vec<(AttestationEnvelope, Option<u64>)>,
        now: u64,
    ) -> Result<Vec<Ingested>, Error> {
        self.0.log.ingest(issuer, heard, now)
    }
}

/// A name that a database can hold.
fn check_name(field: &'static str, hub: &str) -> Result<(), wire::Error> {
    if hub.trim().is_empty() {
        return Err(wire::Error::Empty { field });
    }
    if hub.len() > MAX_HUB_BYTES {
        return Err(wire::Error::TooLong { field, bytes: hub.len(), maximum: MAX_HUB_BYTES });
    }
    if hub.contains('\0') {
        return Err(wire::Error::Nul { field });
    }
    Ok(())
}
