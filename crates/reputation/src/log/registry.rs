//! Who is known: consumers with the keys they had, providers with their wallets. Nothing is ever taken away.

use std::collections::HashMap;

use alloy_primitives::Address;
use barter_store::{Engine, Value, row};

use super::{
    Error,
    schema::{CONSUMER_KEYS, CONSUMERS, WALLETS},
};
use crate::key::PublicKey;

const CONSUMER: &str = "SELECT c.id AS consumer, k.id AS key_id, k.public_key FROM consumers c \
                        JOIN consumer_keys k ON k.consumer = c.id WHERE c.hub = $1 ORDER BY k.id DESC LIMIT 1";
const CONSUMERS_AFTER: &str = "SELECT k.id, c.hub, k.public_key, k.since FROM consumer_keys k \
                               JOIN consumers c ON c.id = k.consumer WHERE k.id > $1 ORDER BY k.id LIMIT $2";
const OTHER_WITH_KEY: &str = "SELECT c.hub FROM consumer_keys k JOIN consumers c ON c.id = k.consumer \
                              WHERE k.public_key = $1 AND c.hub <> $2 LIMIT 1";
const PROVIDER: &str =
    "SELECT id AS provider, revision, outcomes, first_outcome_at, attested FROM providers WHERE hub = $1";
const PUT_PROVIDER: &str = "INSERT INTO providers (id, hub, revision, outcomes) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, outcomes = excluded.outcomes";
const PUT_FIRST: &str = "UPDATE providers SET first_outcome_at = $1 WHERE id = $2";
const WALLETS_OF: &str =
    "SELECT w.address FROM providers p JOIN wallets w ON w.provider = p.id WHERE p.hub = $1 ORDER BY w.id";
const ALL_WALLETS: &str = "SELECT DISTINCT address FROM wallets ORDER BY address";
const REGISTRY: &str = "SELECT registry FROM barter_log";

/// A consumer and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consumer {
    pub(crate) consumer: i64,
    pub(crate) key_id: i64,
    pub(crate) key: PublicKey,
}

/// A key that a consumer has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredKey {
    /// Its number among all keys, from 1.
    pub number: u64,
    /// The consumer, its name as compared.
    pub hub: String,
    /// The key.
    pub key: PublicKey,
    /// When it was registered, Unix seconds.
    pub since: u64,
}

/// A provider's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Provider {
    pub(super) id: i64,
    pub(super) revision: i64,
    pub(super) outcomes: i64,
    pub(super) first_outcome_at: Option<u64>,
    /// How often what its slashes elsewhere come to has changed.
    pub(super) attested: i64,
}

impl Provider {
    pub(super) const fn new(id: i64) -> Self {
        Self { id, revision: 0, outcomes: 0, first_outcome_at: None, attested: 0 }
    }

    pub(super) fn put(&self, engine: &mut dyn Engine<Error>, hub: &str) -> Result<(), Error> {
        let numbers = [self.id, self.revision, self.outcomes].map(Value::Integer);
        engine.execute(PUT_PROVIDER, &[numbers[0], Value::Text(hub), numbers[1], numbers[2]])?;
        if let Some(first) = self.first_outcome_at {
            let first = i64::try_from(first).unwrap_or(i64::MAX);
            engine.execute(PUT_FIRST, &[Value::Integer(first), Value::Integer(self.id)])?;
        }
        Ok(())
    }
}

/// How often somebody was registered.
pub(super) fn revision(engine: &mut dyn Engine<Error>) -> Result<i64, Error> {
    let mut revision = 0;
    engine.query(REGISTRY, &[], &mut |row| {
        revision = row::integer(row, 0)?;
        Ok(())
    })?;
    Ok(revision)
}

/// The consumers of these names, as far as they are known.
pub(super) fn consumers(engine: &mut dyn Engine<Error>, hubs: &[&str]) -> Result<HashMap<String, Consumer>, Error> {
    let mut found = HashMap::new();
    let keys: Vec<_> = hubs.iter().map(|hub| Value::Text(hub)).collect();
    engine.lookup(CONSUMER, 1, &keys, &mut |number, row| {
        let key = PublicKey::from_unchecked(row::array(row, 2)?);
        let consumer = Consumer { consumer: row::integer(row, 0)?, key_id: row::integer(row, 1)?, key };
        found.insert(hubs[number].to_owned(), consumer);
        Ok(())
    })?;
    Ok(found)
}

/// Keys in the order of their registration.
pub(super) fn keys(engine: &mut dyn Engine<Error>, after: u64, limit: usize) -> Result<Vec<RegisteredKey>, Error> {
    let mut keys = Vec::new();
    let bounds = [after, limit as u64].map(|bound| Value::Integer(i64::try_from(bound).unwrap_or(i64::MAX)));
    engine.query(CONSUMERS_AFTER, &bounds, &mut |row| {
        keys.push(RegisteredKey {
            number: row::unsigned(row, 0)?,
            hub: row::text(row, 1)?.to_owned(),
            key: PublicKey::from_unchecked(row::array(row, 2)?),
            since: row::unsigned(row, 3)?,
        });
        Ok(())
    })?;
    Ok(keys)
}

/// The providers of these names, as far as they were ever named.
pub(super) fn providers(
    engine: &mut dyn Engine<Error>,
    hubs: &[&str],
    mut take: impl FnMut(usize, Provider),
) -> Result<(), Error> {
    let keys: Vec<_> = hubs.iter().map(|hub| Value::Text(hub)).collect();
    engine.lookup(PROVIDER, 1, &keys, &mut |number, row| {
        let provider = Provider {
            id: row::integer(row, 0)?,
            revision: row::integer(row, 1)?,
            outcomes: row::integer(row, 2)?,
            first_outcome_at: row::optional(row, 3)?,
            attested: row::integer(row, 4)?,
        };
        take(number, provider);
        Ok(())
    })
}

/// The provider of this name, if it was ever named.
pub(super) fn provider(engine: &mut dyn Engine<Error>, hub: &str) -> Result<Option<Provider>, Error> {
    let mut found = None;
    providers(engine, &[hub], |_, provider| found = Some(provider))?;
    Ok(found)
}

/// The next number for a row.
pub(super) fn next_id(engine: &mut dyn Engine<Error>, table: &str) -> Result<i64, Error> {
    let mut last = 0;
    engine.query(&format!("SELECT id FROM {table} ORDER BY id DESC LIMIT 1"), &[], &mut |row| {
        last = row::integer(row, 0)?;
        Ok(())
    })?;
    Ok(last + 1)
}

/// What became of a consumer's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Registering {
    /// It is another than the consumer had.
    New,
    /// The consumer had it.
    Known,
    /// It is or was this other consumer's.
    Taken(String),
    /// The consumer has this one, and nobody said that it is to be replaced.
    Other(PublicKey),
}

/// Registers a consumer's key, with `replace` in the place of another. No two consumers have one key, ever: an event does not say who signed it, so it would count for both.
pub(super) fn add_consumer(
    engine: &mut dyn Engine<Error>,
    hub: &str,
    key: &PublicKey,
    replace: bool,
    now: i64,
) -> Result<Registering, Error> {
    let known = consumers(engine, &[hub])?.get(hub).copied();
    if known.is_some_and(|known| known.key == *key) {
        return Ok(Registering::Known);
    }
    let mut other = None;
    engine.query(OTHER_WITH_KEY, &[Value::Bytes(key.as_bytes()), Value::Text(hub)], &mut |row| {
        other = Some(row::text(row, 0)?.to_owned());
        Ok(())
    })?;
    if let Some(other) = other {
        return Ok(Registering::Taken(other));
    }
    let consumer = match known {
        Some(known) if !replace => return Ok(Registering::Other(known.key)),
        Some(known) => known.consumer,
        None => {
            let id = next_id(engine, CONSUMERS.name)?;
            engine.insert(&CONSUMERS, &[Value::Integer(id), Value::Text(hub)])?;
            id
        }
    };
    let id = next_id(engine, CONSUMER_KEYS.name)?;
    let row = [Value::Integer(id), Value::Integer(consumer), Value::Bytes(key.as_bytes()), Value::Integer(now)];
    engine.insert(&CONSUMER_KEYS, &row)?;
    engine.execute("UPDATE barter_log SET registry = registry + 1", &[])?;
    Ok(Registering::New)
}

/// Adds a wallet to a provider, which is known from then on. Whether it is new.
pub(super) fn add_wallet(engine: &mut dyn Engine<Error>, hub: &str, wallet: &Address, now: i64) -> Result<bool, Error> {
    if wallets_of(engine, hub)?.contains(wallet) {
        return Ok(false);
    }
    let provider = if let Some(provider) = provider(engine, hub)? {
        provider
    } else {
        let provider = Provider::new(next_id(engine, "providers")?);
        provider.put(engine, hub)?;
        provider
    };
    let id = next_id(engine, WALLETS.name)?;
    let row = [Value::Integer(id), Value::Integer(provider.id), Value::Bytes(wallet.as_slice()), Value::Integer(now)];
    engine.insert(&WALLETS, &row)?;
    Ok(true)
}

/// A provider's wallets, in the order of their registration.
pub(super) fn wallets_of(engine: &mut dyn Engine<Error>, hub: &str) -> Result<Vec<Address>, Error> {
    wallets(engine, WALLETS_OF, &[Value::Text(hub)])
}

/// All wallets, ascending.
pub(super) fn all_wallets(engine: &mut dyn Engine<Error>) -> Result<Vec<Address>, Error> {
    wallets(engine, ALL_WALLETS, &[])
}

fn wallets(engine: &mut dyn Engine<Error>, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Address>, Error> {
    let mut wallets = Vec::new();
    engine.query(sql, parameters, &mut |row| {
        wallets.push(Address::from(row::array(row, 0)?));
        Ok(())
    })?;
    Ok(wallets)
}
