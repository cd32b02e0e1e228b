//! What BarterCore and its two tokens said happened, as a type.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use barter_protocol::{PaymentHash, Preimage, TradeId};

use crate::{Addresses, BTRCredit, BTRTrust, BarterCore};

/// An event of the record, in the protocol's types. Texts are written by strangers and may hold anything; bytes that are no
/// UTF-8 come as U+FFFD.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContractEvent {
    /// A trade was proposed.
    TradeProposed {
        /// The trade.
        trade_id: TradeId,
        /// The proposer.
        party_a: Address,
        /// The counterparty.
        party_b: Address,
        /// Which of the two pays.
        payer: Address,
        /// sha256 of the preimage.
        payment_hash: PaymentHash,
        /// Amount in satoshis.
        amount_sats: u64,
        /// As proposed.
        category: String,
        /// As proposed.
        description: String,
    },
    /// A proposal was accepted.
    TradeAccepted {
        /// The trade.
        trade_id: TradeId,
    },
    /// The payer showed the preimage.
    TradeSettled {
        /// The trade.
        trade_id: TradeId,
        /// Public from now on.
        preimage: Preimage,
    },
    /// A party disputed an accepted trade.
    TradeDisputed {
        /// The trade.
        trade_id: TradeId,
        /// The party.
        by: Address,
    },
    /// The arbiter sent a disputed trade back to accepted.
    DisputeDismissed {
        /// The trade.
        trade_id: TradeId,
    },
    /// The arbiter ended a disputed trade.
    DisputeUpheld {
        /// The trade.
        trade_id: TradeId,
        /// The party at fault.
        at_fault: Address,
    },
    /// A signature was withdrawn.
    SignatureCancelled {
        /// Who signed, or might have.
        signer: Address,
        /// What was signed.
        digest: B256,
    },
    /// A counted trade raised a wallet's score.
    ScoreUpdated {
        /// The wallet.
        wallet: Address,
        /// The trade that raised it.
        trade_id: TradeId,
        /// The score after it.
        score: u64,
    },
    /// Credit moved: from the zero address where it was earned, to it where it was burned.
    CreditTransferred {
        /// From whom.
        from: Address,
        /// To whom.
        to: Address,
        /// In 1e-18 tokens.
        value: U256,
    },
}

/// Why a log of one of the contracts cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Its topics or its data are not the event's.
    #[error("a log does not decode as {event}: {source}")]
    Malformed {
        /// The event, as Solidity declares it.
        event: &'static str,
        /// What is wrong.
        source: alloy_sol_types::Error,
    },
    /// A number is larger than the contracts can make it.
    #[error("a log of {event} has {field} {value}, more than its type holds")]
    OutOfRange {
        /// The event, as Solidity declares it.
        event: &'static str,
        /// Which of its numbers.
        field: &'static str,
        /// The number.
        value: U256,
    },
}

impl ContractEvent {
    /// First topics of every event there is here: what to ask a node for, at all three addresses. BTRTrust's transfers come
    /// too, as their topic is that of credit's; [`decode`](Self::decode) passes them over.
    pub const TOPICS: [B256; 9] = [
        BarterCore::TradeProposed::SIGNATURE_HASH,
        BarterCore::TradeAccepted::SIGNATURE_HASH,
        BarterCore::TradeSettled::SIGNATURE_HASH,
        BarterCore::TradeDisputed::SIGNATURE_HASH,
        BarterCore::DisputeDismissed::SIGNATURE_HASH,
        BarterCore::DisputeUpheld::SIGNATURE_HASH,
        BarterCore::SignatureCancelled::SIGNATURE_HASH,
        BTRTrust::ScoreUpdated::SIGNATURE_HASH,
        BTRCredit::Transfer::SIGNATURE_HASH,
    ];

    /// Reads a log. `None` for an event that is not among these, or of another contract.
    ///
    /// # Errors
    /// [`DecodeError`], for a log none of the three contracts can have written.
    pub fn decode(
        contracts: &Addresses,
        address: Address,
        topics: &[B256],
        data: &[u8],
    ) -> Result<Option<Self>, DecodeError> {
        let Some(topic) = topics.first() else { return Ok(None) };
        if address == contracts.core {
            return decode_core(*topic, topics, data);
        }
        if address == contracts.trust && *topic == BTRTrust::ScoreUpdated::SIGNATURE_HASH {
            let event: BTRTrust::ScoreUpdated = decode(topics, data)?;
            let score = narrow::<BTRTrust::ScoreUpdated, _>("score", event.score)?;
            return Ok(Some(Self::ScoreUpdated { wallet: event.wallet, trade_id: event.tradeId, score }));
        }
        if address == contracts.credit && *topic == BTRCredit::Transfer::SIGNATURE_HASH {
            let event: BTRCredit::Transfer = decode(topics, data)?;
            return Ok(Some(Self::CreditTransferred { from: event.from, to: event.to, value: event.value }));
        }
        Ok(None)
    }
}

fn decode_core(topic: B256, topics: &[B256], data: &[u8]) -> Result<Option<ContractEvent>, DecodeError> {
    Ok(Some(match topic {
        BarterCore::TradeProposed::SIGNATURE_HASH => {
            let event: BarterCore::TradeProposed = decode(topics, data)?;
            ContractEvent::TradeProposed {
                trade_id: event.tradeId,
                party_a: event.partyA,
                party_b: event.partyB,
                payer: event.payer,
                payment_hash: event.paymentHash.into(),
                amount_sats: narrow::<BarterCore::TradeProposed, _>("amountSats", event.amountSats)?,
                category: event.category,
                description: event.description,
            }
        }
        BarterCore::TradeAccepted::SIGNATURE_HASH => {
            let event: BarterCore::TradeAccepted = decode(topics, data)?;
            ContractEvent::TradeAccepted { trade_id: event.tradeId }
        }
        BarterCore::TradeSettled::SIGNATURE_HASH => {
            let event: BarterCore::TradeSettled = decode(topics, data)?;
            ContractEvent::TradeSettled { trade_id: event.tradeId, preimage: event.preimage.into() }
        }
        BarterCore::TradeDisputed::SIGNATURE_HASH => {
            let event: BarterCore::TradeDisputed = decode(topics, data)?;
            ContractEvent::TradeDisputed { trade_id: event.tradeId, by: event.by }
        }
        BarterCore::DisputeDismissed::SIGNATURE_HASH => {
            let event: BarterCore::DisputeDismissed = decode(topics, data)?;
            ContractEvent::DisputeDismissed { trade_id: event.tradeId }
        }
        BarterCore::DisputeUpheld::SIGNATURE_HASH => {
            let event: BarterCore::DisputeUpheld = decode(topics, data)?;
            ContractEvent::DisputeUpheld { trade_id: event.tradeId, at_fault: event.atFault }
        }
        BarterCore::SignatureCancelled::SIGNATURE_HASH => {
            let event: BarterCore::SignatureCancelled = decode(topics, data)?;
            ContractEvent::SignatureCancelled { signer: event.signer, digest: event.digest }
        }
        _ => return Ok(None),
    }))
}

pub(crate) fn decode<E: SolEvent>(topics: &[B256], data: &[u8]) -> Result<E, DecodeError> {
    E::decode_raw_log(topics.iter().copied(), data)
        .map_err(|source| DecodeError::Malformed { event: E::SIGNATURE, source })
}

pub(crate) fn narrow<E: SolEvent, N: TryFrom<U256>>(field: &'static str, value: U256) -> Result<N, DecodeError> {
    N::try_from(value).map_err(|_| DecodeError::OutOfRange { event: E::SIGNATURE, field, value })
}
