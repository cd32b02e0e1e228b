//! Findings straight from a node.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy_sol_types::SolCall;
use barter_bindings::BarterCore;
use barter_sdk::{Address, BarterClient, ComplianceClient, ComplianceSettings, Error, FlagKind, RiskLevel};
use serde_json::{Value, json};

use crate::{
    chain::{ARBITER, Chain, wallet},
    endpoints::{Endpoint, Reaction},
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const NOT_FOUND: &str = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"invalid block"}}"#;
const NO_BATCHES: &str = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are not supported"}}"#;

/// A wallet that is nowhere on the chain.
pub(crate) const STRANGER: Address = Address::repeat_byte(0x57);

/// A chain on which four wallets traded for weeks: enough for every flag, every kind of unfinished trade, trades that
/// settled in one block, and proposals that nobody asked for.
pub(crate) async fn market() -> Chain {
    let chain = Chain::start().await;
    let arbiter = chain.client(ARBITER).trade();
    chain.pass_to(3 * HOUR).await;
    chain.settle(0, 1, &[50_000; 7]).await;
    chain.pass_to(10 * HOUR).await;
    chain.settle(2, 0, &[1_000, 70_000, 2_000_000]).await;
    chain.settle(0, 2, &[9_000, 9_000]).await;
    chain.settle(2, 3, &[123_456]).await;

    let disputed = chain.open(0, 1, &[30_000, 31_000, 32_000]).await;
    for (trade_id, _) in &disputed {
        chain.client(0).trade().dispute(*trade_id).await.unwrap();
    }
    arbiter.dismiss(disputed[0].0).await.unwrap();
    arbiter.uphold(disputed[1].0, wallet(1)).await.unwrap();
    chain.open(1, 2, &[5_000]).await;
    chain.propose(3, 0, 20).await;

    chain.pass(9 * DAY).await;
    chain.pass_to(12 * HOUR).await;
    chain.open(0, 3, &[6_000]).await;
    chain.settle(1, 0, &[4_000; 30]).await;
    chain.pass(HOUR).await;
    chain.settle(1, 0, &[5_000; 22]).await;
    chain
}

/// Every answer there is about a wallet, as JSON.
pub(crate) async fn answers(compliance: &ComplianceClient, wallet: Address) -> Value {
    json!({
        "flags": compliance.flags(wallet).await.unwrap(),
        "velocity": compliance.velocity(wallet).await.unwrap(),
        "isolation": compliance.isolation(wallet).await.unwrap(),
        "report": compliance.full_report(wallet).await.unwrap(),
        "summary": compliance.wallet_summary(wallet).await.unwrap(),
    })
}

pub(crate) fn everybody() -> Vec<Address> {
    (0..=ARBITER).map(wallet).chain([STRANGER]).collect()
}

fn reader(chain: &Chain, url: &str) -> BarterClient {
    chain.builder(3).rpc_url(url).build().unwrap()
}

fn is_call<C: SolCall>(body: &str) -> bool {
    body.contains(&alloy_primitives::hex::encode(C::SELECTOR))
}

#[tokio::test]
async fn every_answer_about_a_market() {
    let chain = market().await;
    let now = chain.now().await;
    let compliance = chain.client(3).compliance().at(now);
    let report = compliance.full_report(wallet(0)).await.unwrap();
    let kinds: BTreeSet<_> = report.flags.iter().map(|flag| flag.kind).collect();
    assert_eq!(kinds, BTreeSet::from([FlagKind::HighVelocity, FlagKind::Isolation, FlagKind::PairCapExceeded]));
    assert_eq!((report.risk_level, report.counterparties, report.trade_count), (RiskLevel::High, 2, 64));
    assert_eq!((report.velocity.trades_24h, report.velocity.trades_7d, report.velocity.trades_30d), (52, 52, 64));
    // Two disputed for good, one open for nine days, and one of today that may still settle.
    assert_eq!(report.completion_rate, Some(95.5));
    assert_eq!((report.cluster.wallet_count, report.cluster.isolation_score.to_bits()), (4, 1.0_f64.to_bits()));
    assert_eq!(report.at.block_timestamp, now);
    assert_eq!(report.at.block_number, chain.client(0).block_number().await.unwrap());
    let pair = report.flags.iter().find(|flag| flag.kind == FlagKind::PairCapExceeded).unwrap();
    assert_eq!((pair.evidence.count, pair.evidence.counterparties), (59, 1));

    let summary = compliance.wallet_summary(wallet(0)).await.unwrap();
    let profile = chain.client(3).trust().profile(wallet(0)).await.unwrap();
    assert_eq!((summary.score, summary.level), (profile.score, profile.level));
    assert_eq!((summary.trades, summary.counterparties), (profile.trade_count, profile.unique_counterparties));
    assert_eq!(summary.btr_credit, profile.credit_balance.units());
    assert_eq!((summary.risk, summary.flags, summary.at), (report.risk_level, 3, report.at));

    // A day later the last of them are out of the window by a second, and the block's time is the default.
    let later = chain.client(3).compliance().at(now + DAY).velocity(wallet(0)).await.unwrap();
    assert_eq!(later.trades_24h, 0);
    assert_eq!(chain.client(3).compliance().full_report(wallet(0)).await.unwrap(), report);
}

#[tokio::test]
async fn an_unknown_wallet_has_an_empty_report() {
    let chain = Chain::start().await;
    // Proposals are nothing of the wallet's own, and cost it nothing.
    chain.propose(0, 1, 3).await;
    let endpoint = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let client = reader(&chain, &endpoint.url);
    for wallet in [STRANGER, wallet(1)] {
        let report = client.compliance().full_report(wallet).await.unwrap();
        assert_eq!((report.risk_level, report.flags.len(), report.trade_count), (RiskLevel::Low, 0, 0));
        assert_eq!((report.score, report.completion_rate, report.counterparties), (0, None, 0));
        assert_eq!(report.cluster.wallets, [wallet]);
    }
    let pages = endpoint.bodies().iter().filter(|body| is_call::<BarterCore::getTradesPagedCall>(body)).count();
    assert_eq!(pages, 0);
}

#[tokio::test]
async fn settings_and_input_are_checked_first() {
    let endpoint = Endpoint::start("", |_| Reaction::Close).await;
    let chain = Chain::start_empty(31_337);
    let compliance = reader(&chain, &endpoint.url).compliance();
    let error = compliance.full_report("0xnonsense").await.unwrap_err();
    assert_eq!(error.code(), "invalid_address");
    let error =
        compliance.settings(ComplianceSettings { cluster_depth: 0, ..ComplianceSettings::default() }).unwrap_err();
    assert!(matches!(error, Error::Compliance(_)) && error.code() == "invalid_setting", "{error:?}");
    assert!(error.to_string().contains("cluster_depth is 0"), "{error}");
    assert_eq!(endpoint.requests(), 0);
}

#[tokio::test]
async fn a_dead_node_a_wrong_chain_and_no_contracts_are_told() {
    let chain = Chain::start_empty(31_337);
    let dead = reader(&chain, "http://127.0.0.1:1").compliance().full_report(STRANGER).await.unwrap_err();
    assert!(matches!(dead, Error::Network { .. }), "{dead:?}");
    let empty = reader(&chain, &chain.url).compliance().full_report(STRANGER).await.unwrap_err();
    assert!(matches!(empty, Error::NoContract { .. }), "{empty:?}");
    let other = Chain::start_empty(7);
    let wrong = reader(&chain, &other.url).compliance().full_report(STRANGER).await.unwrap_err();
    assert!(matches!(wrong, Error::WrongChain { expected: 31_337, actual: 7 }), "{wrong:?}");
}

#[cfg(not(feature = "index"))]
#[tokio::test]
async fn what_needs_every_trade_needs_the_feature() {
    let endpoint = Endpoint::start("", |_| Reaction::Close).await;
    let chain = Chain::start_empty(31_337);
    let compliance = reader(&chain, &endpoint.url).compliance();
    let policy = barter_sdk::Policy::parse(&format!("[viewpoint]\ntrusted = [\"{STRANGER}\"]\nminimum_seen_score = 1"));
    let errors = [
        compliance.rings().await.map(drop),
        compliance.rings_of(STRANGER).await.map(drop),
        compliance.viewpoint(&[STRANGER]).await.map(drop),
        compliance.screen(STRANGER, &policy.unwrap()).await.map(drop),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert!(matches!(error, Error::NeedsIndexFeature) && error.code() == "needs_index_feature", "{error:?}");
    }
    assert_eq!(endpoint.requests(), 0);
}

/// Nodes differ in what they take; the answer does not.
#[tokio::test]
async fn nodes_without_batches_or_block_hashes_give_the_same_answers() {
    let chain = market().await;
    let plain = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let single = Endpoint::start(&chain.url, |body| {
        if body.starts_with('[') { Reaction::Answer(NO_BATCHES.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let by_number = Endpoint::start(&chain.url, |body| {
        if body.contains("blockHash") { Reaction::Answer(NOT_FOUND.to_owned()) } else { Reaction::Pass }
    })
    .await;
    let [plain, single, by_number] =
        [&plain, &single, &by_number].map(|endpoint| reader(&chain, &endpoint.url).compliance().at(2_000_000_000));
    for wallet in everybody() {
        let expected = answers(&plain, wallet).await;
        assert_eq!(answers(&single, wallet).await, expected);
        assert_eq!(answers(&by_number, wallet).await, expected);
    }
}

#[tokio::test]
async fn a_chain_that_changes_meanwhile_is_read_anew() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[2_000, 3_000]).await;
    chain.settle(2, 3, &[2_000, 3_000]).await;
    let snapshot = Mutex::new(Some(chain.rpc("evm_snapshot", json!([])).await));
    chain.settle(0, 1, &[4_000, 5_000]).await;
    // Account 2 has the same trades on both chains; what changes is only the block.
    for (has_hashes, account) in [(true, 0), (false, 0), (true, 2), (false, 2)] {
        let url = chain.url.clone();
        let gone = Mutex::new(snapshot.lock().unwrap().take());
        let again = AtomicUsize::new(0);
        let endpoint = Endpoint::start(&chain.url, move |body| {
            if !has_hashes && body.contains("blockHash") {
                return Reaction::Answer(NOT_FOUND.to_owned());
            }
            if is_call::<BarterCore::getTradesPagedCall>(body) {
                again.fetch_add(1, Ordering::SeqCst);
                if let Some(snapshot) = gone.lock().unwrap().take() {
                    let url = url.clone();
                    let revert = async move {
                        crate::chain::rpc(&url, "evm_revert", json!([snapshot])).await;
                        crate::chain::rpc(&url, "anvil_mine", json!(["0x50"])).await;
                    };
                    // The endpoint's thread may wait: the node is another process.
                    let apart = std::thread::spawn(|| {
                        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(revert);
                    });
                    apart.join().unwrap();
                }
            }
            Reaction::Pass
        })
        .await;
        let report = reader(&chain, &endpoint.url).compliance().full_report(wallet(account)).await.unwrap();
        assert_eq!(report.trade_count, 2, "the other two are not on the chain");
        let block = format!("{:#x}", report.at.block_number);
        let block = chain.rpc("eth_getBlockByNumber", json!([block, false])).await;
        assert_eq!(block["hash"], json!(report.at.block_hash));
        assert_eq!(report.at.block_number, chain.client(0).block_number().await.unwrap());

        let kept = chain.rpc("evm_snapshot", json!([])).await;
        chain.settle(0, 1, &[4_000, 5_000]).await;
        *snapshot.lock().unwrap() = Some(kept);
    }
}

#[tokio::test]
async fn a_chain_that_never_settles_is_told() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[2_000]).await;
    let none = r#"{"jsonrpc":"2.0","id":0,"result":null}"#;
    let endpoint = Endpoint::start(&chain.url, move |body| {
        let is_second_look = body.contains("eth_getBlockByNumber") && !body.contains("latest");
        match (is_second_look, body.contains("blockHash")) {
            (true, _) => Reaction::Answer(none.to_owned()),
            (_, true) => Reaction::Answer(NOT_FOUND.to_owned()),
            _ => Reaction::Pass,
        }
    })
    .await;
    let error = reader(&chain, &endpoint.url).compliance().full_report(wallet(0)).await.unwrap_err();
    assert!(matches!(error, Error::ChainChanged { .. }) && error.is_transient(), "{error:?}");
}

/// Of several nodes behind one address some do not know the newest block yet.
#[tokio::test]
async fn a_backend_that_does_not_know_the_block_yet_is_waited_for() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[2_000]).await;
    for (refusals, is_told) in [(3, false), (usize::MAX, true)] {
        let left = AtomicUsize::new(refusals);
        let endpoint = Endpoint::start(&chain.url, move |body| {
            let refuse = body.contains("eth_call")
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            if refuse { Reaction::Answer(NOT_FOUND.to_owned()) } else { Reaction::Pass }
        })
        .await;
        let report = reader(&chain, &endpoint.url).compliance().full_report(wallet(0)).await;
        match report {
            Ok(report) => assert_eq!((report.trade_count, is_told), (1, false)),
            Err(error) => assert!(is_told && matches!(error, Error::NodeRefused { .. }), "{error:?}"),
        }
    }
}

/// Anybody can propose to anybody. What is older than a wallet's own trades is never read.
#[tokio::test]
async fn proposals_by_strangers_change_no_answer() {
    let chain = Chain::start().await;
    chain.propose(2, 0, 300).await;
    chain.settle(0, 1, &[2_000, 3_000, 4_000]).await;
    let client = chain.client(3);
    let before = answers(&client.compliance().at(2_000_000_000), wallet(0)).await;
    chain.propose(2, 0, 550).await;
    let endpoint = Endpoint::start(&chain.url, |_| Reaction::Pass).await;
    let client = reader(&chain, &endpoint.url);
    let mut after = answers(&client.compliance().at(2_000_000_000), wallet(0)).await;
    for answer in ["report", "summary"] {
        assert_ne!(after[answer]["at"], before[answer]["at"]);
        after[answer]["at"] = before[answer]["at"].clone();
    }
    assert_eq!(after, before);

    let first = endpoint.requests();
    client.compliance().velocity(wallet(0)).await.unwrap();
    let pages =
        endpoint.bodies()[first..].iter().filter(|body| is_call::<BarterCore::getTradesPagedCall>(body)).count();
    assert_eq!(pages, 2, "550 proposals are on two pages; the third would be 300 that are older than its trades");
}

#[tokio::test]
async fn a_list_without_end_is_told_and_a_list_that_lacks_trades_too() {
    let chain = Chain::start().await;
    chain.settle(0, 1, &[2_000, 3_000]).await;
    // An empty page, and where to go on: nowhere, or somewhere for ever.
    for next in [0, 1] {
        let words = [format!("{:064x}", 0x40), format!("{next:064x}"), format!("{:064x}", 0)].concat();
        let answer = format!(r#"{{"jsonrpc":"2.0","id":0,"result":"0x{words}"}}"#);
        let endpoint = Endpoint::start(&chain.url, move |body| {
            let is_page = body.starts_with('{') && is_call::<BarterCore::getTradesPagedCall>(body);
            if is_page { Reaction::Answer(answer.clone()) } else { Reaction::Pass }
        })
        .await;
        let compliance = reader(&chain, &endpoint.url).compliance();
        let asked = tokio::time::timeout(Duration::from_secs(30), compliance.flags(wallet(0)));
        let error = asked.await.expect("it ends").unwrap_err();
        if next == 0 {
            assert!(matches!(error, Error::InvalidResponse { .. }), "{error:?}");
            assert!(error.to_string().contains("lacks 2"), "{error}");
        } else {
            assert!(matches!(error, Error::TooManyTrades { maximum: 100_000, .. }), "{error:?}");
            assert!(error.next_step().contains("index"));
        }
    }
}
