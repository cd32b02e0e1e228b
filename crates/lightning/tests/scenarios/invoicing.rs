//! Invoices: made, looked up, settled, cancelled.

use barter_lightning::{Error, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning};

use super::{Stage, steps::*};

pub(crate) async fn makes_what_was_asked(stage: &impl Stage) {
    let preimage = preimage();
    let description = "ä".repeat(319) + "x";
    assert_eq!(description.len(), 639, "the longest there is");
    let request = InvoiceRequest { description: description.clone(), lifetime_seconds: 86_400, ..request(preimage) };
    let earliest = now();
    let invoice = invoice(stage, &request).await;
    assert_eq!(invoice.text().parse::<Invoice>().unwrap(), invoice);
    assert_eq!((invoice.payment_hash(), invoice.amount_sats()), (preimage.payment_hash(), AMOUNT_SATS));
    assert_eq!(invoice.description().to_string(), description);
    assert!((earliest + 86_400..=now() + 86_400).contains(&invoice.expires_at()), "{}", invoice.expires_at());
    let own = stage.payee().invoice(invoice.payment_hash()).await.unwrap().unwrap();
    assert_eq!((&own.invoice, own.state), (&invoice, InvoiceState::Open));
    assert!(own.is_open_at(now()));
}

pub(crate) async fn makes_an_invoice_once(stage: &impl Stage) {
    for request in [request(preimage()), held_request(preimage())] {
        let (first, second) = tokio::join!(invoice(stage, &request), invoice(stage, &request));
        assert_eq!(first, second);
        assert_eq!(invoice(stage, &request).await, first);
        stage.payee().cancel(first.payment_hash()).await.unwrap();
        assert_eq!(invoice(stage, &request).await, first);
        assert_eq!(invoice_state(stage, first.payment_hash()).await, InvoiceState::Cancelled);
    }
    let request = request(preimage());
    let first = invoice(stage, &request).await;
    pay(stage, &first).await;
    assert_eq!(invoice(stage, &request).await, first);
}

pub(crate) async fn refuses_other_terms_for_the_same_hash(stage: &impl Stage) {
    let preimage = preimage();
    let request = request(preimage);
    let invoice = invoice(stage, &request).await;
    let others = [
        InvoiceRequest { amount_sats: AMOUNT_SATS + 1, ..request.clone() },
        InvoiceRequest { description: "three crates of apples".to_owned(), ..request.clone() },
        InvoiceRequest { lifetime_seconds: LIFETIME_SECONDS + 1, ..request.clone() },
        InvoiceRequest { lock: InvoiceLock::Held(preimage.payment_hash()), ..request.clone() },
    ];
    for other in others {
        let outcome = stage.payee().make_invoice(&other).await;
        let Err(Error::InvoiceExists { payment_hash }) = outcome else { panic!("{other:?}: {outcome:?}") };
        assert_eq!(payment_hash, preimage.payment_hash());
    }
    assert_eq!(stage.payee().make_invoice(&request).await.unwrap(), invoice);
}

/// Who held the preimage of what was paid is no longer known to every node.
pub(crate) async fn compares_all_but_the_lock_once_paid(stage: &impl Stage) {
    let (taken, settled) = (preimage(), preimage());
    let (taken_request, settled_request) = (request(taken), held_request(settled));
    let taken_invoice = invoice(stage, &taken_request).await;
    pay(stage, &taken_invoice).await;
    let settled_invoice = invoice(stage, &settled_request).await;
    pay_until_held(stage, &settled_invoice).await;
    stage.payee().settle(settled).await.unwrap();
    pay(stage, &settled_invoice).await;
    for (request, other_lock, paid) in [
        (taken_request, InvoiceLock::Held(taken.payment_hash()), taken_invoice),
        (settled_request, InvoiceLock::Preimage(settled), settled_invoice),
    ] {
        let with_other_lock = InvoiceRequest { lock: other_lock, ..request.clone() };
        for lock in [&request, &with_other_lock] {
            assert_eq!(invoice(stage, lock).await, paid);
            for other in [
                InvoiceRequest { amount_sats: AMOUNT_SATS + 1, ..lock.clone() },
                InvoiceRequest { description: "three crates of apples".to_owned(), ..lock.clone() },
                InvoiceRequest { lifetime_seconds: LIFETIME_SECONDS + 1, ..lock.clone() },
            ] {
                let outcome = stage.payee().make_invoice(&other).await;
                let Err(Error::InvoiceExists { payment_hash }) = outcome else { panic!("{other:?}: {outcome:?}") };
                assert_eq!(payment_hash, paid.payment_hash());
            }
        }
    }
}

pub(crate) async fn says_whether_it_has_the_preimage(stage: &impl Stage) {
    let (given, kept) = (preimage(), preimage());
    let given_invoice = invoice(stage, &request(given)).await;
    let kept_invoice = invoice(stage, &held_request(kept)).await;
    pay_until_held(stage, &kept_invoice).await;
    stage.restart_payee().await;
    for (invoice, expected) in [(&given_invoice, Some(given)), (&kept_invoice, None)] {
        let own = stage.payee().invoice(invoice.payment_hash()).await.unwrap().unwrap();
        assert_eq!(own.preimage, expected, "{:?}", own.state);
    }
    stage.payee().cancel(kept_invoice.payment_hash()).await.unwrap();
    assert_eq!(stage.payee().invoice(kept_invoice.payment_hash()).await.unwrap().unwrap().preimage, None);
    pay(stage, &given_invoice).await;
    assert_eq!(stage.payee().invoice(given_invoice.payment_hash()).await.unwrap().unwrap().preimage, Some(given));
}

pub(crate) async fn refuses_what_no_invoice_can_say(stage: &impl Stage) {
    let preimage = preimage();
    let request = request(preimage);
    let refused = [
        InvoiceRequest { amount_sats: 0, ..request.clone() },
        InvoiceRequest { amount_sats: 999, ..request.clone() },
        InvoiceRequest { amount_sats: 100_000 * 100_000_000 + 1, ..request.clone() },
        InvoiceRequest { amount_sats: u64::MAX, ..request.clone() },
        InvoiceRequest { description: "x".repeat(640), ..request.clone() },
        InvoiceRequest { lifetime_seconds: 0, ..request.clone() },
        InvoiceRequest { lifetime_seconds: 365 * 86_400 + 1, ..request.clone() },
        InvoiceRequest { lifetime_seconds: u32::MAX, ..request.clone() },
    ];
    for request in refused {
        let outcome = stage.payee().make_invoice(&request).await;
        assert!(matches!(outcome, Err(Error::InvalidRequest { .. })), "{request:?}: {outcome:?}");
    }
    assert_eq!(stage.payee().invoice(preimage.payment_hash()).await.unwrap(), None);
    // The smallest there is, and the longest and largest.
    assert_eq!(invoice(stage, &InvoiceRequest { amount_sats: 1_000, ..request }).await.amount_sats(), 1_000);
    let most_sats = 100_000 * 100_000_000;
    let most = InvoiceRequest {
        amount_sats: most_sats,
        lifetime_seconds: 365 * 86_400,
        ..held_request(super::steps::preimage())
    };
    assert_eq!(invoice(stage, &most).await.amount_sats(), most_sats);
}

pub(crate) async fn never_settles_what_did_not_arrive(stage: &impl Stage) {
    for preimage in [preimage(), preimage()] {
        let invoice = invoice(stage, &held_request(preimage)).await;
        let not_held = |outcome| matches!(outcome, Err(Error::NotHeld { payment_hash }) if payment_hash == preimage.payment_hash());
        assert!(not_held(stage.payee().settle(preimage).await));
        assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Open);
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
        assert!(not_held(stage.payee().settle(preimage).await));
    }
}

pub(crate) async fn never_cancels_what_was_paid(stage: &impl Stage) {
    let preimage = preimage();
    let invoice = invoice(stage, &request(preimage)).await;
    pay(stage, &invoice).await;
    let outcome = stage.payee().cancel(invoice.payment_hash()).await;
    assert!(matches!(outcome, Err(Error::AlreadyPaid { .. })), "{outcome:?}");
    assert_eq!(invoice_state(stage, invoice.payment_hash()).await, InvoiceState::Paid);
    stage.payee().settle(preimage).await.unwrap();
}

pub(crate) async fn cancels_an_open_invoice(stage: &impl Stage) {
    for request in [request(preimage()), held_request(preimage())] {
        let invoice = invoice(stage, &request).await;
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
        stage.payee().cancel(invoice.payment_hash()).await.unwrap();
        let own = stage.payee().invoice(invoice.payment_hash()).await.unwrap().unwrap();
        assert_eq!(own.state, InvoiceState::Cancelled);
        assert!(!own.is_open_at(now()));
    }
}
