//! Nodes that are away, hang, talk nonsense, or are asked too much.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use alloy_sol_types::SolCall as _;
use barter_bindings::BarterCore;
use barter_sdk::{BarterClient, Error, SettlementOrder};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::{
    chain::{Chain, plan, secret, wallet},
    endpoints::{Endpoint, Reaction},
};

fn reader(url: &str) -> BarterClient {
    reader_within(url, Duration::from_secs(20))
}

fn reader_within(url: &str, request_timeout: Duration) -> BarterClient {
    BarterClient::builder()
        .environment(barter_sdk::Environment::empty())
        .network("local")
        .rpc_url(url)
        .deployment(plan().predict_addresses())
        .request_timeout(request_timeout)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_dead_endpoint_is_a_network_error() {
    let error = reader("http://127.0.0.1:1").trust().score(wallet(0)).await.unwrap_err();
    let Error::Network { endpoint, method: "eth_call", reason } = &error else { panic!("{error:?}") };
    assert_eq!(endpoint, "http://127.0.0.1:1");
    assert!(reason.contains("refused"), "{reason}");
    assert!(error.is_transient() && error.transaction_hash().is_none());
}

#[tokio::test]
async fn a_node_that_hangs_times_out() {
    let endpoint = Endpoint::start("", |_| Reaction::Hang).await;
    let started = Instant::now();
    let client = reader_within(&endpoint.url, Duration::from_millis(300));
    let error = client.trust().score(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::RequestTimedOut { method: "eth_call", .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nonsense_is_told_as_such() {
    let many = format!("[{}]", "1,".repeat(999) + "1");
    let answers = [
        "",
        "hello",
        "<html><body>Welcome</body></html>",
        "{}",
        "[]",
        "null",
        "{\"jsonrpc\":\"2.0\",\"id\":0}",
        "[{\"id\":0,\"result\":\"0x7a69\"}]",
        "[{\"id\":0,\"result\":\"0x7a69\"},{\"id\":7,\"result\":\"0x\"}]",
        "[{\"id\":0,\"result\":\"x\"},{\"id\":1,\"result\":\"0x\"}]",
        "[{\"id\":0,\"result\":\"0x7a69\"},{\"id\":1,\"result\":\"0x1234\"}]",
        "[{\"id\":0,\"result\":\"0x7a69\"},{\"id\":1,\"result\":{}}]",
        &many,
    ];
    for answer in answers.map(str::to_owned) {
        let shown = answer.chars().take(70).collect::<String>();
        let endpoint = Endpoint::start("", move |_| Reaction::Answer(answer.clone())).await;
        let error = reader(&endpoint.url).trust().profile(wallet(0)).await.unwrap_err();
        assert!(matches!(error, Error::InvalidResponse { .. }), "{shown}: {error:?}");
    }
}

#[tokio::test]
async fn numbers_that_do_not_fit_are_told() {
    let word = "f".repeat(64);
    let answer = format!("[{{\"id\":0,\"result\":\"0x7a69\"}},{{\"id\":1,\"result\":\"0x{}\"}}]", word.repeat(12));
    let endpoint = Endpoint::start("", move |_| Reaction::Answer(answer.clone())).await;
    let error = reader(&endpoint.url).trust().profile(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::InvalidResponse { .. }), "{error:?}");
}

#[tokio::test]
async fn statuses_without_json_are_told() {
    for status in [401, 404, 500] {
        let endpoint = Endpoint::start("", move |_| Reaction::Status(status, "go away".to_owned())).await;
        let error = reader(&endpoint.url).trust().score(wallet(0)).await.unwrap_err();
        assert!(matches!(error, Error::HttpStatus { status: told, .. } if told == status), "{error:?}");
        assert_eq!(endpoint.requests(), 1);
    }
    let endpoint = Endpoint::start("", |_| Reaction::Close).await;
    let error = reader(&endpoint.url).trust().score(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error:?}");
}

#[tokio::test]
async fn a_busy_node_is_asked_again() {
    let chain = Chain::start().await;
    let busy = AtomicUsize::new(2);
    let endpoint = Endpoint::start(&chain.url, move |_| {
        let left = busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() { Reaction::Status(429, String::new()) } else { Reaction::Pass }
    })
    .await;
    assert_eq!(reader(&endpoint.url).trust().score(wallet(0)).await.unwrap(), 0);
    assert_eq!(endpoint.requests(), 3);

    let endpoint = Endpoint::start("", |_| Reaction::Status(429, String::new())).await;
    let error = reader(&endpoint.url).trust().score(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::HttpStatus { status: 429, .. }), "{error:?}");
    assert_eq!(endpoint.requests(), 4);
}

#[tokio::test]
async fn a_node_that_takes_no_batches_is_asked_singly() {
    let chain = Chain::start().await;
    let refusal = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are not supported"}}"#;
    let endpoint = Endpoint::start(&chain.url, move |body| {
        if body.starts_with('[') { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
    })
    .await;
    assert_eq!(reader(&endpoint.url).trust().score(wallet(0)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_profile_is_one_request_the_first_time_and_every_time() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    let endpoint = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let mut expected = 0;
    for trades in 0..12_u64 {
        let fresh = reader(&endpoint.url);
        for client in [&fresh, &fresh] {
            let profile = client.trust().profile(wallet(0)).await.unwrap();
            assert_eq!(profile.counts.proposed, trades);
            expected += 1;
            assert_eq!(endpoint.requests(), expected);
        }
        let (_, hash) = secret();
        let id = payer.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
        payee.trade().accept(id).await.unwrap();
    }
    assert!(endpoint.bodies()[0].contains("eth_chainId"), "the first one checks the chain as well");
    assert!(!endpoint.bodies()[1].contains("eth_chainId"));
}

#[tokio::test]
async fn bad_input_makes_no_request() {
    let endpoint = Endpoint::start("", |_| Reaction::Close).await;
    let client = BarterClient::builder()
        .environment(barter_sdk::Environment::empty())
        .network("local")
        .rpc_url(&endpoint.url)
        .deployment(plan().predict_addresses())
        .private_key(crate::chain::KEYS[0])
        .build()
        .unwrap();
    let (_, hash) = secret();
    assert!(client.trust().profile("0xnonsense").await.is_err());
    assert!(client.trade().propose(wallet(1), hash, 999, "", "").await.is_err());
    assert!(client.trade().propose(wallet(0), hash, 1_000, "", "").await.is_err());
    assert_eq!(endpoint.requests(), 0);
}

#[tokio::test]
async fn a_preimage_in_the_wrong_hands_is_not_shown_to_the_node() {
    let chain = Chain::start().await;
    let (preimage, hash) = secret();
    let payer = chain.client(0);
    let id = payer.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
    chain.client(1).trade().accept(id).await.unwrap();

    let endpoint = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let payee = chain.builder(1).rpc_url(&endpoint.url).build().unwrap();
    assert_eq!(payee.trade().settle(id, preimage).await.unwrap_err().code(), "not_payer");
    let payer = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let wrong = barter_sdk::Preimage::new([0x77; 32]);
    assert_eq!(payer.trade().settle(id, wrong).await.unwrap_err().code(), "preimage_mismatch");
    let own = |preimage| [SettlementOrder::Own { trade_id: id, preimage }];
    assert_eq!(payee.trade().settle_batch(&own(preimage)).await.unwrap_err().code(), "not_payer");
    assert_eq!(payer.trade().settle_batch(&own(wrong)).await.unwrap_err().code(), "preimage_mismatch");
    for body in endpoint.bodies() {
        for secret in [preimage, wrong] {
            assert!(!body.contains(&secret.to_string()[2..]), "{body}");
        }
    }
}

/// Anybody can propose trades to a wallet, in any number. What follows from the wallet's own trades must not get dearer.
#[tokio::test]
async fn strangers_proposals_make_no_history_dearer() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    for _ in 0..2 {
        let (preimage, hash) = secret();
        let id = payer.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
        payee.trade().accept(id).await.unwrap();
        payer.trade().settle(id, preimage).await.unwrap();
    }
    let expected = payer.trust().history(wallet(0)).await.unwrap();
    assert_eq!((expected.len(), expected[1].new_score), (2, 6));

    let endpoint = endless_trades(&chain).await;
    let client = reader(&endpoint.url);
    client.block_number().await.unwrap();
    let before = endpoint.requests();
    let history = timeout(Duration::from_secs(10), client.trust().history(wallet(0))).await;
    assert_eq!(history.expect("it ends").unwrap(), expected);
    assert!(endpoint.requests() - before < 10, "{} requests", endpoint.requests() - before);
    let listed = timeout(Duration::from_secs(10), client.trade().list_by_address(wallet(0))).await;
    assert!(listed.expect("it ends").unwrap().is_empty());
}

/// The same for watching: what is read before is bounded, and what that leaves out is looked up.
#[tokio::test]
async fn strangers_proposals_neither_delay_nor_blind_a_watcher() {
    let chain = Chain::start().await;
    let (payer, payee) = (chain.client(0), chain.client(1));
    let (_, hash) = secret();
    let id = payer.trade().propose(wallet(1), hash, 4_000, "", "").await.unwrap().trade_id;
    let (_, hash) = secret();
    let other = payer.trade().propose(wallet(2), hash, 4_000, "", "").await.unwrap().trade_id;
    let from = payer.block_number().await.unwrap() + 1;
    chain.client(2).trade().accept(other).await.unwrap();
    payee.trade().accept(id).await.unwrap();
    let end = payer.block_number().await.unwrap();

    let endpoint = endless_trades(&chain).await;
    let client = reader(&endpoint.url);
    let events = client.watch().from_block(from).to_block(end).wallet(wallet(1)).unwrap().stream();
    let events: Vec<_> = timeout(Duration::from_secs(10), events.collect()).await.expect("it ends");
    let ids: Vec<_> = events.into_iter().map(|event| event.unwrap().event().kind.trade_id()).collect();
    assert_eq!(ids, [Some(id)]);
}

/// A node on which every wallet's list of trades is without end, and whatever is on a page is of no interest.
async fn endless_trades(chain: &Chain) -> Endpoint {
    let selector = alloy_primitives::hex::encode(BarterCore::getTradesPagedCall::SELECTOR);
    // An empty page, and where to go on.
    let words = [format!("{:064x}", 0x40), format!("{:064x}", 1), format!("{:064x}", 0)].concat();
    let answer = format!(r#"{{"jsonrpc":"2.0","id":0,"result":"0x{words}"}}"#);
    Endpoint::start(&chain.url, move |body| {
        if body.starts_with('{') && body.contains(&selector) {
            Reaction::Answer(answer.clone())
        } else {
            Reaction::Pass
        }
    })
    .await
}
