//! Payments that go well.

use barter_lightning::{Error, InvoiceDescription, InvoiceState, Lightning};
use futures_util::future::join_all;

use super::{Stage, steps::*};

/// How many payments are begun at once.
const MANY: u64 = 20;

pub(crate) async fn says_who_it_is(stage: &impl Stage) {
    let (payer, payee) = (stage.payer().node().await.unwrap(), stage.payee().node().await.unwrap());
    assert_eq!(payer.network, payee.network);
    assert_ne!(payer.public_key, payee.public_key);
    let invoice = invoice(stage, &request(preimage())).await;
    assert_eq!((invoice.payee_node(), invoice.network()), (payee.public_key.as_str(), payee.network));
    stage.restart_payee().await;
    assert_eq!(stage.payee().node().await.unwrap(), payee);
}

pub(crate) async fn pays_an_invoice(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let preimage = preimage();
    let invoice = invoice(stage, &request(preimage)).await;
    assert_eq!(invoice.description(), &InvoiceDescription::Text("two crates of apples".to_owned()));
    assert_eq!(payment_status(stage, invoice.payment_hash()).await, None);
    let paid = pay(stage, &invoice).await;
    assert_eq!((paid.preimage, paid.fee_msats), (preimage, 0));
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
    balance_is(stage, before_sats - AMOUNT_SATS).await;
}

pub(crate) async fn pays_both_ways(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let there = invoice(stage, &request(preimage())).await;
    let back = stage.payer().make_invoice(&request(preimage())).await.unwrap();
    let (there, back) = tokio::join!(pay(stage, &there), stage.payee().pay(&back, &LIMITS));
    assert_ne!(there.preimage, back.unwrap().preimage);
    balance_is(stage, before_sats).await;
}

pub(crate) async fn pays_many_at_once(stage: &impl Stage) {
    let before_sats = stage.payer_balance_sats().await;
    let mut invoices = Vec::new();
    for _ in 0..MANY {
        invoices.push(invoice(stage, &request(preimage())).await);
    }
    let paid = join_all(invoices.iter().map(|invoice| pay(stage, invoice))).await;
    for (invoice, paid) in invoices.iter().zip(paid) {
        assert_eq!(paid.preimage.payment_hash(), invoice.payment_hash());
        assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
    }
    balance_is(stage, before_sats - MANY * AMOUNT_SATS).await;
}

pub(crate) async fn knows_nothing_of_what_never_was(stage: &impl Stage) {
    let preimage = preimage();
    let unknown = preimage.payment_hash();
    assert_eq!(stage.payee().invoice(unknown).await.unwrap(), None);
    assert_eq!(stage.payer().payment(unknown).await.unwrap(), None);
    let is_unknown =
        |outcome| matches!(outcome, Err(Error::UnknownInvoice { payment_hash }) if payment_hash == unknown);
    assert!(is_unknown(stage.payee().settle(preimage).await));
    assert!(is_unknown(stage.payee().cancel(unknown).await));
    // What one node knows of an invoice, the other does not.
    let invoice = invoice(stage, &request(preimage)).await;
    assert_eq!(stage.payer().invoice(invoice.payment_hash()).await.unwrap(), None);
    assert_eq!(stage.payee().payment(invoice.payment_hash()).await.unwrap(), None);
}
