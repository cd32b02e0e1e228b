//! Payments over a node that contradicts itself, or is lost on the way.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use barter_lightning::{Error, FailureReason, Lightning, PaymentLimits, PaymentStatus};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use bitcoin::hex::DisplayHex;

use crate::{
    said::*,
    server::{Reply, Request, Server},
};

/// A server that knows its network, and of payments says the first to looks and the second to orders.
fn tracking(track: Reply, send: Reply) -> Server {
    tracking_each(move |_| track.clone(), send)
}

/// The same, where each look sees something else.
fn tracking_each(track: impl Fn(usize) -> Reply + Send + Sync + 'static, send: Reply) -> Server {
    let looks = AtomicUsize::new(0);
    Server::plain(move |request| {
        if let Some(ready) = ready(request) {
            return ready;
        }
        match request.line.as_str() {
            "GET /v1/getinfo" => Reply::ok(INFO),
            "POST /v2/router/send" => send.clone(),
            _ => track(looks.fetch_add(1, Ordering::SeqCst)),
        }
    })
}

fn never_begun() -> Reply {
    // As the gateway writes an error of a stream.
    Reply::Json(404, r#"{"error":{"code":5,"message":"payment isn't initiated","details":[]}}"#.to_owned())
}

fn sent(requests: &[Request]) -> usize {
    requests.iter().filter(|request| request.line == "POST /v2/router/send").count()
}

#[tokio::test]
async fn pays_once_it_has_looked() {
    let server = tracking(never_begun(), Reply::ok(in_flight() + &in_flight() + &succeeded()));
    let paid = client(&server).pay(&invoice(), &limits()).await.unwrap();
    assert_eq!((paid.preimage, paid.fee_msats), (preimage(), 1_500));
    let asked = server.requests();
    let lines: Vec<_> = asked.iter().map(|request| request.line.as_str()).collect();
    let track = format!("GET /v2/router/track/{}", URL_SAFE.encode(payment_hash().as_bytes()));
    assert_eq!(lines, [&track, "GET /v1/getinfo", "POST /v2/router/send"]);
    let body: serde_json::Value = serde_json::from_str(&asked[2].body).unwrap();
    assert_eq!(body["payment_request"], invoice().text());
    assert_eq!((&body["fee_limit_sat"], &body["timeout_seconds"]), (&"10".into(), &5.into()));
}

#[tokio::test]
async fn orders_nothing_that_is_under_way_or_done() {
    for looks in
        [succeeded(), in_flight() + &succeeded(), update("INITIATED", "") + "\n\n" + &in_flight() + &succeeded()]
    {
        let server = tracking(Reply::ok(looks), Reply::Silence);
        assert_eq!(client(&server).pay(&invoice(), &limits()).await.unwrap().preimage, preimage());
        assert_eq!(server.lines().len(), 1, "{:?}", server.lines());
    }
}

#[tokio::test]
async fn orders_anew_only_what_had_failed_before() {
    let failed = update("FAILED", "FAILURE_REASON_NO_ROUTE");
    let server = tracking(Reply::ok(failed.clone()), Reply::ok(succeeded()));
    client(&server).pay(&invoice(), &limits()).await.unwrap();
    assert_eq!(sent(&server.requests()), 1);
    // What fails while it is waited for has failed.
    let server = tracking(Reply::ok(in_flight() + &failed), Reply::ok(succeeded()));
    let outcome = client(&server).pay(&invoice(), &limits()).await;
    let Err(Error::PaymentFailed { reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((reason, sent(&server.requests())), (FailureReason::NoRoute, 0));
}

/// Two that both have seen nothing: the node takes one order, and the other waits for it.
#[tokio::test]
async fn waits_for_what_another_ordered_meanwhile() {
    for status in [200, 409] {
        let exists = r#"{"error":{"code":6,"message":"payment is in transition","details":[]}}"#.to_owned();
        let looks = |look| if look == 0 { never_begun() } else { Reply::ok(in_flight() + &succeeded()) };
        let server = tracking_each(looks, Reply::Json(status, exists.clone()));
        assert_eq!(client(&server).pay(&invoice(), &limits()).await.unwrap().preimage, preimage());
        assert_eq!(sent(&server.requests()), 1);
        // One that cannot be found is a contradiction.
        let server = tracking(never_begun(), Reply::Json(status, exists));
        let outcome = client(&server).pay(&invoice(), &limits()).await;
        assert!(matches!(outcome, Err(Error::Refused { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn tells_failures_apart() {
    let expected = [
        ("FAILURE_REASON_TIMEOUT", FailureReason::TimedOut),
        ("FAILURE_REASON_NO_ROUTE", FailureReason::NoRoute),
        ("FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", FailureReason::Rejected),
        ("FAILURE_REASON_INSUFFICIENT_BALANCE", FailureReason::InsufficientLiquidity),
        ("FAILURE_REASON_ERROR", FailureReason::Other),
        ("FAILURE_REASON_OF_NEXT_YEAR", FailureReason::Other),
    ];
    for (code, expected) in expected {
        let server = tracking(never_begun(), Reply::ok(in_flight() + &update("FAILED", code)));
        let outcome = client(&server).pay(&invoice(), &limits()).await;
        let Err(Error::PaymentFailed { reason, payment_hash: found }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((reason, found), (expected, payment_hash()));
        let server = tracking(Reply::ok(update("FAILED", code)), Reply::Silence);
        let found = client(&server).payment(payment_hash()).await.unwrap().unwrap();
        assert_eq!(found.status, PaymentStatus::Failed(expected));
    }
}

#[tokio::test]
async fn believes_no_payment_without_its_preimage() {
    let right = preimage().as_bytes().to_lower_hex_string();
    let odd = [
        succeeded().replace(&right, &"08".repeat(32)),
        succeeded().replace(&right, ""),
        succeeded().replace(&right, &right[2..]),
        succeeded().replace("payment_preimage", "preimage"),
        succeeded().replace(&payment_hash().as_bytes().to_lower_hex_string(), &"09".repeat(32)),
        update("SUCCEEDED_NEARLY", ""),
        "{}\n".to_owned(),
        "{\"result\":{}}\n".to_owned(),
        "{\"result\":null}\n".to_owned(),
        "nonsense\n".to_owned(),
        succeeded()[..100].to_owned(),
    ];
    for line in odd {
        for server in
            [tracking(never_begun(), Reply::ok(line.clone())), tracking(Reply::ok(line.clone()), Reply::Silence)]
        {
            let outcome = client(&server).pay(&invoice(), &limits()).await;
            assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{line}: {outcome:?}");
        }
    }
}

/// Nobody can tell then whether it was paid, and none of these may sound as if it was not.
#[tokio::test]
async fn leaves_open_what_is_cut_off() {
    let half = format!("{}{}", in_flight(), &succeeded()[..60]);
    let cuts = [
        Reply::ok(in_flight()),
        Reply::ok(""),
        Reply::Cut(in_flight()),
        Reply::Cut(half),
        Reply::Bytes(Vec::new()),
        Reply::Open(String::new()),
    ];
    for cut in cuts {
        let server = tracking(never_begun(), cut.clone());
        let outcome = client_with(&server, Duration::from_secs(1)).pay(&invoice(), &limits()).await;
        assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{cut:?}: {outcome:?}");
        assert_eq!(sent(&server.requests()), 1);
    }
    // The node says within the stream that it ends.
    let ends = in_flight() + r#"{"error":{"code":2,"message":"router server shutting down","details":[]}}"# + "\n";
    let server = tracking(never_begun(), Reply::ok(ends));
    let outcome = client(&server).pay(&invoice(), &limits()).await;
    let Err(Error::Unreachable { reason, .. }) = &outcome else { panic!("{outcome:?}") };
    assert!(reason.ends_with("router server shutting down"), "{reason}");
}

#[tokio::test]
async fn says_that_it_is_not_decided() {
    let limits = PaymentLimits { timeout: Duration::from_millis(1), ..limits() };
    for undecided in [Reply::Open(in_flight()), Reply::Endless(in_flight()), Reply::Open(in_flight() + "\n\n{")] {
        let server = tracking(never_begun(), undecided.clone());
        let outcome = client(&server).pay(&invoice(), &limits).await;
        // An endless one may have ended before.
        let is_open = matches!(outcome, Err(Error::PaymentPending { .. } | Error::Unreachable { .. }));
        assert!(is_open, "{undecided:?}: {outcome:?}");
        let body: serde_json::Value = serde_json::from_str(&server.requests()[2].body).unwrap();
        assert_eq!(body["timeout_seconds"], 1, "none would stand for a minute");
    }
}

#[tokio::test]
async fn takes_limits_that_no_node_has_room_for() {
    let limits = PaymentLimits { max_fee_sats: u64::MAX, timeout: Duration::MAX };
    let server = tracking(never_begun(), Reply::ok(in_flight() + &succeeded()));
    client(&server).pay(&invoice(), &limits).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&server.requests()[2].body).unwrap();
    assert_eq!((&body["fee_limit_sat"], &body["timeout_seconds"]), (&"2100000000000000".into(), &i32::MAX.into()));
}

#[tokio::test]
async fn orders_nothing_that_cannot_be_paid() {
    let elsewhere = Server::plain(|request| match request.line.as_str() {
        "GET /v1/getinfo" => Reply::ok(INFO.replace("regtest", "mainnet")),
        _ => never_begun(),
    });
    let outcome = client(&elsewhere).pay(&invoice(), &limits()).await;
    assert!(matches!(outcome, Err(Error::WrongNetwork { .. })), "{outcome:?}");
    assert_eq!(sent(&elsewhere.requests()), 0);

    let own = Server::plain(|request| match request.line.as_str() {
        "GET /v1/getinfo" => {
            let payee = invoice().payee_node().to_uppercase();
            Reply::ok(INFO.replace("03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad", &payee))
        }
        _ => never_begun(),
    });
    let outcome = client(&own).pay(&invoice(), &limits()).await;
    let Err(error @ Error::OwnInvoice { payment_hash: found }) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((*found, error.code()), (payment_hash(), "own_invoice"));
    assert_eq!(sent(&own.requests()), 0);
}

/// An invoice that expires after it was looked at, and before the node does.
#[tokio::test]
async fn says_that_the_invoice_expired_on_the_way() {
    let invoice = expiring_invoice();
    let expires_at = invoice.expires_at();
    let server = Server::plain(move |request| match request.line.as_str() {
        "GET /v1/getinfo" => Reply::ok(INFO),
        "POST /v2/router/send" => {
            while now() <= expires_at {
                std::thread::sleep(Duration::from_millis(20));
            }
            Reply::Json(500, r#"{"code":2,"message":"invoice expired. Valid until then","details":[]}"#.to_owned())
        }
        line => ready(request).unwrap_or_else(|| {
            assert!(line.starts_with("GET /v2/router/track/"), "{line}");
            never_begun()
        }),
    });
    let outcome = client(&server).pay(&invoice, &limits()).await;
    assert!(matches!(outcome, Err(Error::InvoiceExpired { .. })), "{outcome:?}");
    assert_eq!(sent(&server.requests()), 1);
}

#[tokio::test]
async fn finds_what_it_never_began() {
    assert_eq!(client(&tracking(never_begun(), Reply::Silence)).payment(payment_hash()).await.unwrap(), None);
    // A 404 of somebody else's says nothing about payments.
    let foreign = tracking(Reply::Json(404, "<html>not found</html>".to_owned()), Reply::Silence);
    let outcome = client(&foreign).payment(payment_hash()).await;
    assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    let outcome = client(&foreign).pay(&invoice(), &limits()).await;
    assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    assert_eq!(sent(&foreign.requests()), 0);
}

/// A held payment stays open for hours: what is asked is how it stands, not how it ends.
#[tokio::test]
async fn looks_without_waiting_for_the_end() {
    let server = tracking(Reply::Open(in_flight()), Reply::Silence);
    let found = client(&server).payment(payment_hash()).await.unwrap().unwrap();
    assert_eq!((found.payment_hash, found.status), (payment_hash(), PaymentStatus::Pending));
}
