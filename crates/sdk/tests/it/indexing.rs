//! The index: filling it, and the same answers from it as from the node.

use std::{
    future::{pending, ready},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use barter_sdk::{
    BarterClient, DeployPlan, Deployment, Environment, Error, INDEX_VARIABLE, IndexProgress, Policy, RunUntil,
    ViewpointReport,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    chain::{Chain, plan, wallet},
    compliance::{STRANGER, answers, everybody, market},
    endpoints::{Endpoint, Reaction},
};

/// A client of a chain, with an index in this folder.
fn indexed(chain: &Chain, folder: &TempDir) -> BarterClient {
    at(chain, &folder.path().join("barter.db"))
}

fn at(chain: &Chain, path: &Path) -> BarterClient {
    chain.builder(3).index(path.to_str().unwrap()).build().unwrap()
}

/// Reads the index up to the newest block.
pub(crate) async fn catch_up(client: &BarterClient) -> IndexProgress {
    client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap()
}

/// Times of reports at which windows end in different ways, the newest block's the first.
async fn times(chain: &Chain) -> Vec<u64> {
    let now = chain.now().await;
    [0, 1, 3_599, 3_600, 86_400, 7 * 86_400, 30 * 86_400].into_iter().map(|later| now + later).collect()
}

/// Every answer about everybody, and those about all trades.
async fn all_answers(compliance: &barter_sdk::ComplianceClient) -> Value {
    let mut all = Vec::new();
    for wallet in everybody() {
        all.push(answers(compliance, wallet).await);
    }
    let seen = compliance.viewpoint(&[wallet(2)]).await.unwrap();
    json!({ "wallets": all, "rings": compliance.rings().await.unwrap(), "seen": shown(&seen) })
}

fn shown(seen: &ViewpointReport) -> Value {
    json!([seen.at, everybody().into_iter().map(|wallet| seen.viewpoint.score(wallet)).collect::<Vec<_>>()])
}

/// Asserts that a client's index, warm and read once, gives the answers the node gives.
pub(crate) async fn assert_same(chain: &Chain, client: &BarterClient) {
    let node = chain.client(3);
    for time in times(chain).await {
        let expected = all_answers(&node.compliance().at(time)).await;
        assert_eq!(all_answers(&client.compliance().at(time)).await, expected, "warm, at {time}");
        assert_eq!(all_answers(&client.compliance().at(time).one_shot()).await, expected, "one shot, at {time}");
    }
}

#[tokio::test]
async fn the_same_answers_from_the_index_and_the_node() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    let done = catch_up(&client).await;
    assert_eq!(done.block, Some(done.head));
    assert_eq!(done.head, client.block_number().await.unwrap());
    assert_same(&chain, &client).await;

    let status = client.index().status().await.unwrap();
    assert_eq!((status.settled, status.head.unwrap().number), (65, done.head));
    assert!(client.index().verify(ready(()), |_, _| {}).await.unwrap().is_none(), "it was stopped");
    let reached = Arc::new(Mutex::new((0, 0)));
    let seen = Arc::clone(&reached);
    let compared = client.index().verify(pending(), move |block, of| *seen.lock().unwrap() = (block, of)).await;
    assert!(compared.unwrap().unwrap().is_right());
    assert_eq!(*reached.lock().unwrap(), (done.head, done.head));
}

#[tokio::test]
async fn a_warm_graph_keeps_up() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    catch_up(&client).await;
    let before = client.compliance().at(2_000_000_000).full_report(wallet(2)).await.unwrap();
    chain.settle(2, 1, &[7_000, 8_000]).await;
    let behind = client.compliance().at(2_000_000_000).full_report(wallet(2)).await.unwrap();
    assert_eq!(behind, before, "what was not read is not known");
    for amounts in [&[3_000, 4_000][..], &[], &[5_000; 3]] {
        chain.settle(2, 3, amounts).await;
        chain.open(2, 3, &[9_000]).await;
        catch_up(&client).await;
        assert_same(&chain, &client).await;
    }
    // Somebody else's index run is noticed as well.
    chain.settle(3, 0, &[6_000]).await;
    catch_up(&indexed(&chain, &folder)).await;
    assert_same(&chain, &client).await;
}

#[tokio::test]
async fn a_reorganisation_is_undone_exactly() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    catch_up(&client).await;
    // As many trades in the place of others; fewer; more; and none in the place of some.
    let replacements: [(&[u64], &[u64]); 4] =
        [(&[3_000; 2], &[4_000; 2]), (&[3_000; 3], &[5_000]), (&[3_000], &[5_000; 4]), (&[3_000; 2], &[])];
    for (gone, instead) in replacements {
        let snapshot = chain.rpc("evm_snapshot", json!([])).await;
        chain.settle(0, 2, gone).await;
        chain.propose(0, 3, 2).await;
        catch_up(&client).await;
        assert_same(&chain, &client).await;

        chain.rpc("evm_revert", json!([snapshot])).await;
        chain.settle(1, 3, instead).await;
        chain.mine(40).await;
        let done = catch_up(&client).await;
        assert!(done.undone_blocks > 0, "{done:?}");
        assert_same(&chain, &client).await;
        let compared = client.index().verify(pending(), |_, _| {}).await.unwrap().unwrap();
        assert!(compared.is_right(), "{compared:?}");
    }
}

#[tokio::test]
async fn the_node_reorganises_itself_at_the_same_height() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    chain.settle(0, 1, &[2_000]).await;
    chain.settle(0, 1, &[3_000]).await;
    catch_up(&client).await;
    assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, 2);
    chain.rpc("anvil_reorg", json!([1, []])).await;
    catch_up(&client).await;
    let summary = client.compliance().wallet_summary(wallet(0)).await.unwrap();
    assert_eq!(summary.trades, 1);
    assert_same(&chain, &client).await;
}

#[tokio::test]
async fn a_policy_gets_the_same_decision_everywhere() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    catch_up(&client).await;
    let now = chain.now().await;
    let trusted = wallet(2).to_checksum(None);
    let policies = [
        "minimum_counterparties = 2".to_owned(),
        "highest_risk = \"low\"\n[settings]\npair_trades = 100\nvelocity_trades_24h = 100".to_owned(),
        "minimum_score = 10\nminimum_completion_rate = 99.0".to_owned(),
        format!("[viewpoint]\ntrusted = [\"{trusted}\"]\nminimum_seen_score = 1.5"),
    ];
    let mut decisions = Vec::new();
    for policy in policies.iter().map(|text| Policy::parse(text).unwrap()) {
        for wallet in everybody() {
            let expected = chain.client(3).compliance().at(now).screen(wallet, &policy).await.unwrap();
            let compliance = client.compliance().at(now);
            assert_eq!(compliance.screen(wallet, &policy).await.unwrap(), expected);
            assert_eq!(compliance.one_shot().screen(wallet, &policy).await.unwrap(), expected);
            decisions.push(expected.decision);
        }
    }
    assert!(decisions.contains(&barter_sdk::Decision::Allow) && decisions.contains(&barter_sdk::Decision::Deny));
}

/// What every trade is needed for is read into memory where there is no index, once, and then what is new.
#[tokio::test]
async fn rings_without_an_index() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[50_000]).await;
    chain.settle(1, 2, &[50_000]).await;
    chain.settle(2, 0, &[50_000]).await;
    let node = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let client = chain.builder(3).rpc_url(&node.url).build().unwrap();
    let found = client.compliance().rings().await.unwrap();
    assert_eq!((found.rings.len(), found.rings[0].trade_count), (1, 3));
    assert_eq!(found.at.block_number, client.block_number().await.unwrap());
    assert_eq!(client.compliance().rings_of(wallet(1)).await.unwrap(), found);
    assert!(client.compliance().rings_of(STRANGER).await.unwrap().rings.is_empty());

    chain.settle(0, 3, &[9_000]).await;
    let seen = client.compliance().viewpoint(&[wallet(0)]).await.unwrap();
    assert!(seen.viewpoint.score(wallet(3)).seen > 0.0);
    assert_eq!(seen.at.block_number, client.block_number().await.unwrap());
    let error = client.compliance().viewpoint::<barter_sdk::Address>(&[]).await.unwrap_err();
    assert!(matches!(error, Error::Compliance(_)), "{error:?}");
}

#[tokio::test]
async fn a_cause_is_told_once() {
    let chain = Chain::start().await;
    let client = chain.builder(3).index("postgres://barter@127.0.0.1:1/barter").build().unwrap();
    let error = client.index().status().await.unwrap_err();
    let message = error.report().message;
    assert_eq!(message.matches("efused").count(), 1, "{message}");
}

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
async fn an_index_of_something_else_is_refused() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("barter.db");
    catch_up(&at(&chain, &path)).await;
    let other_deployment = DeployPlan { arbiter: wallet(1), ..DeployPlan::default() };
    let deployed = chain.builder(0).deployer().unwrap().deploy(other_deployment).await.unwrap().deployment;
    let other = chain.builder(3).deployment(deployed).index(path.to_str().unwrap()).build().unwrap();
    let other_chain = Chain::start_empty(7);
    let elsewhere = other_chain.builder(3).chain_id(7).index(path.to_str().unwrap()).build().unwrap();
    for client in [&other, &elsewhere] {
        let error = client.compliance().flags(wallet(0)).await.unwrap_err();
        assert!(matches!(error, Error::Index(_)) && error.code() == "other_index", "{error:?}");
        let error = client.index().status().await.unwrap_err();
        assert_eq!(error.code(), "other_index", "{error:?}");
    }
    let error = other.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "other_index", "{error:?}");
}

/// One that was begun late lacks the trades before it, and with them whole histories.
#[tokio::test]
async fn an_index_begun_after_the_deployment_is_refused() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    chain.settle(0, 1, &[2_000]).await;
    let path = folder.path().join("barter.db");
    let from = |block| {
        let deployment = Deployment { block, ..chain.deployment };
        chain.builder(3).deployment(deployment).index(path.to_str().unwrap()).build().unwrap()
    };
    let late = chain.deployment.block + 1;
    catch_up(&from(late)).await;
    assert_eq!(from(late + 1).compliance().wallet_summary(wallet(0)).await.unwrap().trades, 1);
    let error = from(late - 1).compliance().wallet_summary(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "other_index", "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains(&format!("from block {late};")) && said.ends_with(&format!("from block {}", late - 1)),
        "{said}"
    );
}

/// Whoever has a file open goes on reading it though another is at its place.
#[tokio::test]
async fn an_index_made_anew_at_the_same_place_is_noticed() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("barter.db");
    let client = at(&chain, &path);
    chain.settle(0, 1, &[2_000; 2]).await;
    catch_up(&client).await;
    assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, 2);

    for ending in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("barter.db{ending}"));
        assert!(std::fs::remove_file(&file).is_ok() || !file.exists());
    }
    let error = client.compliance().wallet_summary(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "index_not_found", "{error:?}");

    let other = Chain::start().await;
    other.settle(0, 1, &[2_000]).await;
    catch_up(&at(&other, &path)).await;
    assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, 1);
    assert_same(&other, &client).await;
}

#[tokio::test]
async fn no_index_an_empty_one_and_what_is_none_are_told() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let none = chain.client(3).index();
    assert!(matches!(none.status().await, Err(Error::NoIndex)));
    assert!(matches!(none.run(RunUntil::Head, pending(), |_| {}).await, Err(Error::NoIndex)));

    let missing = at(&chain, &folder.path().join("missing.db"));
    let error = missing.compliance().flags(wallet(0)).await.unwrap_err();
    assert!(error.code() == "index_not_found" && error.to_string().contains("missing.db"), "{error:?}");
    assert!(!folder.path().join("missing.db").exists(), "asking makes no index");

    let nonsense = folder.path().join("nonsense.db");
    std::fs::write(&nonsense, "nonsense ".repeat(1_000)).unwrap();
    let nonsense = at(&chain, &nonsense);
    let asked = nonsense.compliance().flags(wallet(0)).await.unwrap_err();
    let filled = nonsense.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap_err();
    assert_eq!([asked.code(), filled.code()], ["not_an_index"; 2], "{asked:?}");

    let away = chain.builder(3).index("postgres://me:hush@127.0.0.1:1/db").build().unwrap();
    let error = away.compliance().flags(wallet(0)).await.unwrap_err();
    assert_eq!(error.code(), "index_database", "{error:?}");
    let shown = format!("{error} {error:?} {}", serde_json::to_string(&error.report()).unwrap());
    assert!(!shown.contains("hush") && shown.contains("postgres://me@127.0.0.1:1/db"), "{shown}");

    let empty = at(&chain, &folder.path().join("empty.db"));
    empty.index().run(RunUntil::Head, ready(()), |_| {}).await.unwrap();
    let error = empty.compliance().flags(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::EmptyIndex { .. }), "{error:?}");
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
async fn new_blocks_are_followed_until_it_is_stopped() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    let (stop, stopped) = oneshot::channel::<()>();
    let reached = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&reached);
    let index = client.index();
    let running = tokio::spawn(async move {
        let stopped = async move { drop(stopped.await) };
        index.run(RunUntil::Stopped, stopped, move |progress| *seen.lock().unwrap() = progress.events).await
    });
    for settled in 1..=3_u64 {
        chain.settle(0, 1, &[1_000 * settled]).await;
        let caught_up = async {
            // Opened, settled, two scores, two transfers.
            while *reached.lock().unwrap() < 7 * settled {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), caught_up).await.expect("it follows");
        // Read while it is written.
        assert_eq!(client.compliance().wallet_summary(wallet(0)).await.unwrap().trades, settled);
    }
    assert!(!running.is_finished());
    stop.send(()).unwrap();
    let done = timeout(Duration::from_secs(10), running).await.expect("it stops").unwrap().unwrap();
    assert_eq!(done.block, Some(client.block_number().await.unwrap()));
}

/// It stops at once, even while the node keeps it waiting; and so it does when nobody waits for it any more.
#[tokio::test]
async fn a_silent_node_does_not_keep_it_from_stopping() {
    let (chain, folder) = (Chain::start().await, tempfile::tempdir().unwrap());
    let is_silent = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_silent);
    let node = Endpoint::start(
        &chain.url,
        move |_| {
            if switch.load(Ordering::SeqCst) { Reaction::Hang } else { Reaction::Pass }
        },
    )
    .await;
    let path = folder.path().join("barter.db");
    let client = chain.builder(3).rpc_url(&node.url).index(path.to_str().unwrap()).build().unwrap();
    let silence = Arc::clone(&is_silent);
    let stop = async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        silence.store(true, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    let done = timeout(Duration::from_secs(10), client.index().run(RunUntil::Stopped, stop, |_| {})).await;
    assert!(done.expect("it stops").unwrap().block.is_some());

    is_silent.store(false, Ordering::SeqCst);
    let dropped = timeout(Duration::from_millis(300), client.index().run(RunUntil::Stopped, pending(), |_| {})).await;
    assert!(dropped.is_err());
    // The one that was dropped does not write any more.
    catch_up(&client).await;
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

/// Questions may be asked from any number of tasks, while trades are added and taken back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_ask_at_once() {
    let (chain, folder) = (market().await, tempfile::tempdir().unwrap());
    let client = indexed(&chain, &folder);
    catch_up(&client).await;
    let asking = (0..8).map(|task| {
        let compliance = client.compliance().at(2_000_000_000);
        let compliance = if task % 2 == 0 { compliance } else { compliance.one_shot() };
        tokio::spawn(async move {
            let mut last = 0;
            while last < 70 {
                let report = compliance.full_report(wallet(0)).await.unwrap();
                let count = report.trade_count;
                assert!((64..=70).contains(&count) && count >= last, "{count} after {last}");
                assert_eq!(compliance.rings().await.unwrap().rings.len(), 0);
                last = count;
            }
        })
    });
    let asking: Vec<_> = asking.collect();
    for amount in 1..=6 {
        chain.settle(0, 3, &[1_000 * amount]).await;
        catch_up(&client).await;
    }
    for task in asking {
        timeout(Duration::from_mins(1), task).await.expect("it ends").unwrap();
    }
}

#[test]
fn where_the_index_is_comes_from_the_builder_or_the_environment() {
    let builder = |location: &str| {
        let environment = Environment::from_pairs([(INDEX_VARIABLE, location)]);
        BarterClient::builder().environment(environment).network("local").deployment(plan().predict_addresses())
    };
    let error = builder("mysql://a:hush@b").build().unwrap_err();
    assert!(error.code() == "invalid_index_location" && !format!("{error:?} {error}").contains("hush"), "{error:?}");
    let client = builder("mysql://a:hush@b").index("postgres://me:hush@127.0.0.1:1/db").build().unwrap();
    let shown = format!("{client:?} {:?}", builder("x").index("postgres://me:hush@127.0.0.1:1/db"));
    assert!(!shown.contains("hush"), "{shown}");
    assert_eq!(client.index().location().unwrap(), "postgres://me@127.0.0.1:1/db");
}
