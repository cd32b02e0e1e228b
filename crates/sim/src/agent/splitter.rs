//! Amount splitting: one amount as many trades.
//!
//! The score of a trade grows with the logarithm of its amount, so that two halves are worth more than the whole. Wants more
//! score for one amount than one trade gives, with one counterparty or spread over several. What keeps it in bounds is the pair
//! cap: with `p` partners never more than `5 p` trades count. The reason why a sum of concave functions needs a cap is in
//! Cheng and Friedman, "Sybilproof Reputation Mechanisms", 2005.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind,
    collusion::{Colluder, MAX_TRADES, MAX_WALLETS, Pattern, Ways},
    settings::{self, within},
};
use crate::scenario::Crowd;

pub(super) const KIND: Kind = Kind {
    name: "splitter",
    hostile: true,
    summary: "one amount split into many trades, with one other wallet of the same owner or with several",
    make,
};

/// Beside what all colluders share. `amount_sats` is what is split.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Trades it is split into; what is left over when it is divided is not traded. By default 10.
    parts: u64,
    /// Wallets they are spread over, by turns. By default 1.
    partners: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { parts: 10, partners: 1 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("parts", self.parts, 1..=MAX_TRADES)?;
        within("partners", self.partners, 1..=MAX_WALLETS)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (mut ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    if settings.parts > ways.amount_sats {
        return Err(format!("{} sats cannot be split into {} parts", ways.amount_sats, settings.parts));
    }
    ways.amount_sats /= settings.parts;
    Ok(Box::new(Colluder::new(ways, Splitter { parts: settings.parts, partners: settings.partners })))
}

#[derive(Debug)]
struct Splitter {
    parts: u64,
    partners: u64,
}

impl Pattern for Splitter {
    #[allow(clippy::cast_possible_truncation, reason = "at most MAX_WALLETS")]
    fn parties(&self, trade: u64) -> Option<(usize, usize)> {
        (trade < self.parts).then_some((0, (trade % self.partners) as usize + 1))
    }
}
