//! Disputes, and how they ended.

use alloy_primitives::{Address, B256};
use barter_store::{Engine, Value, row};

use super::{
    Error, Log, attestations,
    outcome::{self, Call},
    registry::{self, Consumer},
    schema::DISPUTES,
};
use crate::{
    key::{PublicKey, Signature},
    merkle::Hash,
    wire::{
        AttestationEnvelope, Dispute, DisputeFields, DisputeForm, Domain, Fraction, ProofOfMisbehavior, SignedDispute,
        hub,
    },
};

const DISPUTE: &str = "SELECT d.id, d.dispute_id, d.outcome, d.wallet, d.provider_hub, d.consumer_hub, d.invocation, \
                       d.reason, d.requested_slash, d.happened_at, d.evidence, d.public_key, d.signature, d.filed_at, \
                       d.on_chain, d.slash_ppm, d.slashed_units, d.ending, d.resolved_at, d.attestation, o.leaf, \
                       d.published \
                       FROM disputes d JOIN outcomes o ON o.id = d.outcome WHERE d.dispute_id = $1";
const OTHERS_OF_OUTCOME: &str = "SELECT dispute_id, wallet FROM disputes WHERE outcome = $1 AND dispute_id <> $2";
const FORGET: &str = "DELETE FROM disputes WHERE dispute_id = $1";
const RESOLVE: &str = "UPDATE disputes SET on_chain = $1, slash_ppm = $2, slashed_units = $3, ending = $4, \
                       resolved_at = $5 WHERE dispute_id = $6";
const ATTESTED: &str = "UPDATE disputes SET attestation = $1 WHERE dispute_id = $2";

/// How a dispute ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The auditors upheld it.
    Upheld,
    /// They dismissed it.
    Dismissed,
    /// They did not rule in time.
    Void,
}

impl Ending {
    const ALL: [Self; 3] = [Self::Upheld, Self::Dismissed, Self::Void];

    const fn code(self) -> i64 {
        match self {
            Self::Upheld => 0,
            Self::Dismissed => 1,
            Self::Void => 2,
        }
    }
}

/// What the chain shows of a dispute that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The dispute there.
    pub on_chain: B256,
    /// The share that was ruled, in millionths.
    pub slash_ppm: u32,
    /// What was taken, in base units.
    pub slashed_units: u128,
    /// How it ended.
    pub ending: Ending,
    /// When this was written down, Unix seconds.
    pub resolved_at: u64,
}

impl Resolution {
    /// Do they say the same, whenever it was written down?
    fn is_same(&self, other: &Self) -> bool {
        *self == Self { resolved_at: self.resolved_at, ..*other }
    }
}

/// A dispute on record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDispute {
    /// What was said, and by whom: in our own form, if the consumer signed it in both.
    pub signed: SignedDispute,
    /// The consumer's signature of the published form, if it signed that too: what published hubs take for a proof.
    pub published: Option<ProofOfMisbehavior>,
    /// When it was filed here, Unix seconds.
    pub filed_at: u64,
    /// The outcome it is about: its index in the log, and its leaf.
    pub outcome: u64,
    /// The hash of that leaf: the `outcome` of the dispute on-chain.
    pub leaf: Hash,
    /// How it ended; `None` as long as it has not.
    pub resolution: Option<Resolution>,
    /// Number of our attestation of the slash.
    pub attestation: Option<u64>,
}

impl StoredDispute {
    /// Was this very dispute signed and filed?
    pub(crate) fn has(&self, dispute: &Dispute) -> bool {
        // No published string is one of our form.
        self.signed.dispute.signed_bytes() == dispute.signed_bytes()
            || self.published.as_ref().is_some_and(|proof| proof.dispute_canonical == dispute.signed_text())
    }

    /// Does this say otherwise what shows it? Only the published form lets it.
    pub(crate) fn has_other_evidence(&self, dispute: &Dispute) -> bool {
        let stored = &self.signed.dispute;
        stored.form() == dispute.form() && stored.fields().evidence != dispute.fields().evidence
    }

    /// Is this the same dispute in the form that is not on record yet?
    fn lacks(&self, signed: &SignedDispute, outcome: u64) -> bool {
        let [stored, other] = [&self.signed, signed].map(|one| one.dispute.form() == DisputeForm::Published);
        stored != other && self.outcome == outcome && self.published.is_none() && self.resolution.is_none()
    }
}

/// What became of a dispute whose signature is right.
#[derive(Debug)]
pub(crate) enum Filing {
    New,
    /// It was filed before, word by word.
    Replayed,
    /// No outcome of this consumer, provider and call.
    NoOutcome,
    /// The outcome has another dispute.
    AlreadyDisputed(String),
    /// It was filed before, with other evidence, which is not signed.
    OtherEvidence,
    /// Another dispute has the id.
    IdTaken,
}

/// What became of a resolution.
#[derive(Debug)]
pub(crate) enum Resolving {
    /// It is written down, now or before.
    Done {
        dispute: Box<StoredDispute>,
        attestation: Option<Box<AttestationEnvelope>>,
    },
    NoDispute,
    /// It had ended otherwise.
    Otherwise,
}

impl Log {
    /// Files a dispute whose signature, under the consumer's key, is right.
    pub(crate) fn file(&self, signed: SignedDispute, consumer: Consumer, now: u64) -> Result<Filing, Error> {
        let domain = self.domain();
        self.writer()?.write(move |engine| {
            let fields = signed.dispute.fields();
            let stored = find(engine, domain, &fields.dispute_id)?;
            if let Some(stored) = stored.as_ref().filter(|stored| stored.has(&signed.dispute)) {
                let is_other = stored.has_other_evidence(&signed.dispute);
                return Ok(if is_other { Filing::OtherEvidence } else { Filing::Replayed });
            }
            let call = Call::named(consumer.consumer, &fields.invocation_id);
            let entry = outcome::of_call(engine, domain, &call)?;
            let provider = hub::normal(&fields.provider_hub);
            let is_of = |entry: &outcome::Entry| hub::normal(&entry.signed.outcome.fields().provider_hub) == provider;
            let Some(entry) = entry.filter(is_of) else {
                return Ok(if stored.is_some() { Filing::IdTaken } else { Filing::NoOutcome });
            };
            if stored.as_ref().is_some_and(|stored| !stored.lacks(&signed, entry.index)) {
                return Ok(Filing::IdTaken);
            }
            // What names no wallet keeps out only its like: anybody may have passed it on.
            let is_kept_out = stored.is_none() && signed.dispute.form() == DisputeForm::Published;
            let mut other = None;
            let asked = [number(entry.index), Value::Text(&fields.dispute_id)];
            engine.query(OTHERS_OF_OUTCOME, &asked, &mut |row| {
                if is_kept_out || row::optional_array::<20>(row, 1)?.is_some() {
                    other = Some(row::text(row, 0)?.to_owned());
                }
                Ok(())
            })?;
            if let Some(other) = other {
                return Ok(Filing::AlreadyDisputed(other));
            }
            match stored {
                Some(stored) => complete(engine, &stored, &signed)?,
                None => put(engine, &signed, None, entry.index, now)?,
            }
            Ok(Filing::New)
        })
    }

    /// A dispute by its id.
    pub(crate) fn dispute(&self, dispute_id: &str) -> Result<Option<StoredDispute>, Error> {
        self.readers.read(|engine| find(engine, self.domain, dispute_id))
    }

    /// Writes down how a dispute ended, and where something was taken, what `attest` makes of the next number of ours.
    pub(crate) fn resolve(
        &self,
        dispute_id: &str,
        resolution: Resolution,
        attest: impl FnOnce(&StoredDispute, u64) -> Option<AttestationEnvelope> + Send + 'static,
    ) -> Result<Resolving, Error> {
        let (domain, dispute_id) = (self.domain(), dispute_id.to_owned());
        self.writer()?.write(move |engine| {
            let Some(mut dispute) = find(engine, domain, &dispute_id)? else { return Ok(Resolving::NoDispute) };
            if let Some(before) = dispute.resolution {
                if !before.is_same(&resolution) {
                    return Ok(Resolving::Otherwise);
                }
                let attestation = match dispute.attestation {
                    Some(seq) => attestations::own(engine, seq)?.map(Box::new),
                    None => None,
                };
                return Ok(Resolving::Done { dispute: Box::new(dispute), attestation });
            }
            let values = [
                Value::Bytes(resolution.on_chain.as_slice()),
                Value::Integer(resolution.slash_ppm.into()),
                Value::Bytes(&resolution.slashed_units.to_be_bytes()),
                Value::Integer(resolution.ending.code()),
                Value::Integer(i64::try_from(resolution.resolved_at).unwrap_or(i64::MAX)),
                Value::Text(&dispute_id),
            ];
            engine.execute(RESOLVE, &values)?;
            attestations::ruled(engine, dispute.outcome)?;
            dispute.resolution = Some(resolution);
            let mut attestation = None;
            if resolution.slashed_units > 0 {
                let seq = attestations::next_seq(engine)?;
                dispute.attestation = Some(seq);
                attestation = attest(&dispute, seq);
                dispute.attestation = attestation.is_some().then_some(seq);
                if let Some(envelope) = &attestation {
                    attestations::put_own(engine, seq, envelope, resolution.resolved_at)?;
                    let seq = Value::Integer(i64::try_from(seq).unwrap_or(i64::MAX));
                    engine.execute(ATTESTED, &[seq, Value::Text(&dispute_id)])?;
                }
            }
            Ok(Resolving::Done { dispute: Box::new(dispute), attestation: attestation.map(Box::new) })
        })
    }

    /// The outcome of this provider and call that this consumer, with this key, has on record. The key is the one the outcome was
    /// checked with, or the one the consumer has now.
    pub(crate) fn outcome_of(
        &self,
        consumer: &str,
        key: &PublicKey,
        provider: &str,
        invocation: &str,
    ) -> Result<Option<u64>, Error> {
        self.readers.read(|engine| {
            let Some(found) = registry::consumers(engine, &[consumer])?.get(consumer).copied() else {
                return Ok(None);
            };
            let entry = outcome::of_call(engine, self.domain, &Call::named(found.consumer, invocation))?;
            let is_meant = |entry: &outcome::Entry| {
                let is_of = hub::normal(&entry.signed.outcome.fields().provider_hub) == provider;
                is_of && (entry.key == *key || found.key == *key)
            };
            Ok(entry.filter(is_meant).map(|entry| entry.index))
        })
    }
}

/// Puts the other form of a dispute beside the one on record: ours is the dispute, the published one a proof of it.
fn complete(engine: &mut dyn Engine<Error>, stored: &StoredDispute, signed: &SignedDispute) -> Result<(), Error> {
    let (ours, published) = match signed.dispute.form() {
        DisputeForm::Published => (&stored.signed, signed),
        DisputeForm::Bound { .. } => (signed, &stored.signed),
    };
    engine.execute(FORGET, &[Value::Text(&ours.dispute.fields().dispute_id)])?;
    put(engine, ours, Some(&published.proof()), stored.outcome, stored.filed_at)
}

fn put(
    engine: &mut dyn Engine<Error>,
    signed: &SignedDispute,
    published: Option<&ProofOfMisbehavior>,
    outcome: u64,
    filed_at: u64,
) -> Result<(), Error> {
    let id = registry::next_id(engine, DISPUTES.name)?;
    let fields = signed.dispute.fields();
    let wallet = signed.dispute.form().wallet();
    let published = published.map(serde_json::to_string).transpose().map_err(|_| row::damaged(DISPUTES.name))?;
    let row = [
        Value::Integer(id),
        Value::Text(&fields.dispute_id),
        number(outcome),
        wallet.as_ref().map_or(Value::Null, |wallet| Value::Bytes(wallet.as_slice())),
        Value::Text(&fields.provider_hub),
        Value::Text(&fields.consumer_hub),
        Value::Text(&fields.invocation_id),
        Value::Text(&fields.reason),
        // A share has no sign.
        Value::Integer(fields.requested_slash.value().to_bits().cast_signed()),
        number(fields.timestamp),
        Value::Text(&fields.evidence),
        Value::Bytes(signed.consumer_key.as_bytes()),
        Value::Bytes(signed.signature.as_bytes()),
        number(filed_at),
        published.as_deref().map_or(Value::Null, Value::Text),
    ];
    engine.insert(&DISPUTES, &row)
}

fn number(number: u64) -> Value<'static> {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn find(
    engine: &mut dyn Engine<Error>,
    domain: Option<Domain>,
    dispute_id: &str,
) -> Result<Option<StoredDispute>, Error> {
    let mut found = None;
    engine.query(DISPUTE, &[Value::Text(dispute_id)], &mut |row| {
        found = Some(read(row, domain)?);
        Ok(())
    })?;
    Ok(found)
}

fn read(values: &[Value<'_>], domain: Option<Domain>) -> Result<StoredDispute, Error> {
    let damaged = || row::damaged(DISPUTES.name);
    let form = match row::optional_array(values, 3)? {
        None => DisputeForm::Published,
        Some(wallet) => DisputeForm::Bound { domain: domain.ok_or_else(damaged)?, wallet: Address::new(wallet) },
    };
    let published = row::optional_text(values, 21)?.map(serde_json::from_str).transpose().map_err(|_| damaged())?;
    let text = |place| row::text(values, place).map(str::to_owned);
    let requested = f64::from_bits(row::unsigned(values, 8)?);
    let fields = DisputeFields {
        dispute_id: text(1)?,
        invocation_id: text(6)?,
        provider_hub: text(4)?,
        consumer_hub: text(5)?,
        reason: text(7)?,
        requested_slash: Fraction::from_parts("requested_slash", requested, false).map_err(|_| damaged())?,
        timestamp: row::unsigned(values, 9)?,
        evidence: text(10)?,
    };
    let resolution = match row::optional_array(values, 14)? {
        None => None,
        Some(on_chain) => Some(Resolution {
            on_chain: B256::new(on_chain),
            slash_ppm: u32::try_from(row::unsigned(values, 15)?).map_err(|_| damaged())?,
            slashed_units: u128::from_be_bytes(row::array(values, 16)?),
            ending: {
                let code = row::integer(values, 17)?;
                Ending::ALL.into_iter().find(|ending| ending.code() == code).ok_or_else(damaged)?
            },
            resolved_at: row::unsigned(values, 18)?,
        }),
    };
    Ok(StoredDispute {
        signed: SignedDispute {
            dispute: Dispute::new(form, fields).map_err(|_| damaged())?,
            signature: Signature::new(row::array(values, 12)?),
            consumer_key: PublicKey::from_unchecked(row::array(values, 11)?),
        },
        published,
        filed_at: row::unsigned(values, 13)?,
        outcome: row::unsigned(values, 2)?,
        leaf: row::array(values, 20)?,
        resolution,
        attestation: row::optional(values, 19)?,
    })
}
