//! Who hides.

use std::collections::BTreeSet;

use barter_compliance::FlagKind;
use barter_sim::{record::Call, world::GENESIS};

use crate::{DAY, crowd, market, run};

#[test]
fn slow_attackers_are_never_flagged() {
    for settings in
        ["pause_seconds = 1800", "wallets = 4\npause_seconds = 60\nhonest_share = 0.5", "honest_share = 0.0"]
    {
        let seen = run(20, &(market(100) + &crowd("slow", settings)));
        let slow = seen.crowd("slow");
        assert_eq!(seen.flags("slow"), [], "{settings}");
        assert!(slow.settled > 50 && slow.counted == slow.settled, "{settings}: {slow:?}");
        let own = seen.wallets("slow");
        let real =
            seen.settled().iter().filter(|trade| own.contains(&trade.payer.0) && !own.contains(&trade.payee.0)).count();
        assert_eq!(real > 0, !settings.ends_with("0.0"), "{settings}: {real} real trades");
    }
}

#[test]
fn slow_attackers_know_thresholds_that_are_not_the_defaults() {
    let detection = "[detection.settings]\nvelocity_trades_24h = 4\nisolation_counterparties = 9\npair_trades = 2\n\
                     off_hours_from = \"00:00:00\"\noff_hours_to = \"11:59:59\"\n";
    let seen = run(30, &(crowd("slow", "pause_seconds = 60") + detection));
    assert_eq!(seen.flags("slow"), []);
    assert!(seen.crowd("slow").settled > 50 && seen.crowd("slow").wallets == 10);
}

#[test]
fn adaptive_attackers_are_flagged_then_change_their_ways() {
    let seen = run(30, &crowd("adaptive", "wallets = 2\npause_seconds = 600\ntrades = 100000"));
    let flagged = seen.flags("adaptive");
    let kinds: BTreeSet<_> = flagged.iter().map(|(_, kind, _)| *kind).collect();
    assert!(kinds.contains(&FlagKind::HighVelocity) && kinds.contains(&FlagKind::PairCapExceeded), "{kinds:?}");
    let agent = &seen.outcome.agents[0];
    assert!(agent.retreats >= 5 && agent.wallets > 4, "{agent:?}");
    // Slower from day to day, until nothing is flagged for that any more.
    let last = |kind| flagged.iter().filter(|flag| flag.1 == kind).map(|flag| flag.2).max().unwrap();
    assert!(last(FlagKind::HighVelocity) < 15);
    let since = GENESIS + 15 * DAY;
    let late: Vec<_> = seen.settled().into_iter().filter(|trade| trade.settled_at.unwrap() > since).collect();
    let amounts: BTreeSet<_> = late.iter().map(|trade| trade.amount_sats).collect();
    assert!(late.len() > 5 && amounts.len() == late.len(), "{} trades of {} amounts", late.len(), amounts.len());
    // The wallets it gave up stay flagged for ever; those it began to use later are not.
    let given_up: BTreeSet<_> = flagged.iter().filter(|flag| flag.2 == 30).map(|flag| flag.0).collect();
    assert!(late.iter().all(|trade| !given_up.contains(&trade.payer.0) && !given_up.contains(&trade.payee.0)));
}

#[test]
fn a_farmer_reaches_its_target_as_planned() {
    for (target, trades, wallets) in [(100, 3, 2), (350, 9, 3), (700, 18, 5)] {
        let seen = run(1, &crowd("farmer", &format!("target = {target}")));
        let farmer = &seen.outcome.agents[0];
        assert_eq!((farmer.settled / 2, farmer.wallets), (trades, wallets));
        assert!(farmer.highest_score >= target && farmer.highest_score < target + 41);
        assert_eq!(seen.calls.len() as u64, trades + 1, "an opening for each, and one settlement");
        let reached = seen.crowd("farmer").milestones.iter().rfind(|milestone| milestone.score == target).unwrap();
        let cheapest = reached.cheapest.unwrap();
        assert_eq!((cheapest.trades, cheapest.wallets), (trades, wallets), "each trade once");
        // What plans are weighed by is about right.
        let planned = trades * 150_000 + wallets * 70_000;
        assert!(farmer.spent.gas.abs_diff(planned) * 5 < planned, "{} gas, weighed as {planned}", farmer.spent.gas);
    }
}

#[test]
fn a_farmer_reaches_its_target_under_any_parameters() {
    for formula in ["log2", "flat", "square-root", "linear", "halving", "vouched"] {
        for (pair_cap, minimum_sats) in [(1, 1_000), (5, 50_000), (20, 1)] {
            let parameters =
                format!("[parameters]\nformula = \"{formula}\"\npair_cap = {pair_cap}\nminimum_sats = {minimum_sats}");
            let settings = crowd("farmer", "target = 60\namount_sats = 100000000\npays = true") + &parameters;
            let seen = run(2, &settings);
            let farmer = &seen.outcome.agents[0];
            let counted = 2 * seen.settled().len() as u64;
            assert!(farmer.highest_score >= 60, "{formula}, cap {pair_cap}: {}", farmer.highest_score);
            assert_eq!((seen.crowd("farmer").counted, seen.crowd("farmer").refused), (counted, 0), "{formula}");
        }
    }
}

#[test]
fn a_farmer_settles_in_batches_that_blocks_have_room_for() {
    // A trade is worth a point: a hundred of them, which is a batch of the longest there is.
    for block_gas_limit in [2_000_000, 30_000_000, 60_000_000] {
        let settings = format!("[chain]\nblock_gas_limit = {block_gas_limit}\n[parameters]\nformula = \"flat\"\n");
        let seen = run(3, &(crowd("farmer", "target = 100") + &settings));
        let longest = seen.calls.iter().filter_map(|(_, call, _)| match call {
            Call::SettleBatch(trades) => Some((trades.len(), call.gas_limit())),
            _ => None,
        });
        let (trades, gas_limit) = longest.max().unwrap();
        assert!(gas_limit <= block_gas_limit / 2 && (gas_limit * 3 > block_gas_limit || trades == 100), "{trades}");
        assert_eq!((seen.crowd("farmer").highest_score, seen.crowd("farmer").refused), (100, 0));
    }
}

#[test]
fn honest_traders_say_what_a_trade_is_about_and_colluders_save_the_gas() {
    let seen = run(3, &(market(40) + &crowd("farmer", "") + &crowd("circle", "") + &crowd("spammer", "")));
    let honest = seen.wallets("trader");
    let mut proposals = 0;
    for (_, call, _) in &seen.calls {
        if let Call::Propose { wallet, texts, .. } | Call::Open { wallet, texts, .. } = call {
            assert_eq!(*texts, honest.contains(&wallet.0), "{call:?}");
            proposals += 1;
        }
    }
    assert!(proposals > 1_000, "{proposals}");
}

#[test]
fn colluders_trade_at_least_the_minimum() {
    let seen = run(2, &(crowd("circle", "amount_sats = 999") + "[parameters]\nminimum_sats = 20000\n"));
    let amounts: Vec<_> = seen.settled().iter().map(|trade| trade.amount_sats).collect();
    assert_eq!((amounts, seen.crowd("circle").refused), (vec![20_000; 5], 0));
}

#[test]
fn a_discreet_farmer_is_never_flagged() {
    for target in [100, 350, 700, 5_000] {
        let seen = run(10, &crowd("farmer", &format!("target = {target}\ndiscreet = true")));
        assert!(seen.outcome.agents[0].highest_score >= target);
        assert_eq!(seen.flags("farmer"), [], "for {target}");
    }
    let bold = run(10, &crowd("farmer", "target = 700"));
    assert_ne!(bold.flags("farmer"), []);
}
