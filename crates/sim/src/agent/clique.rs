//! A clique: every wallet trades with every other, each pair as often as it counts.
//!
//! Wants the most score that so many wallets can give each other: `n - 1` counterparties for each, and no flag that counts
//! counterparties or looks at pairs is raised. Nothing it trades ever leaves the clique, which is what an isolation score says.
//! One of the attack graphs of Nasrulin and others, "`MeritRank`: Sybil Tolerant Reputation for Merit-based Tokenomics", 2022.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind,
    collusion::{Colluder, Pattern, Ways, all_pairs},
    settings::{self, within},
};
use crate::scenario::Crowd;

pub(super) const KIND: Kind = Kind {
    name: "clique",
    hostile: true,
    summary: "several wallets of one owner, each of which trades with every other as often as that counts",
    make,
};

/// Each agent keeps a list of its pairs.
const MAX_CLIQUE: u64 = 256;

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Wallets in the clique. By default 6.
    wallets: u64,
    /// Trades of each pair. By default 5, as many as count.
    trades_each: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { wallets: 6, trades_each: 5 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("wallets", self.wallets, 3..=MAX_CLIQUE)?;
        within("trades_each", self.trades_each, 1..=1_000)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    let pairs = all_pairs(usize::try_from(settings.wallets).unwrap_or_default());
    Ok(Box::new(Colluder::new(ways, Clique { pairs, trades_each: settings.trades_each })))
}

#[derive(Debug)]
struct Clique {
    pairs: Vec<(usize, usize)>,
    trades_each: u64,
}

impl Pattern for Clique {
    #[allow(clippy::cast_possible_truncation, reason = "below the number of pairs")]
    fn parties(&self, trade: u64) -> Option<(usize, usize)> {
        let (time, place) = (trade / self.pairs.len() as u64, trade % self.pairs.len() as u64);
        let (one, other) = self.pairs[place as usize];
        // By turns, so that nobody only ever pays.
        let parties = if time.is_multiple_of(2) { (one, other) } else { (other, one) };
        (time < self.trades_each).then_some(parties)
    }
}
