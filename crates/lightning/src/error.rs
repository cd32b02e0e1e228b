//! What can go wrong.

use std::{fmt, time::Duration};

use barter_protocol::PaymentHash;

use crate::{BitcoinNetwork, InvoiceError};

/// Why a node did not do what it was asked. No error shows a macaroon, a preimage, or more of an address than scheme, host and
/// port.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An invoice cannot be read, or is not what was agreed.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// No invoice can be made of the request.
    #[error("no invoice can be made of this: {reason}")]
    InvalidRequest {
        /// Why.
        reason: String,
    },
    /// The node has an invoice with this payment hash that asks for something else.
    #[error("the node has another invoice with payment hash {payment_hash}")]
    InvoiceExists {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The node has no invoice with this payment hash.
    #[error("the node has no invoice with payment hash {payment_hash}")]
    UnknownInvoice {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// Nothing is held for the invoice: nobody paid, or it was cancelled.
    #[error("no payment is held for payment hash {payment_hash}")]
    NotHeld {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The invoice was paid, and cannot be cancelled.
    #[error("the invoice with payment hash {payment_hash} was paid")]
    AlreadyPaid {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The invoice is for another network than the node's.
    #[error("the invoice is for {found}, and the node is on {expected}")]
    WrongNetwork {
        /// The node's.
        expected: BitcoinNetwork,
        /// The invoice's.
        found: BitcoinNetwork,
    },
    /// The invoice can no longer be paid.
    #[error("the invoice expired at Unix time {expires_at}, and it is {now}")]
    InvoiceExpired {
        /// Last second at which it could be paid, Unix time.
        expires_at: u64,
        /// The time now, Unix time.
        now: u64,
    },
    /// The invoice is the node's own, which it cannot pay.
    #[error("the invoice with payment hash {payment_hash} is the node's own, and it cannot pay itself")]
    OwnInvoice {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The payment failed: nothing was paid.
    #[error("payment {payment_hash} failed, and nothing was paid: {reason}")]
    PaymentFailed {
        /// What was to be paid.
        payment_hash: PaymentHash,
        /// Why.
        reason: FailureReason,
    },
    /// The payment is not decided within the time that was given. It goes on, and may still be paid.
    #[error("payment {payment_hash} is not decided after {} s: it may still be paid", .waited.as_secs())]
    PaymentPending {
        /// What is to be paid.
        payment_hash: PaymentHash,
        /// How long was waited.
        waited: Duration,
    },

    /// A setting that reaches the node is missing or wrong: its address, certificate or macaroon.
    #[error("{setting}: {reason}")]
    InvalidSetting {
        /// Which: the variable's or the file's name, never what a secret one holds.
        setting: String,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// Nobody answers.
    #[error("the Lightning node at {endpoint} cannot be reached: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        endpoint: String,
        /// What happened.
        reason: String,
    },
    /// Whoever answers has another certificate.
    #[error("the Lightning node at {endpoint} does not show the certificate it was given by: {reason}")]
    WrongCertificate {
        /// Scheme, host and port.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The macaroon is not the node's, or does not allow this.
    #[error("the Lightning node at {endpoint} refuses the macaroon: {reason}")]
    Unauthorized {
        /// Scheme, host and port.
        endpoint: String,
        /// What the node said.
        reason: String,
    },
    /// The node is not ready: its wallet is locked, or it is starting.
    #[error("the Lightning node at {endpoint} is not ready: {reason}")]
    NotReady {
        /// Scheme, host and port.
        endpoint: String,
        /// What the node said.
        reason: String,
    },
    /// The node answered with an error of its own.
    #[error("the Lightning node refused: {reason}")]
    Refused {
        /// What the node said.
        reason: String,
    },
    /// A node cannot be served to others.
    #[error("no Lightning node can be served on port {port} of 127.0.0.1: {reason}")]
    NotServed {
        /// The port; 0 stands for any.
        port: u16,
        /// Why.
        reason: String,
    },
    /// The node answered with something that is not of its interface, or contradicts itself.
    #[error("the Lightning node's answer cannot be read: {reason}")]
    InvalidAnswer {
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a payment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureReason {
    /// There is no way to the payee within the fee that was allowed.
    NoRoute,
    /// The payer's channels cannot send as much.
    InsufficientLiquidity,
    /// The payee does not know the invoice, has cancelled it, or asks for another amount.
    Rejected,
    /// No attempt succeeded in time.
    TimedOut,
    /// Something else at the node.
    Other,
}

impl FailureReason {
    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRoute => "no_route",
            Self::InsufficientLiquidity => "insufficient_liquidity",
            Self::Rejected => "rejected_by_payee",
            Self::TimedOut => "timed_out",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoRoute => "there is no route to the payee within the allowed fee",
            Self::InsufficientLiquidity => "the node's channels cannot send that much",
            Self::Rejected => "the payee does not take it",
            Self::TimedOut => "no attempt succeeded in time",
            Self::Other => "the node gives no reason",
        })
    }
}

impl Error {
    /// The kind of error as a stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invoice(error) => error.code(),
            Self::InvalidRequest { .. } => "invoice_not_made",
            Self::InvoiceExists { .. } => "invoice_exists",
            Self::UnknownInvoice { .. } => "unknown_invoice",
            Self::NotHeld { .. } => "payment_not_held",
            Self::AlreadyPaid { .. } => "invoice_already_paid",
            Self::WrongNetwork { .. } => "wrong_bitcoin_network",
            Self::InvoiceExpired { .. } => "invoice_expired",
            Self::OwnInvoice { .. } => "own_invoice",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::PaymentPending { .. } => "payment_pending",
            Self::InvalidSetting { .. } => "invalid_lightning_setting",
            Self::Unreachable { .. } => "lightning_unreachable",
            Self::WrongCertificate { .. } => "wrong_certificate",
            Self::Unauthorized { .. } => "macaroon_refused",
            Self::NotReady { .. } => "lightning_not_ready",
            Self::Refused { .. } => "lightning_refused",
            Self::NotServed { .. } => "lightning_not_served",
            Self::InvalidAnswer { .. } => "invalid_lightning_answer",
        }
    }

    /// What to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Invoice(error) => error.next_step(),
            Self::InvalidRequest { .. } => "Change the amount, the description or the lifetime.",
            Self::InvoiceExists { .. } => "Use another preimage for each invoice.",
            Self::UnknownInvoice { .. } => "Ask the node that made the invoice.",
            Self::NotHeld { .. } => "Wait until the payment has arrived.",
            Self::AlreadyPaid { .. } => "Nothing: it was paid.",
            Self::WrongNetwork { .. } => "Use a node on the invoice's network, or ask for an invoice on the node's.",
            Self::InvoiceExpired { .. } => "Ask the payee for a new invoice.",
            Self::OwnInvoice { .. } => "Pay it from another node.",
            Self::PaymentFailed { reason, .. } => match reason {
                FailureReason::NoRoute => "Allow a higher fee, or open a channel towards the payee.",
                FailureReason::InsufficientLiquidity => "Fund the node's channels, or pay less.",
                FailureReason::Rejected => "Ask the payee for a new invoice.",
                FailureReason::TimedOut | FailureReason::Other => "Try again.",
            },
            Self::PaymentPending { .. } => "Do the same again: it waits for this payment, and begins no second one.",
            Self::InvalidSetting { .. } => "Correct the setting.",
            Self::Unreachable { .. } => "Start the node, or correct its address; then do the same again.",
            Self::WrongCertificate { .. } => "Give the node's own tls.cert, and make sure of the address.",
            Self::Unauthorized { .. } => "Give a macaroon of this node that may make and pay invoices.",
            Self::NotReady { .. } => "Unlock the node's wallet or wait until it has started; then do the same again.",
            Self::Refused { .. } => "See the node's log.",
            Self::NotServed { .. } => "Choose another port, or 0 for any free one.",
            Self::InvalidAnswer { .. } => "Make sure that the address is an LND node's REST interface.",
        }
    }
}
