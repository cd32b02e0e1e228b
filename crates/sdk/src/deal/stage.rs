//! How far a deal is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a deal is. The order is the one they are reached in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DealStage {
    /// The payee has a preimage, and no invoice yet.
    Begun,
    /// There is an invoice.
    Invoiced,
    /// The trade is proposed.
    Proposed,
    /// Both have agreed to the trade.
    Accepted,
    /// The payer pays: the node may have begun, or not.
    Paying,
    /// The payer has the preimage, the payee the money.
    Paid,
    /// The trade is settled. The end.
    Settled,
    /// It came to nothing. The end.
    Failed,
}

impl DealStage {
    /// Its stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Invoiced => "invoiced",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Settled => "settled",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more can come of it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Failed)
    }
}

impl fmt::Display for DealStage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Why a deal came to nothing, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DealFailure {
    /// The invoice ran out, or would before it could be paid.
    InvoiceExpired,
    /// The payee's node no longer takes the payment.
    InvoiceCancelled,
    /// Nobody accepted the proposal in its seven days.
    ProposalExpired,
    /// The trade was disputed, and the arbiter upheld that.
    Disputed,
    /// The pair of wallets has used the payment hash for other terms.
    PaymentHashUsed,
    /// Somebody paid the invoice without a trade that was accepted.
    PaidWithoutTrade,
    /// It was cancelled by its own side.
    Cancelled,
}

impl DealFailure {
    /// Its stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvoiceExpired => "invoice_expired",
            Self::InvoiceCancelled => "invoice_cancelled",
            Self::ProposalExpired => "proposal_expired",
            Self::Disputed => "disputed",
            Self::PaymentHashUsed => "payment_hash_used",
            Self::PaidWithoutTrade => "paid_without_trade",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for DealFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::InvoiceExpired => "the invoice ran out before it was paid",
            Self::InvoiceCancelled => "the invoice was cancelled",
            Self::ProposalExpired => "nobody accepted the proposal in time",
            Self::Disputed => "the trade was disputed, and the arbiter upheld that",
            Self::PaymentHashUsed => "the two wallets have a trade with the same payment hash and other terms",
            Self::PaidWithoutTrade => "the invoice was paid without an accepted trade",
            Self::Cancelled => "it was cancelled",
        })
    }
}
