//! Nodes that are away, behind, or say something else than they should.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use barter_sdk::{Error, IndexProgress, RunUntil};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{assert_same, at, catch_up, indexed};
use crate::{
    chain::{Chain, wallet},
    compliance::market,
    endpoints::{Endpoint, Reaction},
};

/// Everything up to its newest block was read, but that is not the chain's: a wait, and no success.
#[tokio::test]
async fn a_node_that_is_behind_the_index_is_not_the_end() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    let snapshot = chain.rpc("evm_snapshot", json!([])).await;
    chain.settle(0, 2, &[3_000]).await;
    let indexed = catch_up(&client).await.block;
    chain.rpc("evm_revert", json!([snapshot])).await;
    let status = serde_json::to_value(client.index().status().await.unwrap()).unwrap();
    assert_eq!(status["identity"]["barter_core"], client.deployment().barter_core.to_checksum(None));
    let error = client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains(&indexed.unwrap().to_string()), "{error}");
    assert_eq!(error.code(), "node_behind", "{error:?}");
    assert_eq!(client.index().status().await.unwrap().head.map(|head| head.number), indexed, "nothing is taken back");
}

#[tokio::test]
async fn a_dead_node_stops_filling_but_not_reading() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("barter.db");
    let dead = || chain.builder(3).rpc_url("http://127.0.0.1:1").index(path.to_str().unwrap()).build().unwrap();
    let error = dead().index().run(RunUntil::Stopped, pending(), |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Network { .. }), "{error:?}");

    catch_up(&at(&chain, &path)).await;
    let report = dead().compliance().at(2_000_000_000).full_report(wallet(0)).await.unwrap();
    assert_eq!(report, chain.client(3).compliance().at(2_000_000_000).full_report(wallet(0)).await.unwrap());
}

/// What the node leaves out is missed by what comes after it. Nothing of the page is kept.
#[tokio::test]
async fn a_node_that_leaves_out_logs_is_told() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000]).await;
    let client = chain.client(0);
    let opened = format!("{:#x}", client.block_number().await.unwrap() - 1);
    let opened = chain.rpc("eth_getBlockByNumber", json!([opened, false])).await["hash"].as_str().unwrap().to_owned();
    let node = Endpoint::start(&chain.url, move |body| {
        let is_left_out = body.contains("eth_getLogs") && body.contains(&opened);
        let nothing = r#"{"jsonrpc":"2.0","id":0,"result":[]}"#;
        if is_left_out { Reaction::Answer(nothing.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let path = folder.path().join("barter.db");
    let client = chain.builder(3).rpc_url(&node.url).index(path.to_str().unwrap()).build().unwrap();
    let error = client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Index(_)) && error.code() == "node_contradiction", "{error:?}");
    assert!(error.to_string().contains("never proposed"), "{error}");
    let error = client.compliance().rings().await.unwrap_err();
    assert!(matches!(error, Error::EmptyIndex { .. }), "{error:?}");
    // The same without an index of its own.
    let error = chain.builder(3).rpc_url(&node.url).build().unwrap().compliance().rings().await.unwrap_err();
    assert_eq!(error.code(), "node_contradiction", "{error:?}");
}

/// What is in memory is nowhere else: for a failure at the end it is not read again from the beginning.
#[tokio::test]
async fn a_failure_costs_nothing_of_what_is_in_memory() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[2_000]).await;
    chain.mine(40).await;
    chain.settle(0, 2, &[3_000]).await;
    let opened = format!("{:#x}", chain.client(0).block_number().await.unwrap() - 1);
    let opened = chain.rpc("eth_getBlockByNumber", json!([opened, false])).await["hash"].as_str().unwrap().to_owned();
    let is_lying = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&is_lying);
    let node = Endpoint::start(&chain.url, move |body| {
        let is_left_out = switch.load(Ordering::SeqCst) && body.contains("eth_getLogs") && body.contains(&opened);
        let nothing = r#"{"jsonrpc":"2.0","id":0,"result":[]}"#;
        if is_left_out { Reaction::Answer(nothing.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let client = chain.builder(3).rpc_url(&node.url).build().unwrap();
    let ranges = || node.bodies().iter().filter(|body| body.contains("toBlock")).count();
    let error = client.compliance().rings().await.unwrap_err();
    assert!(error.code() == "node_contradiction" && ranges() > 0, "{error:?}");
    let before = ranges();
    is_lying.store(false, Ordering::SeqCst);
    let seen = client.compliance().viewpoint(&[wallet(1)]).await.unwrap();
    assert!(seen.viewpoint.score(wallet(2)).seen > 0.0 && ranges() == before);
}

/// What lies between the block that was asked for and the one that was given would never be read.
#[tokio::test]
async fn another_block_than_was_asked_for_is_told() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000]).await;
    chain.settle(0, 1, &[3_000]).await;
    let settled = chain.client(0).block_number().await.unwrap();
    chain.mine(1).await;
    chain.settle(0, 1, &[4_000]).await;
    chain.mine(14).await;
    // The last block that is read by the range, which is asked for alone; and one with logs before it, among others.
    for (asked, given) in [(settled + 1, settled + 4), (settled - 1, settled - 2)] {
        let quoted = |number: u64| format!("[\"{number:#x}\",false]");
        let node = Endpoint::start(&chain.url, move |body| Reaction::Ask(body.replace(&quoted(asked), &quoted(given))));
        let node = node.await;
        let path = folder.path().join(format!("{asked}.db"));
        let client = chain.builder(3).rpc_url(&node.url).poll_interval(Duration::from_millis(2));
        let client = client.index(path.to_str().unwrap()).build().unwrap();
        let error = client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
        assert!(matches!(error, Error::InvalidResponse { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(&asked.to_string()) && said.contains(&given.to_string()), "{said}");
    }
}

/// Near the head a node may refuse what it does in a moment, or be cut off in the middle of its answer.
#[tokio::test]
async fn a_node_that_refuses_for_a_while_costs_nothing() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000; 3]).await;
    let refusal =
        |code: i32, said: &str| format!(r#"{{"jsonrpc":"2.0","id":0,"error":{{"code":{code},"message":"{said}"}}}}"#);
    let answers = [
        (refusal(-32_000, "unknown block"), "node_refused"),
        (refusal(-32_005, "too many requests"), "node_refused"),
        (r#"{"jsonrpc":"2.0","id":0,"resu"#.to_owned(), "invalid_response"),
    ];
    for (number, (answer, code)) in answers.into_iter().enumerate() {
        for (failures, is_told) in [(3, false), (usize::MAX, true)] {
            let (left, answer) = (AtomicUsize::new(failures), answer.clone());
            let node = Endpoint::start(&chain.url, move |body| {
                let is_refused = body.contains("eth_getBlockReceipts")
                    || body.contains("eth_getLogs")
                        && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
                if is_refused { Reaction::Answer(answer.clone()) } else { Reaction::Pass }
            })
            .await;
            let path = folder.path().join(format!("{number} {failures}.db"));
            let client = chain.builder(3).rpc_url(&node.url).poll_interval(Duration::from_millis(2));
            let client = client.index(path.to_str().unwrap()).build().unwrap();
            let waits = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&waits);
            let index = client.index();
            let done = index.run(RunUntil::Head, pending(), move |progress| {
                counted.fetch_add(usize::from(progress.waiting_for.is_some()), Ordering::SeqCst);
            });
            let done = timeout(Duration::from_mins(1), done).await.expect("it ends");
            assert!(waits.load(Ordering::SeqCst) > 0, "{number}, {failures}");
            match done {
                Ok(done) => assert_eq!((done.block, is_told), (Some(done.head), false)),
                Err(error) => assert!(is_told && error.code() == code, "{error:?}"),
            }
        }
    }
}

/// A block may hold more logs than the node gives to a question for logs. Its receipts have them too.
#[tokio::test]
async fn a_block_too_full_for_a_question_is_read_from_its_receipts() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    // One such block that is read by the range, and one near the head.
    chain.settle(0, 1, &[2_000; 4]).await;
    let far = chain.client(0).block_number().await.unwrap();
    chain.settle(0, 1, &[3_000]).await;
    chain.mine(20).await;
    chain.settle(0, 1, &[4_000; 3]).await;
    let near = chain.client(0).block_number().await.unwrap();
    let near = chain.rpc("eth_getBlockByNumber", json!([format!("{near:#x}"), false])).await["hash"].clone();
    let is_full = move |body: &str| {
        let request: Value = serde_json::from_str(body).unwrap();
        let block = |name: &str| {
            let text = request["params"][0][name].as_str()?;
            u64::from_str_radix(&text[2..], 16).ok()
        };
        request["method"] == "eth_getLogs"
            && match (block("fromBlock"), block("toBlock")) {
                (Some(from), Some(to)) => (from..=to).contains(&far),
                _ => request["params"][0]["blockHash"] == near,
            }
    };
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"more than 10000 results"}}"#;
    let none = |result: &str| Some(format!(r#"{{"jsonrpc":"2.0","id":0,"result":{result}}}"#));
    // A node that has the receipts; some that do not, or say so; and one that gives another block's.
    let receipts = [None, none("null"), none("[]"), Some(refusal.to_owned()), Some("other".to_owned())];
    for (number, instead) in receipts.into_iter().enumerate() {
        let (is_full, given) = (is_full.clone(), instead.clone());
        let node = Endpoint::start(&chain.url, move |body| {
            if body.contains("eth_getBlockReceipts") {
                return match given.as_deref() {
                    None => Reaction::Pass,
                    Some("other") => {
                        let mut request: Value = serde_json::from_str(body).unwrap();
                        request["params"] = json!(["0x2"]);
                        Reaction::Ask(request.to_string())
                    }
                    Some(answer) => Reaction::Answer(answer.to_owned()),
                };
            }
            if is_full(body) { Reaction::Answer(refusal.to_owned()) } else { Reaction::Pass }
        })
        .await;
        let path = folder.path().join(format!("{number}.db"));
        let client = chain.builder(3).rpc_url(&node.url).poll_interval(Duration::from_millis(2));
        let client = client.index(path.to_str().unwrap()).build().unwrap();
        let done = client.index().run(RunUntil::Head, pending(), |_| {}).await;
        let Some(instead) = instead else {
            // Beyond the pair's cap nothing is gained.
            assert_eq!(done.unwrap().events, 5 * 7 + 3 * 3);
            assert_same(&chain, &client).await;
            assert_eq!(client.trust().history(wallet(0)).await.unwrap().len(), 5);
            continue;
        };
        let error = done.unwrap_err();
        assert!(error.code() == "node_refused" && error.to_string().contains("10000"), "{instead}: {error:?}");
    }
}

/// A node that is away for a moment is waited for; one that stays away is told.
#[tokio::test]
async fn a_node_that_is_away_for_a_while_costs_nothing() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000; 3]).await;
    for (failures, is_told) in [(3, false), (usize::MAX, true)] {
        let left = AtomicUsize::new(failures);
        let asked = AtomicUsize::new(0);
        let node = Endpoint::start(&chain.url, move |body| {
            // Not before it has answered once.
            let is_away = body.contains("eth_getBlockByNumber")
                && asked.fetch_add(1, Ordering::SeqCst) > 0
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            if is_away { Reaction::Close } else { Reaction::Pass }
        })
        .await;
        let path = folder.path().join(format!("{failures}.db"));
        let client = chain.builder(3).rpc_url(&node.url).poll_interval(Duration::from_millis(2));
        let client = client.index(path.to_str().unwrap()).build().unwrap();
        let waits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&waits);
        let index = client.index();
        let done = index.run(RunUntil::Head, pending(), move |progress| {
            counted.fetch_add(usize::from(progress.waiting_for.is_some()), Ordering::SeqCst);
        });
        let done = timeout(Duration::from_mins(1), done).await.expect("it ends");
        assert!(waits.load(Ordering::SeqCst) > 0);
        if is_told {
            assert!(matches!(done, Err(Error::Network { .. })), "{done:?}");
        } else {
            assert_eq!(done.unwrap().block, Some(chain.client(0).block_number().await.unwrap()));
        }
    }
}

#[tokio::test]
async fn large_pages_that_are_refused_are_read_in_smaller_ones() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    for _ in 0..3 {
        chain.settle(0, 1, &[2_000]).await;
        chain.mine(300).await;
    }
    let node = Endpoint::start(&chain.url, |body| {
        let request: Value = serde_json::from_str(body).unwrap();
        let block = |name: &str| {
            let text = request["params"][0][name].as_str()?;
            u64::from_str_radix(&text[2..], 16).ok()
        };
        match (block("fromBlock"), block("toBlock")) {
            (Some(from), Some(to)) if to - from >= 100 => {
                let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"range too large"}}"#;
                Reaction::Answer(refusal.to_owned())
            }
            _ => Reaction::Pass,
        }
    })
    .await;
    let path = folder.path().join("barter.db");
    let client = chain.builder(3).rpc_url(&node.url).index(path.to_str().unwrap()).build().unwrap();
    let pages = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&pages);
    let push = move |progress: &IndexProgress| seen.lock().unwrap().push(progress.clone());
    let done = client.index().run(RunUntil::Head, pending(), push).await.unwrap();
    assert_eq!((done.events, done.block), (3 * 7, Some(done.head)));
    let pages = pages.lock().unwrap().clone();
    assert!(pages.len() >= 9, "{} pages", pages.len());
    assert!(pages.windows(2).all(|pair| pair[0].block <= pair[1].block && pair[0].events <= pair[1].events));
    assert_same(&chain, &client).await;
}
