//! Payments that the payee holds until it is told what to do with them.

use std::time::Duration;

use barter_lightning::{Error, FailureReason, InvoiceRequest, InvoiceState, Lightning, PaymentLimits, PaymentStatus};
use barter_protocol::limits::MIN_AMOUNT_SATS;

use super::{Stage, steps::*};

/// How many payments one payee holds at once, an even number.
const MANY: u64 = 20;

pub(crate) async fn holds_then_settles(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    let settled = async {
        held(stage, invoice.payment_hash()).await;
        stage.payee().settle(preimage).await.unwrap();
        stage.payee().settle(preimage).await.unwrap();
    };
    let (paid, ()) = tokio::join!(pay(stage, &invoice), settled);
    assert_eq!(paid.preimage, preimage);
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
    stage.payee().settle(preimage).await.unwrap();
    let outcome = stage.payee().cancel(invoice.payment_hash()).await;
    assert!(matches!(outcome, Err(Error::AlreadyPaid { .. })), "{outcome:?}");
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn holds_then_cancels(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    let cancelled = async {
        held(stage, invoice.payment_hash()).await;
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
    };
    let (reason, ()) = tokio::join!(failure(stage, &invoice, &LIMITS), cancelled);
    assert_eq!(reason, FailureReason::Rejected);
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Cancelled);
    let outcome = stage.payee().settle(preimage).await;
    assert!(matches!(outcome, Err(Error::NotHeld { .. })), "{outcome:?}");
    balance_is(stage, before_sats).await;
}

pub(crate) async fn holds_past_the_limit_of_time(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    let limits = PaymentLimits { timeout: Duration::from_secs(2), ..LIMITS };
    for _ in 0..2 {
        let outcome = stage.payer().pay(&invoice, &limits).await;
        let Err(Error::PaymentPending { payment_hash, .. }) = outcome else { panic!("not pending: {outcome:?}") };
        assert_eq!(payment_hash, invoice.payment_hash());
        assert_eq!(payment_status(stage, payment_hash).await, Some(PaymentStatus::Pending));
        balance_is(stage, before_sats - AMOUNT_SATS).await;
    }
    held(stage, invoice.payment_hash()).await;
    stage.payee().settle(preimage).await.unwrap();
    assert_eq!(pay(stage, &invoice).await.preimage, preimage);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn holds_one_payment_for_many_calls(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &held_request(preimage)).await;
    for _ in 0..3 {
        pay_until_held(stage, &invoice).await;
        balance_is(stage, before_sats - AMOUNT_SATS).await;
    }
    let settled = async {
        held(stage, invoice.payment_hash()).await;
        balance_is(stage, before_sats - AMOUNT_SATS).await;
        stage.payee().settle(preimage).await.unwrap();
    };
    let (first, second, ()) = tokio::join!(pay(stage, &invoice), pay(stage, &invoice), settled);
    assert_eq!((first, first.preimage), (second, preimage));
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn holds_past_expiry(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &InvoiceRequest { lifetime_seconds: 3, ..held_request(preimage) }).await;
    pay_until_held(stage, &invoice).await;
    expired(&invoice).await;
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Held);
    let (paid, settled) = tokio::join!(pay(stage, &invoice), stage.payee().settle(preimage));
    settled.unwrap();
    assert_eq!(paid.preimage, preimage);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn settles_or_cancels_but_never_both(stage: &impl Stage) {
    for settle_first in [true, false] {
        let before_sats = stage.payer_balance_sats().await;
        let preimage = preimage();
        let invoice = invoice(stage, &held_request(preimage)).await;
        pay_until_held(stage, &invoice).await;
        let (settle, cancel) = (stage.payee().settle(preimage), stage.payee().cancel(invoice.payment_hash()));
        let (settled, cancelled) = if settle_first {
            tokio::join!(settle, cancel)
        } else {
            let (cancelled, settled) = tokio::join!(cancel, settle);
            (settled, cancelled)
        };
        match (settled, cancelled) {
            (Ok(()), Err(Error::AlreadyPaid { .. })) => {
                assert_eq!(pay(stage, &invoice).await.preimage, preimage);
                assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
                balance_is(stage, before_sats - AMOUNT_SATS).await;
            }
            (Err(Error::NotHeld { .. }), Ok(())) => {
                assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::Rejected);
                assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Cancelled);
                balance_is(stage, before_sats).await;
            }
            outcomes => panic!("settled and cancelled: {outcomes:?}"),
        }
    }
}

/// As a payee with many open trades of the smallest amount.
pub(crate) async fn holds_many_small_ones(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimages: Vec<_> = (0..MANY).map(|_| preimage()).collect();
    for preimage in &preimages {
        let smallest = InvoiceRequest { amount_sats: MIN_AMOUNT_SATS, ..held_request(*preimage) };
        let invoice = invoice(stage, &smallest).await;
        pay_until_held(stage, &invoice).await;
    }
    balance_is(stage, before_sats - MANY * MIN_AMOUNT_SATS).await;
    let (settled, cancelled) = preimages.split_at(preimages.len() / 2);
    for preimage in settled {
        stage.payee().settle(*preimage).await.unwrap();
    }
    for preimage in cancelled {
        stage.payee().cancel(preimage.payment_hash()).await.unwrap();
    }
    balance_is(stage, before_sats - MANY / 2 * MIN_AMOUNT_SATS).await;
}
