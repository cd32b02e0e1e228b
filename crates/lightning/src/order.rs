//! What a node is asked to do.

use std::{fmt, time::Duration};

use barter_protocol::{PaymentHash, Preimage, limits::MIN_AMOUNT_SATS};

use crate::Error;

/// Most that an invoice asks for: LND makes none over more.
pub(crate) const MAX_AMOUNT_SATS: u64 = 100_000 * 100_000_000;

/// Longest lifetime of an invoice, a year: LND makes none that lives longer.
const MAX_LIFETIME_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Longest description a BOLT11 invoice has room for: its fields have 1,023 groups of five bits.
const MAX_DESCRIPTION_BYTES: usize = 639;

/// An invoice to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRequest {
    /// Who holds the preimage.
    pub lock: InvoiceLock,
    /// Amount in satoshis: at most 100,000 bitcoin.
    pub amount_sats: u64,
    /// What it is for: at most 639 bytes, public to whoever sees the invoice.
    pub description: String,
    /// For how long it can be paid, in seconds: at most a year.
    pub lifetime_seconds: u32,
}

impl InvoiceRequest {
    /// Refuses what no invoice can say, or [`Invoice`](crate::Invoice) would not read.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`].
    pub fn check(&self) -> Result<(), Error> {
        let invalid = |reason: String| Err(Error::InvalidRequest { reason });
        if !(MIN_AMOUNT_SATS..=MAX_AMOUNT_SATS).contains(&self.amount_sats) {
            return invalid(format!(
                "its amount is {} sats, expected {MIN_AMOUNT_SATS} to {MAX_AMOUNT_SATS}",
                self.amount_sats
            ));
        }
        if self.description.len() > MAX_DESCRIPTION_BYTES {
            let bytes = self.description.len();
            return invalid(format!("its description has {bytes} bytes, expected at most {MAX_DESCRIPTION_BYTES}"));
        }
        if !(1..=MAX_LIFETIME_SECONDS).contains(&self.lifetime_seconds) {
            let seconds = self.lifetime_seconds;
            return invalid(format!("its lifetime is {seconds} seconds, expected 1 to {MAX_LIFETIME_SECONDS}"));
        }
        Ok(())
    }

    /// The payment hash it will have.
    pub fn payment_hash(&self) -> PaymentHash {
        match self.lock {
            InvoiceLock::Preimage(preimage) => preimage.payment_hash(),
            InvoiceLock::Held(payment_hash) => payment_hash,
        }
    }
}

/// Who holds an invoice's preimage. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum InvoiceLock {
    /// The node: it takes the payment as soon as it arrives.
    Preimage(Preimage),
    /// Somebody else: the node holds a payment that arrives until it is told to take it or to give it back.
    Held(PaymentHash),
}

impl fmt::Debug for InvoiceLock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preimage(preimage) => write!(formatter, "Preimage(of {})", preimage.payment_hash()),
            Self::Held(payment_hash) => write!(formatter, "Held({payment_hash})"),
        }
    }
}

/// How far a payment may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentLimits {
    /// The most that is paid for routing, in satoshis, beside the amount.
    pub max_fee_sats: u64,
    /// How long is waited for the payment to be decided. A node begins no further attempts after it; what it has begun goes on.
    pub timeout: Duration,
}

impl PaymentLimits {
    /// The most for routing that is usual for an amount: one part in a hundred, at least 10 satoshis; a minute's time.
    pub fn for_amount(amount_sats: u64) -> Self {
        Self { max_fee_sats: (amount_sats / 100).max(10), timeout: Duration::from_mins(1) }
    }
}
