//! A provider's outcomes of a window that ends now, to the second.
//!
//! All but the first hour of a window are whole hours, whose sums are kept in the database; of the first hour the outcomes
//! themselves are read. Both stay in memory, and what changed since the last time, told by the provider's revision, is read again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use barter_store::{Engine, Value, row};

use super::{
    Error, Log, attestations,
    cache::Cache,
    outcome,
    registry::{self, Provider},
    schema::OUTCOMES,
    tally::{HOUR, Hour, Tally},
    tree,
};
use crate::merkle::Hash;

/// Providers whose hours are kept in memory: in a window of thirty days at most 720, of 120 bytes each.
const KNOWN_PROVIDERS: usize = 128;
const OUTCOMES_OF_HOUR: &str = "SELECT happened_at, form, price_units, quality FROM outcomes \
                                WHERE provider = $1 AND id >= $2 AND id <= $3";

/// What the log knows of a provider, at one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Outcomes in the log, of all providers.
    pub size: u64,
    /// The root of that log.
    pub root: Hash,
    /// Outcomes of this provider, ever.
    pub outcomes: u64,
    /// The earliest time of one, Unix seconds.
    pub first_outcome_at: Option<u64>,
    /// Those of the window.
    pub window: Tally,
    /// Peers with an attestation that proves a slash of this provider.
    pub strong_issuers: u64,
    /// Peers with none that does.
    pub weak_issuers: u64,
}

/// The providers that were asked for lately.
#[derive(Debug)]
pub(super) struct Windows(Mutex<Cache<String, Arc<Mutex<Window>>>>);

/// What is remembered of a provider.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Up to which change of it; none is below 1.
    revision: i64,
    /// From which hour on; ascending.
    from: u64,
    hours: Vec<Hour>,
    /// The first hour, and what is in it from each second on, ascending.
    edge: Option<(Hour, Vec<(u64, Tally)>)>,
    /// What the peers' attestations come to, at which change of that.
    attested: Option<i64>,
    strong_issuers: u64,
    weak_issuers: u64,
}

impl Windows {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Cache::new(KNOWN_PROVIDERS)))
    }

    pub(super) fn get(&self, hub: &str) -> Option<Arc<Mutex<Window>>> {
        self.cache().get(hub).map(Arc::clone)
    }

    fn of(&self, hub: &str) -> Arc<Mutex<Window>> {
        let mut cache = self.cache();
        if let Some(window) = cache.get(hub) {
            return Arc::clone(window);
        }
        let window = Arc::default();
        cache.insert(hub.to_owned(), Arc::clone(&window));
        window
    }

    fn cache(&self) -> MutexGuard<'_, Cache<String, Arc<Mutex<Window>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// What is known of a provider, its name as compared. An outcome is in the window if its time is after `after`. `None` if the
    /// provider was never named.
    pub(crate) fn standing(&self, hub: &str, after: u64) -> Result<Option<Standing>, Error> {
        let window = match self.windows.get(hub) {
            Some(window) => window,
            // Names that nobody was ever known by push nobody out.
            None if self.readers.read(|engine| registry::provider(engine, hub))?.is_none() => return Ok(None),
            None => self.windows.of(hub),
        };
        // Before the transaction begins, so that nobody who sees an older state finds a newer one here.
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        self.readers.read(|engine| {
            let Some(provider) = registry::provider(engine, hub)? else { return Ok(None) };
            let size = tree::size(engine)?;
            let root = self.root_of(engine, size)?;
            if let Err(error) = window.renew(engine, hub, &provider, after) {
                *window = Window::default();
                return Err(error);
            }
            Ok(Some(Standing {
                size,
                root,
                outcomes: provider.outcomes.unsigned_abs(),
                first_outcome_at: provider.first_outcome_at,
                window: window.sum(after),
                strong_issuers: window.strong_issuers,
                weak_issuers: window.weak_issuers,
            }))
        })
    }
}

impl Window {
    /// Brings what is remembered up to date.
    fn renew(
        &mut self,
        engine: &mut dyn Engine<Error>,
        hub: &str,
        provider: &Provider,
        after: u64,
    ) -> Result<(), Error> {
        let from = after / HOUR;
        if from < self.from || provider.revision < self.revision {
            *self = Self::default();
        }
        if provider.revision > self.revision {
            let first_needed = self.hours.partition_point(|hour| hour.hour < from);
            self.hours.drain(..first_needed);
            let hours = &mut self.hours;
            Hour::changed(engine, provider.id, from, self.revision, |changed| {
                match hours.binary_search_by_key(&changed.hour, |hour| hour.hour) {
                    Ok(place) => hours[place] = changed,
                    Err(place) => hours.insert(place, changed),
                }
            })?;
            self.revision = provider.revision;
        }
        if self.attested != Some(provider.attested) {
            (self.strong_issuers, self.weak_issuers) = attestations::issuers(engine, hub)?;
            self.attested = Some(provider.attested);
        }
        self.from = from;
        let first = self.hours.binary_search_by_key(&from, |hour| hour.hour).ok().map(|place| self.hours[place]);
        if self.edge.as_ref().map(|(hour, _)| *hour) != first {
            self.edge = match first {
                Some(hour) => Some((hour, seconds(engine, provider.id, &hour)?)),
                None => None,
            };
        }
        Ok(())
    }

    fn sum(&self, after: u64) -> Tally {
        let from = after / HOUR;
        let mut sum = Tally::default();
        let whole = self.hours.partition_point(|hour| hour.hour <= from);
        self.hours[whole..].iter().for_each(|hour| sum.add(&hour.tally));
        if let Some((_, seconds)) = &self.edge {
            let first = seconds.partition_point(|(second, _)| *second <= after);
            if let Some((_, rest)) = seconds.get(first) {
                sum.add(rest);
            }
        }
        sum
    }
}

/// What is in an hour from each of its seconds on.
fn seconds(engine: &mut dyn Engine<Error>, provider: i64, hour: &Hour) -> Result<Vec<(u64, Tally)>, Error> {
    let mut seconds: Vec<(u64, Tally)> = Vec::new();
    let damaged = || row::damaged(OUTCOMES.name);
    let bounds = [provider, hour.first, hour.last].map(Value::Integer);
    engine.query(OUTCOMES_OF_HOUR, &bounds, &mut |row| {
        let at = row::unsigned(row, 0)?;
        if at / HOUR != hour.hour {
            return Ok(());
        }
        let status = outcome::status_of(row::integer(row, 1)?).ok_or_else(damaged)?;
        let quality = match row.get(3) {
            Some(Value::Integer(stored)) => Some(outcome::read_quality(*stored, false).ok_or_else(damaged)?),
            _ => None,
        };
        let place = match seconds.binary_search_by_key(&at, |(second, _)| *second) {
            Ok(place) => place,
            Err(place) => {
                seconds.insert(place, (at, Tally::default()));
                place
            }
        };
        seconds[place].1.count(status, row::unsigned(row, 2)?, quality.map(crate::wire::Fraction::rounded_ppm));
        Ok(())
    })?;
    let mut rest = Tally::default();
    for (_, tally) in seconds.iter_mut().rev() {
        rest.add(tally);
        *tally = rest;
    }
    if rest.statuses != hour.tally.statuses {
        return Err(damaged().into());
    }
    Ok(seconds)
}
