//! Outcomes on their way into the log: who signed them, and what became of each.

use super::{Error, MAX_BATCH, Oracle, Refusal};
use crate::{
    log::{Candidate, Placed},
    verify::Signed,
    wire::{SignedOutcome, hub, outcome::leaf},
};

/// What became of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is in the log, on the disk.
    Recorded {
        /// The index of its leaf.
        index: u64,
    },
    /// It was before: the consumer had signed the very same.
    Replayed {
        /// The index of its leaf.
        index: u64,
    },
    /// It is not in the log.
    Rejected(Refusal),
}

impl Oracle {
    /// Records outcomes that consumers signed. What became of each, in order: those recorded are on the disk when this returns.
    ///
    /// Of a consumer nobody registered, nothing is kept.
    ///
    /// # Errors
    /// [`Error::TooMany`] over [`MAX_BATCH`]; [`Error::Busy`] where too much waits; what the database fails with. Either way none
    /// of them is recorded, unless the connection to a server was lost while it committed.
    ///
    /// # Retry safety
    /// Safe: what was recorded is then replayed, with its index.
    pub fn record(&self, outcomes: Vec<SignedOutcome>, now: u64) -> Result<Vec<Verdict>, Error> {
        self.record_checked(outcomes, now, |batch| self.0.verifier.verify_batch(batch))
    }

    /// Records outcomes as if their signatures were right: to fill a log for measuring it.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    #[cfg(any(test, feature = "synthetic"))]
    pub fn record_unverified(&self, outcomes: Vec<SignedOutcome>, now: u64) -> Result<Vec<Verdict>, Error> {
        self.record_checked(outcomes, now, |batch| vec![true; batch.len()])
    }

    fn record_checked(
        &self,
        outcomes: Vec<SignedOutcome>,
        now: u64,
        verify: impl FnOnce(&[Signed<'_>]) -> Vec<bool>,
    ) -> Result<Vec<Verdict>, Error> {
        if outcomes.len() > MAX_BATCH {
            return Err(Error::TooMany { found: outcomes.len(), maximum: MAX_BATCH });
        }
        let hubs: Vec<_> = outcomes.iter().map(|signed| hub::normal(&signed.outcome.fields().consumer_hub)).collect();
        let consumers = self.0.log.consumers(&hubs.iter().cloned().collect())?;
        let texts: Vec<_> = outcomes.iter().map(|signed| signed.outcome.signed_bytes()).collect();
        let mut verdicts = Vec::with_capacity(outcomes.len());
        let mut batch = Vec::with_capacity(outcomes.len());
        for (number, signed) in outcomes.iter().enumerate() {
            let fields = signed.outcome.fields();
            let consumer = consumers.get(&hubs[number]);
            let checked = self
                .check(signed.outcome.form().domain(), fields.timestamp, now)
                .and_then(|()| consumer.ok_or_else(|| Refusal::UnknownConsumer { hub: fields.consumer_hub.clone() }));
            verdicts.push(match checked {
                Ok(consumer) => {
                    batch.push((
                        number,
                        consumer,
                        Signed { key: &consumer.key, message: &texts[number], signature: &signed.signature },
                    ));
                    None
                }
                // What was taken in time stays taken.
                Err(refusal @ Refusal::WrongTime { .. }) => {
                    Some(self.replayed(consumer.map(|consumer| consumer.consumer), signed, refusal)?)
                }
                Err(refusal) => Some(Verdict::Rejected(refusal)),
            });
        }
        let right = verify(&batch.iter().map(|(_, _, signed)| *signed).collect::<Vec<_>>());
        let mut taken: Vec<_> = outcomes.iter().map(|_| None).collect();
        for ((number, consumer, _), is_right) in batch.into_iter().zip(right) {
            if is_right {
                taken[number] = Some(*consumer);
            }
        }
        let mut candidates = Vec::new();
        let mut numbers = Vec::new();
        for (number, signed) in outcomes.into_iter().enumerate() {
            match taken[number] {
                Some(consumer) => {
                    let form = signed.outcome.form().code();
                    let leaf = leaf(form, &texts[number], &consumer.key, &signed.signature);
                    numbers.push(number);
                    candidates.push(Candidate::new(signed, consumer.consumer, consumer.key_id, leaf));
                }
                // Under a key that the consumer had before, it may have been right.
                None if verdicts[number].is_none() => {
                    let hub = signed.outcome.fields().consumer_hub.clone();
                    let refusal = Refusal::WrongSignature { hub };
                    let consumer = consumers.get(&hubs[number]).map(|consumer| consumer.consumer);
                    verdicts[number] = Some(self.replayed(consumer, &signed, refusal)?);
                }
                None => {}
            }
        }
        if !candidates.is_empty() {
            for (number, placed) in numbers.into_iter().zip(self.0.log.append(candidates)?) {
                verdicts[number] = Some(match placed {
                    Placed::Recorded { index } => Verdict::Recorded { index },
                    Placed::Replayed { index } => Verdict::Replayed { index },
                    Placed::Taken { index } => Verdict::Rejected(Refusal::CallTaken { index }),
                });
            }
        }
        verdicts.into_iter().map(|verdict| verdict.ok_or(Error::Stopped)).collect()
    }

    /// What would be refused now, but was taken before.
    fn replayed(&self, consumer: Option<i64>, signed: &SignedOutcome, refusal: Refusal) -> Result<Verdict, Error> {
        let Some(consumer) = consumer else { return Ok(Verdict::Rejected(refusal)) };
        let index = self.0.log.index_of(consumer, signed)?;
        Ok(index.map_or(Verdict::Rejected(refusal), |index| Verdict::Replayed { index }))
    }
}
