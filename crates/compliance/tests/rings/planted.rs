//! Rings planted in a market of honest trades.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use barter_compliance::{RingSettings, SettledTrade, wash_rings};

use crate::{DAY, market};

/// What is measured here is in docs/wash-rings.md.
#[test]
fn a_ring_of_five_in_a_market_of_a_thousand_wallets_is_found() {
    let honest = market::market(market::Size { trades: 10_000, wallets: 1_000, rings: 0 }, 1);
    let members: Vec<Address> = (100..105).map(market::address).collect();
    let ring: Vec<SettledTrade> = (0..15_u64)
        .map(|step| SettledTrade {
            trade_id: B256::left_padding_from(&step.to_be_bytes()),
            payer: members[usize::try_from(step).unwrap() % 5],
            payee: members[usize::try_from(step + 1).unwrap() % 5],
            amount_sats: 250_000 - step * 10,
            settled_at: market::OPENS_AT + 100 * DAY + step * 200,
        })
        .collect();
    let planted: Vec<B256> = ring.iter().map(|trade| trade.trade_id).collect();
    let mut trades = [honest.trades, ring].concat();
    trades.sort_by_key(|trade| trade.settled_at);
    let graph = market::graph(&market::Market { trades, planted: Vec::new() });

    let rings = wash_rings(&graph, &RingSettings::default());

    let (true_ones, others): (Vec<_>, Vec<_>) = rings.iter().partition(|ring| ring.trades == planted);
    assert_eq!(true_ones.len(), 1);
    let in_others: u64 = others.iter().map(|ring| ring.trade_count).sum();
    println!("{} other rings with {in_others} of 10,000 honest trades", others.len());
    assert!(in_others <= 20, "{in_others} of 10,000 honest trades are in {} rings", others.len());
}

/// Two hundred rings of two to eight wallets, each second one of which trades honestly too. Most are cut by the end of a
/// window, and found in parts. What is measured here is in docs/wash-rings.md.
#[test]
fn rings_planted_in_a_market_are_found() {
    let size = market::Size { trades: 20_000, wallets: 2_000, rings: 200 };
    let (whole, caught, honest) = found_in(&market::market(size, 7));
    assert!(whole >= 20, "{whole}% of rings whole");
    assert!(caught >= 85, "{caught}% of planted trades");
    assert!(honest <= 20, "{honest} of 20,000 honest trades");

    // Where it is less than 1% of the mean trade, the payment in front is part of the ring: up to 200 more.
    let (_, caught, honest) = found_in(&market::evading(size, 7));
    assert!(caught >= 85, "{caught}% of planted trades, with a payment in front of each ring");
    assert!(honest <= 220, "{honest} of 20,200 other trades, with a payment in front of each ring");
}

/// Rings found whole and planted trades that are in rings, in percent, and honest trades that are in rings.
fn found_in(market: &market::Market) -> (usize, usize, usize) {
    let rings = wash_rings(&market::graph(market), &RingSettings::default());
    let planted: BTreeSet<&[B256]> = market.planted.iter().map(Vec::as_slice).filter(|ring| !ring.is_empty()).collect();
    let in_planted: BTreeSet<B256> = planted.iter().flat_map(|ring| ring.iter().copied()).collect();
    let whole = rings.iter().filter(|ring| planted.contains(ring.trades.as_slice())).count();
    let in_rings: BTreeSet<B256> = rings.iter().flat_map(|ring| ring.trades.iter().copied()).collect();
    let caught = in_rings.intersection(&in_planted).count();
    let honest = in_rings.difference(&in_planted).count();
    println!(
        "{whole} of {} rings whole, {caught} of {} planted trades, {honest} honest ones",
        planted.len(),
        in_planted.len()
    );
    (whole * 100 / planted.len(), caught * 100 / in_planted.len(), honest)
}
