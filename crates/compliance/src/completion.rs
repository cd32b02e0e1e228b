//! How much of what a wallet agreed to was settled.

use crate::time::WEEK;

/// How long an accepted trade may stay open before it counts as unfinished, in seconds: through this many, and not one more.
pub const OPEN_TRADE_GRACE: u64 = WEEK;

/// A wallet's accepted trades that did not settle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// Trades in dispute, or ended by one. A dismissed dispute is none.
    pub disputed: u64,
    /// When each of its trades that are accepted and neither settled nor disputed was accepted, Unix seconds, in any order.
    pub accepted_at: Vec<u64>,
}

/// The share of trades that settled, in percent, rounded down to one decimal: `settled / (settled + disputed + accepted
/// trades open for more than 7 days)`. `None` with nothing to go by.
///
/// Only 100.0 means that every one of them settled. Proposals nobody accepted do not count: anybody can send those to anybody. A
/// dispute counts whoever was at fault.
pub fn completion_rate(settled: u64, unfinished: &Unfinished, now: u64) -> Option<f64> {
    let is_overdue = |accepted_at: &&u64| now.saturating_sub(**accepted_at) > OPEN_TRADE_GRACE;
    let overdue = unfinished.accepted_at.iter().filter(is_overdue).count() as u128;
    percent_settled(settled, u128::from(unfinished.disputed) + overdue)
}

/// The arithmetic of every completion rate: `settled / (settled + unfinished)`, in percent, rounded down to one decimal; `None`
/// where both are 0.
#[allow(clippy::cast_precision_loss, reason = "a number up to 1000")]
pub fn percent_settled(settled: u64, unfinished: u128) -> Option<f64> {
    let all = unfinished.saturating_add(settled.into());
    let permille = (u128::from(settled) * 1_000).checked_div(all)?;
    Some(permille as f64 / 10.0)
}
