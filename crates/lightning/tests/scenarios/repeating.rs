//! Payments that are asked for more than once, and made once.

use barter_lightning::{InvoiceRequest, Lightning, PaymentStatus};

use super::{Stage, steps::*};

/// More polls than a payment takes where nothing is far away; where it takes more, those after these are not tried.
const MOST_POLLS: usize = 8;

pub(crate) async fn pays_twice_in_turn(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = invoice(stage, &request(preimage())).await;
    let first = pay(stage, &invoice).await;
    balance_is(stage, before_sats - AMOUNT_SATS).await;
    assert_eq!(pay(stage, &invoice).await, first);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn pays_twice_at_once(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = invoice(stage, &request(preimage())).await;
    let (first, second, third) = tokio::join!(pay(stage, &invoice), pay(stage, &invoice), pay(stage, &invoice));
    assert_eq!((first, first), (second, third));
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn pays_once_however_early_it_is_dropped(stage: &impl Stage) {
    let mut expected_sats = stage.payer_balance_sats().await;
    for polls in 0..MOST_POLLS {
        let preimage = preimage();
        let invoice = invoice(stage, &request(preimage)).await;
        let decided = polled(stage.payer().pay(&invoice, &LIMITS), polls).await.map(Result::unwrap);
        let paid = pay(stage, &invoice).await;
        assert_eq!(paid.preimage, preimage);
        assert!(decided.is_none_or(|decided| decided == paid));
        expected_sats -= AMOUNT_SATS;
        balance_is(stage, expected_sats).await;
    }
}

pub(crate) async fn brings_a_payment_back_after_expiry(stage: &impl Stage) {
    let invoice = invoice(stage, &InvoiceRequest { lifetime_seconds: 3, ..request(preimage()) }).await;
    let paid = pay(stage, &invoice).await;
    expired(&invoice).await;
    assert_eq!(pay(stage, &invoice).await, paid);
    assert_eq!(payment_status(stage, invoice.payment_hash()).await, Some(PaymentStatus::Paid(paid)));
}
