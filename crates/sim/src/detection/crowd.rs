//! What is found of a crowd.

use std::collections::BTreeMap;

use super::{findings::Truth, roc::share};
use crate::{AgentId, CrowdId};

/// What a detector finds of a hostile crowd, among its wallets with a settled trade.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CrowdFound {
    /// The crowd.
    pub crowd: CrowdId,
    /// Its wallets with a settled trade.
    pub wallets: u64,
    /// Those of them that are found.
    pub found: u64,
    /// Share of the wallets found; none where there is no wallet.
    pub share: Option<f64>,
    /// Its agents with such a wallet: attackers.
    pub agents: u64,
    /// Those of them of whom any wallet is found.
    pub agents_found: u64,
    /// Share of the attackers found; none where there is no attacker.
    pub agents_share: Option<f64>,
    /// The wallets' scores, added.
    pub score: u64,
    /// Scores of those wallets that are found, added.
    pub score_found: u64,
    /// Share of the score that wallets found hold; none where there is no score.
    pub score_share: Option<f64>,
}

/// Counts what is found of each hostile crowd that has a wallet. `wallets`: all of them, each with whether it is measured, and whether
/// found.
pub(super) fn of_crowds<'a>(wallets: impl Iterator<Item = (&'a Truth, bool, bool)>) -> Vec<CrowdFound> {
    let mut crowds: BTreeMap<CrowdId, Count> = BTreeMap::new();
    for (truth, is_measured, is_found) in wallets.filter(|(truth, ..)| truth.hostile) {
        let count = crowds.entry(truth.crowd).or_default();
        if is_measured {
            count.add(truth, is_found);
        }
    }
    crowds.into_iter().map(|(crowd, count)| count.describe(crowd)).collect()
}

#[derive(Default)]
struct Count {
    wallets: u64,
    found: u64,
    /// By world and number, whether found.
    agents: BTreeMap<(u64, AgentId), bool>,
    score: u64,
    score_found: u64,
}

impl Count {
    fn add(&mut self, truth: &Truth, is_found: bool) {
        self.wallets += 1;
        self.score += truth.score;
        *self.agents.entry((truth.world, truth.agent)).or_default() |= is_found;
        if is_found {
            self.found += 1;
            self.score_found += truth.score;
        }
    }

    fn describe(&self, crowd: CrowdId) -> CrowdFound {
        let of = |part: u64, whole: u64| (whole > 0).then(|| share(part, whole));
        let (agents, agents_found) =
            (self.agents.len() as u64, self.agents.values().filter(|is_found| **is_found).count() as u64);
        CrowdFound {
            crowd,
            wallets: self.wallets,
            found: self.found,
            share: of(self.found, self.wallets),
            agents,
            agents_found,
            agents_share: of(agents_found, agents),
            score: self.score,
            score_found: self.score_found,
            score_share: of(self.score_found, self.score),
        }
    }
}
