//! What a payee does next.

use barter_lightning::{InvoiceState, OwnInvoice};
use barter_protocol::{Role, Ruling, TradeId, TradeStatus};

use super::{
    DealFailure, DealStage, Offer,
    payer::is_on,
    record::Record,
    step::{Step, Stop, Wait},
};
use crate::Trade;

/// What must be left of an invoice's time for a payee to propose or accept a trade for it, in seconds: time for the payer to see that and to
/// pay.
pub(crate) const MARGIN_SECONDS: u64 = 60;

/// What a payee looks at.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Unix time.
    pub(crate) now: u64,
    /// The invoice, as the node has it.
    pub(crate) invoice: Option<OwnInvoice>,
    /// The trade that the invoice belongs to, where that is known.
    pub(crate) trade: Option<Trade>,
    /// Whether the trade stands like that in a block that no reorganisation takes back, as far as anybody can say.
    pub(crate) is_deep: bool,
    /// Where it is not: the oldest proposal on the offer's terms.
    pub(crate) candidate: Option<TradeId>,
}

/// A payee's next step.
///
/// A trade is proposed or accepted only while the invoice is open, unpaid and has time left, and only one for an invoice. The exception is
/// a trade that this sale has taken part in before: it is proposed or accepted again after a reorganisation, paid or not.
pub(crate) fn next(record: &Record, offer: Option<&Offer>, seen: &Seen) -> Step {
    if record.stage.is_final() {
        return Step::Done;
    }
    let Some(offer) = offer else { return Step::MakeInvoice };
    let expires_at = offer.invoice().expires_at();
    let invoice = Invoice {
        state: match &seen.invoice {
            Some(invoice) => invoice.state,
            // The trade tells that it was paid; else nobody can pay any more, whatever the node knew.
            None if seen.trade.as_ref().is_some_and(|trade| trade.status == TradeStatus::Settled) => InvoiceState::Paid,
            None if seen.now > expires_at => InvoiceState::Cancelled,
            None => return Step::Stop(Stop::InvoiceForgotten),
        },
        is_in_time: seen.now <= expires_at,
        has_margin: seen.now.saturating_add(MARGIN_SECONDS) <= expires_at,
    };
    match &seen.trade {
        Some(trade) if !is_of(trade, record, offer) => Step::Stop(Stop::TradeDiffers),
        Some(trade) => with_trade(record, offer.proposer(), trade, seen.is_deep, invoice),
        None => without_trade(record, offer.proposer(), seen.candidate, invoice),
    }
}

/// The invoice, as far as it matters.
#[derive(Clone, Copy)]
struct Invoice {
    state: InvoiceState,
    is_in_time: bool,
    has_margin: bool,
}

impl Invoice {
    fn is_open(self) -> bool {
        self.state == InvoiceState::Open && self.is_in_time
    }

    fn is_paid(self) -> bool {
        self.state == InvoiceState::Paid
    }

    /// What is done when the invoice is all that is left to wait for: waits while it can be paid, then ends it.
    fn wait_or_end(self, wait: Wait) -> Step {
        match self.state {
            // A part of a payment has arrived; the node decides soon.
            InvoiceState::Open | InvoiceState::Held if self.is_in_time => Step::Wait(wait),
            _ => self.end(if self.has_margin { DealFailure::InvoiceCancelled } else { DealFailure::InvoiceExpired }),
        }
    }

    /// Comes to nothing, but not before nobody can pay any more.
    fn end(self, failure: DealFailure) -> Step {
        match self.state {
            InvoiceState::Paid => Step::Fail(DealFailure::PaidWithoutTrade),
            InvoiceState::Cancelled => Step::Fail(failure),
            _ => Step::CancelInvoice,
        }
    }
}

fn with_trade(record: &Record, proposer: Role, trade: &Trade, is_deep: bool, invoice: Invoice) -> Step {
    match trade.status {
        TradeStatus::Settled if is_deep => Step::Reach(DealStage::Settled),
        TradeStatus::Settled => Step::Wait(Wait::Blocks),
        TradeStatus::Accepted if record.stage < DealStage::Accepted => Step::Reach(DealStage::Accepted),
        TradeStatus::Accepted if invoice.is_paid() && record.stage < DealStage::Paid => Step::Reach(DealStage::Paid),
        TradeStatus::Accepted if invoice.is_paid() => Step::Wait(Wait::Settlement),
        TradeStatus::Accepted => invoice.wait_or_end(Wait::Payment),
        TradeStatus::Proposed if record.stage < DealStage::Proposed => Step::Reach(DealStage::Proposed),
        TradeStatus::Proposed if proposer == Role::Payee && invoice.is_paid() => Step::Wait(Wait::Acceptance),
        TradeStatus::Proposed if proposer == Role::Payee => invoice.wait_or_end(Wait::Acceptance),
        TradeStatus::Proposed if invoice.is_open() && invoice.has_margin => Step::Accept,
        // Accepted before, and lost in a reorganisation. Had it never been, somebody else may have paid.
        TradeStatus::Proposed if invoice.is_paid() && record.stage >= DealStage::Accepted => Step::Accept,
        TradeStatus::Proposed if invoice.is_paid() => Step::Wait(Wait::Settlement),
        TradeStatus::Proposed if invoice.has_margin => invoice.wait_or_end(Wait::Payment),
        TradeStatus::Proposed => invoice.end(DealFailure::InvoiceExpired),
        TradeStatus::Disputed => match trade.ruling {
            Ruling::AgainstPartyA | Ruling::AgainstPartyB if invoice.is_paid() => Step::Fail(DealFailure::Disputed),
            Ruling::AgainstPartyA | Ruling::AgainstPartyB => invoice.end(DealFailure::Disputed),
            // Nobody can pay any more, whatever the arbiter says.
            _ if !invoice.is_paid() && !invoice.is_in_time => invoice.end(DealFailure::InvoiceExpired),
            Ruling::None | Ruling::Dismissed => Step::Stop(Stop::Disputed),
        },
        TradeStatus::Expired => invoice.end(DealFailure::ProposalExpired),
    }
}

fn without_trade(record: &Record, proposer: Role, candidate: Option<TradeId>, invoice: Invoice) -> Step {
    let is_fit = invoice.is_open() && invoice.has_margin;
    let was_there = record.stage >= DealStage::Proposed;
    match proposer {
        Role::Payee if is_fit || was_there && invoice.is_paid() => Step::Propose,
        Role::Payee => invoice.end(DealFailure::InvoiceExpired),
        Role::Payer if record.trade_id.is_some() && was_there && invoice.is_paid() => Step::Wait(Wait::Proposal),
        Role::Payer => match candidate.filter(|_| record.trade_id.is_none() && is_fit) {
            Some(trade_id) => Step::Take(trade_id),
            None => invoice.wait_or_end(Wait::Proposal),
        },
    }
}

/// Whether the chain's trade is the deal's. Of an open offer only the id is known, which the other terms follow from; it was compared
/// with the sale before it was taken.
fn is_of(trade: &Trade, record: &Record, offer: &Offer) -> bool {
    if record.trade_id != Some(trade.trade_id) {
        return false;
    }
    fits(trade, offer)
}

/// Whether a trade is one of an offer's.
pub(crate) fn fits(trade: &Trade, offer: &Offer) -> bool {
    offer.terms(trade.payer).is_ok_and(|terms| is_on(trade, &terms, offer.proposer()))
}
