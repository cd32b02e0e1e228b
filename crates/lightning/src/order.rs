//! What a node is asked to do.

use std::{fmt, time::Duration};

use barter_protocol::{PaymentHash, Preimage};

/// An invoice to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceRequest {
    /// Who holds the preimage.
    pub lock: InvoiceLock,
    /// Amount in satoshis.
    pub amount_sats: u64,
    /// What it is for: at most 639 bytes, public to whoever sees the invoice.
    pub description: String,
    /// For how long it can be paid, in seconds.
    pub lifetime_seconds: u32,
}

impl InvoiceRequest {
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
