//! Slash attestations: our own, numbered, and those that peers were believed.

use std::collections::{BTreeSet, HashMap, HashSet};

use barter_store::{Engine, Value, row};

use super::{
    Error, Log, registry,
    schema::{ATTESTATIONS, PEERS},
};
use crate::{
    key::PublicKey,
    wire::{AttestationEnvelope, hub},
};

/// Attestations of one issuer that are kept. Its others are refused: none takes another's place.
pub const MAX_ATTESTATIONS_OF_ISSUER: u64 = if cfg!(test) { 3 } else { 10_000 };
/// Those about one provider among them. More of one issuer's would change nothing.
pub const MAX_ATTESTATIONS_ABOUT: u64 = if cfg!(test) { 2 } else { 100 };

/// The issuer of our own.
const OURS: Value<'static> = Value::Bytes(&[]);

/// How an attestation counts as things are now: see [`Worth`]. A proof of what was ruled on here is none of what happened elsewhere:
/// disputes are public, and whoever copies one proves nothing. Endings are those of disputes.rs.
macro_rules! worth {
    () => {
        "CASE WHEN a.outcome IS NULL THEN 1 \
         WHEN EXISTS (SELECT 1 FROM disputes d WHERE d.outcome = a.outcome AND d.ending = 0) THEN 0 \
         WHEN EXISTS (SELECT 1 FROM disputes d WHERE d.outcome = a.outcome AND d.ending > 0) THEN 1 ELSE 2 END"
    };
}

/// Those about a provider that count, of others.
macro_rules! of_peers {
    () => {
        "FROM attestations a JOIN peers p ON p.public_key = a.issuer WHERE a.provider_hub = $1"
    };
}

pub(super) const OWN: &str = "SELECT envelope FROM attestations WHERE issuer = $1 AND seq = $2";
pub(super) const OWN_AFTER: &str =
    "SELECT envelope FROM attestations WHERE issuer = $1 AND seq > $2 ORDER BY seq LIMIT $3";
pub(super) const OWN_LAST: &str = "SELECT envelope FROM attestations WHERE issuer = $1 ORDER BY seq DESC LIMIT $2";
pub(super) const LAST: &str = "SELECT seq FROM attestations WHERE issuer = $1 ORDER BY seq DESC LIMIT 1";
pub(super) const KNOWN: &str = "SELECT id FROM attestations WHERE issuer = $1 AND seq = $2";
const OF_ISSUER: &str = "SELECT COUNT(*) FROM attestations WHERE issuer = $1";
const OF_ISSUER_ABOUT: &str = "SELECT COUNT(*) FROM attestations WHERE provider_hub = $1 AND issuer = $2";
const ISSUERS: &str =
    concat!("SELECT CAST(MAX(", worth!(), ") AS BIGINT) AS worth ", of_peers!(), " GROUP BY a.issuer");
const NAMES: &str = concat!("SELECT DISTINCT a.issuer_hub ", of_peers!(), " ORDER BY a.issuer_hub");
/// Ours, and those that count.
macro_rules! listed {
    () => {
        "FROM attestations a LEFT JOIN peers p ON p.public_key = a.issuer \
         WHERE a.provider_hub = $1 AND (LENGTH(a.issuer) = 0 OR p.id IS NOT NULL)"
    };
}
const COUNT: &str = concat!("SELECT COUNT(*) ", listed!());
const ABOUT: &str = concat!(
    "SELECT a.id, a.envelope, CAST(CASE WHEN p.id IS NULL THEN 1 ELSE 0 END AS BIGINT), CAST(",
    worth!(),
    " AS BIGINT) ",
    listed!(),
    " AND a.id > $2 ORDER BY a.id LIMIT $3"
);
const PINNED: &str = "SELECT public_key FROM peers ORDER BY id";
const ATTESTED: &str = "UPDATE providers SET attested = attested + 1 WHERE hub = $1";
const ATTESTED_OUTCOME: &str = "UPDATE providers SET attested = attested + 1 \
                                WHERE hub IN (SELECT provider_hub FROM attestations WHERE outcome = $1)";
const ATTESTED_ALL: &str =
    "UPDATE providers SET attested = attested + 1 WHERE hub IN (SELECT provider_hub FROM attestations)";

/// What a peer's attestation counts for. Of an issuer, the best one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Nothing: the dispute that it shows was upheld here, and the chain has what was taken for it.
    Nothing,
    /// Its issuer's word.
    Weak,
    /// A consumer's word too, about an outcome on record, of which no dispute was dismissed or given up here.
    Strong,
}

impl Worth {
    const fn of(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Nothing),
            1 => Some(Self::Weak),
            2 => Some(Self::Strong),
            _ => None,
        }
    }
}

/// An attestation on record, of ours or of a peer's that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Attestation {
    /// Its number among all that are on record.
    pub number: u64,
    /// As it travels.
    pub envelope: AttestationEnvelope,
    /// Is it ours?
    pub own: bool,
    /// What it counts for; ours is not counted.
    pub worth: Worth,
}

/// What is known of a provider's slashes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Attestations, ours and peers'.
    pub count: u64,
    /// The peers among their issuers, their names as compared.
    pub issuers: Vec<String>,
    /// How many keys of peers have one that is strong.
    pub strong_issuers: u64,
    /// How many have only weak ones.
    pub weak_issuers: u64,
    /// A page of them, in the order they came.
    pub attestations: Vec<Attestation>,
}

/// What became of a peer's attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It is on record.
    Stored,
    /// One of this issuer with this number was.
    Known,
    /// The issuer has as many on record as it may have: [`MAX_ATTESTATIONS_OF_ISSUER`], [`MAX_ATTESTATIONS_ABOUT`].
    Full,
}

impl Log {
    /// Our attestations after a number, in order; without one, our last ones.
    pub(crate) fn own_attestations(&self, after: Option<u64>, limit: usize) -> Result<Vec<AttestationEnvelope>, Error> {
        let limit = number(limit as u64);
        self.readers.read(|engine| {
            if let Some(after) = after {
                return envelopes(engine, OWN_AFTER, &[OURS, number(after), limit]);
            }
            let mut last = envelopes(engine, OWN_LAST, &[OURS, limit])?;
            last.reverse();
            Ok(last)
        })
    }

    /// What is known of a provider's slashes, its name as compared, with a page of attestations after one's number.
    pub(crate) fn attestations_about(&self, hub: &str, after: u64, limit: usize) -> Result<About, Error> {
        let damaged = || row::damaged(ATTESTATIONS.name);
        self.readers.read(|engine| {
            let (strong_issuers, weak_issuers) = issuers(engine, hub)?;
            let mut about = About { strong_issuers, weak_issuers, ..About::default() };
            about.count = count(engine, COUNT, &[Value::Text(hub)])?;
            engine.query(NAMES, &[Value::Text(hub)], &mut |row| {
                about.issuers.push(row::text(row, 0)?.to_owned());
                Ok(())
            })?;
            engine.query(ABOUT, &[Value::Text(hub), number(after), number(limit as u64)], &mut |row| {
                about.attestations.push(Attestation {
                    number: row::unsigned(row, 0)?,
                    envelope: serde_json::from_str(row::text(row, 1)?).map_err(|_| damaged())?,
                    own: row::integer(row, 2)? != 0,
                    worth: Worth::of(row::integer(row, 3)?).ok_or_else(damaged)?,
                });
                Ok(())
            })?;
            Ok(about)
        })
    }

    /// Which of these numbers of an issuer's are on record.
    pub(crate) fn known_of(&self, issuer: &PublicKey, numbers: &[u64]) -> Result<HashSet<u64>, Error> {
        let issuer = Value::Bytes(issuer.as_bytes());
        let keys: Vec<_> = numbers.iter().flat_map(|seq| [issuer, number(*seq)]).collect();
        let mut known = HashSet::new();
        self.readers.read(|engine| {
            engine.lookup(KNOWN, 2, &keys, &mut |place, _| {
                known.insert(numbers[place]);
                Ok(())
            })
        })?;
        Ok(known)
    }

    /// The highest number of an issuer's that is on record; 0 if there is none.
    pub(crate) fn last_of(&self, issuer: &PublicKey) -> Result<u64, Error> {
        self.readers.read(|engine| last(engine, Value::Bytes(issuer.as_bytes())))
    }

    /// From now on these peers' words count, and nobody else's.
    pub(crate) fn pin(&self, keys: &BTreeSet<[u8; 32]>) -> Result<(), Error> {
        if self.readers.read(pinned)? == *keys {
            return Ok(());
        }
        let keys = keys.clone();
        self.writer()?.write(move |engine| {
            engine.execute("DELETE FROM peers", &[])?;
            let rows = (1..).zip(&keys).flat_map(|(id, key)| [Value::Integer(id), Value::Bytes(key)]);
            engine.insert(&PEERS, &rows.collect::<Vec<_>>())?;
            engine.execute(ATTESTED_ALL, &[]).map(drop)
        })
    }

    /// Keeps attestations of a peer's, whose signatures are right, each with the outcome that a consumer's proof in it is about. What
    /// became of each.
    pub(crate) fn ingest(
        &self,
        issuer: PublicKey,
        heard: Vec<(AttestationEnvelope, Option<u64>)>,
        now: u64,
    ) -> Result<Vec<Ingested>, Error> {
        self.writer()?.write(move |engine| {
            let issuer = Value::Bytes(issuer.as_bytes());
            let mut all = count(engine, OF_ISSUER, &[issuer])?;
            let mut about: HashMap<String, u64> = HashMap::new();
            let mut ingested = Vec::with_capacity(heard.len());
            for (envelope, outcome) in &heard {
                let hub = hub::normal(&envelope.provider_hub);
                let of_provider = match about.get(&hub) {
                    Some(of_provider) => *of_provider,
                    None => count(engine, OF_ISSUER_ABOUT, &[Value::Text(&hub), issuer])?,
                };
                let is_full = all >= MAX_ATTESTATIONS_OF_ISSUER || of_provider >= MAX_ATTESTATIONS_ABOUT;
                let became = if is_known(engine, issuer, envelope.seq)? {
                    Ingested::Known
                } else if is_full {
                    Ingested::Full
                } else {
                    put(engine, issuer, envelope.seq, envelope, *outcome, now)?;
                    // What is remembered of the provider is not what it was.
                    engine.execute(ATTESTED, &[Value::Text(&hub)])?;
                    Ingested::Stored
                };
                let new = u64::from(became == Ingested::Stored);
                all += new;
                about.insert(hub, of_provider + new);
                ingested.push(became);
            }
            Ok(ingested)
        })
    }
}

/// How many peers have attested a slash: with proof, and without.
pub(super) fn issuers(engine: &mut dyn Engine<Error>, hub: &str) -> Result<(u64, u64), Error> {
    let (mut strong, mut weak) = (0, 0);
    engine.query(ISSUERS, &[Value::Text(hub)], &mut |row| {
        match Worth::of(row::integer(row, 0)?).ok_or_else(|| row::damaged(ATTESTATIONS.name))? {
            Worth::Nothing => {}
            Worth::Weak => weak += 1,
            Worth::Strong => strong += 1,
        }
        Ok(())
    })?;
    Ok((strong, weak))
}

/// Something was ruled about this outcome: what proofs about it are worth is not what it was.
pub(super) fn ruled(engine: &mut dyn Engine<Error>, outcome: u64) -> Result<(), Error> {
    engine.execute(ATTESTED_OUTCOME, &[number(outcome)]).map(drop)
}

/// The number of our next one.
pub(super) fn next_seq(engine: &mut dyn Engine<Error>) -> Result<u64, Error> {
    Ok(last(engine, OURS)? + 1)
}

/// Ours of a number.
pub(super) fn own(engine: &mut dyn Engine<Error>, seq: u64) -> Result<Option<AttestationEnvelope>, Error> {
    Ok(envelopes(engine, OWN, &[OURS, number(seq)])?.pop())
}

/// Keeps one of ours.
pub(super) fn put_own(
    engine: &mut dyn Engine<Error>,
    seq: u64,
    envelope: &AttestationEnvelope,
    now: u64,
) -> Result<(), Error> {
    put(engine, OURS, seq, envelope, None, now)
}

fn put(
    engine: &mut dyn Engine<Error>,
    issuer: Value<'_>,
    seq: u64,
    envelope: &AttestationEnvelope,
    outcome: Option<u64>,
    now: u64,
) -> Result<(), Error> {
    let id = registry::next_id(engine, ATTESTATIONS.name)?;
    let damaged = |_| Error::from(row::damaged(ATTESTATIONS.name));
    let text = serde_json::to_string(envelope).map_err(damaged)?;
    let (about, by) = (hub::normal(&envelope.provider_hub), hub::normal(&envelope.issuer_hub));
    let row = [
        Value::Integer(id),
        issuer,
        number(seq),
        outcome.map_or(Value::Null, number),
        Value::Text(&about),
        Value::Text(&by),
        Value::Text(&text),
        number(now),
    ];
    engine.insert(&ATTESTATIONS, &row)
}

fn pinned(engine: &mut dyn Engine<Error>) -> Result<BTreeSet<[u8; 32]>, Error> {
    let mut keys = BTreeSet::new();
    engine.query(PINNED, &[], &mut |row| {
        keys.insert(row::array(row, 0)?);
        Ok(())
    })?;
    Ok(keys)
}

fn is_known(engine: &mut dyn Engine<Error>, issuer: Value<'_>, seq: u64) -> Result<bool, Error> {
    let mut is_known = false;
    engine.query(KNOWN, &[issuer, number(seq)], &mut |_| {
        is_known = true;
        Ok(())
    })?;
    Ok(is_known)
}

fn last(engine: &mut dyn Engine<Error>, issuer: Value<'_>) -> Result<u64, Error> {
    count(engine, LAST, &[issuer])
}

/// The number that a query answers; 0 where it answers none.
fn count(engine: &mut dyn Engine<Error>, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
    let mut found = 0;
    engine.query(sql, values, &mut |row| {
        found = row::unsigned(row, 0)?;
        Ok(())
    })?;
    Ok(found)
}

fn envelopes(
    engine: &mut dyn Engine<Error>,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<AttestationEnvelope>, Error> {
    let mut found = Vec::new();
    engine.query(sql, values, &mut |row| {
        found.push(serde_json::from_str(row::text(row, 0)?).map_err(|_| row::damaged(ATTESTATIONS.name))?);
        Ok(())
    })?;
    Ok(found)
}

fn number(number: u64) -> Value<'static> {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
