//! Watching: the past, the present, and a past that changes.

use std::time::Duration;

use barter_sdk::{BarterClient, Change, Error, EventKind, EventStream, TradeId};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    chain::{Chain, secret, wallet},
    endpoints::{Endpoint, Reaction},
};

async fn next(events: &mut EventStream) -> Change {
    timeout(Duration::from_secs(20), events.next()).await.expect("an event comes").expect("the stream goes on").unwrap()
}

/// The next changes as lines such as `+trade_proposed`.
async fn names(events: &mut EventStream, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..count {
        let change = next(events).await;
        names.push(format!("{}{}", if change.is_removed() { '-' } else { '+' }, change.event().kind.name()));
    }
    names
}

async fn quiet(events: &mut EventStream) {
    let more = timeout(Duration::from_millis(400), events.next()).await;
    assert!(more.is_err(), "{more:?}");
}

async fn propose(from: &BarterClient, to: usize) -> TradeId {
    let (_, hash) = secret();
    from.trade().propose(wallet(to), hash, 4_000, "", "").await.unwrap().trade_id
}

/// A settled trade of two accounts.
async fn trade(chain: &Chain, payer: usize, payee: usize) -> TradeId {
    let (preimage, hash) = secret();
    let id = chain.client(payer).trade().propose(wallet(payee), hash, 4_000, "goods", "a book").await.unwrap().trade_id;
    chain.client(payee).trade().accept(id).await.unwrap();
    chain.client(payer).trade().settle(id, preimage).await.unwrap();
    id
}

const SETTLED_TRADE: [&str; 7] = [
    "+trade_proposed",
    "+trade_accepted",
    "+score_updated",
    "+score_updated",
    "+credit_transferred",
    "+credit_transferred",
    "+trade_settled",
];

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn settled_trade_sorted() -> Vec<String> {
    sorted(SETTLED_TRADE.map(str::to_owned).to_vec())
}

#[tokio::test]
async fn the_past_and_then_the_present() {
    let chain = Chain::start().await;
    let first = trade(&chain, 0, 1).await;
    let client = chain.client(2);
    let mut events = client.watch().from_block(0).stream();
    let change = next(&mut events).await;
    let EventKind::TradeProposed { trade_id, party_a, party_b, payer, amount_sats, category, description, .. } =
        &change.event().kind
    else {
        panic!("{change:?}")
    };
    assert_eq!((*trade_id, *party_a, *party_b, *payer), (first, wallet(0), wallet(1), wallet(0)));
    assert_eq!((*amount_sats, category.as_str(), description.as_str()), (4_000, "goods", "a book"));
    names(&mut events, 6).await;
    quiet(&mut events).await;

    let second = trade(&chain, 1, 2).await;
    assert_eq!(sorted(names(&mut events, 7).await), settled_trade_sorted());
    let mut live = client.watch().stream();
    quiet(&mut live).await;
    let third = propose(&client, 0).await;
    assert_eq!(next(&mut live).await.event().kind.trade_id(), Some(third));
    assert_ne!(second, third);
}

#[tokio::test]
async fn a_range_ends() {
    let chain = Chain::start().await;
    trade(&chain, 0, 1).await;
    let client = chain.client(0);
    let end = client.block_number().await.unwrap();
    trade(&chain, 0, 1).await;
    let events: Vec<_> = client.watch().from_block(0).to_block(end).stream().collect().await;
    assert_eq!(events.len(), 7);
    let settled = events[6].as_ref().unwrap().event();
    assert_eq!(settled.block_number, end);
    assert!(settled.timestamp.is_some());
    let json = serde_json::to_value(events[1].as_ref().unwrap()).unwrap();
    assert_eq!((&json["change"], &json["event"]), (&json!("added"), &json!("trade_accepted")));
    assert!(json["trade_id"].is_string() && json["block_number"].is_u64());
}

#[tokio::test]
async fn one_wallet_only() {
    let chain = Chain::start().await;
    let before = propose(&chain.client(0), 1).await;
    propose(&chain.client(0), 2).await;
    let from = chain.client(0).block_number().await.unwrap() + 1;
    // Accepted within what is watched, proposed before it.
    chain.client(1).trade().accept(before).await.unwrap();
    trade(&chain, 0, 2).await;
    let mut events = chain.client(3).watch().from_block(from).wallet(wallet(1)).unwrap().stream();
    let change = next(&mut events).await;
    assert_eq!(change.event().kind, EventKind::TradeAccepted { trade_id: before });
    trade(&chain, 1, 2).await;
    // The other party's score and credit are not this wallet's.
    let seen = sorted(names(&mut events, 5).await);
    assert_eq!(seen, ["+credit_transferred", "+score_updated", "+trade_accepted", "+trade_proposed", "+trade_settled"]);
    quiet(&mut events).await;
}

#[tokio::test]
async fn a_reorganisation_takes_back_and_gives_anew() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let mut events = client.watch().from_block(0).stream();
    let kept = propose(&client, 1).await;
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(kept));
    chain.mine(2).await;

    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    let (first, second) = (propose(&client, 1).await, propose(&client, 2).await);
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(first));
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(second));

    chain.rpc("evm_revert", json!([snapshot])).await;
    let replacement = propose(&client, 3).await;
    chain.mine(3).await;
    let change = next(&mut events).await;
    assert!(change.is_removed() && change.event().kind.trade_id() == Some(second), "{change}");
    let change = next(&mut events).await;
    assert!(change.is_removed() && change.event().kind.trade_id() == Some(first), "{change}");
    let change = next(&mut events).await;
    assert!(!change.is_removed() && change.event().kind.trade_id() == Some(replacement), "{change}");
    quiet(&mut events).await;
}

#[tokio::test]
async fn a_reorganisation_by_the_node_itself() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let mut events = client.watch().from_block(0).stream();
    trade(&chain, 0, 1).await;
    let mut happened = names(&mut events, 7).await;
    // The last two blocks, with acceptance and settlement, are replaced by empty ones.
    chain.rpc("anvil_reorg", json!([2, []])).await;
    happened.reverse();
    let taken_back: Vec<_> = happened[..6].iter().map(|name| name.replace('+', "-")).collect();
    assert_eq!(names(&mut events, 6).await, taken_back);
    chain.mine(1).await;
    quiet(&mut events).await;
}

#[tokio::test]
async fn a_chain_that_gets_shorter_is_followed() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let mut events = client.watch().from_block(0).stream();
    let first = propose(&client, 1).await;
    let second = propose(&client, 1).await;
    next(&mut events).await;
    next(&mut events).await;
    chain.rpc("anvil_rollback", json!([1])).await;
    let change = next(&mut events).await;
    assert!(change.is_removed() && change.event().kind.trade_id() == Some(second), "{change}");
    quiet(&mut events).await;
    assert_ne!(first, second);
}

/// Whatever happens to the chain, what was added and not removed is what is there in the end.
#[tokio::test]
async fn after_many_reorganisations_the_sum_is_the_chain() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let mut events = client.watch().from_block(0).poll_interval(Duration::from_millis(5)).stream();
    let mut present: Vec<(u64, u64, TradeId)> = Vec::new();
    for round in 0..12_u64 {
        let snapshot = chain.rpc("evm_snapshot", json!([])).await;
        for _ in 0..=round % 3 {
            propose(&client, 1).await;
        }
        if round % 2 == 0 {
            drain(&mut events, &mut present).await;
        }
        if round % 3 != 2 {
            chain.rpc("evm_revert", json!([snapshot])).await;
            for _ in 0..round % 4 {
                propose(&client, 2).await;
            }
            chain.mine(1 + round % 2).await;
        }
    }
    let listed = client.trade().list_by_address(wallet(0)).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|trade| trade.trade_id).collect();
    assert!(listed.len() > 10);
    let seen = |present: &[(u64, u64, TradeId)]| present.iter().map(|(_, _, id)| *id).collect::<Vec<_>>();
    for _ in 0..20 {
        drain(&mut events, &mut present).await;
        if seen(&present) == listed {
            break;
        }
    }
    assert_eq!(seen(&present), listed);
}

async fn drain(events: &mut EventStream, present: &mut Vec<(u64, u64, TradeId)>) {
    while let Ok(change) = timeout(Duration::from_millis(250), events.next()).await {
        let change = change.unwrap().unwrap();
        let event = change.event();
        let entry = (event.block_number, event.log_index, event.kind.trade_id().unwrap());
        if change.is_removed() {
            assert_eq!(present.pop(), Some(entry), "taken back in the opposite order");
        } else {
            assert!(present.last().is_none_or(|last| (last.0, last.1) < (entry.0, entry.1)));
            present.push(entry);
        }
    }
}

#[tokio::test]
async fn pages_shrink_until_the_node_takes_them() {
    let chain = Chain::start().await;
    for _ in 0..3 {
        trade(&chain, 0, 1).await;
        chain.mine(40).await;
    }
    let refusal =
        r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32600,"message":"at most 10 blocks, upgrade your plan"}}"#;
    let endpoint = Endpoint::start(&chain.url, move |body| {
        let request: serde_json::Value = serde_json::from_str(body).unwrap();
        if request["method"] == "eth_getLogs" && request["params"][0]["fromBlock"].is_string() {
            let number = |name: &str| {
                let text = request["params"][0][name].as_str().unwrap().to_owned();
                u64::from_str_radix(&text[2..], 16).unwrap()
            };
            if number("toBlock") - number("fromBlock") >= 10 {
                return Reaction::Answer(refusal.to_owned());
            }
        }
        Reaction::Pass
    })
    .await;
    let client = chain.builder(0).rpc_url(&endpoint.url).build().unwrap();
    let end = client.block_number().await.unwrap();
    let events: Vec<_> = client.watch().from_block(0).to_block(end).stream().collect().await;
    assert_eq!(events.into_iter().flatten().count(), 21);
    assert_eq!(client.trust().history(wallet(0)).await.unwrap().len(), 3);
    let requests = endpoint.bodies().iter().filter(|body| body.contains("toBlock")).count();
    assert!(requests < 80, "{requests} requests for {end} blocks");
}

/// The past is read by the range, and what the range ends with is asked for apart: in between, the chain may change.
#[tokio::test]
async fn a_reorganisation_in_the_middle_of_a_page_is_noticed() {
    let chain = Chain::start().await;
    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    let gone = propose(&chain.client(0), 1).await;
    chain.mine(60).await;
    let (url, snapshot) = (chain.url.clone(), std::sync::Mutex::new(Some(snapshot)));
    let ranges = std::sync::atomic::AtomicUsize::new(0);
    let endpoint = Endpoint::start(&chain.url, move |body| {
        if body.contains("eth_getLogs") && body.contains("toBlock") {
            ranges.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        } else if body.contains("eth_getBlockByNumber")
            && ranges.load(std::sync::atomic::Ordering::SeqCst) == 1
            && let Some(snapshot) = snapshot.lock().unwrap().take()
        {
            // The endpoint's thread may wait: the node is another process.
            let url = url.clone();
            let reorganise = async move {
                crate::chain::rpc(&url, "evm_revert", json!([snapshot])).await;
                crate::chain::rpc(&url, "anvil_mine", json!(["0x50"])).await;
            };
            let apart = std::thread::spawn(|| {
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(reorganise);
            });
            apart.join().unwrap();
        }
        Reaction::Pass
    })
    .await;
    let client = chain.builder(3).rpc_url(&endpoint.url).build().unwrap();
    let end = client.block_number().await.unwrap();
    let events: Vec<_> = client.watch().from_block(0).to_block(end).stream().collect().await;
    assert!(events.is_empty(), "trade {gone} is not on the chain: {events:?}");
}

/// Of a service with several nodes one may be behind: asked for a range, it gives the logs it has, and no error.
#[tokio::test]
async fn a_backend_that_lags_hides_nothing() {
    let chain = Chain::start().await;
    let hidden = propose(&chain.client(0), 1).await;
    chain.mine(3).await;
    let endpoint = Endpoint::start(&chain.url, |body| {
        let request: serde_json::Value = serde_json::from_str(body).unwrap();
        let range_end = request["params"][0]["toBlock"].as_str().map(str::to_owned);
        // It does not know the block of the proposal yet, number 2.
        match range_end {
            Some(end) if u64::from_str_radix(&end[2..], 16).unwrap() >= 2 => {
                Reaction::Answer(r#"{"jsonrpc":"2.0","id":0,"result":[]}"#.to_owned())
            }
            _ => Reaction::Pass,
        }
    })
    .await;
    let client = chain.builder(3).rpc_url(&endpoint.url).build().unwrap();
    let mut events = client.watch().from_block(0).stream();
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(hidden));
    quiet(&mut events).await;
}

/// Asked for a block it does not know yet, such a one refuses; that is told only if it stays so.
#[tokio::test]
async fn a_backend_that_does_not_know_the_block_yet_is_waited_for() {
    let chain = Chain::start().await;
    let trade_id = propose(&chain.client(0), 1).await;
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"unknown block"}}"#;
    for (refusals, is_told) in [(2, false), (usize::MAX, true)] {
        let left = std::sync::atomic::AtomicUsize::new(refusals);
        let endpoint = Endpoint::start(&chain.url, move |body| {
            use std::sync::atomic::Ordering::SeqCst;
            let refuse = body.contains("eth_getBlockReceipts")
                || body.contains("blockHash")
                    && left.fetch_update(SeqCst, SeqCst, |left: usize| left.checked_sub(1)).is_ok();
            if refuse { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
        })
        .await;
        let client = chain.builder(3).rpc_url(&endpoint.url).build().unwrap();
        let mut events = client.watch().from_block(2).stream();
        let first = timeout(Duration::from_secs(20), events.next()).await.unwrap().unwrap();
        match first {
            Ok(change) => assert_eq!((change.event().kind.trade_id(), is_told), (Some(trade_id), false)),
            Err(error) => assert!(is_told && matches!(error, Error::NodeRefused { .. }), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_node_that_is_away_for_a_while_costs_nothing() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let away = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = std::sync::Arc::clone(&away);
    let endpoint = Endpoint::start(&chain.url, move |_| {
        if switch.load(std::sync::atomic::Ordering::SeqCst) { Reaction::Close } else { Reaction::Pass }
    })
    .await;
    let watcher = chain.builder(3).rpc_url(&endpoint.url).build().unwrap();
    let mut events = watcher.watch().from_block(0).stream();
    let first = propose(&client, 1).await;
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(first));
    away.store(true, std::sync::atomic::Ordering::SeqCst);
    let second = propose(&client, 1).await;
    let error = events.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error:?}");
    away.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(next(&mut events).await.event().kind.trade_id(), Some(second));
}

#[tokio::test]
async fn a_reorganisation_below_what_is_remembered_ends_the_stream() {
    let chain = Chain::start().await;
    let client = chain.client(0);
    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    let mut events = client.watch().from_block(0).page_blocks(50).stream();
    propose(&client, 1).await;
    next(&mut events).await;
    chain.mine(600).await;
    quiet(&mut events).await;
    chain.rpc("evm_revert", json!([snapshot])).await;
    propose(&client, 2).await;
    chain.mine(700).await;
    let error = timeout(Duration::from_secs(20), events.next()).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(error, Error::ReorganisedTooDeep { .. }), "{error:?}");
    assert!(events.next().await.is_none());
}
