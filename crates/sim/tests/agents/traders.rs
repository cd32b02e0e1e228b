//! Honest traders.

use std::collections::{BTreeMap, BTreeSet};

use barter_compliance::FlagKind;
use barter_protocol::Role;
use barter_sim::{Scenario, TradeRef, record::Call, world::GENESIS};

use crate::{DAY, crowd, market, run};

#[test]
fn honest_traders_are_as_unequal_as_real_ones() {
    let seen = run(30, &crowd("trader", "count = 400\ntrades_per_day = 1.0"));
    let settled = seen.settled();
    // 400 wallets, a trade a day each, for 30 days, less those that come to nothing.
    assert!((7_000..14_000).contains(&settled.len()), "{} settled", settled.len());

    let mut pairs = BTreeSet::new();
    let repeated = settled.iter().filter(|trade| !pairs.insert(trade.pair())).count();
    let share = share(repeated, settled.len());
    assert!((0.32..0.6).contains(&share), "{share} with a partner of old");

    let mut amounts: Vec<_> = settled.iter().map(|trade| trade.amount_sats).collect();
    amounts.sort_unstable();
    let median = amounts[amounts.len() / 2];
    assert!((10_000..50_000).contains(&median), "median {median}");
    let volume: u64 = amounts.iter().sum();
    let largest: u64 = amounts[amounts.len() * 99 / 100..].iter().sum();
    assert!(largest * 4 > volume, "the largest hundredth has {largest} of {volume}");
    let round = amounts.iter().filter(|sats| sats.to_string().trim_end_matches('0').len() == 1).count();
    assert!(round * 5 > amounts.len() * 2 && round * 5 < amounts.len() * 4, "{round} round amounts");

    let mut activity: Vec<_> = seen.outcome.wallets.iter().map(|wallet| wallet.settled).collect();
    activity.sort_unstable();
    let busiest: u64 = activity[360..].iter().sum();
    assert!(busiest * 10 > activity.iter().sum::<u64>() * 3, "the busiest tenth has {busiest}");

    let bills = seen.trades.iter().filter(|trade| trade.proposer == Role::Payee).count();
    assert!((100..2_000).contains(&bills), "{bills} bills");
    for (what, count) in [
        ("proposals never accepted", seen.trades.iter().filter(|trade| !trade.accepted).count()),
        ("disputes", seen.trades.iter().filter(|trade| trade.disputed).count()),
    ] {
        assert!((5..seen.trades.len() / 10).contains(&count), "{count} {what} of {}", seen.trades.len());
    }
}

#[test]
fn honest_traders_raise_false_alarms() {
    let seen = run(20, &(crowd("trader", "count = 500\ntrades_per_day = 2.0") + "[detection]\nenabled = false\n"));
    let mut flagged: BTreeMap<FlagKind, BTreeSet<u32>> = BTreeMap::new();
    for (wallet, kind, _) in seen.flags("trader") {
        flagged.entry(kind).or_default().insert(wallet);
    }
    let counts: BTreeMap<_, _> = flagged.iter().map(|(kind, wallets)| (*kind, wallets.len())).collect();
    // Which of the rare ones are met is a matter of the seed.
    assert!(counts.len() >= 3, "{counts:?}");
    for kind in [FlagKind::AmountUniformity, FlagKind::PairCapExceeded] {
        assert!(counts.contains_key(&kind), "no {kind} among {counts:?}");
    }
    let uniform = counts[&FlagKind::AmountUniformity];
    assert!((1..75).contains(&uniform), "{uniform} of 500, of whom about 25 are shops");
    assert!(
        [FlagKind::HighVelocity, FlagKind::OffHours]
            .iter()
            .all(|kind| counts.get(kind).is_none_or(|count| *count < 25)),
        "{counts:?}"
    );
}

#[test]
fn what_is_below_the_minimum_is_not_traded() {
    let parameters = "[parameters]\nminimum_sats = 50000\n";
    let seen = run(10, &(crowd("trader", "count = 100\ntrades_per_day = 1.0") + parameters));
    assert!(!seen.trades.is_empty() && seen.trades.iter().all(|trade| trade.amount_sats >= 50_000));
    assert!(seen.refusals().is_empty(), "{:?}", seen.refusals());
    let all = run(10, &crowd("trader", "count = 100\ntrades_per_day = 1.0"));
    assert!(all.trades.len() > 2 * seen.trades.len());
}

#[test]
fn what_is_disputed_is_neither_paid_nor_settled() {
    let seen =
        run(10, &(market(100) + &crowd("false-disputer", "count = 2\nsells = true\ntrades = 100\npopularity = 60")));
    let costs = seen.outcome.scenario.costs;
    let disputed_before =
        |trade: &TradeRef, time| seen.trades[trade.index()].disputed_at.is_some_and(|disputed| disputed < time);
    assert!(seen.trades.iter().filter(|trade| trade.disputed).count() > 50);
    // A payment that was under way goes through.
    let began = |time| time - costs.lightning_seconds - seen.outcome.scenario.chain.block_seconds;
    let late: Vec<_> = seen.payments.iter().filter(|(time, trade)| disputed_before(trade, began(*time))).collect();
    assert!(seen.payments.len() > 500 && late.is_empty(), "{late:?}");
    for (time, call, result) in &seen.calls {
        if let Call::Settle { trade, .. } = call {
            assert!(!disputed_before(trade, *time), "settles trade {} too late: {result:?}", trade.0);
        }
    }
}

#[test]
fn nothing_that_has_expired_is_accepted() {
    let shipped = |name: &str| {
        let built_in = barter_sim::scenario::BUILT_IN.iter().find(|built_in| built_in.name == name);
        Scenario { worlds: 1, days: 12, ..Scenario::parse(built_in.unwrap().text).unwrap() }
    };
    let mut short = shipped("parameters");
    short.parameters.proposal_lifetime_seconds = 3_600;
    for scenario in [shipped("siege"), short] {
        let outcome = barter_sim::run(&scenario, &()).unwrap();
        let refusals: Vec<_> = outcome.refusals.keys().collect();
        let is_late = |name: &&&String| name.starts_with("not sent: no such trade") || **name == "TradeExpired";
        assert!(!refusals.iter().any(|name| is_late(&name)), "{}: {refusals:?}", scenario.name);
    }
}

#[test]
fn traders_trade_as_often_as_said_however_seldom_there_is_a_block() {
    for block_seconds in [1, 12, 3_600, 86_400] {
        let chain = format!("[chain]\nblock_seconds = {block_seconds}\nblock_gas_limit = 1000000000\n");
        let settings =
            "count = 20\ntrades_per_day = 20.0\nactivity_tail = 100.0\nprogram_share = 1.0\nshop_share = 0.0";
        let seen = run(10, &(crowd("trader", settings) + &chain + "[detection]\nenabled = false\n"));
        // The last day's may be of a block that is not made any more. Amounts under the minimum are not proposed: 1 in 400.
        let until = GENESIS + 9 * DAY;
        let proposals =
            seen.calls.iter().filter(|(time, call, _)| *time <= until && matches!(call, Call::Propose { .. }));
        let a_day = share(proposals.count(), 20 * 9);
        assert!((18.5..21.5).contains(&a_day), "{a_day} a day with a block every {block_seconds} s");
    }
}

#[test]
fn there_is_no_market_of_one() {
    let seen = run(3, &crowd("trader", "count = 1"));
    assert_eq!(seen.trades.len(), 0);
}

#[allow(clippy::cast_precision_loss, reason = "small")]
fn share(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}
