//! What happened on the chain, as types.

use std::fmt;

use alloy_primitives::{Address, B256};
use barter_bindings::ContractEvent;
use barter_protocol::{PaymentHash, Preimage, TradeId};
use serde::Serialize;

use crate::{
    CreditAmount, Deployment, Error, json,
    node::{Log, LogFilter, Node},
};

/// A change of the record: an event happened, or a reorganisation took it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// It happened.
    Added(Event),
    /// It did not happen after all: the block it was in is no longer part of the chain. It may come again, in another one.
    Removed(Event),
}

impl Change {
    /// The event, whether it was added or removed.
    pub const fn event(&self) -> &Event {
        match self {
            Self::Added(event) | Self::Removed(event) => event,
        }
    }

    /// Whether it was taken back.
    pub const fn is_removed(&self) -> bool {
        matches!(self, Self::Removed(_))
    }
}

/// Something that happened on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Event {
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
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A trade was proposed.
    TradeProposed {
        /// The trade.
        trade_id: TradeId,
        /// The proposer.
        #[serde(serialize_with = "json::address")]
        party_a: Address,
        /// The counterparty.
        #[serde(serialize_with = "json::address")]
        party_b: Address,
        /// Which of the two pays.
        #[serde(serialize_with = "json::address")]
        payer: Address,
        /// sha256 of the preimage.
        #[serde(serialize_with = "json::payment_hash")]
        payment_hash: PaymentHash,
        /// Amount in satoshis.
        amount_sats: u64,
        /// Written by a stranger: it may hold anything.
        category: String,
        /// Written by a stranger: it may hold anything.
        description: String,
    },
    /// A proposal was accepted.
    TradeAccepted {
        /// The trade.
        trade_id: TradeId,
    },
    /// A trade was settled.
    TradeSettled {
        /// The trade.
        trade_id: TradeId,
        /// Its preimage, public from now on.
        #[serde(with = "json::preimage")]
        preimage: Preimage,
    },
    /// A trade was disputed.
    TradeDisputed {
        /// The trade.
        trade_id: TradeId,
        /// By which party.
        #[serde(serialize_with = "json::address")]
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
        #[serde(serialize_with = "json::address")]
        at_fault: Address,
    },
    /// A signature was withdrawn.
    SignatureCancelled {
        /// Who signed, or might have.
        #[serde(serialize_with = "json::address")]
        signer: Address,
        /// What was signed.
        digest: B256,
    },
    /// A wallet's score rose.
    ScoreUpdated {
        /// The wallet.
        #[serde(serialize_with = "json::address")]
        wallet: Address,
        /// The trade that raised it.
        trade_id: TradeId,
        /// The score after it.
        score: u64,
    },
    /// Credit moved: from the zero address where it was earned, to it where it was burned.
    CreditTransferred {
        /// From whom.
        #[serde(serialize_with = "json::address")]
        from: Address,
        /// To whom.
        #[serde(serialize_with = "json::address")]
        to: Address,
        /// How much.
        amount: CreditAmount,
    },
}

impl EventKind {
    /// `None` for an event this version does not know yet.
    fn of(event: ContractEvent) -> Option<Self> {
        Some(match event {
            ContractEvent::TradeProposed {
                trade_id,
                party_a,
                party_b,
                payer,
                payment_hash,
                amount_sats,
                category,
                description,
            } => Self::TradeProposed {
                trade_id,
                party_a,
                party_b,
                payer,
                payment_hash,
                amount_sats,
                category,
                description,
            },
            ContractEvent::TradeAccepted { trade_id } => Self::TradeAccepted { trade_id },
            ContractEvent::TradeSettled { trade_id, preimage } => Self::TradeSettled { trade_id, preimage },
            ContractEvent::TradeDisputed { trade_id, by } => Self::TradeDisputed { trade_id, by },
            ContractEvent::DisputeDismissed { trade_id } => Self::DisputeDismissed { trade_id },
            ContractEvent::DisputeUpheld { trade_id, at_fault } => Self::DisputeUpheld { trade_id, at_fault },
            ContractEvent::SignatureCancelled { signer, digest } => Self::SignatureCancelled { signer, digest },
            ContractEvent::ScoreUpdated { wallet, trade_id, score } => Self::ScoreUpdated { wallet, trade_id, score },
            ContractEvent::CreditTransferred { from, to, value } => {
                Self::CreditTransferred { from, to, amount: CreditAmount::from_units(value) }
            }
            _ => return None,
        })
    }

    /// The trade it is about, if it is about one.
    pub const fn trade_id(&self) -> Option<TradeId> {
        match self {
            Self::TradeProposed { trade_id, .. }
            | Self::TradeAccepted { trade_id }
            | Self::TradeSettled { trade_id, .. }
            | Self::TradeDisputed { trade_id, .. }
            | Self::DisputeDismissed { trade_id }
            | Self::DisputeUpheld { trade_id, .. }
            | Self::ScoreUpdated { trade_id, .. } => Some(*trade_id),
            Self::SignatureCancelled { .. } | Self::CreditTransferred { .. } => None,
        }
    }

    /// Its name, as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TradeProposed { .. } => "trade_proposed",
            Self::TradeAccepted { .. } => "trade_accepted",
            Self::TradeSettled { .. } => "trade_settled",
            Self::TradeDisputed { .. } => "trade_disputed",
            Self::DisputeDismissed { .. } => "dispute_dismissed",
            Self::DisputeUpheld { .. } => "dispute_upheld",
            Self::SignatureCancelled { .. } => "signature_cancelled",
            Self::ScoreUpdated { .. } => "score_updated",
            Self::CreditTransferred { .. } => "credit_transferred",
        }
    }
}

impl fmt::Display for Change {
    /// One line, without texts by strangers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.event();
        let sign = if self.is_removed() { '-' } else { '+' };
        write!(formatter, "{sign} block {} {}", event.block_number, event.kind.name())?;
        if let Some(trade_id) = event.kind.trade_id() {
            write!(formatter, " {trade_id}")?;
        }
        match &event.kind {
            EventKind::TradeProposed { party_a, party_b, amount_sats, .. } => {
                write!(formatter, " by {party_a} to {party_b}, {amount_sats} sats")
            }
            EventKind::TradeDisputed { by, .. } => write!(formatter, " by {by}"),
            EventKind::DisputeUpheld { at_fault, .. } => write!(formatter, " against {at_fault}"),
            EventKind::SignatureCancelled { signer, digest } => write!(formatter, " by {signer}, digest {digest}"),
            EventKind::ScoreUpdated { wallet, score, .. } => write!(formatter, " of {wallet} to {score}"),
            EventKind::CreditTransferred { from, to, amount } => write!(formatter, " from {from} to {to}, {amount}"),
            EventKind::TradeAccepted { .. } | EventKind::TradeSettled { .. } | EventKind::DisputeDismissed { .. } => {
                Ok(())
            }
        }
    }
}

/// The events of the three contracts.
pub(crate) fn filter(deployment: &Deployment) -> LogFilter {
    LogFilter {
        addresses: vec![deployment.barter_core, deployment.btr_trust, deployment.btr_credit],
        topics: vec![ContractEvent::TOPICS.to_vec()],
    }
}

/// Reads a log. `None` for one of another kind: a trust token's mint has the same topic as a transfer of credit.
pub(super) fn read(node: &Node, deployment: &Deployment, log: &Log) -> Result<Option<Event>, Error> {
    let invalid = |reason: String| node.invalid("eth_getLogs", reason);
    let event = ContractEvent::decode(&deployment.addresses(), log.address, &log.topics, &log.data)
        .map_err(|error| invalid(error.to_string()))?;
    let Some(kind) = event.and_then(EventKind::of) else { return Ok(None) };
    let place = (log.block_number, log.block_hash, log.transaction_hash, log.log_index);
    let (Some(block_number), Some(block_hash), Some(transaction_hash), Some(log_index)) = place else {
        return Err(invalid("a log is of no block".to_owned()));
    };
    Ok(Some(Event {
        block_number: block_number.to(),
        block_hash,
        timestamp: log.block_timestamp.map(|seconds| seconds.to()),
        transaction_hash,
        log_index: log_index.to(),
        kind,
    }))
}
