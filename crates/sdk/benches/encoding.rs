//! What it costs to put a call into bytes and to read an answer: the client's own share of a request.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall as _, SolEvent as _};
use barter_bindings::{BarterCore, IBarterCore};
use criterion::{Criterion, criterion_group, criterion_main};

fn trade(number: u64) -> IBarterCore::Trade {
    IBarterCore::Trade {
        tradeId: B256::from(U256::from(number)),
        partyA: Address::repeat_byte(1),
        partyB: Address::repeat_byte(2),
        payer: Address::repeat_byte(1),
        paymentHash: B256::repeat_byte(3),
        amountSats: U256::from(50_000),
        status: 2,
        ruling: 0,
        createdAt: U256::from(1_700_000_000),
        acceptedAt: U256::from(1_700_000_100),
        settledAt: U256::from(1_700_000_200),
        category: "digital-goods".to_owned(),
        description: "Logo design commission, three drafts, delivered by May".to_owned(),
    }
}

fn calls(criterion: &mut Criterion) {
    let propose = BarterCore::proposeTradeCall {
        counterparty: Address::repeat_byte(2),
        paymentHash: B256::repeat_byte(3),
        amountSats: U256::from(50_000),
        category: "digital-goods".to_owned(),
        description: "Logo design commission, three drafts, delivered by May".to_owned(),
    };
    criterion.bench_function("encode proposeTrade", |bencher| bencher.iter(|| black_box(&propose).abi_encode()));
    let settle = BarterCore::settleTradeCall { tradeId: B256::repeat_byte(4), preimage: B256::repeat_byte(5) };
    criterion.bench_function("encode settleTrade", |bencher| bencher.iter(|| black_box(&settle).abi_encode()));
}

fn answers(criterion: &mut Criterion) {
    let wallet = BarterCore::getWalletCall::abi_encode_returns(&IBarterCore::Wallet {
        score: U256::from(347),
        uniqueCounterparties: U256::from(12),
        memberSince: U256::from(1_700_000_000),
        lastTradeAt: U256::from(1_700_000_200),
        proposed: U256::from(20),
        initiated: U256::from(9),
        accepted: U256::from(19),
        settled: U256::from(18),
        disputed: U256::from(1),
        faults: U256::ZERO,
        creditBalance: U256::from(10).pow(U256::from(21)),
        creditEarned: U256::from(10).pow(U256::from(21)),
    });
    criterion.bench_function("decode a profile", |bencher| {
        bencher.iter(|| BarterCore::getWalletCall::abi_decode_returns(black_box(&wallet)).unwrap());
    });

    let page = BarterCore::getTradesPagedReturn { page: (0..500).map(trade).collect(), next: B256::repeat_byte(9) };
    let page = BarterCore::getTradesPagedCall::abi_encode_returns(&page);
    criterion.bench_function("decode a page of 500 trades", |bencher| {
        bencher.iter(|| BarterCore::getTradesPagedCall::abi_decode_returns(black_box(&page)).unwrap());
    });

    let event = BarterCore::TradeProposed {
        tradeId: B256::repeat_byte(4),
        partyA: Address::repeat_byte(1),
        partyB: Address::repeat_byte(2),
        payer: Address::repeat_byte(1),
        paymentHash: B256::repeat_byte(3),
        amountSats: U256::from(50_000),
        category: "digital-goods".to_owned(),
        description: "Logo design commission, three drafts, delivered by May".to_owned(),
    };
    let log = event.encode_log_data();
    criterion.bench_function("decode a TradeProposed", |bencher| {
        bencher.iter(|| BarterCore::TradeProposed::decode_log_data(black_box(&log)).unwrap());
    });
}

criterion_group!(benches, calls, answers);
criterion_main!(benches);
