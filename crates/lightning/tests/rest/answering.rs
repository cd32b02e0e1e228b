//! Answers of every kind.

use std::time::Duration;

use barter_lightning::{
    Error, Lightning,
    lnd::{Lnd, LndSettings, Macaroon},
};
use proptest::prelude::*;

use crate::{
    said::*,
    server::{Reply, Server},
};

#[tokio::test]
async fn sends_the_macaroon_but_not_where_nobody_asks_for_it() {
    let server = always(Reply::Json(500, r#"{"code":2,"message":"no","details":[]}"#.to_owned()));
    client(&server).node().await.unwrap_err();
    let asked = server.requests();
    let macaroons: Vec<_> = asked.iter().map(|asked| (asked.line.as_str(), asked.macaroon.as_deref())).collect();
    assert_eq!(macaroons, [("GET /v1/getinfo", Some(MACAROON)), ("GET /v1/state", None)]);
}

#[tokio::test]
async fn reads_who_the_node_is() {
    let server = always(Reply::ok(INFO));
    let info = client(&server).node().await.unwrap();
    assert_eq!((info.public_key.len(), info.network.name(), info.alias.as_str()), (66, "regtest", "node"));
    // What it calls itself reaches terminals.
    let server = always(Reply::ok(INFO.replace(r#""node""#, r#""\u001b[31mred""#)));
    assert_eq!(client(&server).node().await.unwrap().alias, "[31mred");
}

#[tokio::test]
async fn refuses_what_cannot_be_read() {
    let odd = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "<html>welcome</html>".to_owned(),
        INFO.replace("regtest", "dogecoin"),
        INFO.replace(r#""network":"#, r#""net":"#),
        INFO.replace(r#"[{"chain":"bitcoin","network":"regtest"}]"#, "[]"),
        INFO.replace("03e7", "zze7"),
        INFO.replace("03e7", "03e7e7"),
        format!("{INFO}x"),
        INFO[..INFO.len() - 2].to_owned(),
    ];
    for body in odd {
        let server = always(Reply::ok(body.clone()));
        let outcome = client(&server).node().await;
        assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{body}: {outcome:?}");
    }
}

#[tokio::test]
async fn refuses_what_is_no_http() {
    for bytes in [&b""[..], b"\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"]
    {
        let server = always(Reply::Bytes(bytes.to_vec()));
        let outcome = client(&server).node().await;
        assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{bytes:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn tells_errors_apart() {
    let outcome = async |status: u16, body: &str| {
        let server = always(Reply::Json(status, body.to_owned()));
        client(&server).node().await.unwrap_err()
    };
    let of_code = |code: u32, message: &str| format!(r#"{{"code":{code},"message":"{message}","details":[]}}"#);
    for (status, body) in [
        (401, String::new()),
        (403, "<html>forbidden</html>".to_owned()),
        (401, of_code(16, "no")),
        (403, of_code(7, "no")),
        (500, of_code(2, "permission denied")),
        (500, of_code(2, "verification failed: signature mismatch after caveat verification")),
        (500, of_code(2, "cannot determine data format of binary-encoded macaroon")),
        (500, of_code(2, "expected 1 macaroon, got 0")),
        (500, of_code(2, "unmarshal v2: signature has unexpected length")),
        (500, of_code(2, "encoding/hex: odd length hex string")),
        (500, of_code(2, "cannot get macaroon: root key with id 9 doesn't exist")),
        (500, of_code(2, "invalid ID")),
    ] {
        let error = outcome(status, &body).await;
        assert!(matches!(error, Error::Unauthorized { .. }), "{status} {body}: {error:?}");
    }
    // Also what speaks of similar things.
    for said in
        ["the disk is full", "cannot unmarshal the invoice", "there is an invalid ID", "no permission denied it"]
    {
        let refused = outcome(500, &of_code(2, said)).await;
        assert!(matches!(&refused, Error::Refused { reason } if reason == said), "{refused:?}");
    }
    for status in [404, 500, 502] {
        let foreign = outcome(status, "<html>nginx</html>").await;
        let Error::InvalidAnswer { reason } = &foreign else { panic!("{foreign:?}") };
        assert_eq!(*reason, format!("HTTP {status}: <html>nginx</html>"));
    }
}

#[tokio::test]
async fn says_that_the_node_is_not_ready() {
    let expected = [
        ("LOCKED", "its wallet is locked"),
        ("NON_EXISTING", "it has no wallet yet"),
        ("WAITING_TO_START", "it is starting"),
        ("UNLOCKED", "it is starting"),
        ("RPC_ACTIVE", "it is starting"),
    ];
    for (state, expected) in expected {
        let server = Server::plain(move |request| match request.line.as_str() {
            "GET /v1/state" => Reply::ok(format!(r#"{{"state":"{state}"}}"#)),
            // LND's words, where a locked wallet is not in the way of the macaroon.
            _ => {
                Reply::Json(500, r#"{"code":2,"message":"wallet locked, unlock it to enable full RPC access"}"#.into())
            }
        });
        let node = client(&server);
        let errors = [
            node.node().await.unwrap_err(),
            node.make_invoice(&request()).await.unwrap_err(),
            node.settle(preimage()).await.unwrap_err(),
            node.pay(&invoice(), &limits()).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(&error, Error::NotReady { reason, .. } if reason == expected), "{state}: {error:?}");
        }
    }
}

/// A node that repeats what it was sent, as bytes of requests come back in messages of parsers.
#[tokio::test]
async fn hides_secrets_that_the_node_repeats() {
    let server = Server::plain(|request| {
        let macaroon = request.macaroon.clone().unwrap_or_default();
        let body = request.body.replace('"', "'");
        let message = format!("cannot read {body} of {macaroon}, nor {}", macaroon.to_uppercase());
        match request.line.as_str() {
            line if line.starts_with("GET /v1/invoice/") => Reply::Json(404, NOT_FOUND.into()),
            "GET /v1/state" => Reply::Json(404, NOT_FOUND.into()),
            "GET /v1/getinfo" => Reply::ok(message),
            _ => Reply::Json(500, format!(r#"{{"code":3,"message":"{message}"}}"#)),
        }
    });
    let node = client(&server);
    let invoice_error = node.make_invoice(&request()).await.unwrap_err();
    assert!(matches!(&invoice_error, Error::Refused { reason } if reason.contains("[hidden]")), "{invoice_error:?}");
    assert!(server.requests().iter().any(|request| request.body.contains("BwcHBwcHBwc")), "the preimage was sent");
    let errors = [
        invoice_error,
        node.settle(preimage()).await.unwrap_err(),
        node.node().await.unwrap_err(),
        node.pay(&invoice(), &limits()).await.unwrap_err(),
    ];
    let secrets = [MACAROON, "BwcHBwcHBwc", "0707070707070707"];
    for error in errors {
        for secret in secrets {
            assert!(!shown(&error).to_lowercase().contains(&secret.to_lowercase()), "{}", shown(&error));
        }
    }
    assert!(!format!("{node:?} {:?}", request()).contains(MACAROON));
}

#[tokio::test]
async fn follows_nobody_elsewhere() {
    let elsewhere = always(Reply::ok(INFO));
    let url = elsewhere.url();
    let server = Server::plain(move |request| Reply::Redirect(format!("{url}{}", request.line.replace("GET ", ""))));
    let node = client(&server);
    for outcome in [node.node().await.map(|_| ()), node.pay(&invoice(), &limits()).await.map(|_| ())] {
        let Err(Error::InvalidAnswer { reason }) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(reason, "it sends elsewhere (HTTP 307), which is not followed");
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn takes_no_endless_answer() {
    for part in ["x", " ", "\n", INFO] {
        let server = always(Reply::Endless(part.to_owned()));
        let outcome = client(&server).node().await;
        assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    }
    // Of an error.
    let endless = format!("HTTP/1.1 500 X\r\n\r\n{}", "x".repeat(3 << 20));
    let server = always(Reply::Bytes(endless.into_bytes()));
    let outcome = client(&server).node().await;
    assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    // Of a stream: one line that does not end.
    for part in ["x", r#"{"result":"#] {
        let server = always(Reply::Endless(part.to_owned()));
        let outcome = client(&server).payment(payment_hash()).await;
        assert!(matches!(outcome, Err(Error::InvalidAnswer { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn waits_for_nobody_who_is_silent() {
    let short = Duration::from_millis(300);
    for reply in [Reply::Silence, Reply::Open("{".to_owned())] {
        let server = Server::plain(move |_| reply.clone());
        let node = client_with(&server, short);
        let outcomes = [
            node.node().await.unwrap_err(),
            node.make_invoice(&request()).await.unwrap_err(),
            node.invoice(payment_hash()).await.unwrap_err(),
            node.payment(payment_hash()).await.unwrap_err(),
            node.pay(&invoice(), &limits()).await.unwrap_err(),
        ];
        for error in outcomes {
            let Error::Unreachable { endpoint, reason } = &error else { panic!("{error:?}") };
            assert_eq!((endpoint, reason.as_str()), (&server.url(), "no answer within 300ms"));
        }
    }
}

#[tokio::test]
async fn says_that_nobody_answers() {
    let url = Server::plain(|_| Reply::Silence).url();
    let settings = LndSettings::new(&url, Macaroon::from_hex(MACAROON).unwrap()).unwrap();
    let outcome = Lnd::connect(settings).unwrap().node().await;
    assert!(matches!(&outcome, Err(Error::Unreachable { endpoint, .. }) if *endpoint == url), "{outcome:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes is either read or refused, and secrets are not shown.
    #[test]
    fn survives_anything(status in prop_oneof![Just(200_u16), Just(404), Just(500)], body in any_body()) {
        let server = always(Reply::Json(status, body));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let node = client(&server);
            let errors = [
                node.node().await.err(),
                node.make_invoice(&request()).await.err(),
                node.invoice(payment_hash()).await.err(),
                node.settle(preimage()).await.err(),
                node.cancel(payment_hash()).await.err(),
                node.payment(payment_hash()).await.err(),
                node.pay(&invoice(), &limits()).await.err(),
            ];
            for error in errors.iter().flatten() {
                assert!(!shown(error).contains(MACAROON), "{error:?}");
                assert!(error.to_string().len() < 600, "{error}");
            }
        });
    }
}

/// Texts, JSON that is nearly LND's, and pieces of both.
fn any_body() -> impl Strategy<Value = String> {
    let nearly = prop_oneof![
        Just(INFO.to_owned()),
        Just(NOT_FOUND.to_owned()),
        Just(in_flight()),
        Just(succeeded()),
        Just(update("FAILED", "FAILURE_REASON_NO_ROUTE")),
        Just(stored("OPEN")),
        Just(stored("SETTLED")),
    ];
    let cut = (nearly, any::<prop::sample::Index>(), "[ -~]{0,3}").prop_map(|(text, at, put)| {
        let at = at.index(text.len());
        format!("{}{put}{}", &text[..at], &text[at + 1..])
    });
    prop_oneof![1 => ".{0,80}", 4 => cut]
}
