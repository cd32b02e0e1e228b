//! Who trades with nobody else, or with others only to begin.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Trade, crowd, market, run};

#[test]
fn a_circle_is_two_wallets_by_turns() {
    let seen = run(2, &crowd("circle", "trades = 7"));
    let parties: Vec<_> = seen.settled().iter().map(Trade::parties).collect();
    assert_eq!(parties, [(0, 1), (1, 0), (0, 1), (1, 0), (0, 1), (1, 0), (0, 1)]);
    // Five count: floor(log2(1,001)) + 1 is 10.
    assert_eq!((seen.crowd("circle").score, seen.crowd("circle").highest_score), (100, 50));
}

#[test]
fn in_a_ring_each_pays_the_next() {
    let seen = run(4, &crowd("ring", "wallets = 7\nrounds = 3"));
    let mut edges = BTreeMap::new();
    for trade in seen.settled() {
        assert_eq!(trade.payee.0, (trade.payer.0 + 1) % 7);
        *edges.entry(trade.parties()).or_insert(0) += 1;
    }
    assert_eq!((edges.len(), edges.values().all(|count| *count == 3)), (7, true));
}

#[test]
fn in_a_clique_every_pair_trades_as_often() {
    let seen = run(5, &crowd("clique", "wallets = 5\ntrades_each = 5"));
    let mut pairs = BTreeMap::new();
    seen.settled().iter().for_each(|trade| *pairs.entry(trade.pair()).or_insert(0) += 1);
    assert_eq!((pairs.len(), pairs.values().all(|count| *count == 5)), (10, true));
    assert_eq!(seen.crowd("clique").counted, 2 * 50);
    // By turns: nobody of a pair pays more than three of five.
    let mut edges = BTreeMap::new();
    seen.settled().iter().for_each(|trade| *edges.entry(trade.parties()).or_insert(0) += 1);
    assert!(edges.len() == 20 && edges.values().all(|count| *count == 2 || *count == 3), "{edges:?}");
}

#[test]
fn in_a_star_the_hub_is_in_every_trade_and_a_leaf_never_comes_back() {
    let seen = run(3, &crowd("star", "leaves = 6\ntrades_each = 4"));
    let leaves: Vec<_> = seen.settled().iter().map(|trade| (trade.pair().0, trade.pair().1)).collect();
    let expected: Vec<_> = (1..=6).flat_map(|leaf| [(0, leaf); 4]).collect();
    assert_eq!(leaves, expected);
    assert_eq!(seen.outcome.wallets.iter().filter(|wallet| wallet.settled == 24).count(), 1);
}

#[test]
fn splitting_gains_no_more_than_the_pair_cap_allows() {
    for (parts, partners) in [(1, 1), (5, 1), (20, 1), (20, 3), (20, 4), (20, 7)] {
        let settings = format!("amount_sats = 1000000\nparts = {parts}\npartners = {partners}");
        let seen = run(2, &crowd("splitter", &settings));
        let settled = seen.settled();
        let part = 1_000_000 / parts;
        assert!(settled.iter().all(|trade| trade.amount_sats == part && trade.payer.0 == 0));
        assert_eq!(settled.len() as u64, parts);
        let counted: u64 = (0..partners).map(|partner| ((parts + partners - 1 - partner) / partners).min(5)).sum();
        assert_eq!(seen.crowd("splitter").highest_score, counted * barter_protocol::score(part));
        assert!(counted <= 5 * partners);
    }
}

#[test]
fn a_bridge_alone_deals_with_strangers_and_first() {
    let seen =
        run(10, &(market(60) + &crowd("bridge", "wallets = 4\ntrades_each = 5\nreal_trades = 6\nreal_sats = 20000")));
    let own = seen.wallets("bridge");
    let bridge = *own.first().unwrap();
    let settled = seen.settled();
    let (real, handed_on): (Vec<&Trade>, Vec<_>) = settled
        .iter()
        .filter(|trade| own.contains(&trade.payer.0) || own.contains(&trade.payee.0))
        .partition(|trade| !own.contains(&trade.payee.0));
    assert!(real.iter().all(|trade| trade.payer.0 == bridge) && real.len() >= 6, "{} real trades", real.len());
    assert!(handed_on.iter().all(|trade| trade.payer.0 == bridge || trade.payee.0 == bridge));
    assert_eq!(handed_on.len(), 20);
    let mut earned: Vec<_> = real.iter().map(|trade| trade.settled_at).collect();
    earned.sort_unstable();
    let sixth = earned[5];
    assert!(handed_on.iter().all(|trade| trade.settled_at > sixth));
    let spent = seen.crowd("bridge").spent;
    assert!(spent.lightning_msat > 0 && spent.locked_sat_seconds > 0, "{spent:?}");
}

#[test]
fn opening_costs_less_than_proposing_and_gains_the_same() {
    let [proposed, opened] = [false, true].map(|opens| run(2, &crowd("star", &format!("opens = {opens}"))));
    let (proposed, opened) = (proposed.crowd("star"), opened.crowd("star"));
    assert_eq!((proposed.score, proposed.settled), (opened.score, opened.settled));
    assert!(opened.spent.gas < proposed.spent.gas, "{} and {}", opened.spent.gas, proposed.spent.gas);
}

#[test]
fn who_pays_pays_fees_and_locks_capital_and_who_does_not_does_not() {
    for agent in ["circle", "ring", "clique", "star", "splitter", "slow", "adaptive", "farmer"] {
        let [free, paid] =
            [false, true].map(|pays| run(6, &crowd(agent, &format!("amount_sats = 2000000\npays = {pays}"))));
        let (free, paid) = (free.crowd(agent), paid.crowd(agent));
        assert!(free.settled > 0 && paid.settled > 0, "{agent}");
        if agent != "slow" {
            assert_eq!((free.spent.lightning_msat, free.spent.locked_sat_seconds), (0, 0), "{agent}");
        }
        // Fees of at least half a sat for each payment: the base.
        let trades = u128::from(paid.settled / 2);
        assert!(paid.spent.lightning_msat >= 500 * trades && paid.spent.locked_sat_seconds > 0, "{agent}");
    }
}

#[test]
fn amounts_differ_where_that_is_asked_for() {
    let amounts = |settings: &str| -> BTreeSet<u64> {
        run(2, &crowd("circle", settings)).settled().iter().map(|trade| trade.amount_sats).collect()
    };
    assert_eq!(amounts("trades = 20").len(), 1);
    assert!(amounts("trades = 20\namount_sigma = 0.5").len() > 15);
}
