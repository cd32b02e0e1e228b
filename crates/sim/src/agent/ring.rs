//! A ring: each wallet pays the next, and the last the first.
//!
//! Wants a score for all of them with nobody trading back and forth, which a look at pairs would see. Each wallet has two
//! counterparties and stays under the pair cap. After each round every wallet has what it had before: that is what looking for
//! wash rings finds (Victor and Weintraud, 2021).

use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind,
    collusion::{Colluder, MAX_TRADES, MAX_WALLETS, Pattern, Ways},
    settings::{self, within},
};
use crate::scenario::Crowd;

pub(super) const KIND: Kind = Kind {
    name: "ring",
    hostile: true,
    summary: "several wallets of one owner, each of which pays the next, round after round",
    make,
};

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Wallets in the ring. By default 5.
    wallets: u64,
    /// How often each pays the next. By default 5, as many as count.
    rounds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { wallets: 5, rounds: 5 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("wallets", self.wallets, 3..=MAX_WALLETS)?;
        within("rounds", self.rounds, 1..=MAX_TRADES / MAX_WALLETS)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    Ok(Box::new(Colluder::new(ways, Ring { wallets: settings.wallets, rounds: settings.rounds })))
}

#[derive(Debug)]
struct Ring {
    wallets: u64,
    rounds: u64,
}

impl Pattern for Ring {
    #[allow(clippy::cast_possible_truncation, reason = "at most MAX_WALLETS")]
    fn parties(&self, trade: u64) -> Option<(usize, usize)> {
        let payer = trade % self.wallets;
        (trade < self.wallets * self.rounds).then_some((payer as usize, ((payer + 1) % self.wallets) as usize))
    }
}
