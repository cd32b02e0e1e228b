//! What the two contracts tell.

use alloy_primitives::{Address, B256, U256};

use crate::TradeId;

use super::{DisputeId, DisputeStatus};

/// An event of `BarterBond` or `AuditorQuorum`, carrying what theirs of the same name carries. Money is in base units, times
/// are Unix seconds, shares parts per million.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A provider staked for the first time.
    HubDeclared {
        /// The provider.
        provider: Address,
        /// keccak256 of the hub's URL.
        hub_hash: B256,
        /// The hub's URL.
        hub: String,
    },
    /// A bond grew.
    Bonded {
        /// The provider.
        provider: Address,
        /// Who paid.
        from: Address,
        /// By how much.
        amount: u128,
        /// To how much.
        active: u128,
    },
    /// More of a bond is leaving.
    Unbonding {
        /// The provider.
        provider: Address,
        /// How much more.
        amount: u128,
        /// From when on all that is leaving is free.
        release_at: u64,
    },
    /// A provider took out what had left.
    Withdrawn {
        /// The provider.
        provider: Address,
        /// Who was paid.
        to: Address,
        /// How much.
        amount: u128,
    },
    /// A dispute was filed.
    DisputeFiled {
        /// Its id.
        dispute_id: DisputeId,
        /// Whose bond it is about.
        provider: Address,
        /// Who complained.
        consumer: Address,
        /// Who paid the deposit.
        filer: Address,
        /// The outcome it is about.
        outcome: B256,
        /// SHA-256 of the signed dispute.
        evidence: B256,
        /// The bond, active and leaving.
        bond_at_filing: u128,
        /// What was deposited.
        deposit: u128,
    },
    /// The auditors ruled.
    DisputeRuled {
        /// The dispute.
        dispute_id: DisputeId,
        /// Share of the bond at filing to take; 0 dismisses.
        slash_ppm: u32,
        /// From when on it takes effect.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling.
    DisputeOverturned {
        /// The dispute.
        dispute_id: DisputeId,
        /// Share of the bond at filing to take; 0 dismisses.
        slash_ppm: u32,
    },
    /// A dispute ended.
    DisputeEnded {
        /// The dispute.
        dispute_id: DisputeId,
        /// Whose bond it was about.
        provider: Address,
        /// As what it ended.
        status: DisputeStatus,
        /// What went to the consumer.
        slashed: u128,
    },
    /// A wallet took what was its own.
    Claimed {
        /// Whose it was.
        owner: Address,
        /// Who was paid.
        to: Address,
        /// How much.
        amount: U256,
    },
    /// The state of a log was put on record.
    Anchored {
        /// Who keeps the log.
        oracle: Address,
        /// The anchor's number among the oracle's.
        index: u64,
        /// Root of its Merkle tree.
        root: B256,
        /// Leaves in it.
        size: u128,
    },
    /// The quorum ruled on a trade.
    TradeRuled {
        /// The trade's `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address dismisses.
        at_fault: Address,
        /// From when on it takes effect.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling on a trade.
    TradeOverturned {
        /// The trade's `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address dismisses.
        at_fault: Address,
    },
    /// A ruling on a trade took effect.
    TradeExecuted {
        /// The trade's `BarterCore`.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address dismisses.
        at_fault: Address,
    },
}
