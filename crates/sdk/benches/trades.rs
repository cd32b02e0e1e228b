//! Whole trades, invoice to settlement: a sale and its purchase, with a real chain (anvil, which mines each transaction at once) and a real
//! payment between two LDK nodes in this process. Three transactions and one payment a trade; both journals are on disk, and synced.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/it/chain.rs"]
mod chain;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use barter_sdk::{
    DealClient, DealStage, Journal, Purchase, Sale,
    lightning::embedded::{EmbeddedNetwork, EmbeddedNode, EmbeddedSettings},
};
use chain::{Chain, wallet};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;

/// Smallest trade there is, so that the channel lasts.
const AMOUNT: u64 = 1_000;
/// The largest channel that can be had without asking.
const CHANNEL_SATS: u64 = 16_000_000;
const PAYER: usize = 0;
const PAYEE: usize = 1;
/// Trades that go on at a time.
const AT_ONCE: u64 = 8;

/// A whole trade of a payee that knows its payer.
async fn trade(seller: &DealClient<EmbeddedNode>, buyer: &DealClient<EmbeddedNode>) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("order-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let sale = Sale { payer: Some(wallet(PAYER)), ..Sale::new(&id, AMOUNT) };
    let offer = seller.sell(&sale).await.unwrap();
    let purchase = Purchase::for_amount(AMOUNT);
    let (sold, bought) = join(seller.finish(&id), buyer.buy(&offer, &purchase)).await;
    assert_eq!((sold.unwrap().stage, bought.unwrap().stage), (DealStage::Settled, DealStage::Settled));
}

fn trades(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let chain = runtime.block_on(Chain::start());
    let folder = tempfile::tempdir().unwrap();
    let network = EmbeddedNetwork::new(EmbeddedSettings { channel_sats: CHANNEL_SATS }).unwrap();
    let deals = |account: usize, node: &EmbeddedNode| {
        let client = chain.builder(account).poll_interval(Duration::from_millis(5)).build().unwrap();
        client.deals(node.clone(), Journal::open(folder.path().join(account.to_string())).unwrap())
    };
    let (seller, buyer) = (deals(PAYEE, network.second()), deals(PAYER, network.first()));

    let mut group = criterion.benchmark_group("whole trades");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(1));
    group.bench_function("one after another", |bencher| {
        bencher.iter(|| runtime.block_on(trade(&seller, &buyer)));
    });
    group.throughput(Throughput::Elements(AT_ONCE));
    group.bench_function(format!("{AT_ONCE} at once"), |bencher| {
        bencher.iter(|| runtime.block_on(join_all((0..AT_ONCE).map(|_| trade(&seller, &buyer)))));
    });
    group.finish();
}

criterion_group!(benches, trades);
criterion_main!(benches);
