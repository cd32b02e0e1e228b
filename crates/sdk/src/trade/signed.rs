//! What one party signs for another to send.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes};
use barter_protocol::{PaymentHash, Preimage, Role, Terms, TradeId};
use serde::{Deserialize, Serialize};

use crate::{Error, json};

/// Terms with the counterparty's signature: what `open` takes. As JSON it can be handed from one party to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOpen {
    /// Who will call `open`: payer or payee.
    #[serde(serialize_with = "json::address")]
    pub proposer: Address,
    /// Who signed: the other one.
    #[serde(serialize_with = "json::address")]
    pub signer: Address,
    /// Who pays the Lightning invoice.
    #[serde(serialize_with = "json::address")]
    pub payer: Address,
    /// Who made the invoice.
    #[serde(serialize_with = "json::address")]
    pub payee: Address,
    /// sha256 over the 32 bytes of the preimage.
    #[serde(with = "json::hash")]
    pub payment_hash: PaymentHash,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// At most 32 bytes.
    pub category: String,
    /// At most 200 bytes.
    pub description: String,
    /// Last second, Unix time, at which the signature counts.
    pub deadline: u64,
    /// The chain it counts on.
    pub chain_id: u64,
    /// What was signed: what `cancel_signature` takes.
    pub digest: B256,
    /// The signature, 65 bytes.
    pub signature: Bytes,
}

impl SignedOpen {
    /// The terms.
    ///
    /// # Errors
    /// Those of [`Terms::new`], as this may come from a stranger.
    pub fn terms(&self) -> Result<Terms, Error> {
        Ok(Terms::new(
            self.payer,
            self.payee,
            self.payment_hash,
            self.amount_sats,
            self.category.clone(),
            self.description.clone(),
        )?)
    }

    /// The proposer's side; `None` if it is neither payer nor payee.
    pub fn proposer_role(&self) -> Option<Role> {
        match self.proposer {
            proposer if proposer == self.payer => Some(Role::Payer),
            proposer if proposer == self.payee => Some(Role::Payee),
            _ => None,
        }
    }
}

/// A settlement with the payer's signature: whoever has it may settle. It holds the preimage, and is as secret as that is;
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedSettlement {
    /// The trade.
    pub trade_id: TradeId,
    /// Its preimage.
    #[serde(with = "json::preimage")]
    pub preimage: Preimage,
    /// Last second, Unix time, at which the signature counts.
    pub deadline: u64,
    /// Who signed: the payer.
    #[serde(serialize_with = "json::address")]
    pub signer: Address,
    /// The chain it counts on.
    pub chain_id: u64,
    /// What was signed: what `cancel_signature` takes.
    pub digest: B256,
    /// The signature, 65 bytes.
    pub signature: Bytes,
}

impl fmt::Debug for SignedSettlement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignedSettlement")
            .field("trade_id", &self.trade_id)
            .field("deadline", &self.deadline)
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// One settlement of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementOrder {
    /// Of a trade that the client's own wallet pays for.
    Own {
        /// The trade.
        trade_id: TradeId,
        /// Its preimage.
        preimage: Preimage,
    },
    /// Of another payer's trade, with its signature.
    Signed(SignedSettlement),
}

impl SettlementOrder {
    /// The trade.
    pub const fn trade_id(&self) -> TradeId {
        match self {
            Self::Own { trade_id, .. } => *trade_id,
            Self::Signed(signed) => signed.trade_id,
        }
    }
}

impl From<SignedSettlement> for SettlementOrder {
    fn from(signed: SignedSettlement) -> Self {
        Self::Signed(signed)
    }
}
