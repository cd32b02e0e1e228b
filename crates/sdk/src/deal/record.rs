//! What is kept of a deal, and what is shown of it.

use std::time::Duration;

use alloy_primitives::Address;
use barter_protocol::{PaymentHash, Preimage, Role, TradeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{DealFailure, DealStage, Offer, OfferError, Purchase, Sale};
use crate::json;

/// What this version writes.
const VERSION: u32 = 1;

/// What is kept of a deal. `Debug` does not show the preimage; what is on disk does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    version: u32,
    pub(crate) id: String,
    pub(crate) chain_id: u64,
    pub(crate) barter_core: Address,
    pub(crate) wallet: Address,
    /// By this machine's clock, Unix time.
    pub(crate) created_at: u64,
    pub(crate) stage: DealStage,
    pub(crate) failure: Option<DealFailure>,
    pub(crate) trade_id: Option<TradeId>,
    /// Once it is known.
    pub(crate) payer: Option<Address>,
    /// The payee's from the beginning, the payer's once it has paid.
    #[serde(with = "optional_preimage")]
    pub(crate) preimage: Option<Preimage>,
    /// What the payer paid for routing.
    pub(crate) fee_msats: Option<u64>,
    /// Whether the payer's node was seen to have begun a payment that has not failed since.
    pub(crate) payment_seen: bool,
    pub(crate) side: Side,
}

/// Which side of the deal this is, and what it was begun with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Payee {
        sale: Sale,
        /// Once there is an invoice.
        #[serde(with = "optional_offer")]
        offer: Option<Offer>,
    },
    Payer {
        purchase: Purchase,
        #[serde(with = "offer")]
        offer: Offer,
    },
}

/// Whose deal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) chain_id: u64,
    pub(crate) barter_core: Address,
    pub(crate) wallet: Address,
}

impl Record {
    /// A sale's beginning.
    pub(crate) fn of_sale(owner: Owner, sale: Sale, preimage: Preimage, now: u64) -> Self {
        let id = sale.id.clone();
        let payer = sale.payer;
        let side = Side::Payee { sale, offer: None };
        Self { payer, preimage: Some(preimage), ..Self::new(owner, id, DealStage::Begun, side, now) }
    }

    /// A purchase's beginning.
    ///
    /// # Errors
    /// As [`Offer::trade_id`].
    pub(crate) fn of_purchase(owner: Owner, offer: Offer, purchase: Purchase, now: u64) -> Result<Self, OfferError> {
        let (trade_id, payer) = (Some(offer.trade_id(owner.wallet)?), Some(owner.wallet));
        let id = offer.payment_hash().to_string();
        let side = Side::Payer { purchase, offer };
        Ok(Self { trade_id, payer, ..Self::new(owner, id, DealStage::Invoiced, side, now) })
    }

    fn new(owner: Owner, id: String, stage: DealStage, side: Side, now: u64) -> Self {
        Self {
            version: VERSION,
            id,
            chain_id: owner.chain_id,
            barter_core: owner.barter_core,
            wallet: owner.wallet,
            created_at: now,
            stage,
            failure: None,
            trade_id: None,
            payer: None,
            preimage: None,
            fee_msats: None,
            payment_seen: false,
            side,
        }
    }

    pub(crate) const fn owner(&self) -> Owner {
        Owner { chain_id: self.chain_id, barter_core: self.barter_core, wallet: self.wallet }
    }

    /// What of a record read from disk cannot be, in words; `None` if it is whole.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let hash = self.payment_hash();
        if self.version != VERSION {
            Some("it is of another version")
        } else if self.preimage.is_some_and(|preimage| Some(preimage.payment_hash()) != hash) {
            Some("its preimage is not its invoice's")
        } else if matches!(self.side, Side::Payee { .. }) && self.preimage.is_none() {
            Some("its preimage is missing")
        } else if matches!(self.side, Side::Payer { .. }) && self.trade_id.is_none() {
            Some("its trade is missing")
        } else if matches!(&self.side, Side::Payer { offer, .. } if offer.payment_hash().to_string() != self.id) {
            Some("its offer is another one's")
        } else {
            None
        }
    }

    pub(crate) const fn role(&self) -> Role {
        match self.side {
            Side::Payee { .. } => Role::Payee,
            Side::Payer { .. } => Role::Payer,
        }
    }

    /// How long a payer waits for a payment that was begun before.
    pub(crate) const fn payment_timeout(&self) -> Duration {
        match &self.side {
            Side::Payer { purchase, .. } => Duration::from_secs(purchase.payment_timeout_seconds),
            Side::Payee { .. } => Duration::ZERO,
        }
    }

    pub(crate) const fn offer(&self) -> Option<&Offer> {
        match &self.side {
            Side::Payee { offer, .. } => offer.as_ref(),
            Side::Payer { offer, .. } => Some(offer),
        }
    }

    /// The invoice's; before there is one, that of the preimage it will be made with.
    pub(crate) fn payment_hash(&self) -> Option<PaymentHash> {
        self.offer().map(Offer::payment_hash).or_else(|| self.preimage.map(|preimage| preimage.payment_hash()))
    }
}

/// A deal, as it is known to this side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deal {
    /// A sale's own name, or a purchase's payment hash.
    pub id: String,
    /// This wallet's side.
    #[serde(serialize_with = "role")]
    pub role: Role,
    /// How far it is.
    pub stage: DealStage,
    /// Why it came to nothing, if it did.
    pub failure: Option<DealFailure>,
    /// The trade, once it is known.
    pub trade_id: Option<TradeId>,
    /// sha256 of the preimage; `None` of a deal that is damaged.
    pub payment_hash: Option<String>,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// What the payer paid for routing, in thousandths of a satoshi. Unknown to a payee, and where a payment was made before the deal.
    pub fee_msats: Option<u64>,
    /// The payer, where it is known.
    #[serde(serialize_with = "json::optional_address")]
    pub payer: Option<Address>,
    /// The payee.
    #[serde(serialize_with = "json::address")]
    pub payee: Address,
    /// The trade's category. Of a purchase, written by a stranger: it may hold anything.
    pub category: String,
    /// The trade's description. Of a purchase, written by a stranger: it may hold anything.
    pub description: String,
    /// Last second at which the invoice can be paid, Unix time, once there is one.
    pub invoice_expires_at: Option<u64>,
    /// The offer's text, once there is one.
    pub offer: Option<String>,
    /// When it was begun, by this machine's clock, Unix time.
    pub created_at: u64,
    /// The preimage of a payment that was made; a payee's before that is not shown. Not in JSON.
    #[serde(skip)]
    pub preimage: Option<Preimage>,
}

impl From<&Record> for Deal {
    fn from(record: &Record) -> Self {
        let offer = record.offer();
        let (payee, amount_sats, category, description) = match &record.side {
            Side::Payee { sale, .. } => {
                (record.wallet, sale.amount_sats, sale.category.as_str(), sale.description.as_str())
            }
            Side::Payer { offer, .. } => (offer.payee(), offer.amount_sats(), offer.category(), offer.description()),
        };
        let is_paid = record.role() == Role::Payer || matches!(record.stage, DealStage::Paid | DealStage::Settled);
        Self {
            id: record.id.clone(),
            role: record.role(),
            stage: record.stage,
            failure: record.failure,
            trade_id: record.trade_id,
            payment_hash: record.payment_hash().map(|hash| hash.to_string()),
            amount_sats,
            fee_msats: record.fee_msats,
            payer: record.payer,
            payee,
            category: category.to_owned(),
            description: description.to_owned(),
            invoice_expires_at: offer.map(|offer| offer.invoice().expires_at()),
            offer: offer.map(ToString::to_string),
            created_at: record.created_at,
            preimage: record.preimage.filter(|_| is_paid),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form serde calls these in")]
fn role<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match role {
        Role::Payer => "payer",
        Role::Payee => "payee",
    })
}

/// An offer as its text, both ways.
mod offer {
    use super::{Deserialize, Deserializer, Offer, Serializer};

    pub(super) fn serialize<S: Serializer>(offer: &Offer, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(offer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Offer, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(super::invalid::<D>)
    }
}

/// An offer that need not be there, as its text, both ways.
#[allow(clippy::ref_option, reason = "the form serde calls these in")]
mod optional_offer {
    use super::{Deserialize, Deserializer, Offer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(offer: &Option<Offer>, serializer: S) -> Result<S::Ok, S::Error> {
        offer.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Offer>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(super::invalid::<D>)).transpose()
    }
}

fn invalid<'de, D: Deserializer<'de>>(error: OfferError) -> D::Error {
    D::Error::custom(error)
}

/// A preimage that need not be there, as text, both ways.
#[allow(clippy::ref_option, reason = "the form serde calls these in")]
mod optional_preimage {
    use super::{Deserialize, Deserializer, Preimage, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(preimage: &Option<Preimage>, serializer: S) -> Result<S::Ok, S::Error> {
        preimage.map(|preimage| preimage.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Preimage>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
