//! Trades made up for tests.

use alloy_primitives::{Address, B256, U256};
use barter_compliance::{ChainPoint, Settings, SettledTrade, Standing, TimeOfDay, TradeGraph, Unfinished};
use proptest::{collection::vec, prelude::*, sample::select};

/// 2025-11-14, 12:00:00 UTC.
pub(crate) const NOW: u64 = 1_763_121_600;
pub(crate) const DAY: u64 = 86_400;

pub(crate) const AT: ChainPoint =
    ChainPoint { block_number: 9_000_000, block_hash: B256::repeat_byte(0xb1), block_timestamp: NOW };

/// The wallet under test.
pub(crate) const ME: u8 = 0;

pub(crate) fn wallet(number: u8) -> Address {
    // Neither the order of addresses nor that of appearance is that of the numbers.
    Address::repeat_byte(number.wrapping_mul(97).wrapping_add(13))
}

pub(crate) fn trade(number: usize, payer: u8, payee: u8, amount_sats: u64, settled_at: u64) -> SettledTrade {
    let trade_id = alloy_primitives::keccak256(number.to_be_bytes());
    SettledTrade { trade_id, payer: wallet(payer), payee: wallet(payee), amount_sats, settled_at }
}

/// A whole graph of trades in any order.
pub(crate) fn whole(trades: &[SettledTrade]) -> TradeGraph {
    let mut trades = trades.to_vec();
    trades.sort_by_key(|trade| trade.settled_at);
    let mut graph = TradeGraph::whole();
    for trade in trades {
        graph.push(trade);
    }
    graph
}

/// `count` trades of [`ME`] that raise no flag by themselves but for their number: amounts and counterparties differ, and
/// all settled at noon, long ago.
pub(crate) fn plain(count: usize) -> Vec<SettledTrade> {
    (0..count)
        .map(|number| {
            let counterparty = 1 + u8::try_from(number % 200).unwrap();
            trade(number, ME, counterparty, 1_000 + number as u64, NOW - 400 * DAY + number as u64)
        })
        .collect()
}

pub(crate) fn standing(score: u64) -> Standing {
    Standing { score, credit: U256::from(1_500_000_000_000_000_000_u64), unfinished: Unfinished::default() }
}

prop_compose! {
    fn any_trade(wallets: u8)(
        payer in 0..wallets,
        payee in 0..wallets,
        amount_sats in prop_oneof![Just(1_000), Just(50_000), 1_000..5_000_u64, Just(2_100_000_000_000_000)],
        settled_at in any_time(),
    ) -> (u8, u8, u64, u64) {
        (payer, if payer == payee { (payee + 1) % wallets } else { payee }, amount_sats, settled_at)
    }
}

/// Times on and around everything that findings ask of a time, and few of them, so that many are equal.
fn any_time() -> impl Strategy<Value = u64> {
    let midnight = NOW - NOW % DAY;
    let off_hours = [2 * 3_600, 5 * 3_600].map(|edge| midnight - 3 * DAY + edge);
    let windows = [0, DAY, 7 * DAY, 30 * DAY].map(|span| NOW - span);
    let edges: Vec<u64> = windows.into_iter().chain(off_hours).collect();
    prop_oneof![
        (select(edges), 0..3_u64).prop_map(|(edge, around)| edge + around - 1),
        NOW - 40 * DAY..NOW + DAY,
        (0..40_u64, 0..DAY / 4).prop_map(move |(days, second)| midnight - days * DAY + second),
    ]
}

/// Up to `count` trades between `wallets` wallets, oldest first.
pub(crate) fn any_trades(wallets: u8, count: usize) -> impl Strategy<Value = Vec<SettledTrade>> {
    vec(any_trade(wallets), 0..=count).prop_map(|mut trades| {
        trades.sort_by_key(|(_, _, _, settled_at)| *settled_at);
        let numbered = trades.into_iter().enumerate();
        numbered.map(|(number, (payer, payee, sats, at))| trade(number, payer, payee, sats, at)).collect()
    })
}

prop_compose! {
    /// Thresholds low enough for small graphs to be on both sides of them.
    pub(crate) fn any_settings()(
        (velocity_trades_24h, isolation_counterparties, isolation_trades, pair_trades) in
            (1..6_u64, 1..5_u64, 1..12_u64, 1..6_u64),
        (uniformity_percent, uniformity_trades) in (select(vec![0, 20, 25, 33, 50, 60, 80, 100]), 1..8_u64),
        (off_hours_percent, off_hours_trades) in (select(vec![0, 20, 25, 33, 50, 60, 80, 100]), 1..8_u64),
        hours in select(vec![("02:00:00", "04:59:59"), ("22:00:00", "03:00:00"), ("02:00:00", "02:00:00")]),
        cluster_depth in 1..4_u64,
        cluster_wallets in prop_oneof![1..8_u64, Just(1_000)],
    ) -> Settings {
        Settings {
            velocity_trades_24h, isolation_counterparties, isolation_trades, uniformity_percent, uniformity_trades,
            off_hours_percent, off_hours_trades, pair_trades, cluster_depth, cluster_wallets,
            off_hours_from: time_of_day(hours.0),
            off_hours_to: time_of_day(hours.1),
        }
    }
}

pub(crate) fn time_of_day(text: &str) -> TimeOfDay {
    text.parse().unwrap()
}
