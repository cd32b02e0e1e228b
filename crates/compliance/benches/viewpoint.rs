//! All scores seen from ten trusted wallets, in markets of growing size: `cargo bench -p barter-compliance --bench
//! viewpoint`.

mod market;

use std::hint::black_box;

use barter_compliance::{Viewpoint, ViewpointSettings};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn bench_viewpoint(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("viewpoint");
    group.sample_size(10);
    for size in market::SIZES {
        let graph = market::graph(&market::market(size, market::SEED));
        group.throughput(Throughput::Elements(size.trades as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size.trades), &graph, |bencher, graph| {
            bencher.iter(|| Viewpoint::new(black_box(graph), &market::trusted(), &ViewpointSettings::default()));
        });
    }
}

criterion_group!(benches, bench_viewpoint);
criterion_main!(benches);
