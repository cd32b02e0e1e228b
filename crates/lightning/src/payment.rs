//! What a node knows.

use barter_protocol::{PaymentHash, Preimage};

use crate::{BitcoinNetwork, FailureReason, Invoice};

/// Who a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeInfo {
    /// Public key that signs its invoices, 33 bytes in hexadecimal.
    pub public_key: String,
    /// Its network.
    pub network: BitcoinNetwork,
    /// What it calls itself; may be empty.
    pub alias: String,
}

impl NodeInfo {
    /// A node.
    pub const fn new(public_key: String, network: BitcoinNetwork, alias: String) -> Self {
        Self { public_key, network, alias }
    }
}

/// An invoice of a node's own. `Debug` does not show the preimage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// How it stands.
    pub state: InvoiceState,
    /// The preimage, if the node has it: from the request ([`InvoiceLock::Preimage`](crate::InvoiceLock::Preimage)), or, in some
    /// nodes, because a payment that was held was taken with it.
    pub preimage: Option<Preimage>,
}

impl OwnInvoice {
    /// An invoice that stands so, whose preimage the node does not have.
    pub const fn new(invoice: Invoice, state: InvoiceState) -> Self {
        Self { invoice, state, preimage: None }
    }

    /// The same, where the node has the preimage.
    #[must_use]
    pub fn with_preimage(self, preimage: Option<Preimage>) -> Self {
        Self { preimage, ..self }
    }

    /// Whether it can be paid at a time, Unix seconds, and nobody has.
    pub fn is_open_at(&self, now: u64) -> bool {
        self.state == InvoiceState::Open && self.invoice.is_open_at(now)
    }
}

/// How an invoice of a node's own stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvoiceState {
    /// Nobody has paid it. It may have expired: a node need not say so.
    Open,
    /// A payment arrived, and waits for [`settle`](crate::Lightning::settle) or [`cancel`](crate::Lightning::cancel).
    Held,
    /// It was paid.
    Paid,
    /// It was cancelled, or expired.
    Cancelled,
}

/// A payment that a node made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// What it pays.
    pub payment_hash: PaymentHash,
    /// How it stands.
    pub status: PaymentStatus,
}

impl Payment {
    /// A payment that stands so.
    pub const fn new(payment_hash: PaymentHash, status: PaymentStatus) -> Self {
        Self { payment_hash, status }
    }
}

/// How a payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentStatus {
    /// It was begun and is not decided.
    Pending,
    /// It arrived.
    Paid(Paid),
    /// Nothing was paid, and nothing will be unless it is begun anew.
    Failed(FailureReason),
}

/// What the payer has of a payment that arrived. `Debug` does not show the preimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// The proof: its sha256 is the invoice's payment hash.
    pub preimage: Preimage,
    /// What was paid for routing, in thousandths of a satoshi.
    pub fee_msats: u64,
}

impl Paid {
    /// A payment with this preimage and fee.
    pub const fn new(preimage: Preimage, fee_msats: u64) -> Self {
        Self { preimage, fee_msats }
    }
}
