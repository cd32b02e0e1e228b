//! The trades of a world that can still change.

use std::collections::HashMap;

use alloy_primitives::map::FbBuildHasher;
use barter_protocol::{Preimage, Role, TradeId};

use crate::{TradeRef, WalletId, random::Random};

/// A trade as its parties know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeInfo {
    /// Its id in the contract.
    pub trade_id: TradeId,
    /// Who pays.
    pub payer: WalletId,
    /// Who is paid.
    pub payee: WalletId,
    /// Which of the two proposed it.
    pub proposer: Role,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// When it was proposed, in Unix seconds.
    pub created_at: u64,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the payer has made the Lightning payment.
    pub paid: bool,
    /// Who a fair arbiter would find at fault, once there is a dispute.
    pub(crate) at_fault: Option<WalletId>,
}

impl TradeInfo {
    /// The wallet that proposed it.
    pub const fn party_a(&self) -> WalletId {
        match self.proposer {
            Role::Payer => self.payer,
            Role::Payee => self.payee,
        }
    }

    /// The other one.
    pub const fn party_b(&self) -> WalletId {
        match self.proposer {
            Role::Payer => self.payee,
            Role::Payee => self.payer,
        }
    }
}

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Proposed, maybe expired.
    Proposed,
    /// Accepted.
    Accepted,
    /// Settled.
    Settled,
    /// Disputed, not ruled on.
    Disputed,
    /// Disputed and upheld.
    Upheld,
}

/// Trades by number.
#[derive(Debug, Default)]
pub(crate) struct Trades {
    live: HashMap<u64, TradeInfo, FbBuildHasher<8>>,
    next: u64,
}

impl Trades {
    /// The number of the next trade to be proposed.
    pub(crate) const fn next(&self) -> TradeRef {
        TradeRef(self.next)
    }

    pub(crate) fn push(&mut self, trade: TradeInfo) -> TradeRef {
        let number = self.next;
        self.live.insert(number, trade);
        self.next += 1;
        TradeRef(number)
    }

    pub(crate) fn get(&self, trade: TradeRef) -> Option<&TradeInfo> {
        self.live.get(&trade.0)
    }

    pub(crate) fn get_mut(&mut self, trade: TradeRef) -> Option<&mut TradeInfo> {
        self.live.get_mut(&trade.0)
    }

    pub(crate) fn forget(&mut self, trade: TradeRef) {
        self.live.remove(&trade.0);
    }
}

/// The preimage of a world's trade: different for each, and the same in each run.
pub(crate) fn preimage(seed: u64, trade: TradeRef) -> Preimage {
    let mut random = Random::stream(seed ^ 0x7072_6569_6d61_6765, trade.0);
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&random.bits().to_be_bytes());
    }
    Preimage::new(bytes)
}
