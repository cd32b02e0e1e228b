//! Nodes that die, and are started again.

use barter_lightning::{Error, FailureReason, Invoice, InvoiceState, Lightning, Paid, PaymentStatus};
use barter_protocol::Preimage;

use super::{Stage, steps::*};

pub(crate) async fn finds_everything_after_restarts(stage: &impl Stage) {
    let open = invoice(stage, &request(preimage())).await;
    let paid = invoice(stage, &request(preimage())).await;
    let cancelled = invoice(stage, &request(preimage())).await;
    let outcome = pay(stage, &paid).await;
    stage.payee().cancel(cancelled.payment_hash()).await.unwrap();
    failure(stage, &cancelled, &LIMITS).await;
    stage.restart_payee().await;
    stage.restart_payer().await;
    for (invoice, state) in
        [(&open, InvoiceState::Open), (&paid, InvoiceState::Paid), (&cancelled, InvoiceState::Cancelled)]
    {
        let own = stage.payee().invoice(invoice.payment_hash()).await.unwrap().unwrap();
        assert_eq!((&own.invoice, own.state), (invoice, state));
    }
    assert_eq!(payment_status(stage, open.payment_hash()).await, None);
    assert_eq!(payment_status(stage, paid.payment_hash()).await, Some(PaymentStatus::Paid(outcome)));
    let rejected = PaymentStatus::Failed(FailureReason::Rejected);
    assert_eq!(payment_status(stage, cancelled.payment_hash()).await, Some(rejected));
    pay(stage, &open).await;
    assert_eq!(failure(stage, &cancelled, &LIMITS).await, FailureReason::Rejected);
}

pub(crate) async fn pays_once_across_restarts(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = invoice(stage, &request(preimage())).await;
    let first = pay(stage, &invoice).await;
    stage.restart_payer().await;
    assert_eq!(pay(stage, &invoice).await, first);
    stage.restart_payee().await;
    assert_eq!(pay(stage, &invoice).await, first);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn makes_an_invoice_once_across_restarts(stage: &impl Stage) {
    for request in [request(preimage()), held_request(preimage())] {
        let first = invoice(stage, &request).await;
        stage.restart_payee().await;
        assert_eq!(invoice(stage, &request).await, first);
    }
}

pub(crate) async fn payer_restarts_before_a_held_payment_is_settled(stage: &impl Stage) {
    settled_after(stage, async || stage.restart_payer().await).await;
}

pub(crate) async fn payee_restarts_before_a_held_payment_is_settled(stage: &impl Stage) {
    settled_after(stage, async || stage.restart_payee().await).await;
}

pub(crate) async fn both_restart_while_a_payment_is_held(stage: &impl Stage) {
    settled_after(stage, async || {
        stage.restart_payer().await;
        stage.restart_payee().await;
    })
    .await;
}

pub(crate) async fn payer_restarts_before_a_held_payment_is_cancelled(stage: &impl Stage) {
    cancelled_after(stage, async || stage.restart_payer().await).await;
}

pub(crate) async fn payee_restarts_before_a_held_payment_is_cancelled(stage: &impl Stage) {
    cancelled_after(stage, async || stage.restart_payee().await).await;
}

async fn settled_after(stage: &impl Stage, restarts: impl AsyncFn()) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    let first = cut_off_by(stage, &invoice, restarts, async || settle_when_held(stage, preimage).await).await;
    let paid = pay(stage, &invoice).await;
    assert_eq!(paid.preimage, preimage);
    match first {
        Ok(first) => assert_eq!(first, paid),
        Err(error) => assert!(!matches!(error, Error::PaymentFailed { .. }), "it was paid: {error}"),
    }
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

async fn cancelled_after(stage: &impl Stage, restarts: impl AsyncFn()) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    let cancel = async || stage.payee().cancel(invoice.payment_hash()).await.unwrap();
    let first = cut_off_by(stage, &invoice, restarts, cancel).await;
    assert!(first.is_err(), "nothing was paid: {first:?}");
    balance_is(stage, before_sats).await;
    // Whether it waits for the end of the first attempt, or that has ended and it tries anew: nobody takes it.
    assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::Rejected);
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Cancelled);
    balance_is(stage, before_sats).await;
}

/// Pays and, when the payment is held, restarts and then decides. What comes back may well be that the node could not be reached.
async fn cut_off_by(
    stage: &impl Stage,
    invoice: &Invoice,
    restarts: impl AsyncFn(),
    decides: impl AsyncFn(),
) -> Result<Paid, Error> {
    let meanwhile = async {
        held(stage, invoice.payment_hash()).await;
        restarts().await;
        assert_eq!(payment_status(stage, invoice.payment_hash()).await, Some(PaymentStatus::Pending));
        decides().await;
    };
    let (outcome, ()) = tokio::join!(stage.payer().pay(invoice, &LIMITS), meanwhile);
    outcome
}

async fn settle_when_held(stage: &impl Stage, preimage: Preimage) {
    held(stage, preimage.payment_hash()).await;
    stage.payee().settle(preimage).await.unwrap();
}
