//! What a payee hands over.

mod error;
mod text;

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, Keccak256};
use barter_lightning::{Invoice, InvoiceDescription};
use barter_protocol::{PaymentHash, Role, Terms, TradeId};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

pub use error::OfferError;

/// What comes before the seal in an invoice's description.
const SEAL_MARK: &str = "barter:";

/// Bytes of the seal. Whoever alters an offer has to find other terms with the same seal: 2^128 attempts.
const SEAL_BYTES: usize = 16;
/// Characters it is written with: six bits each.
const SEAL_CHARS: usize = 22;

/// What the seal's hash begins with, so that it is never taken for a hash of something else.
const SEAL_DOMAIN: &[u8] = b"barter offer 1";

/// What a payee hands over for a payer to take: an invoice, and the trade that goes with it.
///
/// The invoice's description ends in a *seal*, a hash over everything else in the offer; and the invoice is signed by the node
/// that is paid. So nothing in an offer can be altered on its way: nobody can put another wallet in the payee's place under
/// somebody else's invoice, and have the trade that the payment proves. What the seal does not say is whose node it is: give
/// [`Purchase::payee`](crate::Purchase) or [`Purchase::payee_node`](crate::Purchase) where an offer comes from a stranger.
///
/// As text it is Bech32m with `barter` before it, checksummed, in either case of letters: in capitals a QR code stores it
/// in its compact alphanumeric mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    chain_id: u64,
    barter_core: Address,
    payee: Address,
    payer: Option<Address>,
    category: String,
    description: String,
    invoice: Invoice,
}

/// Everything in an offer but its invoice: what the seal is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) chain_id: u64,
    pub(crate) barter_core: Address,
    pub(crate) payee: Address,
    pub(crate) payer: Option<Address>,
    pub(crate) category: &'a str,
    pub(crate) description: &'a str,
}

impl Sealed<'_> {
    /// What the invoice has to say: the description, then the seal.
    pub(crate) fn invoice_description(&self) -> String {
        let space = if self.description.is_empty() { "" } else { " " };
        format!("{}{space}{SEAL_MARK}{}", self.description, URL_SAFE_NO_PAD.encode(self.seal()))
    }

    /// Every field has a length that is fixed, or told, so that two different offers never hash the same bytes.
    fn seal(&self) -> [u8; SEAL_BYTES] {
        let mut hasher = Keccak256::new();
        hasher.update(SEAL_DOMAIN);
        hasher.update(self.chain_id.to_be_bytes());
        hasher.update(self.barter_core);
        hasher.update(self.payee);
        hasher.update(self.payer.unwrap_or_default());
        // Eight bytes on every machine.
        hasher.update(u64::try_from(self.category.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(self.category.as_bytes());
        hasher.update(self.description.as_bytes());
        let hash = hasher.finalize();
        let mut seal = [0; SEAL_BYTES];
        seal.copy_from_slice(&hash[..SEAL_BYTES]);
        seal
    }
}

impl Offer {
    /// The offer of these terms with this invoice, which has to say so itself.
    ///
    /// # Errors
    /// [`OfferError::Altered`], and [`OfferError::Terms`] for terms outside the protocol's limits.
    pub(crate) fn new(sealed: Sealed<'_>, invoice: Invoice) -> Result<Self, OfferError> {
        let said = match invoice.description() {
            InvoiceDescription::Text(text) => text.as_str(),
            InvoiceDescription::Hash(_) => return Err(OfferError::Altered),
        };
        if said != sealed.invoice_description() {
            return Err(OfferError::Altered);
        }
        let Sealed { chain_id, barter_core, payee, payer, category, description } = sealed;
        let (category, description) = (category.to_owned(), description.to_owned());
        let offer = Self { chain_id, barter_core, payee, payer, category, description, invoice };
        // Whoever takes an open offer may be any wallet but the payee's.
        offer.terms(payer.unwrap_or_else(|| other_than(payee)))?;
        Ok(offer)
    }

    /// Id of the chain the trade is on.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The contract the trade is in.
    pub const fn barter_core(&self) -> Address {
        self.barter_core
    }

    /// The wallet that is paid.
    pub const fn payee(&self) -> Address {
        self.payee
    }

    /// The wallet that is to pay; `None` if whoever takes the offer may.
    pub const fn payer(&self) -> Option<Address> {
        self.payer
    }

    /// Amount in satoshis.
    pub fn amount_sats(&self) -> u64 {
        self.invoice.amount_sats()
    }

    /// sha256 of the preimage that paying reveals.
    pub fn payment_hash(&self) -> PaymentHash {
        self.invoice.payment_hash()
    }

    /// The trade's category. Written by a stranger: it may hold anything.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The trade's description. Written by a stranger: it may hold anything.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The invoice.
    pub const fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// Who proposes the trade: the payee if it knows the payer, else whoever takes the offer.
    pub const fn proposer(&self) -> Role {
        match self.payer {
            Some(_) => Role::Payee,
            None => Role::Payer,
        }
    }

    /// The trade's terms if `payer` takes the offer.
    ///
    /// # Errors
    /// [`OfferError::OtherPayer`], and [`OfferError::Terms`] if `payer` is the payee itself.
    pub fn terms(&self, payer: Address) -> Result<Terms, OfferError> {
        if let Some(named) = self.payer.filter(|named| *named != payer) {
            return Err(OfferError::OtherPayer { payer: named, wallet: payer });
        }
        let terms = Terms::new(
            payer,
            self.payee,
            self.payment_hash(),
            self.amount_sats(),
            self.category.clone(),
            self.description.clone(),
        );
        terms.map_err(OfferError::Terms)
    }

    /// The id of the trade if `payer` takes the offer.
    ///
    /// # Errors
    /// As [`terms`](Self::terms).
    pub fn trade_id(&self, payer: Address) -> Result<TradeId, OfferError> {
        Ok(self.terms(payer)?.trade_id(self.proposer()))
    }
}

/// Some wallet that is not this one.
pub(crate) fn other_than(wallet: Address) -> Address {
    let one = Address::with_last_byte(1);
    if wallet == one { Address::with_last_byte(2) } else { one }
}

impl fmt::Display for Offer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&text::encode(self))
    }
}

impl FromStr for Offer {
    type Err = OfferError;

    /// Reads an offer, in small letters or in capitals, with space around it. Nothing is checked that needs a clock or a chain.
    fn from_str(text: &str) -> Result<Self, OfferError> {
        text::decode(text.trim())
    }
}
