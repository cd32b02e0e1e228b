//! What `BarterBond` and the auditors' quorum said happened, as a type.

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolEvent;
use barter_protocol::TradeId;

use crate::{
    AuditorQuorum, BarterBond, DecodeError,
    events::{decode, narrow},
};

/// An event of the bond or of the auditors, in native types: amounts in the token's base units, times in Unix seconds, shares
/// in parts per million. The hub's URL is written by a stranger and may hold anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BondEvent {
    /// A provider staked for the first time and declared its hub.
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
        /// The active bond after it.
        active: u128,
    },
    /// Money started leaving a bond.
    Unbonding {
        /// The provider.
        provider: Address,
        /// How much more is leaving.
        amount: u128,
        /// From when on all that is leaving can be withdrawn.
        release_at: u64,
    },
    /// A provider took money out.
    Withdrawn {
        /// The provider.
        provider: Address,
        /// Who received it.
        to: Address,
        /// How much.
        amount: u128,
    },
    /// A dispute was filed.
    DisputeFiled {
        /// Its id.
        dispute_id: B256,
        /// Whose bond it is about.
        provider: Address,
        /// Who complained.
        consumer: Address,
        /// Who paid the deposit.
        filer: Address,
        /// The outcome it is about: its leaf in the oracle's log.
        outcome: B256,
        /// SHA-256 of the signed dispute.
        evidence: B256,
        /// The bond when it was filed.
        bond_at_filing: u128,
        /// The deposit.
        deposit: u128,
    },
    /// The auditors ruled.
    DisputeRuled {
        /// The dispute.
        dispute_id: B256,
        /// Share of the bond at filing; 0 dismisses.
        slash_ppm: u32,
        /// From when on it can be executed.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling.
    DisputeOverturned {
        /// The dispute.
        dispute_id: B256,
        /// Share of the bond at filing; 0 dismisses.
        slash_ppm: u32,
    },
    /// A dispute ended.
    DisputeEnded {
        /// The dispute.
        dispute_id: B256,
        /// Whose bond it was about.
        provider: Address,
        /// How, as the contract counts: 4 upheld, 5 dismissed, 6 void.
        status: u8,
        /// What went to the consumer.
        slashed: u128,
    },
    /// A wallet took what disputes made its own.
    Claimed {
        /// The wallet.
        owner: Address,
        /// Who received it.
        to: Address,
        /// How much.
        amount: u128,
    },
    /// A log's keeper anchored its state.
    Anchored {
        /// The keeper.
        oracle: Address,
        /// The anchor's number among the keeper's.
        index: u64,
        /// Root of the Merkle tree.
        root: B256,
        /// Number of its leaves.
        size: u128,
    },
    /// The auditors ruled on a disputed trade.
    TradeRuled {
        /// The BarterCore.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address: dismissed.
        at_fault: Address,
        /// From when on it can be executed.
        executable_at: u64,
    },
    /// The larger quorum replaced a ruling on a trade.
    TradeOverturned {
        /// The BarterCore.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address: dismissed.
        at_fault: Address,
    },
    /// A ruling on a trade took effect.
    TradeExecuted {
        /// The BarterCore.
        core: Address,
        /// The trade.
        trade_id: TradeId,
        /// The party at fault; the zero address: dismissed.
        at_fault: Address,
    },
}

impl BondEvent {
    /// First topics of every event there is here: what to ask a node for, at both addresses.
    pub const TOPICS: [B256; 13] = [
        BarterBond::HubDeclared::SIGNATURE_HASH,
        BarterBond::Bonded::SIGNATURE_HASH,
        BarterBond::Unbonding::SIGNATURE_HASH,
        BarterBond::Withdrawn::SIGNATURE_HASH,
        BarterBond::DisputeFiled::SIGNATURE_HASH,
        BarterBond::DisputeRuled::SIGNATURE_HASH,
        BarterBond::DisputeOverturned::SIGNATURE_HASH,
        BarterBond::DisputeEnded::SIGNATURE_HASH,
        BarterBond::Claimed::SIGNATURE_HASH,
        BarterBond::Anchored::SIGNATURE_HASH,
        AuditorQuorum::TradeRuled::SIGNATURE_HASH,
        AuditorQuorum::TradeOverturned::SIGNATURE_HASH,
        AuditorQuorum::TradeExecuted::SIGNATURE_HASH,
    ];

    /// Reads a log of the `BarterBond` at `bond` or of the quorum at `quorum`. `None` for an event that is not among these, or
    /// of another contract.
    ///
    /// # Errors
    /// [`DecodeError`], for a log neither of the two can have written.
    pub fn decode(
        bond: Address,
        quorum: Address,
        address: Address,
        topics: &[B256],
        data: &[u8],
    ) -> Result<Option<Self>, DecodeError> {
        let Some(topic) = topics.first() else { return Ok(None) };
        match address {
            address if address == bond => decode_bond(*topic, topics, data),
            address if address == quorum => decode_quorum(*topic, topics, data),
            _ => Ok(None),
        }
    }
}

fn decode_bond(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<BondEvent>, DecodeError> {
    Ok(Some(match topic {
        BarterBond::HubDeclared::SIGNATURE_HASH => {
            let event: BarterBond::HubDeclared = decode(topics, data)?;
            BondEvent::HubDeclared { provider: event.provider, hub_hash: event.hubHash, hub: event.hub }
        }
        BarterBond::Bonded::SIGNATURE_HASH => {
            type E = BarterBond::Bonded;
            let event: E = decode(topics, data)?;
            BondEvent::Bonded {
                provider: event.provider,
                from: event.from,
                amount: narrow::<E, _>("amount", event.amount)?,
                active: narrow::<E, _>("active", event.active)?,
            }
        }
        BarterBond::Unbonding::SIGNATURE_HASH => {
            type E = BarterBond::Unbonding;
            let event: E = decode(topics, data)?;
            BondEvent::Unbonding {
                provider: event.provider,
                amount: narrow::<E, _>("amount", event.amount)?,
                release_at: narrow::<E, _>("releaseAt", event.releaseAt)?,
            }
        }
        BarterBond::Withdrawn::SIGNATURE_HASH => {
            type E = BarterBond::Withdrawn;
            let event: E = decode(topics, data)?;
            let amount = narrow::<E, _>("amount", event.amount)?;
            BondEvent::Withdrawn { provider: event.provider, to: event.to, amount }
        }
        BarterBond::Claimed::SIGNATURE_HASH => {
            type E = BarterBond::Claimed;
            let event: E = decode(topics, data)?;
            BondEvent::Claimed { owner: event.owner, to: event.to, amount: narrow::<E, _>("amount", event.amount)? }
        }
        BarterBond::Anchored::SIGNATURE_HASH => {
            type E = BarterBond::Anchored;
            let event: E = decode(topics, data)?;
            BondEvent::Anchored {
                oracle: event.oracle,
                index: narrow::<E, _>("index", event.index)?,
                root: event.root,
                size: narrow::<E, _>("size", event.size)?,
            }
        }
        _ => return decode_dispute(topic, topics, data),
    }))
}

fn decode_dispute(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<BondEvent>, DecodeError> {
    Ok(Some(match topic {
        BarterBond::DisputeFiled::SIGNATURE_HASH => {
            type E = BarterBond::DisputeFiled;
            let event: E = decode(topics, data)?;
            BondEvent::DisputeFiled {
                dispute_id: event.disputeId,
                provider: event.provider,
                consumer: event.consumer,
                filer: event.filer,
                outcome: event.outcome,
                evidence: event.evidence,
                bond_at_filing: narrow::<E, _>("bondAtFiling", event.bondAtFiling)?,
                deposit: narrow::<E, _>("deposit", event.deposit)?,
            }
        }
        BarterBond::DisputeRuled::SIGNATURE_HASH => {
            type E = BarterBond::DisputeRuled;
            let event: E = decode(topics, data)?;
            BondEvent::DisputeRuled {
                dispute_id: event.disputeId,
                slash_ppm: narrow::<E, _>("slashPpm", event.slashPpm)?,
                executable_at: narrow::<E, _>("executableAt", event.executableAt)?,
            }
        }
        BarterBond::DisputeOverturned::SIGNATURE_HASH => {
            type E = BarterBond::DisputeOverturned;
            let event: E = decode(topics, data)?;
            let slash_ppm = narrow::<E, _>("slashPpm", event.slashPpm)?;
            BondEvent::DisputeOverturned { dispute_id: event.disputeId, slash_ppm }
        }
        BarterBond::DisputeEnded::SIGNATURE_HASH => {
            type E = BarterBond::DisputeEnded;
            let event: E = decode(topics, data)?;
            BondEvent::DisputeEnded {
                dispute_id: event.disputeId,
                provider: event.provider,
                status: event.status,
                slashed: narrow::<E, _>("slashed", event.slashed)?,
            }
        }
        _ => return Ok(None),
    }))
}

fn decode_quorum(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<BondEvent>, DecodeError> {
    Ok(Some(match topic {
        AuditorQuorum::TradeRuled::SIGNATURE_HASH => {
            type E = AuditorQuorum::TradeRuled;
            let event: E = decode(topics, data)?;
            BondEvent::TradeRuled {
                core: event.core,
                trade_id: event.tradeId,
                at_fault: event.atFault,
                executable_at: narrow::<E, _>("executableAt", event.executableAt)?,
            }
        }
        AuditorQuorum::TradeOverturned::SIGNATURE_HASH => {
            let event: AuditorQuorum::TradeOverturned = decode(topics, data)?;
            BondEvent::TradeOverturned { core: event.core, trade_id: event.tradeId, at_fault: event.atFault }
        }
        AuditorQuorum::TradeExecuted::SIGNATURE_HASH => {
            let event: AuditorQuorum::TradeExecuted = decode(topics, data)?;
            BondEvent::TradeExecuted { core: event.core, trade_id: event.tradeId, at_fault: event.atFault }
        }
        _ => return Ok(None),
    }))
}
