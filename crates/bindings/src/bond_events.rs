//! What `BarterBond` and the auditors' quorum said happened, read from their logs.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use barter_protocol::bond::{DisputeStatus, Event};

use crate::{
    AuditorQuorum, BarterBond, DecodeError,
    events::{decode as decode_as, narrow},
};

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
/// of another contract. A hub's URL is written by a stranger and may hold anything.
///
/// # Errors
/// [`DecodeError`], for a log neither of the two can have written.
pub fn decode(
    bond: Address,
    quorum: Address,
    address: Address,
    topics: &[B256],
    data: &[u8],
) -> Result<Option<Event>, DecodeError> {
    let Some(topic) = topics.first() else { return Ok(None) };
    match address {
        address if address == bond => decode_bond(*topic, topics, data),
        address if address == quorum => decode_quorum(*topic, topics, data),
        _ => Ok(None),
    }
}

fn decode_bond(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<Event>, DecodeError> {
    Ok(Some(match topic {
        BarterBond::HubDeclared::SIGNATURE_HASH => {
            let event: BarterBond::HubDeclared = decode_as(topics, data)?;
            Event::HubDeclared { provider: event.provider, hub_hash: event.hubHash, hub: event.hub }
        }
        BarterBond::Bonded::SIGNATURE_HASH => {
            type E = BarterBond::Bonded;
            let event: E = decode_as(topics, data)?;
            Event::Bonded {
                provider: event.provider,
                from: event.from,
                amount: narrow::<E, _>("amount", event.amount)?,
                active: narrow::<E, _>("active", event.active)?,
            }
        }
        BarterBond::Unbonding::SIGNATURE_HASH => {
            type E = BarterBond::Unbonding;
            let event: E = decode_as(topics, data)?;
            Event::Unbonding {
                provider: event.provider,
                amount: narrow::<E, _>("amount", event.amount)?,
                release_at: narrow::<E, _>("releaseAt", event.releaseAt)?,
            }
        }
        BarterBond::Withdrawn::SIGNATURE_HASH => {
            type E = BarterBond::Withdrawn;
            let event: E = decode_as(topics, data)?;
            let amount = narrow::<E, _>("amount", event.amount)?;
            Event::Withdrawn { provider: event.provider, to: event.to, amount }
        }
        BarterBond::Claimed::SIGNATURE_HASH => {
            let event: BarterBond::Claimed = decode_as(topics, data)?;
            Event::Claimed { owner: event.owner, to: event.to, amount: event.amount }
        }
        BarterBond::Anchored::SIGNATURE_HASH => {
            type E = BarterBond::Anchored;
            let event: E = decode_as(topics, data)?;
            Event::Anchored {
                oracle: event.oracle,
                index: narrow::<E, _>("index", event.index)?,
                root: event.root,
                size: narrow::<E, _>("size", event.size)?,
            }
        }
        _ => return decode_dispute(topic, topics, data),
    }))
}

fn decode_dispute(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<Event>, DecodeError> {
    Ok(Some(match topic {
        BarterBond::DisputeFiled::SIGNATURE_HASH => {
            type E = BarterBond::DisputeFiled;
            let event: E = decode_as(topics, data)?;
            Event::DisputeFiled {
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
            let event: E = decode_as(topics, data)?;
            Event::DisputeRuled {
                dispute_id: event.disputeId,
                slash_ppm: narrow::<E, _>("slashPpm", event.slashPpm)?,
                executable_at: narrow::<E, _>("executableAt", event.executableAt)?,
            }
        }
        BarterBond::DisputeOverturned::SIGNATURE_HASH => {
            type E = BarterBond::DisputeOverturned;
            let event: E = decode_as(topics, data)?;
            let slash_ppm = narrow::<E, _>("slashPpm", event.slashPpm)?;
            Event::DisputeOverturned { dispute_id: event.disputeId, slash_ppm }
        }
        BarterBond::DisputeEnded::SIGNATURE_HASH => {
            type E = BarterBond::DisputeEnded;
            let event: E = decode_as(topics, data)?;
            Event::DisputeEnded {
                dispute_id: event.disputeId,
                provider: event.provider,
                status: DisputeStatus::try_from(event.status).map_err(|_| DecodeError::OutOfRange {
                    event: E::SIGNATURE,
                    field: "status",
                    value: U256::from(event.status),
                })?,
                slashed: narrow::<E, _>("slashed", event.slashed)?,
            }
        }
        _ => return Ok(None),
    }))
}

fn decode_quorum(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<Event>, DecodeError> {
    Ok(Some(match topic {
        AuditorQuorum::TradeRuled::SIGNATURE_HASH => {
            type E = AuditorQuorum::TradeRuled;
            let event: E = decode_as(topics, data)?;
            Event::TradeRuled {
                core: event.core,
                trade_id: event.tradeId,
                at_fault: event.atFault,
                executable_at: narrow::<E, _>("executableAt", event.executableAt)?,
            }
        }
        AuditorQuorum::TradeOverturned::SIGNATURE_HASH => {
            let event: AuditorQuorum::TradeOverturned = decode_as(topics, data)?;
            Event::TradeOverturned { core: event.core, trade_id: event.tradeId, at_fault: event.atFault }
        }
        AuditorQuorum::TradeExecuted::SIGNATURE_HASH => {
            let event: AuditorQuorum::TradeExecuted = decode_as(topics, data)?;
            Event::TradeExecuted { core: event.core, trade_id: event.tradeId, at_fault: event.atFault }
        }
        _ => return Ok(None),
    }))
}
