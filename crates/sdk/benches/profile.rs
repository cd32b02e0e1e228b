//! A wallet's profile over HTTP, beside the published Python client's `get_profile`, for a wallet with 1,000 settled trades on
//! one local node, in one run.
//!
//! `PYTHON` names a Python with `barter-sdk` 1.0.2 in it; without, only the Rust side is measured. Ends with an error if the
//! Rust client is not at least 200 times as fast.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/it/chain.rs"]
mod chain;

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use barter_sdk::{Preimage, Role, SettlementOrder, TrustProfile};
use chain::{Chain, wallet};
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::future::join_all;
use tokio::runtime::Runtime;

/// Trades of the wallet.
const TRADES: u16 = 1_000;
/// How many times as fast as the Python client this has to be.
const AIM: f64 = 200.0;
/// Profiles read for the comparison; the median counts.
const READS: usize = 301;
/// Profiles the Python client reads; the median counts.
const PYTHON_READS: usize = 3;

/// Settles the trades of account 0, with three counterparties.
async fn trade(chain: &Chain) {
    let payer = chain.client(0);
    let payees: Vec<_> = (1..4).map(|account| chain.client(account)).collect();
    let deadline = chain.now().await + 100_000;
    let mut orders = Vec::new();
    let mut opens = Vec::new();
    for number in 0..TRADES {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        let preimage = Preimage::new(bytes);
        let payee = payees[usize::from(number) % payees.len()].trade();
        let hash = preimage.payment_hash();
        let signed = payee.sign_open(wallet(0), Role::Payer, hash, 50_000, "digital-goods", "Logo design", deadline);
        opens.push((signed.await.unwrap(), preimage));
    }
    let trades = payer.trade();
    for (opened, (_, preimage)) in
        join_all(opens.iter().map(|(signed, _)| trades.open(signed))).await.iter().zip(&opens)
    {
        orders.push(SettlementOrder::Own { trade_id: opened.as_ref().unwrap().trade_id, preimage: *preimage });
    }
    for batch in orders.chunks(100) {
        trades.settle_batch(batch).await.unwrap();
    }
}

fn profile(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let chain = runtime.block_on(async {
        let chain = Chain::start().await;
        trade(&chain).await;
        chain
    });
    let client = chain.client(0);
    let read = || -> TrustProfile { runtime.block_on(client.trust().profile(wallet(0))).unwrap() };
    assert_eq!(read().trade_count, u64::from(TRADES));

    criterion.bench_function("profile of 1,000 trades over HTTP", |bencher| bencher.iter(read));

    let Some(python) = std::env::var_os("PYTHON") else {
        println!("PYTHON is not set: nothing to compare with");
        return;
    };
    let ours = median((0..READS).map(|_| timed(read)).collect());
    let theirs = python_profile(&chain, Path::new(&python));
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!(
        "profile of a wallet with {TRADES} trades, same node: Rust {:.3} ms, Python barter-sdk 1.0.2 {:.1} ms, ratio {ratio:.0}",
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3,
    );
    assert!(ratio >= AIM, "the Rust client is {ratio:.0} times as fast, aimed at {AIM}");
}

fn timed<T>(work: impl Fn() -> T) -> Duration {
    let started = Instant::now();
    std::hint::black_box(work());
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// How long the Python client takes, by its own clock: starting Python is not counted.
fn python_profile(chain: &Chain, python: &Path) -> Duration {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let deployment = tempfile::NamedTempFile::new().unwrap();
    fs::write(deployment.path(), serde_json::to_string(&chain.deployment).unwrap()).unwrap();
    let output = Command::new(python)
        .arg(folder.join("benches/get_profile.py"))
        .arg(&chain.url)
        .arg(deployment.path())
        .arg(folder.join("../bindings/artifacts"))
        .arg(wallet(0).to_checksum(None))
        .arg(TRADES.to_string())
        .arg(PYTHON_READS.to_string())
        .output()
        .expect("PYTHON starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seconds: Vec<f64> = serde_json::from_slice(&output.stdout).unwrap();
    median(seconds.into_iter().map(Duration::from_secs_f64).collect())
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50);
    targets = profile
}
criterion_main!(benches);
