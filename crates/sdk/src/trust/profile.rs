//! A wallet's profile.

use alloy_primitives::Address;
use barter_bindings::IBarterCore;
use barter_protocol::Level;
use serde::Serialize;

use crate::{CreditAmount, Error, json, node::Node, number::to_u64};

/// A wallet's profile, as one call of `BarterCore.getWallet` gives it. All times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrustProfile {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub address: Address,
    /// The score; 0 with no history.
    pub score: u64,
    /// The score in one letter.
    #[serde(serialize_with = "json::level")]
    pub level: Level,
    /// Wallets it settled at least one trade with.
    pub unique_counterparties: u64,
    /// When its first trade settled.
    pub member_since: Option<u64>,
    /// Settled trades.
    pub trade_count: u64,
    /// See [`completion_rate`].
    pub completion_rate: Option<f64>,
    /// When its latest trade settled.
    pub last_trade_at: Option<u64>,
    /// Its trades by what became of them.
    pub counts: TradeCounts,
    /// Credit it holds.
    pub credit_balance: CreditAmount,
    /// Credit it ever earned.
    pub credit_earned: CreditAmount,
}

/// A wallet's trades by what became of them, on either side unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TradeCounts {
    /// Ever proposed, by it or to it. A stranger's proposals are among them, so nothing follows from this number alone.
    pub proposed: u64,
    /// Of those, the ones it proposed itself.
    pub initiated: u64,
    /// Ever accepted.
    pub accepted: u64,
    /// Settled.
    pub settled: u64,
    /// In dispute, or ended by one.
    pub disputed: u64,
    /// Disputes upheld against this wallet.
    pub faults: u64,
    /// Accepted and not yet ended: `accepted - settled - disputed`.
    pub open: u64,
}

/// The percentage of accepted trades that settled, rounded down to one decimal: `settled / (settled + disputed + open)`.
/// `None` with no accepted trade.
///
/// It is the floor of what can be said: a trade that is still open counts as unfinished, and a dispute counts whoever was at
/// fault. Only 100.0 means that every accepted trade settled. Proposals nobody accepted do not count: anybody can send
/// them to anybody.
pub fn completion_rate(counts: &TradeCounts) -> Option<f64> {
    barter_compliance::percent_settled(counts.settled, u128::from(counts.disputed) + u128::from(counts.open))
}

impl TrustProfile {
    pub(crate) fn read(node: &Node, address: Address, wallet: &IBarterCore::Wallet) -> Result<Self, Error> {
        let time = |name, seconds| Ok::<_, Error>(Some(to_u64(node, name, seconds)?).filter(|seconds| *seconds > 0));
        let (accepted, settled, disputed) = (
            to_u64(node, "accepted", wallet.accepted)?,
            to_u64(node, "settled", wallet.settled)?,
            to_u64(node, "disputed", wallet.disputed)?,
        );
        let open = settled
            .checked_add(disputed)
            .and_then(|ended| accepted.checked_sub(ended))
            .ok_or_else(|| node.invalid("eth_call", "a wallet has more trades ended than accepted"))?;
        let counts = TradeCounts {
            proposed: to_u64(node, "proposed", wallet.proposed)?,
            initiated: to_u64(node, "initiated", wallet.initiated)?,
            accepted,
            settled,
            disputed,
            faults: to_u64(node, "faults", wallet.faults)?,
            open,
        };
        let score = to_u64(node, "score", wallet.score)?;
        Ok(Self {
            address,
            score,
            level: Level::of(score),
            unique_counterparties: to_u64(node, "uniqueCounterparties", wallet.uniqueCounterparties)?,
            member_since: time("memberSince", wallet.memberSince)?,
            trade_count: settled,
            completion_rate: completion_rate(&counts),
            last_trade_at: time("lastTradeAt", wallet.lastTradeAt)?,
            counts,
            credit_balance: CreditAmount::from_units(wallet.creditBalance),
            credit_earned: CreditAmount::from_units(wallet.creditEarned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(settled: u64, disputed: u64, open: u64) -> Option<f64> {
        completion_rate(&TradeCounts { settled, disputed, open, ..TradeCounts::default() })
    }

    #[test]
    fn the_rate_is_a_floor() {
        assert_eq!(rate(0, 0, 0), None);
        assert_eq!(rate(0, 0, 3), Some(0.0));
        assert_eq!(rate(18, 1, 0), Some(94.7));
        assert_eq!(rate(2, 0, 1), Some(66.6));
        assert_eq!(rate(9_999_999, 0, 1), Some(99.9));
        assert_eq!(rate(u64::MAX, 0, 0), Some(100.0));
        assert_eq!(rate(u64::MAX, u64::MAX, u64::MAX), Some(33.3));
    }
}
