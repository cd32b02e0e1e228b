//! What a rule costs where no chain is in sight: formulas, ids, digests, and a whole trade in the ledger.

use std::hint::black_box;

use alloy_primitives::{Address, B256};
use barter_protocol::{Ledger, Preimage, Role, SigningDomain, Terms, credit, score};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const NOW: u64 = 1_780_000_000;

/// Terms of the size the gas table is measured with: 13 bytes of category, 51 of description.
fn terms(preimage: Preimage) -> Option<Terms> {
    let (payer, payee) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let description = "Logo design commission, two drafts, vector sources.";
    Terms::new(payer, payee, preimage.payment_hash(), 50_000, "digital-goods", description).ok()
}

fn bench_formulas(criterion: &mut Criterion) {
    criterion.bench_function("score", |bencher| bencher.iter(|| score(black_box(50_000))));
    criterion.bench_function("credit", |bencher| bencher.iter(|| credit(black_box(50_000))));
}

fn bench_identity(criterion: &mut Criterion) {
    let preimage = Preimage::new([7; 32]);
    let Some(terms) = terms(preimage) else { return };
    let domain = SigningDomain::new(31_337, Address::repeat_byte(3));
    let trade_id = B256::repeat_byte(9);
    criterion.bench_function("payment hash", |bencher| bencher.iter(|| black_box(preimage).payment_hash()));
    criterion.bench_function("trade id", |bencher| bencher.iter(|| black_box(&terms).trade_id(Role::Payer)));
    criterion.bench_function("open digest", |bencher| {
        bencher.iter(|| domain.open_trade_digest(black_box(&terms), Role::Payer, NOW));
    });
    criterion.bench_function("settle digest", |bencher| {
        bencher.iter(|| domain.settle_trade_digest(black_box(trade_id), preimage, NOW));
    });
}

fn bench_ledger(criterion: &mut Criterion) {
    let preimage = Preimage::new([7; 32]);
    let Some(terms) = terms(preimage) else { return };
    let empty = Ledger::new(SigningDomain::new(31_337, Address::repeat_byte(3)), Address::ZERO);
    criterion.bench_function("a whole trade in the ledger", |bencher| {
        bencher.iter_batched(
            || (empty.clone(), terms.clone()),
            |(mut ledger, terms)| {
                let (payer, payee) = (terms.payer(), terms.payee());
                let settled = ledger.propose(terms, Role::Payer, NOW).and_then(|trade_id| {
                    ledger.accept(payee, trade_id, NOW)?;
                    ledger.settle(payer, trade_id, preimage, NOW)
                });
                (settled, ledger)
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, bench_formulas, bench_identity, bench_ledger);
criterion_main!(benches);
