//! Trades by hand.

use alloy_primitives::{Address, B256, U256};
use barter_compliance::{SettledTrade, TradeGraph};
use barter_sim::{
    WalletId,
    detection::{Measured, Reading, Watch},
    scenario::DetectionSettings,
};

pub(crate) const DAY: u64 = 86_400;
pub(crate) const HOUR: u64 = 3_600;
/// Midnight, UTC.
pub(crate) const START: u64 = 20_000 * DAY;

// The places of statistics.
pub(crate) const VELOCITY: usize = 0;
pub(crate) const ISOLATION: usize = 1;
pub(crate) const UNIFORMITY: usize = 2;
pub(crate) const OFF_HOURS: usize = 3;
pub(crate) const PAIR_CAP: usize = 4;
pub(crate) const RISK: usize = 5;
pub(crate) const RINGS: usize = 6;
pub(crate) const CLUSTER: usize = 7;
pub(crate) const VIEWPOINT: usize = 8;
pub(crate) const ANY_FLAG: usize = 9;
pub(crate) const ANY_DETECTOR: usize = 10;

/// A settlement: payer, payee, satoshis, seconds since [`START`].
pub(crate) type Settlement = (u32, u32, u64, u64);

pub(crate) fn address(wallet: u32) -> Address {
    Address::from_word(B256::from(U256::from(wallet + 1)))
}

pub(crate) fn trade(number: usize, (payer, payee, amount_sats, after): Settlement) -> SettledTrade {
    let trade_id = B256::from(U256::from(number + 1));
    SettledTrade { trade_id, payer: address(payer), payee: address(payee), amount_sats, settled_at: START + after }
}

/// A world of so many wallets, all honest, in which these trades are settled; in order of time.
pub(crate) fn watch(wallets: usize, settlements: &[Settlement], settings: &DetectionSettings) -> Vec<Option<Reading>> {
    watch_until(wallets, settlements, settings, &vec![true; wallets], |_, _| {}).wallets
}

/// The same. `each_day`: told of the graph at each midnight.
pub(crate) fn watch_until(
    wallets: usize,
    settlements: &[Settlement],
    settings: &DetectionSettings,
    is_honest: &[bool],
    mut each_day: impl FnMut(&TradeGraph, u64),
) -> Measured {
    assert_eq!(wallets, is_honest.len());
    let (mut watch, mut graph) = (Watch::new(settings), TradeGraph::whole());
    let mut midnight = START + DAY;
    for (number, settlement) in settlements.iter().enumerate() {
        let trade = trade(number, *settlement);
        while trade.settled_at >= midnight {
            watch.end_day(&graph, midnight);
            each_day(&graph, midnight);
            midnight += DAY;
        }
        graph.push(trade);
        watch.settled(WalletId(settlement.0), WalletId(settlement.1), &trade);
    }
    watch.end_day(&graph, midnight);
    each_day(&graph, midnight);
    watch.finish(&graph, is_honest)
}

pub(crate) fn statistic(readings: &[Option<Reading>], wallet: usize, place: usize) -> f64 {
    readings[wallet].as_ref().unwrap().statistics[place]
}

pub(crate) fn points_at(readings: &[Option<Reading>], wallet: usize, place: usize) -> bool {
    readings[wallet].as_ref().unwrap().points_at[place]
}
