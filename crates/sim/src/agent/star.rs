//! A star: one wallet that is to have a score, and wallets that are thrown away.
//!
//! The hub trades with a leaf as often as it counts, then with the next; a leaf is never used again, whatever is found out
//! about it. Wants one high score. Wallets cost nothing, so that a name can be thrown away (Douceur, "The Sybil Attack", 2002;
//! Friedman and Resnick, "The Social Cost of Cheap Pseudonyms", 2001): what bounds it is the gas of each leaf's first trade.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind,
    collusion::{Colluder, MAX_WALLETS, Pattern, Ways},
    settings::{self, within},
};
use crate::scenario::Crowd;

pub(super) const KIND: Kind = Kind {
    name: "star",
    hostile: true,
    summary: "a hub that trades with one throw-away wallet of the same owner after the other",
    make,
};

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Wallets thrown away. By default 10.
    leaves: u64,
    /// Trades with each. By default 5, as many as count.
    trades_each: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { leaves: 10, trades_each: 5 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("leaves", self.leaves, 1..=MAX_WALLETS)?;
        within("trades_each", self.trades_each, 1..=1_000)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    Ok(Box::new(Colluder::new(ways, Star::new(settings.leaves, settings.trades_each))))
}

#[derive(Debug)]
pub(super) struct Star {
    leaves: u64,
    trades_each: u64,
}

impl Star {
    /// So many leaves, and trades of the hub with each.
    pub(super) const fn new(leaves: u64, trades_each: u64) -> Self {
        Self { leaves, trades_each }
    }
}

impl Pattern for Star {
    #[allow(clippy::cast_possible_truncation, reason = "at most MAX_WALLETS")]
    fn parties(&self, trade: u64) -> Option<(usize, usize)> {
        let leaf = trade / self.trades_each;
        // The hub is wallet 0. By turns, so that it neither only pays nor only earns.
        let parties = if trade.is_multiple_of(2) { (0, leaf as usize + 1) } else { (leaf as usize + 1, 0) };
        (leaf < self.leaves).then_some(parties)
    }
}
