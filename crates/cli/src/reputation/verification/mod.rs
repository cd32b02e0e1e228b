//! Checking what a service says of a provider against its log, the chain and the clock.
//!
//! What a service says of itself is compared with what it cannot choose: signatures, the chain as the verifier's own node has it, the
//! verifier's clock, and the rules that the verifier expects. A sum that only follows from what the service says proves nothing.

mod attestations;
mod bonds;
mod copy;
mod log;
mod rules;
mod score;

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use barter_reputation::score::{Record, Settings};
use barter_sdk::{Anchor, BarterClient};
use serde::Serialize;

use super::{
    Error, Service,
    answer::ScoreAnswer,
    audit::{Audit, Subject},
    log::{Head, LogFile, head, page},
};
use crate::{progress::Bar, text::grouped};
use log::Floor;

/// Longest list that a sentence has room for.
const NAMED: usize = 3;

/// Whose anchors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchors {
    /// Those of the wallet that the service names.
    AsTheServiceSays,
    /// Those of this wallet.
    Of(Address),
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verification {
    /// The provider.
    pub(crate) hub: String,
    /// The score that the service tells.
    pub(crate) told: f64,
    /// The score that comes out.
    pub(crate) computed: Option<f64>,
    /// Entries that were gone through.
    pub(crate) entries: u64,
    /// What was checked.
    pub(crate) checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it came out.
    pub(crate) outcome: Outcome,
    /// What was compared, or what differs.
    pub(crate) detail: String,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is as the service says.
    Holds,
    /// It is not.
    Fails,
    /// There was nothing to compare with.
    NotChecked,
}

impl Verification {
    /// How many checks failed.
    pub(crate) fn failed(&self) -> u64 {
        self.checks.iter().filter(|check| check.outcome == Outcome::Fails).count() as u64
    }

    /// The first check that failed.
    pub(crate) fn first_failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Fails)
    }

    fn check(&mut self, name: &'static str, holds: bool, detail: impl Into<String>) {
        let outcome = if holds { Outcome::Holds } else { Outcome::Fails };
        self.checks.push(Check { name, outcome, detail: detail.into() });
    }

    fn not_checked(&mut self, name: &'static str, detail: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::NotChecked, detail: detail.into() });
    }
}

/// What is checked with.
pub(crate) struct Verifying<'a> {
    pub(crate) service: &'a Service,
    /// The chain; without one, the service's word is taken for it.
    pub(crate) client: Option<&'a BarterClient>,
    pub(crate) anchors: Anchors,
    /// How scores are to be made. The decimals are the token's, not these.
    pub(crate) settings: Settings,
    /// How far behind the node's newest block the one may be that bonds were read at, in seconds.
    pub(crate) max_block_age: u64,
    /// The verifier's own clock, Unix seconds.
    pub(crate) clock: &'a (dyn Fn() -> u64 + Sync),
    pub(crate) bar: &'a Bar,
}

impl Verifying<'_> {
    /// Checks everything.
    pub(crate) async fn run(&self, hub: &str, mut copy: Option<LogFile>) -> Result<Verification, crate::error::Error> {
        // What was on the chain and in the log before the score was asked for has to be in it.
        let before = head(self.service).await?;
        let oracle = match self.anchors {
            Anchors::Of(wallet) => Some(wallet),
            Anchors::AsTheServiceSays => before.oracle,
        };
        let anchors = self.anchors(oracle).await?;
        let answer: ScoreAnswer = self.service.get(&[hub], &[]).await?;
        let now = (self.clock)();
        let attested = self.attested(hub).await?;
        let after = head(self.service).await?;
        let mut found = Verification {
            hub: hub.to_owned(),
            told: answer.trust_score,
            computed: None,
            entries: 0,
            checks: Vec::new(),
        };
        rules::check_clock(&answer, now, &mut found);
        let decimals = match self.client {
            Some(client) => Some(client.bond().terms().await?.token.decimals),
            None => None,
        };
        rules::check_settings(&answer, &self.settings, decimals, &mut found);
        let audit = self.audit(&answer, hub, &before, &after, &anchors, copy.as_mut()).await?;
        found.entries = audit.size();
        let copied = copy.as_ref().map_or(0, |copy| copy.head().size);
        let floor = Floor { anchors: &anchors, before: before.size, copied };
        log::check_size(&answer, &after, floor, &mut found);
        if let Some(copy) = &copy {
            self.check_copy(copy, &audit, &after, &mut found).await;
        }
        log::check_log(&audit, &answer, &before, &after, &mut found);
        self.check_registry(&audit, &mut found).await?;
        self.check_anchors(&audit, &after, oracle, &anchors, &mut found);
        let bond = self.check_chain(&answer, &after, hub, &mut found).await?;
        let (strong_issuers, weak_issuers) =
            self.check_attestations(&answer, hub, &attested, &audit, &mut found).await?;
        let record = Record {
            first_bonded_at: bond.first_bonded_at,
            bond_units: bond.active,
            ever_bonded_units: bond.ever_bonded,
            ever_slashed_units: bond.ever_slashed,
            upheld_disputes: bond.upheld,
            strong_issuers,
            weak_issuers,
            ..audit.record()
        };
        score::check(&answer, hub, &record, audit.total(), &mut found);
        Ok(found)
    }

    /// Goes through the log: the copy to its end, and then what the service has beyond it.
    async fn audit(
        &self,
        answer: &ScoreAnswer,
        hub: &str,
        before: &Head,
        after: &Head,
        anchors: &[Anchor],
        copy: Option<&mut LogFile>,
    ) -> Result<Audit, Error> {
        let anchored = anchors.iter().filter_map(|anchor| u64::try_from(anchor.size).ok());
        let sizes: BTreeSet<u64> = anchored.chain([answer.log_size, before.size, after.size]).collect();
        // As far as the score and the anchors go, and no further than the log.
        let end = sizes.iter().copied().filter(|size| *size <= after.size).max().unwrap_or_default();
        let subject = Subject {
            hub: hub.to_owned(),
            now: answer.computed_at,
            window_seconds: rules::told(answer).window_seconds(),
            counted: answer.log_size,
            domain: after.domain(),
        };
        let mut audit = Audit::new(subject, sizes);
        let read = |audit: &Audit| self.bar.show(audit.size(), end, "checked");
        if let Some(copy) = copy {
            while let Some(entry) = copy.next()? {
                let place = entry.index;
                if place < end {
                    audit.take(entry);
                }
                if place % 1_000 == 999 {
                    read(&audit);
                    // So that a signal is seen while a long file is read.
                    tokio::task::yield_now().await;
                }
            }
        }
        while audit.size() < end {
            for entry in page(self.service, audit.size(), end).await? {
                let entry = entry.read();
                let entry =
                    entry.map_err(|error| self.service.invalid("GET /oracle/log/entries", error.to_string()))?;
                audit.take(entry);
            }
            read(&audit);
        }
        audit.end();
        Ok(audit)
    }

    async fn anchors(&self, oracle: Option<Address>) -> Result<Vec<Anchor>, crate::error::Error> {
        match (self.client, oracle) {
            (Some(client), Some(oracle)) => Ok(client.bond().anchors(oracle).await?),
            _ => Ok(Vec::new()),
        }
    }
}

/// A number of entries, in words.
fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped(number)) }
}

/// The first of these, and how many more.
fn named(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| crate::text::cut(name, 40)).collect();
    match names.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// A root that was computed, as the chain writes it.
fn root_at(audit: &Audit, size: u64) -> Option<B256> {
    audit.root_at(size).map(B256::from)
}
