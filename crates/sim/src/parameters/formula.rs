//! What a counted trade is worth.

use barter_protocol::score;
use serde::{Deserialize, Serialize};

/// Satoshis for each unit of an amount.
const SATS_PER_UNIT: u64 = 1_000;
/// Most [`Formula::Linear`] gives.
const MAX_LINEAR: u64 = 100;

/// How score is gained: the points of a counted trade, for each of its parties, never none. All in integers; *units* are
/// `sats / 1000`, rounded down. Each is a compiled contract, made by `tools/variants`.
///
/// What only pays for new counterparties is no formula of its own: it is a pair cap of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Formula {
    /// Today's: `floor(log2(units + 1)) + 1`.
    #[default]
    Log2,
    /// `1`, whatever the amount: a score is a number of trades.
    Flat,
    /// `floor(sqrt(units)) + 1`: a large trade is worth much.
    SquareRoot,
    /// `min(100, max(1, units))`: volume, up to 100,000 sats a trade.
    Linear,
    /// `max(1, floor(log2 / 2^n))`, where `log2` is today's and `n` is how many trades of the pair have counted before:
    /// a pair's second trade is worth half its first, and so on. No harm to who always finds new counterparties.
    Halving,
    /// `min(log2, s + 1)`, where `log2` is today's and `s` is the counterparty's score before the trade: who has nothing
    /// to lose can vouch for nobody. The two parties may gain differently. A score that treats all wallets alike can be
    /// made up by wallets nobody else knows, whatever its formula (Cheng and Friedman, "Sybilproof reputation mechanisms",
    /// 2005); this bounds how fast, at the price of a slow start for everybody.
    Vouched,
}

impl Formula {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Log2, Self::Flat, Self::SquareRoot, Self::Linear, Self::Halving, Self::Vouched];

    /// Points of a counted trade for a party. `counted_before` is how many trades of the pair have counted before it,
    /// `counterparty_score` the other party's score before it.
    pub(super) fn score(self, amount_sats: u64, counted_before: u64, counterparty_score: u64) -> u64 {
        let units = amount_sats / SATS_PER_UNIT;
        match self {
            Self::Log2 => score(amount_sats),
            Self::Flat => 1,
            Self::SquareRoot => units.isqrt() + 1,
            Self::Linear => units.clamp(1, MAX_LINEAR),
            Self::Halving => {
                let halvings = u32::try_from(counted_before).unwrap_or(u32::MAX);
                score(amount_sats).checked_shr(halvings).unwrap_or(0).max(1)
            }
            Self::Vouched => score(amount_sats).min(counterparty_score.saturating_add(1)),
        }
    }
}
