//! What happened to bonds and disputes, as types.

use alloy_primitives::{Address, B256};
use barter_bindings::bond_events;
use barter_protocol::{
    TradeId,
    bond::{DisputeId, DisputeStatus, Event as ContractEvent},
};
use serde::Serialize;

use super::{BondToken, TokenAmount};
use crate::{
    Error, json,
    node::{Log, Node},
};

/// Something that happened to a bond or a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BondEvent {
    /// The block.
    pub block_number: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// The block's time in Unix seconds, where the node says it with the event.
    pub timestamp: Option<u64>,
    /// The transaction.
    pub transaction_hash: B256,
    /// Its place among the block's events.
    pub log_index: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: BondEventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BondEventKind {
    /// A provider staked for the first time and declared its hub.
    HubDeclared {
        /// The provider.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// keccak256 of the hub's URL.
        hub_hash: B256,
        /// The hub's URL. Written by a stranger: it may hold anything.
        hub: String,
    },
    /// A bond grew.
    Bonded {
        /// The provider.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// Who paid.
        #[serde(serialize_with = "json::address")]
        from: Address,
        /// By how much.
        amount: TokenAmount,
        /// The active bond after it.
        active: TokenAmount,
    },
    /// Money started leaving a bond.
    Unbonding {
        /// The provider.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// How much more is leaving.
        amount: TokenAmount,
        /// From when on all that is leaving can be withdrawn, Unix time.
        release_at: u64,
    },
    /// A provider took money out.
    Withdrawn {
        /// The provider.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// Who received it.
        #[serde(serialize_with = "json::address")]
        to: Address,
        /// How much.
        amount: TokenAmount,
    },
    /// A dispute was filed.
    DisputeFiled {
        /// Its id.
        dispute_id: DisputeId,
        /// Whose bond it is about.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// Who complained.
        #[serde(serialize_with = "json::address")]
        consumer: Address,
        /// Who paid the deposit.
        #[serde(serialize_with = "json::address")]
        filer: Address,
        /// The outcome it is about: its leaf in the oracle's log.
        outcome: B256,
        /// SHA-256 of the signed dispute.
        evidence: B256,
        /// The bond when it was filed.
        bond_at_filing: TokenAmount,
        /// The deposit.
        deposit: TokenAmount,
    },
    /// The auditors ruled.
    DisputeRuled {
        /// The dispute.
        dispute_id: DisputeId,
        /// Share of the bond at filing in parts per million; 0 dismisses.
        slash_ppm: u32,
        /// From when on it can be executed, Unix time.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling.
    DisputeOverturned {
        /// The dispute.
        dispute_id: DisputeId,
        /// Share of the bond at filing in parts per million; 0 dismisses.
        slash_ppm: u32,
    },
    /// A dispute ended.
    DisputeEnded {
        /// The dispute.
        dispute_id: DisputeId,
        /// Whose bond it was about.
        #[serde(serialize_with = "json::address")]
        provider: Address,
        /// How.
        #[serde(serialize_with = "json::dispute_status")]
        status: DisputeStatus,
        /// What went to the consumer.
        slashed: TokenAmount,
    },
    /// A wallet took what disputes made its own.
    Claimed {
        /// The wallet.
        #[serde(serialize_with = "json::address")]
        owner: Address,
        /// Who received it.
        #[serde(serialize_with = "json::address")]
        to: Address,
        /// How much.
        amount: TokenAmount,
    },
    /// A log's keeper anchored its state.
    Anchored {
        /// The keeper.
        #[serde(serialize_with = "json::address")]
        oracle: Address,
        /// The anchor's number among the keeper's.
        index: u64,
        /// Root of the Merkle tree.
        root: B256,
        /// Number of its leaves.
        #[serde(serialize_with = "json::wei")]
        size: u128,
    },
    /// The auditors ruled on a disputed trade.
    TradeRuled {
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; `None`: dismissed.
        #[serde(serialize_with = "json::optional_address")]
        at_fault: Option<Address>,
        /// From when on it can be executed, Unix time.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling on a trade.
    TradeOverturned {
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; `None`: dismissed.
        #[serde(serialize_with = "json::optional_address")]
        at_fault: Option<Address>,
    },
    /// A ruling on a trade took effect.
    TradeExecuted {
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; `None`: dismissed.
        #[serde(serialize_with = "json::optional_address")]
        at_fault: Option<Address>,
    },
}

impl BondEventKind {
    /// Its name, as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HubDeclared { .. } => "hub_declared",
            Self::Bonded { .. } => "bonded",
            Self::Unbonding { .. } => "unbonding",
            Self::Withdrawn { .. } => "withdrawn",
            Self::DisputeFiled { .. } => "dispute_filed",
            Self::DisputeRuled { .. } => "dispute_ruled",
            Self::DisputeOverturned { .. } => "dispute_overturned",
            Self::DisputeEnded { .. } => "dispute_ended",
            Self::Claimed { .. } => "claimed",
            Self::Anchored { .. } => "anchored",
            Self::TradeRuled { .. } => "trade_ruled",
            Self::TradeOverturned { .. } => "trade_overturned",
            Self::TradeExecuted { .. } => "trade_executed",
        }
    }

    /// The dispute it is about, if it is about one of a bond.
    pub const fn dispute_id(&self) -> Option<DisputeId> {
        match self {
            Self::DisputeFiled { dispute_id, .. }
            | Self::DisputeRuled { dispute_id, .. }
            | Self::DisputeOverturned { dispute_id, .. }
            | Self::DisputeEnded { dispute_id, .. } => Some(*dispute_id),
            _ => None,
        }
    }

    /// Whether it names a wallet.
    pub fn concerns(&self, wallet: Address) -> bool {
        match self {
            Self::HubDeclared { provider, .. }
            | Self::Unbonding { provider, .. }
            | Self::DisputeEnded { provider, .. } => *provider == wallet,
            Self::Bonded { provider, from, .. } => [*provider, *from].contains(&wallet),
            Self::Withdrawn { provider, to, .. } => [*provider, *to].contains(&wallet),
            Self::DisputeFiled { provider, consumer, filer, .. } => [*provider, *consumer, *filer].contains(&wallet),
            Self::Claimed { owner, to, .. } => [*owner, *to].contains(&wallet),
            Self::Anchored { oracle, .. } => *oracle == wallet,
            Self::TradeRuled { at_fault, .. }
            | Self::TradeOverturned { at_fault, .. }
            | Self::TradeExecuted { at_fault, .. } => *at_fault == Some(wallet),
            Self::DisputeRuled { .. } | Self::DisputeOverturned { .. } => false,
        }
    }

    /// `None` for one about a trade of another `BarterCore`.
    fn of(node: &Node, token: &BondToken, core: Address, event: ContractEvent) -> Result<Option<Self>, Error> {
        let party = |wallet: Address| Some(wallet).filter(|wallet| !wallet.is_zero());
        Ok(Some(match event {
            ContractEvent::HubDeclared { provider, hub_hash, hub } => Self::HubDeclared { provider, hub_hash, hub },
            ContractEvent::Bonded { provider, from, amount, active } => {
                Self::Bonded { provider, from, amount: token.units(amount), active: token.units(active) }
            }
            ContractEvent::Unbonding { provider, amount, release_at } => {
                Self::Unbonding { provider, amount: token.units(amount), release_at }
            }
            ContractEvent::Withdrawn { provider, to, amount } => {
                Self::Withdrawn { provider, to, amount: token.units(amount) }
            }
            ContractEvent::DisputeFiled {
                dispute_id,
                provider,
                consumer,
                filer,
                outcome,
                evidence,
                bond_at_filing,
                deposit,
            } => Self::DisputeFiled {
                dispute_id,
                provider,
                consumer,
                filer,
                outcome,
                evidence,
                bond_at_filing: token.units(bond_at_filing),
                deposit: token.units(deposit),
            },
            ContractEvent::DisputeRuled { dispute_id, slash_ppm, executable_at } => {
                Self::DisputeRuled { dispute_id, slash_ppm, executable_at }
            }
            ContractEvent::DisputeOverturned { dispute_id, slash_ppm } => {
                Self::DisputeOverturned { dispute_id, slash_ppm }
            }
            ContractEvent::DisputeEnded { dispute_id, provider, status, slashed } => {
                Self::DisputeEnded { dispute_id, provider, status, slashed: token.units(slashed) }
            }
            ContractEvent::Claimed { owner, to, amount } => {
                let claimed = u128::try_from(amount)
                    .map_err(|_| node.invalid("eth_getLogs", format!("{amount} claimed is more than a token has")))?;
                Self::Claimed { owner, to, amount: token.units(claimed) }
            }
            ContractEvent::Anchored { oracle, index, root, size } => Self::Anchored { oracle, index, root, size },
            ContractEvent::TradeRuled { core: of, trade_id, at_fault, executable_at } if of == core => {
                Self::TradeRuled { trade_id, at_fault: party(at_fault), executable_at }
            }
            ContractEvent::TradeOverturned { core: of, trade_id, at_fault } if of == core => {
                Self::TradeOverturned { trade_id, at_fault: party(at_fault) }
            }
            ContractEvent::TradeExecuted { core: of, trade_id, at_fault } if of == core => {
                Self::TradeExecuted { trade_id, at_fault: party(at_fault) }
            }
            ContractEvent::TradeRuled { .. }
            | ContractEvent::TradeOverturned { .. }
            | ContractEvent::TradeExecuted { .. } => return Ok(None),
        }))
    }
}

/// Where the contracts are whose logs are read, and in which token they count.
pub(super) struct Source<'a> {
    pub(super) bond: Address,
    pub(super) quorum: Address,
    pub(super) core: Address,
    pub(super) token: &'a BondToken,
}

impl Source<'_> {
    /// Reads a log. `None` for one of another kind.
    pub(super) fn read(&self, node: &Node, log: &Log) -> Result<Option<BondEvent>, Error> {
        let invalid = |reason: String| node.invalid("eth_getLogs", reason);
        let event = bond_events::decode(self.bond, self.quorum, log.address, &log.topics, &log.data)
            .map_err(|error| invalid(error.to_string()))?;
        let Some(event) = event else { return Ok(None) };
        let Some(kind) = BondEventKind::of(node, self.token, self.core, event)? else { return Ok(None) };
        let place = (log.block_number, log.block_hash, log.transaction_hash, log.log_index);
        let (Some(block_number), Some(block_hash), Some(transaction_hash), Some(log_index)) = place else {
            return Err(invalid("a log is of no block".to_owned()));
        };
        Ok(Some(BondEvent {
            block_number: block_number.to(),
            block_hash,
            timestamp: log.block_timestamp.map(|seconds| seconds.to()),
            transaction_hash,
            log_index: log_index.to(),
            kind,
        }))
    }
}
