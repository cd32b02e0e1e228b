//! What outcomes come to: of an hour, of a window.

use barter_store::{Engine, Value, row};

use super::Error;
use crate::wire::{OutcomeFields, Status};

/// Seconds of an hour: what is added up once and for all.
pub(super) const HOUR: u64 = 3_600;
/// Bits of a sum of prices in one column; what is above is in the next.
const PRICE_BITS: u32 = 62;
/// Bits of the hour in the id of an hour's row: enough for the year 9999.
const HOUR_BITS: u32 = 27;

/// What some outcomes come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many had each [`Status`], by its code.
    pub statuses: [u64; 4],
    /// What they cost together, in millionths of a dollar.
    pub price_units: u128,
    /// How many of them were given a quality.
    pub rated: u64,
    /// The sum of the qualities, each rounded to millionths.
    pub quality_ppm: u64,
}

impl Tally {
    /// How many had a status.
    pub const fn of(&self, status: Status) -> u64 {
        self.statuses[status.code() as usize]
    }

    /// All of them.
    pub fn outcomes(&self) -> u64 {
        self.statuses.iter().sum()
    }

    /// Adds one.
    pub(super) fn count(&mut self, status: Status, price_units: u64, quality_ppm: Option<u32>) {
        self.statuses[usize::from(status.code())] += 1;
        self.price_units += u128::from(price_units);
        if let Some(quality_ppm) = quality_ppm {
            self.rated += 1;
            self.quality_ppm += u64::from(quality_ppm);
        }
    }

    /// Adds others.
    pub(super) fn add(&mut self, other: &Self) {
        for (mine, its) in self.statuses.iter_mut().zip(other.statuses) {
            *mine += its;
        }
        self.price_units += other.price_units;
        self.rated += other.rated;
        self.quality_ppm += other.quality_ppm;
    }
}

/// What a provider's outcomes of one hour come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hour {
    /// Hours since 1970.
    pub(super) hour: u64,
    pub(super) tally: Tally,
    /// Where in the log they are: the first and the last.
    pub(super) first: i64,
    pub(super) last: i64,
    /// The provider's revision after the last change.
    pub(super) revision: i64,
}

/// The columns of an hour, as [`Hour::read`] wants them.
macro_rules! columns {
    () => {
        "id, success, failure, timeout, disputed, price_units, price_over, rated, quality_ppm, first_outcome, last_outcome, revision"
    };
}

const HOUR_OF_ID: &str = concat!("SELECT ", columns!(), " FROM hours WHERE id = $1");
const HOURS_CHANGED: &str =
    concat!("SELECT ", columns!(), " FROM hours WHERE id >= $1 AND id < $2 AND revision > $3 ORDER BY id");
const PUT_HOUR: &str = concat!(
    "INSERT INTO hours (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET success = excluded.success, \
     failure = excluded.failure, timeout = excluded.timeout, disputed = excluded.disputed, \
     price_units = excluded.price_units, price_over = excluded.price_over, rated = excluded.rated, quality_ppm = excluded.quality_ppm, \
     first_outcome = excluded.first_outcome, last_outcome = excluded.last_outcome, revision = excluded.revision"
);

impl Hour {
    /// An hour that nothing happened in yet.
    pub(super) fn empty(timestamp: u64, index: i64) -> Self {
        Self { hour: timestamp / HOUR, tally: Tally::default(), first: index, last: index, revision: 0 }
    }

    /// The id of the row. Unix times that were written with four digits for the year fit.
    pub(super) fn id(provider: i64, hour: u64) -> i64 {
        (provider << HOUR_BITS) + i64::try_from(hour).unwrap_or_default()
    }

    pub(super) fn count(&mut self, fields: &OutcomeFields, index: i64) {
        let quality = fields.quality.map(crate::wire::Fraction::rounded_ppm);
        self.tally.count(fields.status, fields.price.units(), quality);
        self.last = index;
    }

    /// Those of a provider from an hour on that changed after a revision, in order.
    pub(super) fn changed(
        engine: &mut dyn Engine<Error>,
        provider: i64,
        from: u64,
        revision: i64,
        mut take: impl FnMut(Self),
    ) -> Result<(), Error> {
        let bounds = [Self::id(provider, from), Self::id(provider + 1, 0), revision].map(Value::Integer);
        engine.query(HOURS_CHANGED, &bounds, &mut |row| {
            take(Self::read(row)?);
            Ok(())
        })
    }

    /// Those with these ids, as far as they are there, each with the number of its id.
    pub(super) fn find(
        engine: &mut dyn Engine<Error>,
        ids: &[Value<'_>],
        mut take: impl FnMut(usize, Self),
    ) -> Result<(), Error> {
        engine.lookup(HOUR_OF_ID, 1, ids, &mut |number, row| {
            take(number, Self::read(row)?);
            Ok(())
        })
    }

    fn read(row: &[Value<'_>]) -> Result<Self, Error> {
        let number = |place| row::unsigned(row, place);
        Ok(Self {
            hour: number(0)? & ((1 << HOUR_BITS) - 1),
            tally: Tally {
                statuses: [number(1)?, number(2)?, number(3)?, number(4)?],
                price_units: (u128::from(number(6)?) << PRICE_BITS) + u128::from(number(5)?),
                rated: number(7)?,
                quality_ppm: number(8)?,
            },
            first: row::integer(row, 9)?,
            last: row::integer(row, 10)?,
            revision: row::integer(row, 11)?,
        })
    }

    /// Puts it in the place of the one that is there.
    pub(super) fn put(&self, engine: &mut dyn Engine<Error>, provider: i64) -> Result<(), Error> {
        let tally = &self.tally;
        // No hour has as many outcomes as would saturate.
        let count = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let part = |units: u128| i64::try_from(units).unwrap_or(i64::MAX);
        let (low, over) = (part(tally.price_units & ((1 << PRICE_BITS) - 1)), part(tally.price_units >> PRICE_BITS));
        let [success, failure, timeout, disputed] = tally.statuses.map(count);
        let values = [
            Value::Integer(Self::id(provider, self.hour)),
            success,
            failure,
            timeout,
            disputed,
            Value::Integer(low),
            Value::Integer(over),
            count(tally.rated),
            count(tally.quality_ppm),
            Value::Integer(self.first),
            Value::Integer(self.last),
            Value::Integer(self.revision),
        ];
        engine.execute(PUT_HOUR, &values).map(drop)
    }
}
