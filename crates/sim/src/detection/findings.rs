//! How the detectors did.

use std::slice;

use alloy_primitives::Address;

use super::{
    crowd::{self, CrowdFound},
    detector::{COMBINATIONS, Combination, Description, Measure},
    roc::{Roc, Step, share},
};
use crate::{AgentId, CrowdId, outcome::WalletOutcome};

/// The rate of false alarms, in percent, at which detectors are compared.
const COMPARED_AT_PERCENT: u64 = 1;

/// Ends the sentence on a combined detector's statistic where honest wallets are too few for the two halves it needs.
const TOO_FEW_HONEST: &str = "; in this run there are too few honest wallets for that, so it is not compared";

/// How the detectors did, in all worlds together.
///
/// Shares are of wallets with a settled trade. The viewpoint, and so "any detector", reckons with scores by the protocol's own
/// formula and pair cap, whatever the scenario's parameters are.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Findings {
    /// Honest wallets with a settled trade: what shares of false alarms are of.
    pub honest: u64,
    /// Hostile wallets with a settled trade.
    pub hostile: u64,
    /// Attackers: hostile agents with such a wallet.
    pub hostile_agents: u64,
    /// Each detector.
    pub detectors: Vec<Detector>,
}

/// How one detector did, over all wallets with a settled trade; without the trusted ones where it takes the viewpoint, which says nothing
/// of them that it was not told.
///
/// A combined detector's p-values come from one half of the honest wallets, and what its statistic is worth (AUC, curve, threshold at
/// 1%) from the other half: from the same ones it would look better than it is. Which half a wallet is in says its address.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Detector {
    /// Its name.
    pub name: String,
    /// What its statistic is, in one sentence. Higher is more suspicious.
    pub statistic: String,
    /// When it points at a wallet with its default threshold; none where it has none, and then no number of what it points at either.
    pub rule: Option<String>,
    /// Honest wallets it points at.
    pub honest_pointed_at: Option<u64>,
    /// Hostile wallets it points at.
    pub hostile_pointed_at: Option<u64>,
    /// Share of the wallets it points at that are hostile; none where it points at nobody. It follows the scenario's share of attackers:
    /// the same detector among ten times as many honest wallets has a lower one. Compare it within a scenario only.
    pub precision: Option<f64>,
    /// Share of the hostile wallets it points at; none without a hostile wallet.
    pub recall: Option<f64>,
    /// Share of the honest wallets it points at; none without an honest wallet it is judged by.
    pub false_alarms: Option<f64>,
    /// By hostile crowd, what it points at.
    pub found_by_default: Vec<CrowdFound>,
    /// Area under the ROC curve: how often a hostile wallet's statistic is above an honest one's. 0.5 is a coin.
    pub auc: Option<f64>,
    /// The ROC curve: (false alarms, found), from (0, 0) to (1, 1).
    pub roc: Vec<(f64, f64)>,
    /// The threshold that finds most with at most 1% of honest wallets pointed at: wallets with at least this statistic are found.
    /// None where every threshold points at more; then nobody is found.
    pub threshold_at_one_percent: Option<f64>,
    /// The share of honest wallets, of those the threshold is judged by, that it points at. Below 1% where the next threshold would point at more.
    pub false_alarms_at_one_percent: Option<f64>,
    /// By hostile crowd, what this threshold finds.
    pub found_at_one_percent: Vec<CrowdFound>,
}

/// What detectors say of a wallet.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// By detector, its statistic.
    pub statistics: Vec<f64>,
    /// By detector, whether it points at the wallet.
    pub points_at: Vec<bool>,
    /// Whether the viewpoint trusts the wallet: it was told that the wallet is honest.
    pub is_trusted: bool,
}

/// What the scenario knows of a wallet, and the detectors do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Its world.
    pub world: u64,
    /// Its address.
    pub address: Address,
    /// Whose it is.
    pub agent: AgentId,
    /// The crowd of its agent.
    pub crowd: CrowdId,
    /// Whether that is hostile.
    pub hostile: bool,
    /// Its score.
    pub score: u64,
}

impl From<&WalletOutcome> for Truth {
    fn from(wallet: &WalletOutcome) -> Self {
        let WalletOutcome { world, address, agent, crowd, hostile, score, .. } = *wallet;
        Self { world, address, agent, crowd, hostile, score }
    }
}

impl Truth {
    /// Whether p-values come from the wallet, if it is honest: half of all wallets, those with an even address. Addresses come from
    /// hashes, so it has nothing to do with what a wallet does.
    fn calibrates(&self) -> bool {
        self.address[Address::len_bytes() - 1].is_multiple_of(2)
    }
}

impl Findings {
    /// Compares readings of wallets with the truth about them; no reading for a wallet that is not measured. Adds those of the
    /// combined detectors to the readings.
    ///
    /// # Panics
    /// Where there are not as many readings as wallets, or a reading is not of all detectors.
    pub fn of(truths: &[Truth], readings: &mut [Option<Reading>]) -> Self {
        assert_eq!(truths.len(), readings.len(), "a reading for each wallet");
        for combination in &COMBINATIONS {
            combine(combination, truths, readings);
        }
        let wallets = Wallets { truths, readings, with_trusted: true };
        let honest = wallets.count(|truth, _| !truth.hostile);
        let attackers = crowd::of_crowds(wallets.measured().map(|(truth, _)| (truth, true, false)));
        let detectors = Measure::ALL
            .iter()
            .map(|measure| (slice::from_ref(measure), measure.describe()))
            .chain(COMBINATIONS.into_iter().map(|combination| (combination.of, combination.description)));
        Self {
            honest,
            hostile: wallets.count(|truth, _| truth.hostile),
            hostile_agents: attackers.iter().map(|crowd| crowd.agents).sum(),
            detectors: detectors
                .enumerate()
                .map(|(place, (parts, text))| Wallets::for_parts(parts, truths, readings).judge(place, parts, &text))
                .collect(),
        }
    }
}

/// The wallets a detector is judged by, and what is known and said of them.
#[derive(Clone, Copy)]
struct Wallets<'a> {
    truths: &'a [Truth],
    readings: &'a [Option<Reading>],
    with_trusted: bool,
}

impl<'a> Wallets<'a> {
    /// Those for a detector made of these.
    fn for_parts(parts: &[Measure], truths: &'a [Truth], readings: &'a [Option<Reading>]) -> Self {
        Self { truths, readings, with_trusted: !parts.contains(&Measure::Viewpoint) }
    }

    fn measured(self) -> impl Iterator<Item = (&'a Truth, &'a Reading)> {
        let all = self.truths.iter().zip(self.readings).filter_map(|(truth, reading)| Some((truth, reading.as_ref()?)));
        all.filter(move |(_, reading)| self.with_trusted || !reading.is_trusted)
    }

    /// Statistics of the honest wallets that p-values come from.
    fn calibrating(self, place: usize) -> impl Iterator<Item = f64> {
        let honest = self.measured().filter(|(truth, _)| !truth.hostile && truth.calibrates());
        honest.map(move |(_, reading)| reading.statistics[place])
    }

    fn count(self, is_meant: impl Fn(&Truth, &Reading) -> bool) -> u64 {
        self.measured().filter(|(truth, reading)| is_meant(truth, reading)).count() as u64
    }

    fn found(self, is_found: impl Fn(&Reading) -> bool) -> Vec<CrowdFound> {
        crowd::of_crowds(
            self.truths
                .iter()
                .zip(self.readings)
                .map(|(truth, reading)| (truth, reading.is_some(), reading.as_ref().is_some_and(&is_found))),
        )
    }

    /// Hostile and honest wallets by their statistic. Of a combined detector without the honest wallets that its p-values come from, and
    /// without any honest wallet where they come from nobody.
    fn roc(self, place: usize, is_combined: bool) -> Roc {
        let is_calibrated = self.calibrating(place).next().is_some();
        let is_compared = |truth: &Truth| truth.hostile || !is_combined || (is_calibrated && !truth.calibrates());
        let compared = self.measured().filter(|(truth, _)| is_compared(truth));
        Roc::of(compared.map(|(truth, reading)| (reading.statistics[place], truth.hostile)))
    }

    fn judge(self, place: usize, parts: &[Measure], text: &Description) -> Detector {
        let roc = self.roc(place, parts.len() > 1);
        let one_percent = roc.within_percent(COMPARED_AT_PERCENT);
        let [honest, hostile] = [false, true].map(|kind| self.count(|truth, _| truth.hostile == kind));
        let [honest_pointed_at, hostile_pointed_at] = [false, true].map(|kind| {
            text.rule.map(|_| self.count(|truth, reading| truth.hostile == kind && reading.points_at[place]))
        });
        let of = |part: Option<u64>, whole: u64| part.filter(|_| whole > 0).map(|part| share(part, whole));
        let pointed_at = honest_pointed_at.unwrap_or_default() + hostile_pointed_at.unwrap_or_default();
        Detector {
            name: text.name.to_owned(),
            statistic: [text.statistic, if honest > 0 && roc.honest() == 0 { TOO_FEW_HONEST } else { "" }].concat(),
            rule: text.rule.map(str::to_owned),
            honest_pointed_at,
            hostile_pointed_at,
            precision: of(hostile_pointed_at, pointed_at),
            recall: of(hostile_pointed_at, hostile),
            false_alarms: of(honest_pointed_at, honest),
            found_by_default: text.rule.map_or_else(Vec::new, |_| self.found(|reading| reading.points_at[place])),
            auc: roc.auc(),
            roc: roc.curve(),
            threshold_at_one_percent: one_percent.map(|step| step.threshold),
            false_alarms_at_one_percent: of(one_percent.map(|step| step.honest), roc.honest()),
            found_at_one_percent: self.found(|reading| is_at_least(reading.statistics[place], one_percent)),
        }
    }
}

fn is_at_least(statistic: f64, step: Option<Step>) -> bool {
    step.is_some_and(|step| statistic >= step.threshold)
}

/// Adds a combined detector to each reading: 1 less the smallest p-value of its parts, and whether any of them points at the wallet.
fn combine(combination: &Combination, truths: &[Truth], readings: &mut [Option<Reading>]) {
    let wallets = Wallets::for_parts(combination.of, truths, readings);
    let honest: Vec<Vec<f64>> = combination
        .of
        .iter()
        .map(|measure| {
            let mut statistics: Vec<_> = wallets.calibrating(measure.index()).collect();
            statistics.sort_unstable_by(f64::total_cmp);
            statistics
        })
        .collect();
    for reading in readings.iter_mut().flatten() {
        let p_values = combination
            .of
            .iter()
            .zip(&honest)
            .map(|(measure, honest)| p_value(reading.statistics[measure.index()], honest));
        let smallest = p_values.fold(1.0, f64::min);
        let points_at = combination.of.iter().any(|measure| reading.points_at[measure.index()]);
        reading.statistics.push(1.0 - smallest);
        reading.points_at.push(points_at);
    }
}

/// The share of the honest wallets, in order of their statistics, and of one with this statistic, that have at least it. The same for every
/// wallet with the statistic, whoever it is: an honest one that counted itself among the honest would look less suspicious.
fn p_value(statistic: f64, honest: &[f64]) -> f64 {
    let lower = honest.partition_point(|other| other.total_cmp(&statistic).is_lt());
    share((honest.len() - lower) as u64 + 1, honest.len() as u64 + 1)
}
