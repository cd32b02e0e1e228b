//! What consumers and auditors sign (EIP-712).

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, SolValue, eip712_domain, sol};

use crate::{TradeId, signing};

/// A dispute's id: see [`dispute_id_of`].
pub type DisputeId = B256;

sol! {
    /// What a consumer signs to complain about an outcome.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Complaint {
        /// Whose bond is to be slashed.
        address provider;
        /// Who signs, and gets what is slashed.
        address consumer;
        /// The signed outcome it is about: its leaf in the oracle's log.
        bytes32 outcome;
        /// SHA-256 of the signed dispute, which says what happened.
        bytes32 evidence;
        /// Last second, Unix time, at which it can be filed.
        uint256 deadline;
    }

    /// What auditors sign to rule on a dispute about a bond.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Ruling {
        /// The dispute.
        bytes32 disputeId;
        /// Share of the bond at filing to take, in parts per million; 0 dismisses.
        uint256 slashPpm;
        /// Last second, Unix time, at which the signatures count.
        uint256 deadline;
    }

    /// What auditors sign to replace a ruling on a dispute about a bond, for good.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Overturn {
        /// The dispute.
        bytes32 disputeId;
        /// Share of the bond at filing to take, in parts per million; 0 dismisses.
        uint256 slashPpm;
        /// Last second, Unix time, at which the signatures count.
        uint256 deadline;
    }

    /// What auditors sign to rule on a disputed trade.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct TradeRuling {
        /// The `BarterCore` the trade is in.
        address core;
        /// The trade.
        bytes32 tradeId;
        /// The party at fault; the zero address dismisses.
        address atFault;
        /// Last second, Unix time, at which the signatures count.
        uint256 deadline;
    }

    /// What auditors sign to replace a ruling on a disputed trade, for good.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct TradeOverturn {
        /// The `BarterCore` the trade is in.
        address core;
        /// The trade.
        bytes32 tradeId;
        /// The party at fault; the zero address dismisses.
        address atFault;
        /// Last second, Unix time, at which the signatures count.
        uint256 deadline;
    }
}

impl Complaint {
    /// The complaint of `consumer` about `provider`, which can be filed until `deadline`.
    pub fn new(provider: Address, consumer: Address, outcome: B256, evidence: B256, deadline: u64) -> Self {
        Self { provider, consumer, outcome, evidence, deadline: U256::from(deadline) }
    }

    /// The id of the dispute it becomes.
    pub fn dispute_id(&self) -> DisputeId {
        dispute_id_of(self.provider, self.consumer, self.outcome)
    }
}

impl Ruling {
    /// The ruling that takes `slash_ppm` parts per million of the bond at filing, its signatures counting until `deadline`.
    pub fn new(dispute_id: DisputeId, slash_ppm: u32, deadline: u64) -> Self {
        Self { disputeId: dispute_id, slashPpm: U256::from(slash_ppm), deadline: U256::from(deadline) }
    }
}

impl Overturn {
    /// The ruling that replaces another: see [`Ruling::new`].
    pub fn new(dispute_id: DisputeId, slash_ppm: u32, deadline: u64) -> Self {
        Self { disputeId: dispute_id, slashPpm: U256::from(slash_ppm), deadline: U256::from(deadline) }
    }
}

impl TradeRuling {
    /// The ruling against `at_fault`, the zero address dismissing the dispute, its signatures counting until `deadline`.
    pub fn new(core: Address, trade_id: TradeId, at_fault: Address, deadline: u64) -> Self {
        Self { core, tradeId: trade_id, atFault: at_fault, deadline: U256::from(deadline) }
    }
}

impl TradeOverturn {
    /// The ruling that replaces another: see [`TradeRuling::new`].
    pub fn new(core: Address, trade_id: TradeId, at_fault: Address, deadline: u64) -> Self {
        Self { core, tradeId: trade_id, atFault: at_fault, deadline: U256::from(deadline) }
    }
}

/// The id of a consumer's dispute about an outcome: keccak256 of the three, a word each. A wallet disputes an outcome once.
pub fn dispute_id_of(provider: Address, consumer: Address, outcome: B256) -> DisputeId {
    keccak256((provider, consumer, outcome).abi_encode())
}

/// Where complaints and rulings on them count: one `BarterBond` on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BondDomain {
    chain_id: u64,
    bond: Address,
    separator: B256,
}

impl BondDomain {
    /// The domain of the `BarterBond` at `bond` on the chain `chain_id`.
    pub fn new(chain_id: u64, bond: Address) -> Self {
        Self { chain_id, bond, separator: bond_domain(chain_id, bond).separator() }
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The contract.
    pub const fn bond(&self) -> Address {
        self.bond
    }

    /// The domain as signers take it: name "Barter Bond", version "1", the chain and the contract.
    pub fn eip712(&self) -> Eip712Domain {
        bond_domain(self.chain_id, self.bond)
    }

    /// The digest of a [`Complaint`], a [`Ruling`] or an [`Overturn`], as the contract's `complaintDigest`, `rulingDigest`
    /// and `overturnDigest` give it.
    pub fn digest(&self, message: &impl SolStruct) -> B256 {
        signing::digest(self.separator, message)
    }
}

/// Where rulings on trades count: one `AuditorQuorum` on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuorumDomain {
    chain_id: u64,
    quorum: Address,
    separator: B256,
}

impl QuorumDomain {
    /// The domain of the `AuditorQuorum` at `quorum` on the chain `chain_id`.
    pub fn new(chain_id: u64, quorum: Address) -> Self {
        Self { chain_id, quorum, separator: quorum_domain(chain_id, quorum).separator() }
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The contract.
    pub const fn quorum(&self) -> Address {
        self.quorum
    }

    /// The domain as signers take it: name "Barter Auditors", version "1", the chain and the contract.
    pub fn eip712(&self) -> Eip712Domain {
        quorum_domain(self.chain_id, self.quorum)
    }

    /// The digest of a [`TradeRuling`] or a [`TradeOverturn`], as the contract's `tradeRulingDigest` and
    /// `tradeOverturnDigest` give it.
    pub fn digest(&self, message: &impl SolStruct) -> B256 {
        signing::digest(self.separator, message)
    }
}

fn bond_domain(chain_id: u64, bond: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Barter Bond",
        version: "1",
        chain_id: chain_id,
        verifying_contract: bond,
    }
}

fn quorum_domain(chain_id: u64, quorum: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Barter Auditors",
        version: "1",
        chain_id: chain_id,
        verifying_contract: quorum,
    }
}
