//! How the detectors did.

use super::{
    crowd::{self, CrowdFound},
    detector::{COMBINATIONS, Combination, Description, Measure},
    roc::{Roc, Step, share},
};
use crate::{AgentId, CrowdId, outcome::WalletOutcome};

/// The rate of false alarms, in percent, at which detectors are compared.
const COMPARED_AT_PERCENT: u64 = 1;

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

/// How one detector did, over all wallets with a settled trade.
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
    /// Share of the wallets it points at that are hostile; none where it points at nobody.
    pub precision: Option<f64>,
    /// Share of the hostile wallets it points at; none without a hostile wallet.
    pub recall: Option<f64>,
    /// Share of the honest wallets it points at; none without an honest wallet.
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
    /// The share of honest wallets that this threshold points at. Below 1% where the next threshold would point at more.
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
}

/// What the scenario knows of a wallet, and the detectors do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Its world.
    pub world: u64,
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
        let WalletOutcome { world, agent, crowd, hostile, score, .. } = *wallet;
        Self { world, agent, crowd, hostile, score }
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
        let wallets = Wallets { truths, readings };
        let honest = wallets.count(|truth, _| !truth.hostile);
        let attackers = crowd::of_crowds(wallets.measured().map(|(truth, _)| (truth, true, false)));
        let descriptions = Measure::ALL
            .iter()
            .map(|measure| measure.describe())
            .chain(COMBINATIONS.into_iter().map(|combination| combination.description));
        Self {
            honest,
            hostile: wallets.count(|truth, _| truth.hostile),
            hostile_agents: attackers.iter().map(|crowd| crowd.agents).sum(),
            detectors: descriptions.enumerate().map(|(place, text)| wallets.judge(place, &text)).collect(),
        }
    }
}

/// All wallets, and what is known and said of them.
struct Wallets<'a> {
    truths: &'a [Truth],
    readings: &'a [Option<Reading>],
}

impl<'a> Wallets<'a> {
    fn measured(&self) -> impl Iterator<Item = (&'a Truth, &'a Reading)> {
        self.truths.iter().zip(self.readings).filter_map(|(truth, reading)| Some((truth, reading.as_ref()?)))
    }

    fn count(&self, is_meant: impl Fn(&Truth, &Reading) -> bool) -> u64 {
        self.measured().filter(|(truth, reading)| is_meant(truth, reading)).count() as u64
    }

    fn found(&self, is_found: impl Fn(&Reading) -> bool) -> Vec<CrowdFound> {
        crowd::of_crowds(
            self.truths
                .iter()
                .zip(self.readings)
                .map(|(truth, reading)| (truth, reading.is_some(), reading.as_ref().is_some_and(&is_found))),
        )
    }

    fn judge(&self, place: usize, text: &Description) -> Detector {
        let roc = Roc::of(self.measured().map(|(truth, reading)| (reading.statistics[place], truth.hostile)));
        let one_percent = roc.within_percent(COMPARED_AT_PERCENT);
        let [honest, hostile] = [false, true].map(|kind| self.count(|truth, _| truth.hostile == kind));
        let [honest_pointed_at, hostile_pointed_at] = [false, true].map(|kind| {
            text.rule.map(|_| self.count(|truth, reading| truth.hostile == kind && reading.points_at[place]))
        });
        let of = |part: Option<u64>, whole: u64| part.filter(|_| whole > 0).map(|part| share(part, whole));
        let pointed_at = honest_pointed_at.unwrap_or_default() + hostile_pointed_at.unwrap_or_default();
        Detector {
            name: text.name.to_owned(),
            statistic: text.statistic.to_owned(),
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
            false_alarms_at_one_percent: of(one_percent.map(|step| step.honest), honest),
            found_at_one_percent: self.found(|reading| is_at_least(reading.statistics[place], one_percent)),
        }
    }
}

fn is_at_least(statistic: f64, step: Option<Step>) -> bool {
    step.is_some_and(|step| statistic >= step.threshold)
}

/// Adds a combined detector to each reading: 1 less the smallest p-value of its parts, and whether any of them points at the wallet.
fn combine(combination: &Combination, truths: &[Truth], readings: &mut [Option<Reading>]) {
    let honest: Vec<Vec<f64>> = combination
        .of
        .iter()
        .map(|measure| {
            let wallets = Wallets { truths, readings };
            let mut statistics: Vec<_> = wallets
                .measured()
                .filter(|(truth, _)| !truth.hostile)
                .map(|(_, reading)| reading.statistics[measure.index()])
                .collect();
            statistics.sort_unstable_by(f64::total_cmp);
            statistics
        })
        .collect();
    for (truth, reading) in truths.iter().zip(readings) {
        let Some(reading) = reading else { continue };
        let smallest = combination
            .of
            .iter()
            .zip(&honest)
            .map(|(measure, honest)| p_value(reading.statistics[measure.index()], honest, truth.hostile))
            .fold(1.0, f64::min);
        let points_at = combination.of.iter().any(|measure| reading.points_at[measure.index()]);
        reading.statistics.push(1.0 - smallest);
        reading.points_at.push(points_at);
    }
}

/// The share of the honest wallets, in order of their statistics, and of the wallet itself, that have at least a statistic. An honest wallet is among
/// them.
fn p_value(statistic: f64, honest: &[f64], hostile: bool) -> f64 {
    let lower = honest.partition_point(|other| other.total_cmp(&statistic).is_lt());
    let itself = u64::from(hostile);
    share((honest.len() - lower) as u64 + itself, honest.len() as u64 + itself)
}
