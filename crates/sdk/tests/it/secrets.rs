//! Keys, preimages and the node's API key stay out of everything that is printed.

use std::time::Duration;

use barter_sdk::{BarterClient, Error, Preimage};
use futures_util::StreamExt as _;

use crate::{
    chain::{Chain, KEYS, plan, secret, wallet},
    endpoints::{Endpoint, Reaction},
};

/// What a node does with a request, given its body and a text that repeats the key.
type Behaviour = fn(&str, &str) -> Reaction;

const API_KEY: &str = "s3cr3tApiKey0123456789";
const PASSWORD: &str = "hunter2-hunter2";

fn check(what: &str, error: &Error) {
    let mut shown = format!("{error} {error:?} {error:#?} {} {:?}", error.next_step(), error.report());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        shown = format!("{shown} {error} {error:?}");
        cause = error.source();
    }
    shown += &serde_json::to_string(&error.report()).unwrap();
    for secret in [API_KEY, PASSWORD, &KEYS[0][2..]] {
        assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{what}: {shown}");
    }
}

#[tokio::test]
async fn no_error_shows_the_nodes_key() {
    let echo = format!(
        "{{\"error\":{{\"code\":-32000,\"message\":\"bad key {API_KEY} for /v2/{API_KEY}?token={API_KEY}\"}}}}"
    );
    let reactions: Vec<(&str, Behaviour)> = vec![
        ("echo in an error", |_, echo| Reaction::Answer(echo.to_owned())),
        ("echo with a status", |_, echo| Reaction::Status(403, echo.to_owned())),
        ("echo as text", |_, _| Reaction::Answer(format!("unknown field {API_KEY}"))),
        ("echo as a string", |_, _| Reaction::Answer(format!("\"{API_KEY}\""))),
        ("echo as a result", |_, _| Reaction::Answer(format!("{{\"id\":0,\"result\":\"{API_KEY}\"}}"))),
        ("status", |_, _| Reaction::Status(401, String::new())),
        ("redirect", |_, _| Reaction::Status(307, String::new())),
        ("close", |_, _| Reaction::Close),
        ("hang", |_, _| Reaction::Hang),
    ];
    for (what, reaction) in reactions {
        let echo = echo.clone();
        let endpoint = Endpoint::start("", move |body| reaction(body, &echo)).await;
        let host = endpoint.url.strip_prefix("http://").unwrap();
        let url = format!("http://user:{PASSWORD}@{host}/v2/{API_KEY}?token={API_KEY}");
        let builder = BarterClient::builder()
            .environment(barter_sdk::Environment::empty())
            .network("local")
            .rpc_url(&url)
            .private_key(KEYS[0])
            .deployment(plan().predict_addresses())
            .poll_interval(Duration::from_millis(20))
            .request_timeout(Duration::from_millis(200));
        let client = builder.clone().build().unwrap();
        for shown in
            [format!("{builder:?}"), format!("{client:?}"), format!("{:?}", builder.clone().deployer().unwrap())]
        {
            assert!(!shown.contains(API_KEY) && !shown.contains(PASSWORD) && !shown.contains(&KEYS[0][2..]), "{shown}");
        }
        let (preimage, hash) = secret();
        check(what, &client.trust().profile(wallet(0)).await.unwrap_err());
        check(what, &client.trust().history(wallet(0)).await.unwrap_err());
        check(what, &client.check().await.unwrap_err());
        check(what, &client.trade().propose(wallet(1), hash, 2_000, "", "").await.unwrap_err());
        check(what, &client.trade().settle(barter_sdk::B256::ZERO, preimage).await.unwrap_err());
        check(what, &client.watch().stream().next().await.unwrap().unwrap_err());
        check(what, &builder.deployer().unwrap().deploy(plan()).await.unwrap_err());
    }
}

#[test]
fn a_dead_or_bad_address_is_not_repeated() {
    for url in
        [format!("https://node.example:port/{API_KEY}"), API_KEY.to_owned(), format!("wss://node.example/{API_KEY}")]
    {
        let builder =
            BarterClient::builder().environment(barter_sdk::Environment::empty()).network("local").rpc_url(&url);
        assert!(!format!("{builder:?}").contains(API_KEY));
        check(&url, &builder.build().unwrap_err());
    }
    let builder = BarterClient::builder()
        .environment(barter_sdk::Environment::empty())
        .network("local")
        .private_key(&KEYS[0][..60]);
    assert!(!format!("{builder:?}").contains(&KEYS[0][2..60]));
    let error = builder.build().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&KEYS[0][2..60]));
}

#[tokio::test]
async fn errors_after_signing_show_no_preimage() {
    let chain = Chain::start().await;
    let preimage = Preimage::new([0xd7; 32]);
    let payer = chain.client(0);
    let id = payer.trade().propose(wallet(1), preimage.payment_hash(), 4_000, "", "").await.unwrap().trade_id;
    chain.client(1).trade().accept(id).await.unwrap();
    let endpoint = Endpoint::start(&chain.url, |body| {
        if body.contains("eth_sendRawTransaction") { Reaction::Close } else { Reaction::Pass }
    })
    .await;
    let payer = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let error = payer.trade().settle(id, preimage).await.unwrap_err();
    assert!(error.transaction_hash().is_some(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("d7d7d7"), "{error:?}");
}
