//! Two wallets trading in circles.
//!
//! The plainest self-promotion: one owner, two wallets, by turns payer and payee, so that nothing is left of it but score.
//! Wants a score for both. The pair cap stops it after five trades; what it does beyond them counts for nothing and is seen
//! by the flag *pair cap exceeded*. A wash trade of two in Victor and Weintraud, "Detecting and Quantifying Wash Trading on
//! Decentralized Cryptocurrency Exchanges", 2021.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind,
    collusion::{Colluder, MAX_TRADES, Pattern, Ways},
    settings::{self, within},
};
use crate::scenario::Crowd;

pub(super) const KIND: Kind = Kind {
    name: "circle",
    hostile: true,
    summary: "two wallets of one owner trade with each other, by turns payer and payee",
    make,
};

/// Beside what all colluders share.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Trades in all. By default 5, as many as count.
    trades: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trades: 5 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("trades", self.trades, 1..=MAX_TRADES)
    }
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let (ways, settings) = settings::read_two::<Ways, Settings>(crowd)?;
    Ok(Box::new(Colluder::new(ways, Circle { trades: settings.trades })))
}

#[derive(Debug)]
struct Circle {
    trades: u64,
}

impl Pattern for Circle {
    fn parties(&self, trade: u64) -> Option<(usize, usize)> {
        let turn = usize::from(!trade.is_multiple_of(2));
        (trade < self.trades).then_some((turn, 1 - turn))
    }
}
