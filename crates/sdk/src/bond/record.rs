//! Bonds, disputes, auditors and anchors as they stand.

use alloy_primitives::{Address, B256};
use barter_bindings::{IAuditorQuorum, IBarterBond};
use barter_protocol::{
    TradeId,
    bond::{DisputeId, DisputeStatus, RulingStatus},
};
use serde::{Serialize, Serializer};

use super::TokenAmount;
use crate::{ChainPoint, Error, json, node::Node};

/// The ERC-20 that bonds are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BondToken {
    /// Its contract.
    #[serde(serialize_with = "json::address")]
    pub address: Address,
    /// Its symbol, if it has one. Written by a stranger: it may hold anything.
    pub symbol: Option<String>,
    /// Its decimals.
    pub decimals: u8,
}

impl BondToken {
    /// An amount of it in base units.
    pub const fn units(&self, units: u128) -> TokenAmount {
        TokenAmount::from_units(units, self.decimals)
    }
}

/// What was fixed when the bond contract was deployed. Shares are in parts per million, times in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BondTerms {
    /// The contract.
    #[serde(serialize_with = "json::address")]
    pub contract: Address,
    /// The ERC-20.
    pub token: BondToken,
    /// The auditors' contract.
    #[serde(serialize_with = "json::address")]
    pub quorum: Address,
    /// Active bond from which a provider is listed.
    pub minimum_bond: TokenAmount,
    /// Least deposit of who files a dispute.
    pub minimum_deposit: TokenAmount,
    /// The deposit's share of the bond, where that is more.
    pub deposit_ppm: u32,
    /// Most that one dispute can take, as a share of the bond when it was filed.
    pub max_slash_ppm: u32,
    /// How long a dispute can still reach money on its way out.
    pub unbonding_delay: u64,
    /// How long after filing a ruling can come; after it the dispute is void.
    pub ruling_period: u64,
    /// How long after a ruling the larger quorum can overturn it.
    pub overturn_window: u64,
}

/// A provider's bond as it stood when it was read; zeros if it never staked. All times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Bond {
    /// Whose.
    #[serde(serialize_with = "json::address")]
    pub provider: Address,
    /// What stands behind the provider.
    pub active: TokenAmount,
    /// What is on its way out. Disputes filed before `release_at` can take from it, later ones cannot.
    pub unbonding: TokenAmount,
    /// All that was ever staked or topped up.
    pub ever_bonded: TokenAmount,
    /// All that was ever slashed.
    pub ever_slashed: TokenAmount,
    /// What open disputes can take together.
    pub reserved: TokenAmount,
    /// What those of them can take together that were filed before `release_at`; withdrawals leave it.
    pub held: TokenAmount,
    /// When the first stake was made.
    pub first_bonded_at: Option<u64>,
    /// From when on what is leaving can be withdrawn, if some was ever unbonded.
    pub release_at: Option<u64>,
    /// Disputes upheld against the provider.
    pub upheld: u32,
    /// keccak256 of the hub's URL, as declared with the first stake.
    pub hub_hash: Option<B256>,
    /// Whether the active bond is enough to be listed.
    pub listed: bool,
}

/// A dispute as it stood when it was read. All times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Dispute {
    /// Its id.
    pub dispute_id: DisputeId,
    /// Where it stands.
    #[serde(serialize_with = "json::dispute_status")]
    pub status: DisputeStatus,
    /// Whose bond it is about.
    #[serde(serialize_with = "json::address")]
    pub provider: Address,
    /// Who gets what is slashed.
    #[serde(serialize_with = "json::address")]
    pub consumer: Address,
    /// Who paid the deposit.
    #[serde(serialize_with = "json::address")]
    pub filer: Address,
    /// SHA-256 of the signed dispute it was filed with.
    pub evidence: B256,
    /// The outcome it is about, its leaf in the oracle's log: only in the event that filed it, and so only in lists.
    pub outcome: Option<B256>,
    /// The bond when it was filed, active and leaving.
    pub bond_at_filing: TokenAmount,
    /// The filer's deposit.
    pub deposit: TokenAmount,
    /// What the ruling takes, in parts per million of the bond at filing, 0 to dismiss; `None` before a ruling.
    pub slash_ppm: Option<u32>,
    /// What was taken in the end.
    pub slashed: TokenAmount,
    /// When it was filed.
    pub filed_at: u64,
    /// Last second at which a ruling can, or could, come.
    pub ruling_until: u64,
    /// From when on its ruling can be executed; `None` before a ruling.
    pub executable_at: Option<u64>,
}

/// The auditors who rule on disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Quorum {
    /// Their contract.
    #[serde(serialize_with = "json::address")]
    pub contract: Address,
    /// Their wallets, in ascending order.
    #[serde(serialize_with = "addresses")]
    pub auditors: Vec<Address>,
    /// How many make a ruling.
    pub threshold: u64,
    /// How many overturn one.
    pub overturn_threshold: u64,
    /// Seconds between a ruling and its effect.
    pub overturn_window: u64,
}

/// The auditors' ruling on a disputed trade as it stood when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TradeRuling {
    /// The trade.
    pub trade_id: TradeId,
    /// How far it is.
    #[serde(serialize_with = "json::ruling_status")]
    pub status: RulingStatus,
    /// The party at fault; `None`: there is no ruling, or the dispute is dismissed.
    #[serde(serialize_with = "json::optional_address")]
    pub at_fault: Option<Address>,
    /// From when on it can be executed, Unix time.
    pub executable_at: Option<u64>,
}

/// The state of a log, as its keeper anchored it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Anchor {
    /// Its number among the keeper's, counted from 0.
    pub index: u64,
    /// Root of the log's Merkle tree (RFC 6962, SHA-256).
    pub root: B256,
    /// Number of its leaves.
    #[serde(serialize_with = "json::wei")]
    pub size: u128,
    /// When, Unix time.
    pub anchored_at: u64,
}

/// The latest block, and one that is so many blocks behind it that it is taken for final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConfirmedBlock {
    /// The latest block.
    pub head: ChainPoint,
    /// The confirmed one.
    pub confirmed: ChainPoint,
}

fn addresses<S: Serializer>(addresses: &[Address], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(addresses.iter().map(|address| address.to_checksum(None)))
}

fn time(seconds: u64) -> Option<u64> {
    Some(seconds).filter(|seconds| *seconds > 0)
}

impl Bond {
    pub(super) fn read(token: &BondToken, provider: Address, bond: &IBarterBond::Bond, listed: bool) -> Self {
        Self {
            provider,
            active: token.units(bond.active),
            unbonding: token.units(bond.unbonding),
            ever_bonded: token.units(bond.everBonded),
            ever_slashed: token.units(bond.everSlashed),
            reserved: token.units(bond.reserved),
            held: token.units(bond.held),
            first_bonded_at: time(bond.firstBondedAt.to()),
            release_at: time(bond.releaseAt.to()),
            upheld: bond.upheld,
            hub_hash: Some(bond.hub).filter(|hash| !hash.is_zero()),
            listed,
        }
    }
}

impl Dispute {
    pub(super) fn read(
        node: &Node,
        terms: &BondTerms,
        dispute_id: DisputeId,
        dispute: &IBarterBond::Dispute,
    ) -> Result<Self, Error> {
        let status =
            DisputeStatus::try_from(dispute.status).map_err(|error| node.invalid("eth_call", error.to_string()))?;
        if status == DisputeStatus::None {
            return Err(Error::DisputeNotFound { dispute_id });
        }
        let filed_at = dispute.filedAt.to::<u64>();
        let executable_at = time(dispute.executableAt.to());
        Ok(Self {
            dispute_id,
            status,
            provider: dispute.provider,
            consumer: dispute.consumer,
            filer: dispute.filer,
            evidence: dispute.evidence,
            outcome: None,
            bond_at_filing: terms.token.units(dispute.bondAtFiling),
            deposit: terms.token.units(dispute.deposit),
            slash_ppm: executable_at.map(|_| dispute.slashPpm),
            slashed: terms.token.units(dispute.slashed),
            filed_at,
            ruling_until: filed_at.saturating_add(terms.ruling_period),
            executable_at,
        })
    }
}

impl TradeRuling {
    pub(super) fn read(node: &Node, trade_id: TradeId, ruling: &IAuditorQuorum::TradeRuling) -> Result<Self, Error> {
        let status =
            RulingStatus::try_from(ruling.status).map_err(|error| node.invalid("eth_call", error.to_string()))?;
        Ok(Self {
            trade_id,
            status,
            at_fault: Some(ruling.atFault).filter(|wallet| !wallet.is_zero()),
            executable_at: time(ruling.executableAt),
        })
    }
}
