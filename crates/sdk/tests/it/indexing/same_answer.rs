//! The same answers from the index as from the node, whatever the chain does and whoever asks.

use std::{
    future::{pending, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use barter_sdk::{Error, Policy};
use serde_json::json;
use tokio::time::timeout;

use super::{assert_same, catch_up, indexed};
use crate::{
    chain::{Chain, wallet},
    compliance::{STRANGER, everybody, market},
    endpoints::{Endpoint, Reaction},
};

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
