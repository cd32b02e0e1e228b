//! Findings about a wallet: from an index of up to 1,000,000 trades, kept warm or read once, and beside it the node-only way on
//! a smaller chain in the same run.
//!
//! `TRADES` limits how large the largest index gets, 1,000,000 unless set. Fails if a warm report misses its aim: p99 under
//! 5 ms for a wallet with 10,000 trades, and under 1 ms for one with 20.

#![allow(missing_docs, reason = "a bench has no interface")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/it/chain.rs"]
mod chain;
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/it/market.rs"]
mod market;
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/it/unmined.rs"]
mod unmined;

use std::{
    fs,
    future::pending,
    time::{Duration, Instant},
};

use barter_index::synthetic;
use barter_sdk::{Address, ComplianceClient, RunUntil};
use chain::{Chain, wallet};
use tokio::runtime::Runtime;

/// Sizes of the index, for the growth.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Trades for each wallet of a synthetic chain.
const TRADES_A_WALLET: u64 = 10;
/// Trades of the wallet that trades a lot; in a small index, that trades most.
const BUSY_TRADES: u64 = 10_000;
/// Trades of a wallet as most are.
const TYPICAL_TRADES: u64 = 20;
/// Reports for each figure.
const REPORTS: usize = 1_000;
/// The same where each takes long.
const SLOW_REPORTS: usize = 100;
/// Trades with each of three counterparties on the chain that the node-only way is compared on.
const CHAIN_TRADES: u64 = 167;

const AIM_BUSY: Duration = Duration::from_millis(5);
const AIM_TYPICAL: Duration = Duration::from_millis(1);

fn main() {
    let runtime = Runtime::new().unwrap();
    let most = std::env::var("TRADES").map_or(u64::MAX, |text| text.parse().expect("TRADES is a number"));
    println!("full report, p50 and p99 in ms\n");
    println!(
        "| trades | wallets | wallet's trades | first, warm | warm p50 | warm p99 | one shot p50 | one shot p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut missed = Vec::new();
    for trades in SIZES.into_iter().filter(|trades| *trades <= most) {
        missed = grown(&runtime, trades);
    }
    println!();
    beside_the_node(&runtime);
    assert!(missed.is_empty(), "missed: {missed:?}");
}

/// Reports in an index of so many trades. Those that missed their aim.
fn grown(runtime: &Runtime, trades: u64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barter.db");
    let settings = synthetic::Settings { trades, wallets: trades / TRADES_A_WALLET, ..synthetic::Settings::default() };
    let (numbered, took) = timed(|| unmined::index(&path, settings));
    eprintln!(
        "indexed {trades} trades in {:.1} s; {} bytes a trade",
        took.as_secs_f64(),
        fs::metadata(&path).unwrap().len() / trades
    );

    let client = unmined::reader(&path);
    let (_, first) = timed(|| report(runtime, &client.compliance(), numbered[0]));
    let of = |aim: u64| -> (Address, u64) {
        let summary = |wallet: &Address| runtime.block_on(client.compliance().wallet_summary(*wallet)).unwrap().trades;
        let counted = numbered.iter().step_by(1 + numbered.len() / 5_000).chain(&numbered[..100]);
        counted.map(|wallet| (*wallet, summary(wallet))).min_by_key(|(_, trades)| trades.abs_diff(aim)).unwrap()
    };
    let mut missed = Vec::new();
    for (aim, limit) in [(BUSY_TRADES, AIM_BUSY), (TYPICAL_TRADES, AIM_TYPICAL)] {
        let (wallet, its_trades) = of(aim);
        let warm = Spread::of(REPORTS, || drop(report(runtime, &client.compliance(), wallet)));
        let once = Spread::of(SLOW_REPORTS, || drop(report(runtime, &client.compliance().one_shot(), wallet)));
        println!(
            "| {trades} | {} | {its_trades} | {} | {} | {} | {} | {} |",
            settings.wallets,
            ms(first),
            ms(warm.median),
            ms(warm.p99),
            ms(once.median),
            ms(once.p99),
        );
        if warm.p99 > limit {
            missed.push(format!("{its_trades} trades: p99 {} ms, aimed at {} ms", ms(warm.p99), ms(limit)));
        }
    }
    missed
}

/// The same report of one chain, from its node and from an index of it.
fn beside_the_node(runtime: &Runtime) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barter.db");
    let chain = runtime.block_on(async {
        let chain = Chain::start().await;
        for payee in 1..4 {
            let amounts: Vec<u64> = (0..CHAIN_TRADES).map(|number| 1_000 + number).collect();
            chain.settle(0, payee, &amounts).await;
        }
        let client = chain.builder(3).index(path.to_str().unwrap()).build().unwrap();
        client.index().run(RunUntil::Head, pending(), |_| {}).await.unwrap();
        chain
    });
    let (node, indexed) = (chain.client(3), chain.builder(3).index(path.to_str().unwrap()).build().unwrap());
    let now = runtime.block_on(chain.now());
    let ask = |compliance: ComplianceClient| report(runtime, &compliance.at(now), wallet(0));
    let (expected, from_index) = (ask(node.compliance()), ask(indexed.compliance()));
    assert_eq!(expected, from_index);
    assert_eq!(expected, ask(indexed.compliance().one_shot()));
    let by_node = Spread::of(SLOW_REPORTS, || drop(ask(node.compliance())));
    let warm = Spread::of(REPORTS, || drop(ask(indexed.compliance())));
    let once = Spread::of(SLOW_REPORTS, || drop(ask(indexed.compliance().one_shot())));
    let fresh = Spread::of(SLOW_REPORTS, || {
        let client = chain.builder(3).index(path.to_str().unwrap()).build().unwrap();
        drop(ask(client.compliance().one_shot()));
    });
    println!(
        "the same report of a wallet with {} trades, from a node of this machine and its index\n",
        expected.trade_count
    );
    println!("| | p50 ms | p99 ms | times as fast as the node |");
    println!("|---|---|---|---|");
    for (name, spread) in [
        ("node only", &by_node),
        ("index, warm", &warm),
        ("index, one shot", &once),
        ("index, one shot, opened anew", &fresh),
    ] {
        let ratio = by_node.median.as_secs_f64() / spread.median.as_secs_f64();
        println!("| {name} | {} | {} | {ratio:.1} |", ms(spread.median), ms(spread.p99));
    }
}

fn report(runtime: &Runtime, compliance: &ComplianceClient, wallet: Address) -> barter_sdk::ComplianceReport {
    runtime.block_on(compliance.full_report(wallet)).unwrap()
}

/// How long something takes.
struct Spread {
    median: Duration,
    p99: Duration,
}

impl Spread {
    fn of(times: usize, work: impl Fn()) -> Self {
        let mut times: Vec<Duration> = (0..times).map(|_| timed(&work).1).collect();
        times.sort();
        Self { median: times[times.len() / 2], p99: times[times.len() * 99 / 100] }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let done = std::hint::black_box(work());
    (done, started.elapsed())
}

fn ms(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1e3)
}
