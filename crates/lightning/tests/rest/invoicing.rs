//! Invoices of a node that contradicts itself, or is asked by others too.

use std::sync::atomic::{AtomicUsize, Ordering};

use barter_lightning::{Error, InvoiceLock, InvoiceRequest, InvoiceState, Lightning};
use barter_protocol::PaymentHash;

use crate::{
    said::*,
    server::{Reply, Server},
};

const REFUSED: &str = r#"{"code":2,"message":"it does not want to","details":[]}"#;

/// A server that finds the invoice so, from the n-th look on, and says this to everything else.
fn finding(stored: String, from: usize, otherwise: Reply) -> Server {
    let looks = AtomicUsize::new(0);
    Server::plain(move |request| {
        if let Some(ready) = ready(request) {
            return ready;
        }
        if !request.line.starts_with("GET /v1/invoice/") {
            return otherwise.clone();
        }
        match looks.fetch_add(1, Ordering::SeqCst) {
            look if look >= from => Reply::ok(stored.clone()),
            _ => Reply::Json(404, NOT_FOUND.to_owned()),
        }
    })
}

#[tokio::test]
async fn finds_the_one_that_is_there() {
    for state in ["OPEN", "SETTLED", "CANCELED"] {
        let server = finding(stored(state), 0, Reply::Json(500, REFUSED.to_owned()));
        assert_eq!(client(&server).make_invoice(&request()).await.unwrap(), invoice());
        assert_eq!(server.lines().len(), 2, "{:?}", server.lines());
    }
}

#[tokio::test]
async fn says_why_none_was_made() {
    let server = finding(String::new(), usize::MAX, Reply::Json(500, REFUSED.to_owned()));
    let outcome = client(&server).make_invoice(&request()).await;
    assert!(matches!(&outcome, Err(Error::Refused { reason }) if reason == "it does not want to"), "{outcome:?}");
}

#[tokio::test]
async fn takes_none_that_asks_for_something_else() {
    let others = [
        InvoiceRequest { amount_sats: AMOUNT_SATS + 1, ..request() },
        InvoiceRequest { description: "pears".to_owned(), ..request() },
        InvoiceRequest { lifetime_seconds: 7_201, ..request() },
        InvoiceRequest { lock: InvoiceLock::Held(payment_hash()), ..request() },
    ];
    for other in others {
        let server = finding(stored("OPEN"), 0, Reply::Json(500, REFUSED.to_owned()));
        let outcome = client(&server).make_invoice(&other).await;
        assert!(matches!(outcome, Err(Error::InvoiceExists { .. })), "{other:?}: {outcome:?}");
    }
    // One over any amount, which is not read at all.
    let unread = stored("OPEN").replace(invoice().text(), "lnbcrt1nonsense");
    let outcome = client(&finding(unread, 0, Reply::Json(500, REFUSED.to_owned()))).make_invoice(&request()).await;
    assert!(matches!(outcome, Err(Error::InvoiceExists { .. })), "{outcome:?}");
}

#[tokio::test]
async fn tells_apart_who_holds_the_preimage() {
    let held = InvoiceRequest { lock: InvoiceLock::Held(payment_hash()), ..request() };
    let without = |state: &str| {
        let stored = stored(state);
        let (begin, end) = (stored.find("Bwc").unwrap(), stored.find("=\"").unwrap() + 1);
        format!("{}{}", &stored[..begin], &stored[end..])
    };
    for state in ["OPEN", "ACCEPTED", "CANCELED"] {
        let server = finding(without(state), 0, Reply::Json(500, REFUSED.to_owned()));
        let node = client(&server);
        assert_eq!(node.make_invoice(&held).await.unwrap(), invoice());
        let outcome = node.make_invoice(&request()).await;
        assert!(matches!(outcome, Err(Error::InvoiceExists { .. })), "{outcome:?}");
    }
    // Once paid, LND has it either way.
    assert_eq!(
        client(&finding(stored("SETTLED"), 0, Reply::Json(500, REFUSED.to_owned()))).make_invoice(&held).await.unwrap(),
        invoice()
    );
}

#[tokio::test]
async fn takes_no_invoice_of_another_hash() {
    let other = invoice_of(PaymentHash::new([8; 32]));
    let made = format!(r#"{{"payment_request":"{}","r_hash":"","add_index":"1"}}"#, other.text());
    let server = finding(String::new(), usize::MAX, Reply::ok(made));
    let outcome = client(&server).make_invoice(&request()).await;
    assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    let server = finding(stored_invoice(&other, "OPEN"), 0, Reply::Silence);
    let outcome = client(&server).invoice(payment_hash()).await;
    assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
}

#[tokio::test]
async fn knows_the_states_there_are() {
    let expected = [
        ("OPEN", InvoiceState::Open),
        ("ACCEPTED", InvoiceState::Held),
        ("SETTLED", InvoiceState::Paid),
        ("CANCELED", InvoiceState::Cancelled),
    ];
    for (state, expected) in expected {
        let found = client(&finding(stored(state), 0, Reply::Silence)).invoice(payment_hash()).await.unwrap().unwrap();
        assert_eq!((found.state, found.invoice), (expected, invoice()));
    }
    let outcome = client(&finding(stored("HALF"), 0, Reply::Silence)).invoice(payment_hash()).await;
    assert!(matches!(&outcome, Err(Error::InvalidAnswer { reason }) if reason.contains("'HALF'")), "{outcome:?}");
}

/// Whatever LND says against it, what counts is how the invoice stands.
#[tokio::test]
async fn looks_when_it_is_refused() {
    for state in ["OPEN", "CANCELED"] {
        let server = finding(stored(state), 0, Reply::Json(500, REFUSED.to_owned()));
        let outcome = client(&server).settle(preimage()).await;
        assert!(matches!(outcome, Err(Error::NotHeld { .. })), "{state}: {outcome:?}");
    }
    let with = async |state: &str| {
        let server = finding(stored(state), 0, Reply::Json(500, REFUSED.to_owned()));
        let node = client(&server);
        (node.settle(preimage()).await, node.cancel(payment_hash()).await)
    };
    let (settled, cancelled) = with("SETTLED").await;
    assert!(settled.is_ok() && matches!(cancelled, Err(Error::AlreadyPaid { .. })), "{settled:?} {cancelled:?}");
    assert!(with("CANCELED").await.1.is_ok());
    for outcome in [with("ACCEPTED").await.0, with("ACCEPTED").await.1, with("OPEN").await.1] {
        assert!(matches!(outcome, Err(Error::Refused { .. })), "{outcome:?}");
    }
    let server = finding(String::new(), usize::MAX, Reply::Json(500, REFUSED.to_owned()));
    let node = client(&server);
    for outcome in [node.settle(preimage()).await, node.cancel(payment_hash()).await] {
        assert!(matches!(outcome, Err(Error::UnknownInvoice { .. })), "{outcome:?}");
    }
    // Who may only look is not told that nothing is held.
    let denied = r#"{"code":2,"message":"permission denied"}"#;
    let server = finding(stored("OPEN"), 0, Reply::Json(500, denied.to_owned()));
    let outcome = client(&server).settle(preimage()).await;
    assert!(matches!(outcome, Err(Error::Unauthorized { .. })), "{outcome:?}");
}

/// A payment that arrives between the refusal and the look, or a settlement and a cancellation at once: the order is given again.
#[tokio::test]
async fn orders_again_what_became_possible_since_it_was_refused() {
    let refusing_once = |state: &'static str| {
        let orders = AtomicUsize::new(0);
        Server::plain(move |request| match request.line.as_str() {
            line if line.starts_with("GET /v1/invoice/") => Reply::ok(stored(state)),
            line if line.starts_with("POST ") && orders.fetch_add(1, Ordering::SeqCst) > 0 => Reply::ok("{}"),
            _ => Reply::Json(500, REFUSED.to_owned()),
        })
    };
    client(&refusing_once("ACCEPTED")).settle(preimage()).await.unwrap();
    for state in ["OPEN", "ACCEPTED"] {
        client(&refusing_once(state)).cancel(payment_hash()).await.unwrap();
    }
    // Twice, and not without an end.
    let server = finding(stored("ACCEPTED"), 0, Reply::Json(500, REFUSED.to_owned()));
    client(&server).settle(preimage()).await.unwrap_err();
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST ")).count(), 2);
}

/// What a node makes is what was asked for.
#[tokio::test]
async fn takes_no_new_invoice_that_asks_for_something_else() {
    let made = format!(r#"{{"payment_request":"{}","r_hash":"","add_index":"1"}}"#, invoice().text());
    let server = finding(String::new(), usize::MAX, Reply::ok(made));
    assert_eq!(client(&server).make_invoice(&request()).await.unwrap(), invoice());
    let others = [
        InvoiceRequest { amount_sats: AMOUNT_SATS + 1, ..request() },
        InvoiceRequest { description: "pears".to_owned(), ..request() },
    ];
    for other in others {
        let outcome = client(&server).make_invoice(&other).await;
        assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{other:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn tells_the_preimage_that_the_node_was_given() {
    let found = client(&finding(stored("OPEN"), 0, Reply::Silence)).invoice(payment_hash()).await.unwrap().unwrap();
    assert_eq!(found.preimage, Some(preimage()));
    assert!(!format!("{found:?}").contains("0707"), "{found:?}");
    for (written, expected) in [("", None), ("AAAA", None)] {
        let stored = stored("OPEN").replace("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", written);
        let outcome = client(&finding(stored, 0, Reply::Silence)).invoice(payment_hash()).await;
        assert_eq!(outcome.ok().map(|found| found.unwrap().preimage), written.is_empty().then_some(expected));
    }
}

#[tokio::test]
async fn asks_nothing_that_no_invoice_can_say() {
    let server = always(Reply::Silence);
    for impossible in [
        InvoiceRequest { amount_sats: 999, ..request() },
        InvoiceRequest { amount_sats: 100_000 * 100_000_000 + 1, ..request() },
        InvoiceRequest { lifetime_seconds: 0, ..request() },
        InvoiceRequest { lifetime_seconds: 365 * 86_400 + 1, ..request() },
    ] {
        let outcome = client(&server).make_invoice(&impossible).await;
        assert!(matches!(outcome, Err(Error::InvalidRequest { .. })), "{impossible:?}: {outcome:?}");
    }
    assert!(server.requests().is_empty());
}
