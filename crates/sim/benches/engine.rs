//! Whole trades through the bytecode, on one core: bare, in a world with agents, and out of a world's log again without them.
//! What agents cost is the second beside the third: the same transactions, decided and replayed.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod market;

use std::{
    hint::black_box,
    io,
    sync::{Arc, Mutex},
};

use alloy_primitives::Address;
use barter_sim::{
    Observer, Scenario,
    chain::{Chain, End},
    replay::replay,
    run,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const TRADES: u64 = 5_000;

/// Honest traders; detectors are not measured here.
const SCENARIO: &str = r#"
name = "traders"
days = 10
[detection]
enabled = false
[[crowd]]
agent = "trader"
count = 500
trades_per_day = 2.0
"#;

fn bare(criterion: &mut Criterion) {
    let (warm_up, trades) = (market::trades(0, 20_000), market::trades(20_000, TRADES));
    let mut group = criterion.benchmark_group("whole trades");
    group.sample_size(10).throughput(Throughput::Elements(TRADES));
    group.bench_function("bare", |bencher| {
        let start = || {
            let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
            chain.set_time(1_780_272_000);
            all(&mut chain, &warm_up);
            chain
        };
        bencher.iter_batched_ref(start, |chain| all(chain, &trades), BatchSize::LargeInput);
    });
    group.finish();
}

fn all(chain: &mut Chain, trades: &[market::Trade]) {
    let core = chain.addresses.core;
    for trade in trades {
        for (sender, data) in
            [(trade.payer, &trade.propose), (trade.payee, &trade.accept), (trade.payer, &trade.settle)]
        {
            let done = chain.execute(sender, core, data.clone());
            assert_eq!(black_box(done).end, End::Success);
        }
    }
}

/// Keeps the log of the first world.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observer for Kept {
    fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        Ok(Some(Box::new(self.clone())))
    }
}

fn world(criterion: &mut Criterion) {
    let scenario = Scenario::parse(SCENARIO).unwrap();
    let kept = Kept::default();
    let settled = run(&scenario, &kept).unwrap().settled;
    let log = kept.0.lock().unwrap().clone();
    let mut group = criterion.benchmark_group("whole trades");
    group.sample_size(10).throughput(Throughput::Elements(settled));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    group.bench_function("world with agents", |bencher| {
        bencher.iter(|| pool.install(|| run(&scenario, &())).unwrap());
    });
    group.bench_function("its log again, without agents", |bencher| {
        bencher.iter(|| replay(&log[..], |_| {}).unwrap());
    });
    group.finish();
}

criterion_group!(benches, bare, world);
criterion_main!(benches);
