//! Payments that are not made.

use barter_lightning::{Error, FailureReason, InvoiceRequest, InvoiceState, Lightning, PaymentLimits};

use super::{Stage, steps::*};

pub(crate) async fn fails_without_a_route(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = stranger_invoice(stage, now(), None).await;
    assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::NoRoute);
    assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::NoRoute);
    balance_is(stage, before_sats).await;
}

pub(crate) async fn fails_where_the_fee_is_above_the_limit(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = stranger_invoice(stage, now(), Some(50)).await;
    let limits = PaymentLimits { max_fee_sats: 49, ..LIMITS };
    assert_eq!(failure(stage, &invoice, &limits).await, FailureReason::NoRoute);
    balance_is(stage, before_sats).await;
}

/// Here something is sent, and comes back.
pub(crate) async fn fails_where_a_hop_leads_nowhere(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let invoice = stranger_invoice(stage, now(), Some(50)).await;
    let limits = PaymentLimits { max_fee_sats: 50, ..LIMITS };
    assert_eq!(failure(stage, &invoice, &limits).await, FailureReason::NoRoute);
    balance_is(stage, before_sats).await;
}

pub(crate) async fn fails_with_too_little_liquidity(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let too_much = InvoiceRequest { amount_sats: before_sats + 1_000, ..request(preimage()) };
    let invoice = invoice(stage, &too_much).await;
    assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::InsufficientLiquidity);
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Open);
    balance_is(stage, before_sats).await;
}

/// Most of the balance is held elsewhere at first, and then it is not.
pub(crate) async fn tries_a_failed_payment_anew(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let most_sats = before_sats / 10 * 6;
    let elsewhere = InvoiceRequest { amount_sats: most_sats, ..held_request(preimage()) };
    let elsewhere = invoice(stage, &elsewhere).await;
    pay_until_held(stage, &elsewhere).await;
    let preimage = preimage();
    let wanted = invoice(stage, &InvoiceRequest { amount_sats: most_sats, ..request(preimage) }).await;
    assert_eq!(failure(stage, &wanted, &LIMITS).await, FailureReason::InsufficientLiquidity);
    stage.payee().cancel(elsewhere.payment_hash()).await.unwrap();
    balance_is(stage, before_sats).await;
    assert_eq!(pay(stage, &wanted).await.preimage, preimage);
    balance_is(stage, before_sats - most_sats).await;
    let back = InvoiceRequest { amount_sats: most_sats, ..request(self::preimage()) };
    let back = stage.payer().make_invoice(&back).await.unwrap();
    stage.payee().pay(&back, &LIMITS).await.unwrap();
    balance_is(stage, before_sats).await;
}

pub(crate) async fn refuses_an_expired_invoice(stage: &impl Stage) {
    let short = invoice(stage, &InvoiceRequest { lifetime_seconds: 1, ..request(preimage()) }).await;
    expired(&short).await;
    let old = stranger_invoice(stage, now() - 86_400, None).await;
    for invoice in [short.clone(), old] {
        let outcome = stage.payer().pay(&invoice, &LIMITS).await;
        let Err(Error::InvoiceExpired { expires_at, now }) = outcome else { panic!("not expired: {outcome:?}") };
        assert_eq!(expires_at, invoice.expires_at());
        assert!(now > expires_at);
        assert_eq!(payment_status(stage, invoice.payment_hash()).await, None, "something was sent");
    }
    let own = stage.payee().invoice(short.payment_hash()).await.unwrap().unwrap();
    assert!(!own.is_open_at(now()));
    assert!([InvoiceState::Open, InvoiceState::Cancelled].contains(&own.state), "{:?}", own.state);
}

pub(crate) async fn refuses_another_network(stage: &impl Stage) {
    let invoice = mainnet_invoice();
    let outcome = stage.payer().pay(&invoice, &LIMITS).await;
    let Err(Error::WrongNetwork { expected, found }) = outcome else { panic!("paid elsewhere: {outcome:?}") };
    assert_eq!((expected, found), (stage.payer().node().await.unwrap().network, invoice.network()));
    assert_eq!(payment_status(stage, invoice.payment_hash()).await, None);
}

pub(crate) async fn refuses_an_invoice_of_its_own(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    for request in [request(preimage()), held_request(preimage())] {
        let own = stage.payer().make_invoice(&request).await.unwrap();
        let outcome = stage.payer().pay(&own, &LIMITS).await;
        let Err(Error::OwnInvoice { payment_hash }) = outcome else { panic!("paid itself: {outcome:?}") };
        assert_eq!(payment_hash, own.payment_hash());
        assert_eq!(payment_status(stage, payment_hash).await, None, "something was sent");
        assert_eq!(stage.payer().invoice(payment_hash).await.unwrap().unwrap().state, InvoiceState::Open);
    }
    balance_is(stage, before_sats).await;
}

pub(crate) async fn is_rejected_for_a_cancelled_invoice(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    for request in [request(preimage), held_request(self::preimage())] {
        let invoice = invoice(stage, &request).await;
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
        assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::Rejected);
        assert_eq!(failure(stage, &invoice, &LIMITS).await, FailureReason::Rejected);
        assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Cancelled);
    }
    balance_is(stage, before_sats).await;
}
