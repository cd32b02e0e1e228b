//! What a deal does next. What decides it has no clock and makes no request.

use barter_lightning::{InvoiceError, Paid};
use barter_protocol::{PaymentHash, TradeId};

use super::{DealFailure, DealStage};

/// The one thing that a deal does next. After it, everything is looked at anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Write down that it has come this far.
    Reach(DealStage),
    /// Write down the preimage, before anything is done with it.
    Keep(Paid),
    /// Write down whether the payer's node knows of a payment that may still arrive.
    NotePayment(bool),
    /// Make the invoice.
    MakeInvoice,
    /// Write down that the invoice belongs to this proposal, and to no other, for good.
    Take(TradeId),
    /// Propose the trade.
    Propose,
    /// Accept the trade.
    Accept,
    /// Pay.
    Pay,
    /// Settle the trade.
    Settle,
    /// Cancel the invoice, so that nobody pays what comes to nothing.
    CancelInvoice,
    /// Look again later.
    Wait(Wait),
    /// Tell that it cannot go on for now.
    Stop(Stop),
    /// Write down that it has come to nothing.
    Fail(DealFailure),
    /// Nothing: it is over.
    Done,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The other side's proposal.
    Proposal,
    /// The other side's acceptance.
    Acceptance,
    /// The payment.
    Payment,
    /// The payer's settlement.
    Settlement,
    /// More blocks on top of what a reorganisation could still take back.
    Blocks,
}

/// Why it cannot go on for now. It may later, so that nothing is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The chain has another trade under the deal's id.
    TradeDiffers,
    /// The trade is disputed, and the arbiter may dismiss that.
    Disputed,
    /// It is paid, and was never accepted in time. Only a reorganisation could change that.
    ProposalExpired {
        /// When it ran out.
        expires_at: u64,
    },
    /// Another payer's proposal for the invoice was accepted.
    OfferTaken,
    /// The invoice is not what was agreed on.
    Invoice(InvoiceError),
    /// The node says that it paid, with a preimage of another hash.
    WrongPreimage(PaymentHash),
    /// The payer's node knew of a payment, and does not any more.
    PaymentForgotten,
    /// The payee's node does not know the invoice that it made.
    InvoiceForgotten,
}
