//! An outcome as a row, and back.

use barter_store::{Engine, Error as StoreError, Value, row};
use sha2::{Digest, Sha256};

use super::{Error, Log, schema::OUTCOMES};
use crate::{
    key::{PublicKey, Signature},
    merkle::Hash,
    wire::{Domain, Form, Fraction, Outcome, OutcomeFields, Price, SignedOutcome, Status},
};

/// Where in the number `form` the status is; the form itself is before it.
const STATUS_SHIFT: i64 = 2;
/// Set where the price was written as an integer.
const PRICE_IS_INTEGER: i64 = 1 << 4;
/// Set where the quality was.
const QUALITY_IS_INTEGER: i64 = 1 << 5;
/// What a share is written to in an error nobody should see.
const QUALITY: &str = "quality_score";
/// Places where the outcome of a call is looked for. That so many calls have one hash, nobody can bring about.
pub(super) const MAX_PLACES: usize = 16;
/// What is at a place.
pub(super) const CALL: &str = "SELECT outcome FROM calls WHERE id = $1";

/// An outcome in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The index of its leaf.
    pub index: u64,
    /// What was said, and the signature.
    pub signed: SignedOutcome,
    /// The key that the signature was checked with.
    pub key: PublicKey,
    /// The hash of its leaf.
    pub leaf: Hash,
}

/// All columns that an [`Entry`] is made of, from the log `o`.
macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT o.id AS entry, o.form, o.happened_at, o.price_units, o.latency_ms, o.quality, o.invocation, \
             o.signature, o.leaf, p.hub AS provider, ps.text AS provider_text, c.hub AS consumer, \
             cs.text AS consumer_text, ca.text AS capability, pr.text AS product, k.public_key, c.id AS consumer_id \
             FROM outcomes o JOIN providers p ON p.id = o.provider JOIN consumer_keys k ON k.id = o.consumer_key \
             JOIN consumers c ON c.id = k.consumer JOIN texts ca ON ca.id = o.capability \
             JOIN texts pr ON pr.id = o.product LEFT JOIN texts ps ON ps.id = o.provider_spelling \
             LEFT JOIN texts cs ON cs.id = o.consumer_spelling WHERE ",
            $rest
        )
    };
}
pub(super) const ENTRY: &str = entries!("o.id = $1");
pub(super) const ENTRIES_FROM: &str = entries!("o.id >= $1 AND o.id < $2 ORDER BY o.id");
pub(super) const ENTRIES_OF_PROVIDER: &str =
    entries!("o.provider = $1 AND o.id >= $2 ORDER BY o.provider, o.id LIMIT $3");

/// Reads an entry, and the number of the consumer.
pub(super) fn read(values: &[Value<'_>], domain: Option<Domain>) -> Result<(Entry, i64), Error> {
    let damaged = || row::damaged(OUTCOMES.name);
    let packed = row::integer(values, 1)?;
    let form = match packed & 0b11 {
        0 => Form::Published,
        1 => Form::Event,
        2 => Form::Bound(domain.ok_or_else(damaged)?),
        _ => return Err(damaged().into()),
    };
    let status = u8::try_from((packed >> STATUS_SHIFT) & 0b11).ok().and_then(Status::from_code).ok_or_else(damaged)?;
    let spelled = |text, name| -> Result<String, StoreError> {
        Ok(row::optional_text(values, text)?.map_or(row::text(values, name), Ok)?.to_owned())
    };
    let price = Price::from_parts(row::unsigned(values, 3)?, packed & PRICE_IS_INTEGER != 0).map_err(|_| damaged())?;
    let quality = match values.get(5) {
        Some(Value::Null) => None,
        _ => Some(read_quality(row::integer(values, 5)?, packed & QUALITY_IS_INTEGER != 0).ok_or_else(damaged)?),
    };
    let fields = OutcomeFields {
        invocation_id: row::text(values, 6)?.to_owned(),
        capability_id: row::text(values, 13)?.to_owned(),
        product_id: row::text(values, 14)?.to_owned(),
        provider_hub: spelled(10, 9)?,
        consumer_hub: spelled(12, 11)?,
        status,
        price,
        latency_ms: u32::try_from(row::unsigned(values, 4)?).map_err(|_| damaged())?,
        quality,
        timestamp: row::unsigned(values, 2)?,
    };
    let outcome = Outcome::new(form, fields).map_err(|_| damaged())?;
    let entry = Entry {
        index: row::unsigned(values, 0)?,
        signed: SignedOutcome { outcome, signature: Signature::new(row::array(values, 7)?) },
        key: PublicKey::from_unchecked(row::array(values, 15)?),
        leaf: row::array(values, 8)?,
    };
    Ok((entry, row::integer(values, 16)?))
}

/// Form, status, and how numbers were written.
pub(super) fn pack(outcome: &Outcome) -> i64 {
    let fields = outcome.fields();
    let mut packed = i64::from(outcome.form().code()) | (i64::from(fields.status.code()) << STATUS_SHIFT);
    if fields.price.is_integer() {
        packed |= PRICE_IS_INTEGER;
    }
    if fields.quality.is_some_and(Fraction::is_integer) {
        packed |= QUALITY_IS_INTEGER;
    }
    packed
}

/// The status in what [`pack`] made.
pub(super) fn status_of(packed: i64) -> Option<Status> {
    u8::try_from((packed >> STATUS_SHIFT) & 0b11).ok().and_then(Status::from_code)
}

/// Millionths where that is the very double, which takes three bytes and not nine; the bits of others, less than zero.
pub(super) fn write_quality(quality: Fraction) -> i64 {
    let whole = Fraction::from_ppm(QUALITY, quality.rounded_ppm());
    match whole {
        Ok(whole) if whole.value().to_bits() == quality.value().to_bits() => quality.rounded_ppm().into(),
        // No share is negative, so the first bit is free, and none but zero has no bits.
        _ => -quality.value().to_bits().cast_signed(),
    }
}

pub(super) fn read_quality(stored: i64, integer: bool) -> Option<Fraction> {
    let value = if stored >= 0 {
        Fraction::from_ppm(QUALITY, u32::try_from(stored).ok()?).ok()?.value()
    } else {
        f64::from_bits(stored.checked_neg()?.cast_unsigned())
    };
    Fraction::from_parts(QUALITY, value, integer).ok()
}

/// What no two outcomes have in common: the consumer and its call, or of an event, which names no call, the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call<'a> {
    consumer: i64,
    call: &'a str,
    event: Option<Vec<u8>>,
}

impl<'a> Call<'a> {
    pub(super) fn of(consumer: i64, outcome: &'a Outcome) -> Self {
        let event = (outcome.form() == Form::Event).then(|| outcome.signed_bytes());
        Self { consumer, call: &outcome.fields().invocation_id, event }
    }

    /// That of a call which has a name.
    pub(super) const fn named(consumer: i64, call: &'a str) -> Self {
        Self { consumer, call, event: None }
    }

    /// Where it is looked for first. Sixty-three bits of a hash: another may be there, then the next place is taken.
    pub(super) fn place(&self) -> i64 {
        let hash = Sha256::new().chain_update(self.consumer.to_be_bytes());
        let hash = match &self.event {
            Some(event) => hash.chain_update([1]).chain_update(event),
            None => hash.chain_update([0]).chain_update(self.call),
        };
        let hash: [u8; 32] = hash.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        (u64::from_be_bytes(first) >> 1).cast_signed()
    }

    /// The place after it, and so on, round and round.
    pub(super) const fn next(place: i64) -> i64 {
        if place == i64::MAX { 0 } else { place + 1 }
    }
}

/// Do they say the same?
pub(super) fn same_text(one: &Outcome, other: &Outcome) -> bool {
    one.form() == other.form() && one.signed_bytes() == other.signed_bytes()
}

impl Log {
    /// Where this very outcome is, if it is on record: every byte of it and of its signature.
    pub(crate) fn index_of(&self, consumer: i64, said: &SignedOutcome) -> Result<Option<u64>, Error> {
        let entry = self.readers.read(|engine| of_call(engine, self.domain, &Call::of(consumer, &said.outcome)))?;
        let is_same =
            |entry: &Entry| entry.signed.signature == said.signature && same_text(&entry.signed.outcome, &said.outcome);
        Ok(entry.filter(is_same).map(|entry| entry.index))
    }
}

/// Reads an outcome by its index.
pub(super) fn find(
    engine: &mut dyn Engine<Error>,
    domain: Option<Domain>,
    indices: &[Value<'_>],
    mut take: impl FnMut(usize, Entry, i64),
) -> Result<(), Error> {
    engine.lookup(ENTRY, 1, indices, &mut |number, row| {
        let (entry, consumer) = read(row, domain)?;
        take(number, entry, consumer);
        Ok(())
    })
}

/// The outcome of a consumer's call, if there is one.
pub(super) fn of_call(
    engine: &mut dyn Engine<Error>,
    domain: Option<Domain>,
    call: &Call<'_>,
) -> Result<Option<Entry>, Error> {
    let mut place = call.place();
    for _ in 0..MAX_PLACES {
        let mut index = None;
        engine.query(CALL, &[Value::Integer(place)], &mut |row| {
            index = Some(row::integer(row, 0)?);
            Ok(())
        })?;
        let Some(index) = index else { return Ok(None) };
        let mut found = None;
        find(engine, domain, &[Value::Integer(index)], |_, entry, consumer| {
            found = (Call::of(consumer, &entry.signed.outcome) == *call).then_some(entry);
        })?;
        if found.is_some() {
            return Ok(found);
        }
        place = Call::next(place);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_quality_comes_back_to_the_last_bit(bits in prop_oneof![0..=1.0_f64.to_bits(), 0..2_000_000_u64]) {
            let quality = Fraction::from_parts(QUALITY, f64::from_bits(bits), false).unwrap();
            let stored = write_quality(quality);
            prop_assert_eq!(read_quality(stored, false), Some(quality));
        }
    }

    #[test]
    fn the_qualities_most_often_given_are_small_numbers() {
        for ppm in [0, 1, 500_000, 930_000, 1_000_000] {
            let quality = Fraction::from_ppm(QUALITY, ppm).unwrap();
            assert_eq!(write_quality(quality), i64::from(ppm));
        }
        // The published example's, by addition.
        let odd = Fraction::from_parts(QUALITY, 0.9 + 4.0 * 0.01, false).unwrap();
        assert!(write_quality(odd) < 0 || odd.ppm().is_some());
        let one = Fraction::from_parts(QUALITY, 1.0, true).unwrap();
        assert_eq!(read_quality(write_quality(one), true), Some(one));
    }
}
