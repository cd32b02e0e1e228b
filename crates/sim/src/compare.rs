//! Outcomes side by side.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Outcome, outcome::CrowdOutcome};

/// Outcomes side by side, by the numbers that matter.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// What is compared, in order.
    pub columns: Vec<Column>,
    /// The numbers.
    pub rows: Vec<Row>,
}

/// Whose numbers they are.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// The scenario's name; with its place among those compared where another has the same.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// The hash of its log.
    pub log_hash: alloy_primitives::B256,
}

/// One number of each outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What it is a number of: `world`, a crowd's name, or a detector's.
    pub subject: String,
    /// Which number.
    pub measure: &'static str,
    /// Of each outcome, in order; none where it has no such number.
    pub values: Vec<Option<f64>>,
}

impl Row {
    /// By what share the number of a column differs from the first's: 0.5 for half as much again. None where one is missing, or the
    /// first is 0.
    pub fn change(&self, column: usize) -> Option<f64> {
        let first = self.values.first().copied().flatten().filter(|first| *first != 0.0)?;
        let other = self.values.get(column).copied().flatten()?;
        Some((other - first) / first)
    }
}

impl Comparison {
    /// Puts outcomes side by side: the whole, then each crowd, then each detector, in the order in which they are first met.
    pub fn new(outcomes: &[Outcome]) -> Self {
        let columns = outcomes.iter().zip(labels(outcomes)).map(|(outcome, name)| Column {
            name,
            seed: outcome.scenario.seed,
            log_hash: outcome.log_hash,
        });
        let mut rows = vec![
            row("world", "settled", outcomes, |outcome| Some(whole(outcome.settled))),
            row("world", "transactions", outcomes, |outcome| Some(whole(outcome.transactions))),
            row("world", "gas", outcomes, |outcome| Some(whole(outcome.gas))),
            row("world", "honest_median_score", outcomes, |outcome| {
                outcome.honest_scores.map(|scores| whole(scores.median))
            }),
        ];
        let crowds = outcomes.iter().flat_map(|outcome| outcome.crowds.iter().map(|crowd| crowd.name.as_str()));
        rows.extend(each_once(crowds).into_iter().flat_map(|name| crowd_rows(name, outcomes)));
        let detectors = outcomes.iter().filter_map(|outcome| outcome.findings.as_ref());
        let detectors = detectors.flat_map(|findings| findings.detectors.iter().map(|detector| detector.name.as_str()));
        rows.extend(each_once(detectors).into_iter().flat_map(|name| detector_rows(name, outcomes)));
        Self { columns: columns.collect(), rows }
    }
}

/// What outcomes are called beside each other: their scenarios' names, with their places (`siege #2`) where a name repeats.
pub(crate) fn labels(outcomes: &[Outcome]) -> Vec<String> {
    let name = |outcome: &Outcome| outcome.scenario.name.clone();
    let repeats = |name: &str| outcomes.iter().filter(|outcome| outcome.scenario.name == name).count() > 1;
    let labels = outcomes.iter().map(name).zip(1..);
    labels.map(|(name, place)| if repeats(&name) { format!("{name} #{place}") } else { name }).collect()
}

fn row(subject: &str, measure: &'static str, outcomes: &[Outcome], of: impl Fn(&Outcome) -> Option<f64>) -> Row {
    Row { subject: subject.to_owned(), measure, values: outcomes.iter().map(of).collect() }
}

fn crowd_rows(name: &str, outcomes: &[Outcome]) -> Vec<Row> {
    type Measure = (&'static str, fn(&CrowdOutcome) -> Option<f64>);
    const MEASURES: [Measure; 13] = [
        ("wallets", |crowd| Some(whole(crowd.wallets))),
        ("settled", |crowd| Some(whole(crowd.settled))),
        ("counted", |crowd| Some(whole(crowd.counted))),
        ("score", |crowd| Some(whole(crowd.score))),
        ("highest_score", |crowd| Some(whole(crowd.highest_score))),
        ("spent_sats", |crowd| Some(crowd.spent_sats)),
        ("score_per_sat", |crowd| crowd.score_per_sat),
        ("best_wallet_sats_per_point", |crowd| crowd.best_wallet_sats_per_point),
        ("honest_median_sats", |crowd| crowd.honest_median.as_ref()?.cheapest_sats),
        ("honest_ninety_sats", |crowd| crowd.honest_ninety.as_ref()?.cheapest_sats),
        ("cheapest_100_sats", |crowd| cheapest(crowd, 0)),
        ("cheapest_350_sats", |crowd| cheapest(crowd, 1)),
        ("cheapest_700_sats", |crowd| cheapest(crowd, 2)),
    ];
    let of = |outcome: &Outcome, measure: fn(&CrowdOutcome) -> Option<f64>| {
        outcome.crowds.iter().find(|crowd| crowd.name == name).and_then(measure)
    };
    MEASURES.iter().map(|(label, measure)| row(name, label, outcomes, |outcome| of(outcome, *measure))).collect()
}

fn cheapest(crowd: &CrowdOutcome, milestone: usize) -> Option<f64> {
    crowd.milestones.get(milestone)?.cheapest_sats
}

fn detector_rows(name: &str, outcomes: &[Outcome]) -> Vec<Row> {
    use crate::detection::Detector;
    type Measure = (&'static str, fn(&Detector) -> Option<f64>);
    const MEASURES: [Measure; 4] = [
        ("precision", |detector| detector.precision),
        ("recall", |detector| detector.recall),
        ("false_alarms", |detector| detector.false_alarms),
        ("auc", |detector| detector.auc),
    ];
    let of = |outcome: &Outcome, measure: fn(&Detector) -> Option<f64>| {
        let findings = outcome.findings.as_ref()?;
        findings.detectors.iter().find(|detector| detector.name == name).and_then(measure)
    };
    MEASURES.iter().map(|(label, measure)| row(name, label, outcomes, |outcome| of(outcome, *measure))).collect()
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut met = BTreeSet::new();
    names.filter(|name| met.insert(*name)).collect()
}

#[allow(clippy::cast_precision_loss, reason = "to be compared by people")]
const fn whole(number: u64) -> f64 {
    number as f64
}
