//! Payments: ordered, refused, followed.

use std::time::Duration;

use barter_protocol::Preimage;
use lightning_invoice::Currency;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{
    A_WHILE, LONG, Outcome, PREIMAGE, Stage, failed, in_flight, invoice, invoice_of, send_request, succeeded, track,
    unix_now,
};
use crate::{FailureReason, Paid, PaymentLimits, PaymentStatus, serve::MAX_STREAMS};

#[tokio::test]
async fn pays_and_tells_when_it_is_decided() {
    for (outcome, told) in [
        (Outcome::Pays, succeeded()),
        (Outcome::Fails(FailureReason::NoRoute), failed("NO_ROUTE")),
        (Outcome::Fails(FailureReason::InsufficientLiquidity), failed("INSUFFICIENT_BALANCE")),
        (Outcome::Fails(FailureReason::Rejected), failed("INCORRECT_PAYMENT_DETAILS")),
        (Outcome::Fails(FailureReason::TimedOut), failed("TIMEOUT")),
        (Outcome::Fails(FailureReason::Other), failed("ERROR")),
    ] {
        let stage = Stage::set().await;
        let mut request = send_request();
        request["no_inflight_updates"] = json!(false);
        let mut answer = stage.ask("POST /v2/router/send", &request).await;
        assert_eq!((answer.status, answer.line().await), (200, Some(in_flight())));
        assert!(timeout(A_WHILE, answer.lines.next_line()).await.is_err(), "told before it was decided");
        stage.puppet.tell(outcome);
        assert_eq!(answer.line().await.as_ref(), Some(&told));
        assert_eq!(answer.line().await, None);
        let limits = PaymentLimits { max_fee_sats: 7, timeout: Duration::from_secs(5) };
        assert_eq!(*stage.puppet.limits.lock().unwrap(), Some(limits));
        assert_eq!(stage.ask(&track("?no_inflight_updates=true"), &Value::Null).await.body().await, told);
    }
}

#[tokio::test]
async fn a_payment_goes_on_when_nobody_reads_on() {
    let stage = Stage::set().await;
    let request = send_request();
    let request = stage.ask("POST /v2/router/send", &request);
    // Nothing is told until it is decided, not even that there will be an answer.
    assert!(timeout(A_WHILE, request).await.is_err());
    let mut tracked = stage.ask(&track(""), &Value::Null).await;
    assert_eq!(tracked.line().await, Some(in_flight()));
    assert!(timeout(A_WHILE, tracked.lines.next_line()).await.is_err(), "told twice");
    stage.puppet.tell(Outcome::Pays);
    assert_eq!(tracked.body().await, succeeded());
    assert_eq!(stage.ask(&track("?no_inflight_updates=true"), &Value::Null).await.body().await, succeeded());
}

#[tokio::test]
async fn follows_a_payment_beyond_its_time() {
    let stage = Stage::set().await;
    stage.puppet.tell(Outcome::RunsOutOfTime);
    let (send, decided) = (send_request(), track("?no_inflight_updates=true"));
    let sent = stage.ask("POST /v2/router/send", &send);
    let tracked = stage.ask(&decided, &Value::Null);
    let (sent, tracked, ()) = tokio::join!(sent, tracked, async {
        sleep(A_WHILE).await;
        stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Paid(Paid::new(PREIMAGE, 1_500)));
    });
    assert_eq!((sent.body().await, tracked.status), (succeeded(), 200));
    assert_eq!(tracked.body().await, succeeded());
}

#[tokio::test]
async fn refuses_what_cannot_be_paid() {
    let stage = Stage::set().await;
    let mut request = send_request();
    let refused = |said: &str| (500, 2, said.to_owned());
    for (status, reason) in [
        (PaymentStatus::Pending, "payment is in transition"),
        (PaymentStatus::Paid(Paid::new(PREIMAGE, 0)), "invoice is already paid"),
    ] {
        stage.puppet.knows(PREIMAGE.payment_hash(), status);
        assert_eq!(stage.refusal("POST /v2/router/send", &request).await, (409, 6, reason.to_owned()));
    }
    // An expired invoice is refused before it is looked for.
    let expired = invoice(PREIMAGE, 1_000_000, 60, Currency::Regtest);
    request["payment_request"] = json!(expired.text());
    let told = stage.refusal("POST /v2/router/send", &request).await;
    assert_eq!(told, refused("invoice expired. Valid until 1000060"));
    request["payment_request"] = json!(invoice(PREIMAGE, unix_now(), 60, Currency::Bitcoin).text());
    let told = stage.refusal("POST /v2/router/send", &request).await;
    assert_eq!(told, refused("invoice not for current active network 'regtest'"));
    let of_its_own = invoice_of(3, PREIMAGE, unix_now(), 60, Currency::Regtest);
    request["payment_request"] = json!(of_its_own.text());
    assert_eq!(stage.refusal("POST /v2/router/send", &request).await, refused("self-payments not allowed"));
    request["payment_request"] = json!("lnbcrt1");
    assert_eq!(stage.refusal("POST /v2/router/send", &request).await.0, 500);
    assert_eq!(*stage.puppet.limits.lock().unwrap(), None, "the node was asked to pay");

    // What failed is tried anew.
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Failed(FailureReason::NoRoute));
    stage.puppet.tell(Outcome::Pays);
    assert_eq!(stage.ask("POST /v2/router/send", &send_request()).await.body().await, succeeded());
}

#[tokio::test]
async fn an_error_of_the_node_takes_the_place_of_a_line() {
    let stage = Stage::set().await;
    stage.puppet.tell(Outcome::IsRefused);
    let refused = stage.refusal("POST /v2/router/send", &send_request()).await;
    assert_eq!(refused, (500, 2, "the Lightning node refused: no".to_owned()));
    let never_paid = stage.refusal(&track("").replace("track/", "track/AAAA"), &Value::Null).await;
    assert_eq!(never_paid, (500, 2, "invalid hash length of 35, want 32".to_owned()));
    stage.puppet.payments.lock().unwrap().clear();
    assert_eq!(stage.refusal(&track(""), &Value::Null).await, (404, 5, "payment isn't initiated".to_owned()));
    assert_eq!(stage.refusal("GET /v2/router/track/!", &Value::Null).await.1, 3);
}

#[tokio::test]
async fn follows_no_more_payments_than_it_can() {
    let stage = Stage::set().await;
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    let mut followed = Vec::new();
    for _ in 0..MAX_STREAMS {
        let answer = stage.ask(&track(""), &Value::Null).await;
        assert_eq!(answer.status, 200);
        followed.push(answer);
    }
    assert_eq!(stage.refusal(&track(""), &Value::Null).await.1, 8);
    followed.clear();
    // Those who are gone leave their places.
    timeout(LONG, async { while stage.ask(&track(""), &Value::Null).await.status != 200 {} }).await.unwrap();
}

/// Also where a payment takes as long as it may, and whoever ordered it is gone long before.
#[tokio::test]
async fn keeps_no_place_for_an_order_whose_client_is_gone() {
    let stage = Stage::set().await;
    let mut request = send_request();
    request["timeout_seconds"] = json!(3_600);
    request["no_inflight_updates"] = json!(false);
    let mut sent = Vec::new();
    for preimage in 1..=MAX_STREAMS {
        let preimage = Preimage::new([u8::try_from(preimage % 251).unwrap() + 1; 32]);
        request["payment_request"] = json!(invoice(preimage, unix_now(), 3_600, Currency::Regtest).text());
        stage.puppet.payments.lock().unwrap().clear();
        let answer = stage.ask("POST /v2/router/send", &request).await;
        assert_eq!(answer.status, 200);
        sent.push(answer);
    }
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    assert_eq!(stage.refusal(&track(""), &Value::Null).await.1, 8);
    sent.clear();
    timeout(LONG, async { while stage.ask(&track(""), &Value::Null).await.status != 200 {} }).await.unwrap();
}
