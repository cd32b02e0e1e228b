//! What a deal is begun with.

use alloy_primitives::Address;
use barter_lightning::PaymentLimits;
use serde::{Deserialize, Serialize};

use super::{DealError, Offer, OfferError, record::Owner};
use crate::{Error, json};

/// Longest name of a sale.
const MAX_ID_BYTES: usize = 64;
/// Characters of a wrong name that an error shows.
const SHOWN_CHARS: usize = 64;
/// For how long an invoice can be paid where nothing else is said: an hour.
const DEFAULT_LIFETIME_SECONDS: u32 = 60 * 60;
/// What is left of an invoice's time at least where nothing else is said: time for a transaction to be mined and a payment made.
const DEFAULT_MARGIN_SECONDS: u64 = 10 * 60;

/// Something to be sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The caller's own name for it, such as an order's number: 1 to 64 letters, digits, `-`, `_` or `.`. The same name with the
    /// same sale goes on with that one.
    pub id: String,
    /// The wallet that is to pay, to which the trade is then proposed; `None` if whoever takes the offer may, and proposes.
    #[serde(serialize_with = "json::optional_address")]
    pub payer: Option<Address>,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// The trade's category, at most 32 bytes. Public for ever.
    pub category: String,
    /// The trade's description, at most 200 bytes. Public for ever, and in the invoice.
    pub description: String,
    /// For how long the invoice can be paid, in seconds.
    pub lifetime_seconds: u32,
}

impl Sale {
    /// An open sale without texts, and an hour to pay for it.
    pub fn new(id: impl Into<String>, amount_sats: u64) -> Self {
        Self {
            id: id.into(),
            payer: None,
            amount_sats,
            category: String::new(),
            description: String::new(),
            lifetime_seconds: DEFAULT_LIFETIME_SECONDS,
        }
    }

    pub(crate) fn check_id(&self) -> Result<(), DealError> {
        let id = &self.id;
        if is_plain(id) && id.len() <= MAX_ID_BYTES && !is_payment_hash(id) {
            return Ok(());
        }
        let printable = |char: char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
        Err(DealError::InvalidId { input: id.chars().take(SHOWN_CHARS).map(printable).collect() })
    }
}

/// Whether a text may be part of a file's name, on every system.
pub(crate) fn is_plain(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !id.is_empty() && id.bytes().all(is_allowed)
}

/// Whether a deal's name is a purchase's: those are named by their payment hash.
pub(crate) fn is_payment_hash(id: &str) -> bool {
    id.starts_with("0x") || id.starts_with("0X")
}

/// How an offer is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// The most that is paid for routing, in satoshis, beside the amount.
    pub max_fee_sats: u64,
    /// The wallet that has to be paid, where it is known.
    #[serde(serialize_with = "json::optional_address")]
    pub payee: Option<Address>,
    /// The amount that is expected, in satoshis, where it is known otherwise than by the offer.
    pub amount_sats: Option<u64>,
    /// The Lightning node that has to be paid, where it is known: its public key, 33 bytes in hexadecimal.
    pub payee_node: Option<String>,
    /// What must be left of the invoice's time when this side agrees to the trade, in seconds: time for that to be mined, and for the
    /// payment. To pay, it is enough that the invoice has not run out; a payment that comes too late fails and costs nothing.
    pub margin_seconds: u64,
    /// How long is waited for a payment that was begun, in seconds. It goes on after that, and is found again.
    pub payment_timeout_seconds: u64,
}

impl Purchase {
    /// With the fee for routing that is usual for an amount, ten minutes' margin, a minute for the payment, and of any payee.
    pub fn for_amount(amount_sats: u64) -> Self {
        Self {
            max_fee_sats: PaymentLimits::for_amount(amount_sats).max_fee_sats,
            payee: None,
            amount_sats: None,
            payee_node: None,
            margin_seconds: DEFAULT_MARGIN_SECONDS,
            payment_timeout_seconds: PaymentLimits::for_amount(amount_sats).timeout.as_secs(),
        }
    }

    /// What can be seen to be wrong with an offer without a clock and without a request, its invoice apart.
    pub(crate) fn check_offer(&self, offer: &Offer, owner: Owner) -> Result<(), Error> {
        let refuse = |error: OfferError| Err(DealError::from(error).into());
        if offer.chain_id() != owner.chain_id {
            return refuse(OfferError::OtherChain { expected: owner.chain_id, found: offer.chain_id() });
        }
        if offer.barter_core() != owner.barter_core {
            return refuse(OfferError::OtherContract { expected: owner.barter_core, found: offer.barter_core() });
        }
        if let Some(expected) = self.payee.filter(|payee| *payee != offer.payee()) {
            return refuse(OfferError::OtherPayee { expected, found: offer.payee() });
        }
        match offer.terms(owner.wallet) {
            Err(OfferError::Terms(error)) => Err(error.into()),
            Err(error) => refuse(error),
            Ok(_) => Ok(()),
        }
    }
}
