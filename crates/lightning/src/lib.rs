#![doc = include_str!("../README.md")]
//!
//! # Modules
//! Everything is at the top. Inside, `invoice` reads and compares invoices, `payment` says how one went, and each backend has
//! a folder of its own.

#[cfg(any(feature = "embedded", feature = "lnd", feature = "serve"))]
mod clock;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod invoice;
#[cfg(feature = "lnd")]
pub mod lnd;
mod network;
mod order;
mod payment;
#[cfg(feature = "serve")]
pub mod serve;

use std::future::Future;

use barter_protocol::{PaymentHash, Preimage};

pub use error::{Error, FailureReason};
pub use invoice::{Agreed, Invoice, InvoiceDescription, InvoiceError};
pub use network::BitcoinNetwork;
pub use order::{InvoiceLock, InvoiceRequest, PaymentLimits};
pub use payment::{InvoiceState, NodeInfo, OwnInvoice, Paid, Payment, PaymentStatus};

/// A Lightning node that makes and pays invoices.
///
/// Every method may be called again after its answer was lost: nothing is made, paid, claimed or cancelled twice.
/// Dropping a future takes nothing back: a payment that was begun goes on in the node.
pub trait Lightning: Send + Sync {
    /// Who the node is, and on which network.
    ///
    /// # Errors
    /// Those of reaching the node.
    fn node(&self) -> impl Future<Output = Result<NodeInfo, Error>> + Send;

    /// Makes an invoice.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`]; [`Error::InvoiceExists`] if there is another one with this payment hash; those of the node.
    ///
    /// # Retry safety
    /// Safe to repeat: the same request brings back the invoice that is there. Once that is paid, a node need not compare any more
    /// who held the preimage.
    fn make_invoice(&self, request: &InvoiceRequest) -> impl Future<Output = Result<Invoice, Error>> + Send;

    /// How an invoice of this node's own stands; `None` if it has none with this payment hash.
    ///
    /// # Errors
    /// Those of the node.
    fn invoice(&self, payment_hash: PaymentHash) -> impl Future<Output = Result<Option<OwnInvoice>, Error>> + Send;

    /// Takes a payment that is held ([`InvoiceLock::Held`]), which shows the payer the preimage.
    ///
    /// # Errors
    /// [`Error::UnknownInvoice`]; [`Error::NotHeld`] if nothing has arrived for it, or it was cancelled.
    ///
    /// # Retry safety
    /// Safe to repeat: a payment that was taken with this preimage is no error.
    fn settle(&self, preimage: Preimage) -> impl Future<Output = Result<(), Error>> + Send;

    /// Cancels an invoice that was not paid, and gives back what is held for it. Nobody can pay it afterwards.
    ///
    /// # Errors
    /// [`Error::UnknownInvoice`]; [`Error::AlreadyPaid`].
    ///
    /// # Retry safety
    /// Safe to repeat.
    fn cancel(&self, payment_hash: PaymentHash) -> impl Future<Output = Result<(), Error>> + Send;

    /// Pays an invoice, and waits until it is paid or has failed. Of the invoice itself nothing is checked but that it can
    /// still be paid: compare it with what was agreed first, by [`Invoice::check`].
    ///
    /// Payments are told apart by payment hash alone: another invoice with the hash of a payment that arrived, or is under way,
    /// brings back that payment.
    ///
    /// # Errors
    /// [`Error::WrongNetwork`], [`Error::InvoiceExpired`], [`Error::OwnInvoice`] before anything is sent; [`Error::PaymentFailed`] if nothing was
    /// paid; [`Error::PaymentPending`] if it is not decided within the limits' time: it goes on, and may still be paid.
    /// Those of the node, after which it is open whether the payment was begun: look it up by [`payment`](Self::payment), or
    /// call this again.
    ///
    /// # Retry safety
    /// Safe to repeat, also from another process: an invoice that was paid brings back how it was, one whose payment is under
    /// way waits for that, also after the invoice expired. Only after a failure is it tried anew.
    fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> impl Future<Output = Result<Paid, Error>> + Send;

    /// The payment this node made for a payment hash; `None` if it never began one.
    ///
    /// # Errors
    /// Those of the node.
    fn payment(&self, payment_hash: PaymentHash) -> impl Future<Output = Result<Option<Payment>, Error>> + Send;
}
