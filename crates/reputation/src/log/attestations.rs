//! Slash attestations: our own, numbered, and those that peers were believed.

use barter_store::{Engine, Value, row};

use super::{
    Error, Log,
    registry::{self},
    schema::ATTESTATIONS,
};
use crate::{
    key::PublicKey,
    wire::{AttestationEnvelope, hub},
};

/// Attestations of one issuer that are kept. Its others are refused: none takes another's place.
pub const MAX_ATTESTATIONS_OF_ISSUER: u64 = if cfg!(test) { 3 } else { 10_000 };

const OWN: &str = "SELECT envelope, own, strong FROM attestations WHERE own = 1 AND seq = $1";
const OWN_AFTER: &str =
    "SELECT envelope, own, strong FROM attestations WHERE own = 1 AND seq > $1 ORDER BY seq LIMIT $2";
const ABOUT: &str = "SELECT envelope, own, strong FROM attestations WHERE provider_hub = $1 ORDER BY id LIMIT $2";
const LAST_OWN: &str = "SELECT seq FROM attestations WHERE own = 1 ORDER BY seq DESC LIMIT 1";
const KNOWN: &str = "SELECT id FROM attestations WHERE own = 0 AND issuer = $1 AND seq = $2";
const OF_ISSUER: &str = "SELECT COUNT(*) FROM attestations WHERE own = 0 AND issuer = $1";

/// An attestation on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Attestation {
    /// As it travels.
    pub envelope: AttestationEnvelope,
    /// Is it ours?
    pub own: bool,
    /// Did it carry a proof when it came?
    pub strong: bool,
}

/// What became of a peer's attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It is on record.
    Stored,
    /// One of this issuer with this number was.
    Known,
    /// The issuer has as many on record as it may have: [`MAX_ATTESTATIONS_OF_ISSUER`].
    Full,
}

impl Log {
    /// Our attestations after a number, in order.
    pub(crate) fn own_attestations(&self, after: u64, limit: usize) -> Result<Vec<Attestation>, Error> {
        let bounds = [after, limit as u64].map(|bound| Value::Integer(i64::try_from(bound).unwrap_or(i64::MAX)));
        self.readers.read(|engine| list(engine, OWN_AFTER, &bounds))
    }

    /// Attestations about a provider, its name as compared: ours and others', in the order they came.
    pub(crate) fn attestations_about(&self, hub: &str, limit: usize) -> Result<Vec<Attestation>, Error> {
        let limit = Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        self.readers.read(|engine| list(engine, ABOUT, &[Value::Text(hub), limit]))
    }

    /// Keeps a peer's attestation, whose signature is right.
    pub(crate) fn ingest(
        &self,
        issuer: PublicKey,
        envelope: AttestationEnvelope,
        strong: bool,
        now: u64,
    ) -> Result<Ingested, Error> {
        self.writer()?.write(move |engine| {
            let issuer = issuer.as_bytes();
            let seq = envelope.seq;
            let number = |engine: &mut dyn Engine<Error>, sql, values: &[Value<'_>]| {
                let mut found = None;
                engine.query(sql, values, &mut |row| {
                    found = Some(row::unsigned(row, 0)?);
                    Ok(())
                })?;
                Ok::<_, Error>(found)
            };
            let key = [Value::Bytes(issuer), Value::Integer(i64::try_from(seq).unwrap_or(i64::MAX))];
            if number(engine, KNOWN, &key)?.is_some() {
                return Ok(Ingested::Known);
            }
            if number(engine, OF_ISSUER, &key[..1])?.unwrap_or_default() >= MAX_ATTESTATIONS_OF_ISSUER {
                return Ok(Ingested::Full);
            }
            put(engine, issuer, seq, &Attestation { envelope: envelope.clone(), own: false, strong }, now)?;
            // What is remembered of the provider is not what it was.
            let hub = hub::normal(&envelope.provider_hub);
            if let Some(mut provider) = registry::provider(engine, &hub)? {
                provider.revision += 1;
                provider.put(engine, &hub)?;
            }
            Ok(Ingested::Stored)
        })
    }
}

/// The number of our next one.
pub(super) fn next_seq(engine: &mut dyn Engine<Error>) -> Result<u64, Error> {
    let mut last = 0;
    engine.query(LAST_OWN, &[], &mut |row| {
        last = row::unsigned(row, 0)?;
        Ok(())
    })?;
    Ok(last + 1)
}

/// Ours of a number.
pub(super) fn own(engine: &mut dyn Engine<Error>, seq: u64) -> Result<Option<AttestationEnvelope>, Error> {
    let seq = Value::Integer(i64::try_from(seq).unwrap_or(i64::MAX));
    Ok(list(engine, OWN, &[seq])?.pop().map(|found| found.envelope))
}

pub(super) fn put(
    engine: &mut dyn Engine<Error>,
    issuer: &[u8],
    seq: u64,
    attestation: &Attestation,
    now: u64,
) -> Result<(), Error> {
    let id = registry::next_id(engine, ATTESTATIONS.name)?;
    let damaged = |_| Error::from(row::damaged(ATTESTATIONS.name));
    let envelope = serde_json::to_string(&attestation.envelope).map_err(damaged)?;
    let about = hub::normal(&attestation.envelope.provider_hub);
    let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let row = [
        Value::Integer(id),
        Value::Bytes(issuer),
        number(seq),
        Value::Integer(attestation.own.into()),
        Value::Integer(attestation.strong.into()),
        Value::Text(&about),
        Value::Text(&envelope),
        number(now),
    ];
    engine.insert(&ATTESTATIONS, &row)
}

fn list(engine: &mut dyn Engine<Error>, sql: &str, values: &[Value<'_>]) -> Result<Vec<Attestation>, Error> {
    let mut found = Vec::new();
    engine.query(sql, values, &mut |row| {
        let damaged = |_| row::damaged(ATTESTATIONS.name);
        found.push(Attestation {
            envelope: serde_json::from_str(row::text(row, 0)?).map_err(damaged)?,
            own: row::integer(row, 1)? != 0,
            strong: row::integer(row, 2)? != 0,
        });
        Ok(())
    })?;
    Ok(found)
}
