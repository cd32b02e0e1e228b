//! Wash rings in markets of growing size: `cargo bench -p barter-compliance --bench rings`.

mod market;

use std::hint::black_box;

use barter_compliance::{RingSettings, wash_rings};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn bench_rings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wash rings");
    group.sample_size(10);
    for size in market::SIZES {
        let graph = market::graph(&market::market(size, market::SEED));
        group.throughput(Throughput::Elements(size.trades as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size.trades), &graph, |bencher, graph| {
            bencher.iter(|| wash_rings(black_box(graph), &RingSettings::default()));
        });
    }
    let nested = market::graph(&market::nested(market::YEAR, market::SEED));
    group.throughput(Throughput::Elements(nested.len() as u64));
    group.bench_function("nested", |bencher| bencher.iter(|| wash_rings(black_box(&nested), &RingSettings::default())));
}

criterion_group!(benches, bench_rings);
criterion_main!(benches);
