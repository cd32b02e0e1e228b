//! What the ledger counts of one wallet.

use alloy_primitives::U256;

/// What only `BarterCore` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) proposed: u64,
    pub(super) initiated: u64,
    pub(super) accepted: u64,
    pub(super) disputed: u64,
    pub(super) faults: u64,
}

/// A wallet's whole profile; zeros with no history. As `BarterCore.getWallet` gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wallet {
    /// Score.
    pub score: u64,
    /// Wallets it has settled at least one trade with.
    pub unique_counterparties: u64,
    /// Unix time of its first settled trade.
    pub member_since: u64,
    /// Unix time of its latest settled trade.
    pub last_trade_at: u64,
    /// Trades ever proposed, by it or to it.
    pub proposed: u64,
    /// Of those, the ones it proposed itself.
    pub initiated: u64,
    /// Trades ever accepted, on either side.
    pub accepted: u64,
    /// Trades settled.
    pub settled: u64,
    /// Trades in dispute, or ended by one. A dismissed dispute is taken back.
    pub disputed: u64,
    /// Disputes upheld against this wallet.
    pub faults: u64,
    /// BTR-Credit it holds, in 1e-18 tokens.
    pub credit_balance: U256,
    /// BTR-Credit it ever earned, in 1e-18 tokens.
    pub credit_earned: U256,
}

impl Wallet {
    /// Trades accepted and neither settled nor disputed.
    pub const fn open_trades(&self) -> u64 {
        // Each settled or disputed trade was accepted before, and is never both.
        self.accepted.saturating_sub(self.settled).saturating_sub(self.disputed)
    }
}
