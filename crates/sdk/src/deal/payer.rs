//! What a payer does next.

use barter_lightning::{Agreed, BitcoinNetwork, InvoiceError, Payment, PaymentStatus};
use barter_protocol::{Role, Ruling, Terms, TradeStatus};

use super::{
    DealFailure, DealStage, Offer, Purchase,
    record::Record,
    step::{Step, Stop, Wait},
};
use crate::Trade;

/// What a payer looks at.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Unix time.
    pub(crate) now: u64,
    /// The node's network.
    pub(crate) network: BitcoinNetwork,
    /// The node's payment for the invoice's hash.
    pub(crate) payment: Option<Payment>,
    /// The trade with the deal's id.
    pub(crate) trade: Option<Trade>,
    /// Whether the trade stands like that in a block that no reorganisation takes back, as far as anybody can say.
    pub(crate) is_deep: bool,
    /// Whether the payee has accepted another payer's trade for the invoice.
    pub(crate) is_taken: bool,
}

/// A payer's next step.
///
/// The order is what keeps money: a preimage is written down before all else; a payment that may still arrive is waited for
/// before anything is given up, and with the preimage in hand nothing is; money goes out only when the trade stands accepted on the chain,
/// deep enough, on the offer's terms, and the node knows of no payment. Whoever paid before the trade was accepted (by hand, or before a reorganisation) has paid: the deal goes on with that.
pub(crate) fn next(record: &Record, purchase: &Purchase, offer: &Offer, seen: &Seen) -> Step {
    if record.stage.is_final() {
        return Step::Done;
    }
    let payment = seen.payment.as_ref().map(|payment| &payment.status);
    if record.preimage.is_none()
        && let Some(PaymentStatus::Paid(paid)) = payment
    {
        let actual = paid.preimage.payment_hash();
        let is_right = actual == offer.payment_hash();
        return if is_right { Step::Keep(*paid) } else { Step::Stop(Stop::WrongPreimage(actual)) };
    }
    let Ok(terms) = offer.terms(record.wallet) else { return Step::Stop(Stop::TradeDiffers) };
    let proposer = offer.proposer();
    if seen.trade.as_ref().is_some_and(|trade| !is_on(trade, &terms, proposer)) {
        return Step::Stop(Stop::TradeDiffers);
    }
    let status = seen.trade.as_ref().map(|trade| trade.status);
    if status == Some(TradeStatus::Settled) {
        // A settlement that a reorganisation takes back has to be sent again.
        return if seen.is_deep { Step::Reach(DealStage::Settled) } else { Step::Wait(Wait::Blocks) };
    }

    let is_paid = record.preimage.is_some();
    if !is_paid {
        match payment {
            Some(PaymentStatus::Pending) if !record.payment_seen => return Step::NotePayment(true),
            Some(PaymentStatus::Pending) => return Step::Wait(Wait::Payment),
            Some(PaymentStatus::Failed(_)) if record.payment_seen => return Step::NotePayment(false),
            None if record.payment_seen => return Step::Stop(Stop::PaymentForgotten),
            _ => {}
        }
    }
    // From here on nothing is under way: either it is paid, or nothing was.
    let check = |needed_until| check_invoice(purchase, offer, seen.network, seen.now, needed_until);
    let time_to_agree = || if is_paid { Ok(()) } else { check(seen.now.saturating_add(purchase.margin_seconds)) };
    let time_to_pay = || if is_paid { Ok(()) } else { check(seen.now) };
    match status {
        None => match (proposer, time_to_pay()) {
            (_, Err(error)) => refuse(error),
            (Role::Payee, Ok(())) => Step::Wait(Wait::Proposal),
            (Role::Payer, Ok(())) => time_to_agree().map_or_else(refuse, |()| Step::Propose),
        },
        Some(TradeStatus::Proposed) if record.stage < DealStage::Proposed => Step::Reach(DealStage::Proposed),
        Some(TradeStatus::Proposed) => match proposer {
            Role::Payee => time_to_agree().map_or_else(refuse, |()| Step::Accept),
            Role::Payer if seen.is_taken && !is_paid => Step::Stop(Stop::OfferTaken),
            Role::Payer => time_to_pay().map_or_else(refuse, |()| Step::Wait(Wait::Acceptance)),
        },
        Some(TradeStatus::Accepted) if record.stage < DealStage::Accepted => Step::Reach(DealStage::Accepted),
        Some(TradeStatus::Accepted) if is_paid => Step::Settle,
        Some(TradeStatus::Accepted) => match time_to_pay() {
            Err(error) => refuse(error),
            Ok(()) if !seen.is_deep => Step::Wait(Wait::Blocks),
            Ok(()) if record.stage < DealStage::Paying => Step::Reach(DealStage::Paying),
            Ok(()) => Step::Pay,
        },
        Some(TradeStatus::Disputed) => match (seen.trade.as_ref().map(|trade| trade.ruling), time_to_pay()) {
            (Some(Ruling::AgainstPartyA | Ruling::AgainstPartyB), _) if !is_paid => Step::Fail(DealFailure::Disputed),
            (_, Err(error)) => refuse(error),
            (_, Ok(())) => Step::Stop(Stop::Disputed),
        },
        Some(TradeStatus::Expired) if is_paid => {
            Step::Stop(Stop::ProposalExpired { expires_at: seen.trade.as_ref().map_or(0, |trade| trade.expires_at) })
        }
        Some(TradeStatus::Expired) => Step::Fail(DealFailure::ProposalExpired),
        Some(TradeStatus::Settled) => Step::Reach(DealStage::Settled),
    }
}

/// Compares the invoice with what was agreed on.
pub(crate) fn check_invoice(
    purchase: &Purchase,
    offer: &Offer,
    network: BitcoinNetwork,
    now: u64,
    needed_until: u64,
) -> Result<(), InvoiceError> {
    let agreed = Agreed {
        network,
        amount_sats: purchase.amount_sats.unwrap_or(offer.amount_sats()),
        payment_hash: offer.payment_hash(),
        payee_node: purchase.payee_node.clone(),
        needed_until,
    };
    offer.invoice().check(&agreed, now)
}

/// Time that has run out does not come back; everything else may be a matter of the settings, the margin included.
fn refuse(error: InvoiceError) -> Step {
    match error {
        InvoiceError::Expired { .. } => Step::Fail(DealFailure::InvoiceExpired),
        error => Step::Stop(Stop::Invoice(error)),
    }
}

/// Whether a trade is on these terms, and was proposed by that side.
pub(crate) fn is_on(trade: &Trade, terms: &Terms, proposer: Role) -> bool {
    trade.trade_id == terms.trade_id(proposer)
        && trade.party_a == terms.wallet(proposer)
        && trade.party_b == terms.wallet(proposer.other())
        && trade.payer == terms.payer()
        && trade.payee == terms.payee()
        && trade.payment_hash == terms.payment_hash()
        && trade.amount_sats == terms.amount_sats()
        && trade.category == terms.category()
        && trade.description == terms.description()
}
