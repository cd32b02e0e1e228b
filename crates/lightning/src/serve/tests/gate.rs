//! Who is let in.

use bitcoin::hex::DisplayHex;
use serde_json::json;

use super::Stage;

#[tokio::test]
async fn nobody_is_let_in_without_the_macaroon() {
    let stage = Stage::set().await;
    let macaroon = stage.server.macaroon_hex();
    let mut other = macaroon.clone();
    other.replace_range(63.., if other.ends_with('0') { "1" } else { "0" });
    let lines = [
        "GET /v1/getinfo",
        "GET /v1/balance/channels",
        "POST /v1/invoices",
        "GET /v1/invoice/00",
        "POST /v2/invoices/hodl",
        "POST /v2/invoices/settle",
        "POST /v2/invoices/cancel",
        "POST /v2/router/send",
        "GET /v2/router/track/AA==",
    ];
    for line in lines {
        for (macaroons, reason) in [
            (&[][..], "expected 1 macaroon, got 0"),
            (&[macaroon.as_str(), macaroon.as_str()], "expected 1 macaroon, got 2"),
            (&[other.as_str()], "verification failed"),
            (&[&macaroon[..62]], "verification failed"),
            (&[""], "verification failed"),
        ] {
            let answer = stage.send(line, macaroons, "{}").await;
            let (status, body) = (answer.status, answer.body().await);
            let error = if line.contains("router") { &body["error"] } else { &body };
            assert_eq!((status, &error["code"]), (500, &json!(2)), "{line}: {body}");
            assert!(error["message"].as_str().unwrap().starts_with(reason), "{line}: {body}");
        }
    }
    let in_capitals = stage.send("GET /v1/getinfo", &[&macaroon.to_uppercase()], "").await;
    assert_eq!(in_capitals.status, 200);
    assert!(!format!("{:?}", stage.server).contains(&macaroon));
    assert_eq!(stage.server.macaroon().to_lower_hex_string(), macaroon);
}

#[tokio::test]
async fn each_server_has_a_macaroon_of_its_own() {
    let (one, other) = (Stage::set().await.server, Stage::set().await.server);
    assert_ne!(one.macaroon(), other.macaroon());
    assert_ne!(one.macaroon(), [0; 32]);
}
