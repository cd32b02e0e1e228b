//! Outcomes into the log: many at once, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use barter_store::{Engine, Value, row};

use super::{
    Error,
    cache::Cache,
    outcome::{self, Call, Entry},
    registry::{self, Provider},
    schema::{CALLS, OUTCOMES, SUBTREES, TEXTS},
    tally::{HOUR, Hour},
    tree,
};
use crate::{
    merkle::{Completed, Frontier, Hash},
    wire::{Domain, SignedOutcome, hub},
};

/// Texts whose number is kept in memory, up to 250 bytes each.
const KNOWN_TEXTS: usize = 20_000;

/// An outcome whose signature was checked, and what can be known of it before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) signed: SignedOutcome,
    /// The consumer's number, and that of its key.
    pub(crate) consumer: i64,
    pub(crate) key_id: i64,
    /// The provider, its name as compared.
    pub(crate) provider: String,
    pub(crate) leaf: Hash,
    /// Where its call is looked for.
    place: i64,
}

impl Candidate {
    pub(crate) fn new(signed: SignedOutcome, consumer: i64, key_id: i64, leaf: Hash) -> Self {
        let provider = hub::normal(&signed.outcome.fields().provider_hub);
        let place = Call::of(consumer, &signed.outcome).place();
        Self { signed, consumer, key_id, provider, leaf, place }
    }
}

#[cfg(test)]
impl Candidate {
    /// As if its call had another hash.
    pub(super) const fn move_to(&mut self, place: i64) {
        self.place = place;
    }
}

/// What became of an outcome whose signature is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It is in the log.
    Recorded { index: u64 },
    /// It was already: the same consumer had signed the same.
    Replayed { index: u64 },
    /// The same consumer had signed something else of the same call.
    Taken { index: u64 },
}

/// What whoever appends remembers of the log. Only what was committed.
#[derive(Debug)]
pub(super) struct Appender {
    domain: Option<Domain>,
    texts: Cache<String, i64>,
    pub(super) frontier: Frontier,
}

/// The new ones of some candidates: their numbers, in order, each with its place among the calls.
type Accepted = Vec<(usize, i64)>;

/// What one transaction adds, beside the rows of the outcomes.
struct Batch<'a> {
    candidates: &'a [Candidate],
    accepted: Accepted,
    providers: HashMap<&'a str, Provider>,
    texts: HashMap<&'a str, i64>,
    first_index: i64,
}

impl Appender {
    pub(super) fn new(domain: Option<Domain>) -> Self {
        Self { domain, texts: Cache::new(KNOWN_TEXTS), frontier: Frontier::default() }
    }

    /// Forgets what may not have been kept.
    pub(super) fn forget(&mut self) {
        self.texts.clear();
        self.frontier = Frontier::default();
    }

    /// Writes what is new of the candidates. The caller commits, and [forgets](Self::forget) where that fails.
    pub(super) fn append(
        &mut self,
        engine: &mut dyn Engine<Error>,
        candidates: &[Candidate],
    ) -> Result<Vec<Placed>, Error> {
        let size = tree::size(engine)?;
        // Another process may have written since.
        if size != self.frontier.size() {
            self.frontier = tree::frontier(engine, size)?;
        }
        let (fates, accepted) = self.place(engine, candidates)?;
        let first_index = i64::try_from(size).unwrap_or(i64::MAX);
        let mut batch = Batch { candidates, accepted, providers: HashMap::new(), texts: HashMap::new(), first_index };
        batch.find_providers(engine)?;
        batch.find_texts(engine, &mut self.texts)?;
        batch.write_outcomes(engine)?;
        batch.write_hours(engine)?;
        for (hub, provider) in &batch.providers {
            provider.put(engine, hub)?;
        }
        let mut completed: Vec<Completed> = Vec::new();
        for (number, _) in &batch.accepted {
            completed.extend(self.frontier.append(candidates[*number].leaf));
        }
        engine.insert(&SUBTREES, &tree::rows(&completed))?;
        Ok(tell(candidates, &fates, size))
    }

    /// What becomes of each; and which are new, in order, each with its place among the calls.
    fn place(&self, engine: &mut dyn Engine<Error>, candidates: &[Candidate]) -> Result<(Vec<Fate>, Accepted), Error> {
        let mut places: Vec<_> = candidates.iter().map(|candidate| candidate.place).collect();
        let mut fates = vec![Fate::New; candidates.len()];
        let mut claimed: HashMap<i64, usize> = HashMap::new();
        let mut open: Vec<_> = (0..candidates.len()).collect();
        for _ in 0..outcome::MAX_PLACES {
            if open.is_empty() {
                break;
            }
            let there = self.stored(engine, &open, &places)?;
            let mut still = Vec::new();
            for number in open {
                let candidate = &candidates[number];
                match (there.get(&number), claimed.get(&places[number])) {
                    (Some(stored), _) if stored.call() == candidate.call() => fates[number] = stored.fate(candidate),
                    (None, None) => _ = claimed.insert(places[number], number),
                    (None, Some(first)) if candidates[*first].call() == candidate.call() => {
                        fates[number] = Fate::Repeats(*first);
                    }
                    // Another call has this place.
                    _ => {
                        places[number] = Call::next(places[number]);
                        still.push(number);
                    }
                }
            }
            open = still;
        }
        if !open.is_empty() {
            return Err(row::damaged(CALLS.name).into());
        }
        let accepted: BTreeMap<_, _> = claimed.into_iter().map(|(place, number)| (number, place)).collect();
        Ok((fates, accepted.into_iter().collect()))
    }

    /// What the log has at the places of these candidates.
    fn stored(
        &self,
        engine: &mut dyn Engine<Error>,
        open: &[usize],
        places: &[i64],
    ) -> Result<HashMap<usize, Stored>, Error> {
        let keys: Vec<_> = open.iter().map(|number| Value::Integer(places[*number])).collect();
        let mut found = Vec::new();
        engine.lookup(outcome::CALL, 1, &keys, &mut |number, row| {
            found.push((open[number], Value::Integer(row::integer(row, 0)?)));
            Ok(())
        })?;
        let indices: Vec<_> = found.iter().map(|(_, index)| *index).collect();
        let mut stored = HashMap::new();
        outcome::find(engine, self.domain, &indices, |number, entry, consumer| {
            stored.insert(found[number].0, Stored { entry, consumer });
        })?;
        if stored.len() != found.len() {
            return Err(row::damaged(CALLS.name).into());
        }
        Ok(stored)
    }
}

/// What becomes of a candidate.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is written.
    New,
    /// The log says.
    Known(Placed),
    /// One before it, which is new, is of the same call.
    Repeats(usize),
}

/// An outcome that is in the log.
struct Stored {
    entry: Entry,
    consumer: i64,
}

impl Stored {
    fn call(&self) -> Call<'_> {
        Call::of(self.consumer, &self.entry.signed.outcome)
    }

    fn fate(&self, candidate: &Candidate) -> Fate {
        Fate::Known(candidate.repeats(&self.entry.signed, self.entry.index))
    }
}

impl Candidate {
    fn call(&self) -> Call<'_> {
        Call::of(self.consumer, &self.signed.outcome)
    }

    /// What it is, being of the same call as the outcome with this index.
    fn repeats(&self, said: &SignedOutcome, index: u64) -> Placed {
        if outcome::same_text(&said.outcome, &self.signed.outcome) {
            Placed::Replayed { index }
        } else {
            Placed::Taken { index }
        }
    }
}

/// What became of each: the new ones have their indices in their order.
fn tell(candidates: &[Candidate], fates: &[Fate], size: u64) -> Vec<Placed> {
    let mut next = size;
    let mut indices = Vec::with_capacity(fates.len());
    for fate in fates {
        indices.push(next);
        next += u64::from(matches!(fate, Fate::New));
    }
    let tell = |(number, fate): (usize, &Fate)| match *fate {
        Fate::New => Placed::Recorded { index: indices[number] },
        Fate::Known(placed) => placed,
        Fate::Repeats(first) => candidates[number].repeats(&candidates[first].signed, indices[first]),
    };
    fates.iter().enumerate().map(tell).collect()
}

impl<'a> Batch<'a> {
    /// The new ones with their indices.
    fn new_ones(&self) -> impl Iterator<Item = (i64, &'a Candidate)> + use<'_, 'a> {
        (self.first_index..).zip(self.accepted.iter().map(|(number, _)| &self.candidates[*number]))
    }

    /// Finds the providers, makes those that were never named, and counts what is new of each.
    fn find_providers(&mut self, engine: &mut dyn Engine<Error>) -> Result<(), Error> {
        let names: BTreeSet<_> = self.new_ones().map(|(_, candidate)| candidate.provider.as_str()).collect();
        let names: Vec<_> = names.into_iter().collect();
        let mut providers = HashMap::new();
        registry::providers(engine, &names, |number, provider| _ = providers.insert(names[number], provider))?;
        if providers.len() < names.len() {
            let next = registry::next_id(engine, "providers")?;
            let missing = names.iter().filter(|name| !providers.contains_key(*name)).copied().collect::<Vec<_>>();
            providers.extend(missing.into_iter().zip((next..).map(Provider::new)));
        }
        for provider in providers.values_mut() {
            provider.revision += 1;
        }
        for (_, candidate) in self.new_ones() {
            let Some(provider) = providers.get_mut(candidate.provider.as_str()) else { continue };
            let at = candidate.signed.outcome.fields().timestamp;
            provider.outcomes += 1;
            provider.first_outcome_at = Some(provider.first_outcome_at.map_or(at, |first| first.min(at)));
        }
        self.providers = providers;
        Ok(())
    }

    /// Finds the numbers of the texts, and writes those that are new.
    fn find_texts(&mut self, engine: &mut dyn Engine<Error>, known: &mut Cache<String, i64>) -> Result<(), Error> {
        let names: BTreeSet<_> = self.new_ones().flat_map(|(_, candidate)| texts(candidate)).collect();
        let mut texts: HashMap<&str, i64> = HashMap::new();
        let mut unknown = Vec::new();
        for name in names {
            match known.get(name) {
                Some(id) => _ = texts.insert(name, *id),
                None => unknown.push(name),
            }
        }
        let keys: Vec<_> = unknown.iter().map(|name| Value::Text(name)).collect();
        engine.lookup("SELECT id FROM texts WHERE text = $1", 1, &keys, &mut |number, row| {
            texts.insert(unknown[number], row::integer(row, 0)?);
            Ok(())
        })?;
        let missing: Vec<_> = unknown.iter().filter(|name| !texts.contains_key(*name)).copied().collect();
        if !missing.is_empty() {
            let next = registry::next_id(engine, TEXTS.name)?;
            let rows = missing.iter().zip(next..).flat_map(|(name, id)| [Value::Integer(id), Value::Text(name)]);
            engine.insert(&TEXTS, &rows.collect::<Vec<_>>())?;
            texts.extend(missing.into_iter().zip(next..));
        }
        // Where the transaction fails, all of it is forgotten.
        for name in unknown {
            known.insert(name.to_owned(), texts[name]);
        }
        self.texts = texts;
        Ok(())
    }

    fn write_outcomes(&self, engine: &mut dyn Engine<Error>) -> Result<(), Error> {
        let mut rows = Vec::with_capacity(self.accepted.len() * OUTCOMES.columns.len());
        let text = |text: &str| Value::Integer(self.texts.get(text).copied().unwrap_or_default());
        let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        for (index, candidate) in self.new_ones() {
            let outcome = &candidate.signed.outcome;
            let fields = outcome.fields();
            let provider = self.providers.get(candidate.provider.as_str()).map_or(0, |provider| provider.id);
            rows.extend([
                Value::Integer(index),
                Value::Integer(provider),
                Value::Integer(candidate.key_id),
                text(&fields.capability_id),
                text(&fields.product_id),
                candidate.provider_spelling().map_or(Value::Null, text),
                candidate.consumer_spelling().map_or(Value::Null, text),
                Value::Integer(outcome::pack(outcome)),
                number(fields.timestamp),
                number(fields.price.units()),
                Value::Integer(fields.latency_ms.into()),
                fields.quality.map_or(Value::Null, |quality| Value::Integer(outcome::write_quality(quality))),
                Value::Text(&fields.invocation_id),
                Value::Bytes(candidate.signed.signature.as_bytes()),
                Value::Bytes(&candidate.leaf),
            ]);
        }
        engine.insert(&OUTCOMES, &rows)?;
        let places = (self.first_index..).zip(&self.accepted);
        let rows = places.flat_map(|(index, (_, place))| [Value::Integer(*place), Value::Integer(index)]);
        engine.insert(&CALLS, &rows.collect::<Vec<_>>())
    }

    fn write_hours(&self, engine: &mut dyn Engine<Error>) -> Result<(), Error> {
        let mut hours: BTreeMap<i64, (Provider, Hour)> = BTreeMap::new();
        let of = |candidate: &Candidate| {
            let provider = self.providers.get(candidate.provider.as_str()).copied()?;
            Some((provider, candidate.signed.outcome.fields().timestamp))
        };
        for (index, candidate) in self.new_ones() {
            let Some((provider, at)) = of(candidate) else { continue };
            let id = Hour::id(provider.id, at / HOUR);
            hours.entry(id).or_insert_with(|| (provider, Hour::empty(at, index)));
        }
        let ids: Vec<_> = hours.keys().copied().collect();
        let keys: Vec<_> = ids.iter().map(|id| Value::Integer(*id)).collect();
        Hour::find(engine, &keys, |number, found| {
            if let Some((_, hour)) = hours.get_mut(&ids[number]) {
                *hour = found;
            }
        })?;
        for (index, candidate) in self.new_ones() {
            let Some((provider, at)) = of(candidate) else { continue };
            if let Some((_, hour)) = hours.get_mut(&Hour::id(provider.id, at / HOUR)) {
                hour.count(candidate.signed.outcome.fields(), index);
                hour.revision = provider.revision;
            }
        }
        hours.values().try_for_each(|(provider, hour)| hour.put(engine, provider.id))
    }
}

impl Candidate {
    fn provider_spelling(&self) -> Option<&str> {
        spelling(&self.signed.outcome.fields().provider_hub)
    }

    fn consumer_spelling(&self) -> Option<&str> {
        spelling(&self.signed.outcome.fields().consumer_hub)
    }
}

/// A name as it was written, where that is not how it is compared.
fn spelling(written: &str) -> Option<&str> {
    (hub::normal(written) != written).then_some(written)
}

/// The texts that are kept once.
fn texts(candidate: &Candidate) -> impl Iterator<Item = &str> {
    let fields = candidate.signed.outcome.fields();
    let always = [fields.capability_id.as_str(), &fields.product_id];
    always.into_iter().chain(candidate.provider_spelling()).chain(candidate.consumer_spelling())
}
