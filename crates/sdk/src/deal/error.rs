//! What can go wrong with a deal, beside what can with its trade and its payment.

use std::{path::PathBuf, time::Duration};

use alloy_primitives::Address;
use barter_lightning::InvoiceState;
use barter_protocol::{PaymentHash, TradeId};

use super::{DealFailure, DealStage, OfferError};

/// What can go wrong with a deal, beside what can with its trade and its payment. No error shows a preimage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DealError {
    /// An offer cannot be used.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// A name for a sale cannot be used.
    #[error(
        "'{input}' is no name of a sale, expected 1 to 64 letters, digits, '-', '_' or '.', and not 0x before them"
    )]
    InvalidId {
        /// What was given, cut.
        input: String,
    },
    /// The journal has no such deal.
    #[error("the journal {} has no deal {id}", journal.display())]
    NotFound {
        /// The deal.
        id: String,
        /// The journal's folder.
        journal: PathBuf,
    },
    /// Another process, or another task of this one, is at work on the deal.
    #[error("somebody else is at work on deal {id}")]
    Busy {
        /// The deal.
        id: String,
    },
    /// The journal has another deal by this name: another sale, or another offer with the same invoice.
    #[error("the journal has another deal {id}, with other terms")]
    Differs {
        /// The deal.
        id: String,
    },
    /// The deal has come to nothing, for good.
    #[error("deal {id} has failed: {failure}")]
    Failed {
        /// The deal.
        id: String,
        /// Why.
        failure: DealFailure,
    },
    /// The deal is not done, and nothing more came of it in the time that is waited. It goes on when it is resumed.
    #[error("deal {id} is {stage}, and nothing more came of it in {} s", waited.as_secs())]
    Open {
        /// The deal.
        id: String,
        /// How far it is.
        stage: DealStage,
        /// How long was waited.
        waited: Duration,
    },
    /// The trade with the offer's id is not on the offer's terms: the node answers with another one.
    #[error("trade {trade_id} is not on the offer's terms")]
    TradeDiffers {
        /// The trade.
        trade_id: TradeId,
    },
    /// The trade is disputed, and cannot be settled unless the arbiter dismisses that.
    #[error("trade {trade_id} is disputed")]
    Disputed {
        /// The trade.
        trade_id: TradeId,
    },
    /// The payee has accepted another payer's trade for the offer's invoice. Nothing was paid.
    #[error("the offer with payment hash {payment_hash} was taken by another payer")]
    OfferTaken {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The sale's invoice was paid: there is nothing to offer any more.
    #[error("sale {id} is {stage}: there is nothing to offer any more")]
    AlreadySold {
        /// The sale.
        id: String,
        /// How far it is.
        stage: DealStage,
    },
    /// The Lightning node had a payment for this hash, and says now that it has none. Paying again might pay twice.
    #[error("the Lightning node has forgotten its payment for payment hash {payment_hash}")]
    PaymentForgotten {
        /// The payment hash.
        payment_hash: PaymentHash,
    },
    /// The payment is under way or done, and the deal cannot be cancelled any more.
    #[error("deal {id} is {stage}, and cannot be cancelled any more")]
    TooLateToCancel {
        /// The deal.
        id: String,
        /// How far it is.
        stage: DealStage,
    },

    // -------------------------------------------------------------------------------- what a payee refuses
    /// A trade is for the hash of no invoice of this node's own.
    #[error("this Lightning node has no invoice of its own with payment hash {payment_hash}")]
    NotOwnInvoice {
        /// The trade's payment hash.
        payment_hash: PaymentHash,
    },
    /// The invoice was paid, or cancelled, or has a payment waiting.
    #[error("the invoice with payment hash {payment_hash} is {}, expected an open one", shown(*.state))]
    InvoiceNotOpen {
        /// The payment hash.
        payment_hash: PaymentHash,
        /// How the invoice stands.
        state: InvoiceState,
    },
    /// The invoice belongs to another trade already.
    #[error("the invoice with payment hash {payment_hash} belongs to trade {bound_to} already")]
    InvoiceTaken {
        /// The payment hash.
        payment_hash: PaymentHash,
        /// The trade it was accepted or proposed for.
        bound_to: TradeId,
    },
    /// The wallet is not the trade's payee.
    #[error("{wallet} is not the payee of trade {trade_id}, but {payee} is")]
    NotPayee {
        /// The trade.
        trade_id: TradeId,
        /// Who was to accept.
        wallet: Address,
        /// Who is paid.
        payee: Address,
    },

    // -------------------------------------------------------------------------------- the journal
    /// The journal cannot be read or written.
    #[error("the journal's {} cannot be used: {reason}", path.display())]
    Journal {
        /// The file or the folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file of the journal is damaged, or is no deal of this wallet on this chain.
    #[error("{} is no deal of this journal: {reason}", path.display())]
    InvalidRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it. What the file holds is not repeated.
        reason: String,
    },
}

const fn shown(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Open => "open",
        InvoiceState::Held => "being paid",
        InvoiceState::Paid => "paid",
        InvoiceState::Cancelled => "cancelled or expired",
        _ => "in a state this version does not know",
    }
}

impl DealError {
    /// The kind of error as a stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Offer(error) => error.code(),
            Self::InvalidId { .. } => "invalid_deal_id",
            Self::NotFound { .. } => "deal_not_found",
            Self::Busy { .. } => "deal_busy",
            Self::Differs { .. } => "deal_differs",
            Self::Failed { .. } => "deal_failed",
            Self::Open { .. } => "deal_open",
            Self::TradeDiffers { .. } => "trade_differs",
            Self::Disputed { .. } => "trade_disputed",
            Self::OfferTaken { .. } => "offer_taken",
            Self::AlreadySold { .. } => "already_sold",
            Self::PaymentForgotten { .. } => "payment_forgotten",
            Self::TooLateToCancel { .. } => "too_late_to_cancel",
            Self::NotOwnInvoice { .. } => "not_own_invoice",
            Self::InvoiceNotOpen { .. } => "invoice_not_open",
            Self::InvoiceTaken { .. } => "invoice_taken",
            Self::NotPayee { .. } => "not_payee",
            Self::Journal { .. } => "journal",
            Self::InvalidRecord { .. } => "invalid_deal_record",
        }
    }

    /// What to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Offer(error) => error.next_step(),
            Self::InvalidId { .. } => "Name the sale otherwise, such as order-17.",
            Self::NotFound { .. } => "List the journal's deals, and see that it is this wallet's journal.",
            Self::Busy { .. } => "Wait for the other one, or stop it; then do the same again.",
            Self::Differs { .. } => "Name the sale otherwise; an offer that differs from the one before, do not take.",
            Self::Failed { .. } => "Begin a new deal with a new invoice.",
            Self::Open { .. } | Self::TooLateToCancel { .. } => "Resume the deal: it goes on where it is.",
            Self::TradeDiffers { .. } => "Do not pay. Ask the payee for a new offer, or use another node of the chain.",
            Self::Disputed { .. } => "Wait for the arbiter's ruling, then resume the deal.",
            Self::OfferTaken { .. } => "Ask the payee for an offer to this wallet alone.",
            Self::AlreadySold { .. } => "Resume the sale to see it settled; sell the next one under a name of its own.",
            Self::PaymentForgotten { .. } => {
                "Find out from the payee whether it was paid. Nothing is paid a second time by itself."
            }
            Self::NotOwnInvoice { .. } | Self::InvoiceNotOpen { .. } | Self::InvoiceTaken { .. } => {
                "Do not agree to the trade. Make the payer an invoice for it alone."
            }
            Self::NotPayee { .. } => "Accept as the payer with a purchase: it checks what a payer has to.",
            Self::Journal { .. } => "See that the folder is there, is this user's alone, and has room.",
            Self::InvalidRecord { .. } => {
                "Keep the file: it may hold a preimage. Move it out of the journal, or use another journal."
            }
        }
    }
}
