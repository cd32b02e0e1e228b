//! A trade as it stands.

use alloy_primitives::{Address, B256};
use barter_bindings::IBarterCore;
use barter_protocol::{PaymentHash, Preimage, Ruling, TradeId, TradeStatus, limits::PROPOSAL_LIFETIME};
use serde::Serialize;

use crate::{Error, json, node::Node, number::to_u64};

/// A trade as it stood when it was read. All times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trade {
    /// Its id.
    pub trade_id: TradeId,
    /// The proposer.
    #[serde(serialize_with = "json::address")]
    pub party_a: Address,
    /// The counterparty.
    #[serde(serialize_with = "json::address")]
    pub party_b: Address,
    /// Who pays the Lightning invoice, and may settle.
    #[serde(serialize_with = "json::address")]
    pub payer: Address,
    /// Who made the invoice.
    #[serde(serialize_with = "json::address")]
    pub payee: Address,
    /// sha256 over the 32 bytes of the preimage.
    #[serde(serialize_with = "json::payment_hash")]
    pub payment_hash: PaymentHash,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// Where it stands.
    #[serde(serialize_with = "json::status")]
    pub status: TradeStatus,
    /// What the arbiter said, if there was a dispute.
    #[serde(serialize_with = "json::ruling")]
    pub ruling: Ruling,
    /// When it was proposed.
    pub created_at: u64,
    /// Last second at which the proposal can, or could, be accepted.
    pub expires_at: u64,
    /// When it was accepted.
    pub accepted_at: Option<u64>,
    /// When it was settled.
    pub settled_at: Option<u64>,
    /// As proposed, at most 32 bytes. Written by a stranger: it may hold anything.
    pub category: String,
    /// As proposed, at most 200 bytes. Written by a stranger: it may hold anything.
    pub description: String,
}

impl Trade {
    /// The other party than `wallet`; `None` if that is no party.
    pub fn counterparty_of(&self, wallet: Address) -> Option<Address> {
        if wallet == self.party_a {
            Some(self.party_b)
        } else if wallet == self.party_b {
            Some(self.party_a)
        } else {
            None
        }
    }

    /// Checks that a preimage is this trade's.
    ///
    /// # Errors
    /// [`Error::PreimageMismatch`].
    pub fn check_preimage(&self, preimage: Preimage) -> Result<(), Error> {
        let actual = preimage.payment_hash();
        if actual == self.payment_hash {
            return Ok(());
        }
        Err(Error::PreimageMismatch { trade_id: self.trade_id, expected: self.payment_hash, actual })
    }

    pub(crate) fn read(node: &Node, trade: IBarterCore::Trade) -> Result<Self, Error> {
        let invalid = |error: barter_protocol::Error| node.invalid("eth_call", error.to_string());
        let created_at = to_u64(node, "createdAt", trade.createdAt)?;
        let time = |name, seconds| Ok::<_, Error>(Some(to_u64(node, name, seconds)?).filter(|seconds| *seconds > 0));
        Ok(Self {
            trade_id: trade.tradeId,
            party_a: trade.partyA,
            party_b: trade.partyB,
            payer: trade.payer,
            payee: if trade.payer == trade.partyA { trade.partyB } else { trade.partyA },
            payment_hash: trade.paymentHash.into(),
            amount_sats: to_u64(node, "amountSats", trade.amountSats)?,
            status: TradeStatus::try_from(trade.status).map_err(invalid)?,
            ruling: Ruling::try_from(trade.ruling).map_err(invalid)?,
            created_at,
            expires_at: created_at.saturating_add(PROPOSAL_LIFETIME),
            accepted_at: time("acceptedAt", trade.acceptedAt)?,
            settled_at: time("settledAt", trade.settledAt)?,
            category: trade.category,
            description: trade.description,
        })
    }
}

/// A page of a wallet's trades, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TradePage {
    /// The trades.
    pub trades: Vec<Trade>,
    /// What to pass as `before` for the next page; `None` where there is none.
    pub next: Option<B256>,
}
