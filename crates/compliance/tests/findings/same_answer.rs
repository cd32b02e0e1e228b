//! The same trades give the same answer, whichever way they came.

use alloy_primitives::Address;
use barter_compliance::{
    ComplianceReport, Settings, SettledTrade, TradeGraph, cluster, flags, full_report, velocity, wallet_summary,
};
use proptest::prelude::*;

use crate::common::{AT, ME, NOW, any_settings, any_trades, standing, trade, wallet, whole};

const WALLETS: u8 = 12;

fn report(graph: &TradeGraph, wallet: Address, settings: &Settings) -> ComplianceReport {
    full_report(graph, wallet, &standing(42), AT, NOW, settings)
}

/// A wallet's trades as a node or a database has them: newest first.
fn load(trades: &[SettledTrade], wallet: Address) -> impl Iterator<Item = SettledTrade> {
    trades.iter().rev().filter(move |trade| trade.payer == wallet || trade.payee == wallet).copied()
}

/// Loads what is wanted until nothing is; gives whose trades were loaded, round by round.
fn complete(
    graph: &mut TradeGraph,
    trades: &[SettledTrade],
    wallet: Address,
    settings: &Settings,
) -> Vec<Vec<Address>> {
    let mut rounds = Vec::new();
    loop {
        let wanted = graph.wanted(wallet, settings);
        if wanted.is_empty() {
            return rounds;
        }
        // Replies of a node come in any order.
        for wallet in wanted.iter().rev() {
            graph.add_wallet(*wallet, load(trades, *wallet));
        }
        rounds.push(wanted);
    }
}

proptest! {
    #[test]
    fn a_graph_in_part_gives_the_report_of_the_whole(trades in any_trades(WALLETS, 30), settings in any_settings()) {
        let whole = whole(&trades);
        let mut filled_by_others = TradeGraph::partial();
        for number in 0..=WALLETS {
            let wallet = wallet(number);
            let expected = report(&whole, wallet, &settings);
            let mut fresh = TradeGraph::partial();
            let rounds = complete(&mut fresh, &trades, wallet, &settings);
            prop_assert!(rounds.len() as u64 <= settings.cluster_depth + 1);
            // Nothing is loaded that is not needed, and the nearest first.
            prop_assert_eq!(&rounds.concat(), &expected.cluster.wallets);
            prop_assert_eq!(&report(&fresh, wallet, &settings), &expected);
            let mut wanted = complete(&mut filled_by_others, &trades, wallet, &settings).into_iter().flatten();
            prop_assert!(wanted.all(|wanted| expected.cluster.wallets.contains(&wanted)));
            prop_assert_eq!(&report(&filled_by_others, wallet, &settings), &expected);
        }
    }

    #[test]
    fn own_trades_are_enough_for_all_but_the_cluster(trades in any_trades(WALLETS, 30), settings in any_settings()) {
        let (whole, me) = (whole(&trades), wallet(ME));
        let mut part = TradeGraph::partial();
        part.add_wallet(me, load(&trades, me));
        prop_assert_eq!(flags(&part, me, NOW, &settings), flags(&whole, me, NOW, &settings));
        prop_assert_eq!(velocity(&part, me, NOW, &settings), velocity(&whole, me, NOW, &settings));
        let summary = |graph| wallet_summary(graph, me, &standing(42), AT, NOW, &settings);
        prop_assert_eq!(summary(&part), summary(&whole));
    }

    #[test]
    fn the_order_within_a_second_does_not_matter(
        (trades, shuffled) in any_trades(WALLETS, 30).prop_flat_map(|trades| (Just(trades.clone()), Just(trades).prop_shuffle())),
        settings in any_settings(),
    ) {
        // Sorting is stable, so that the shuffled order stays within each second.
        let (graph, shuffled) = (whole(&trades), whole(&shuffled));
        for number in 0..=WALLETS {
            let wallet = wallet(number);
            prop_assert_eq!(report(&graph, wallet, &settings), report(&shuffled, wallet, &settings));
        }
    }
}

#[test]
fn a_whole_graph_wants_nothing() {
    let graph = whole(&[trade(0, 1, 2, 1_000, NOW)]);
    assert!(graph.wanted(wallet(1), &Settings::default()).is_empty());
    assert!(graph.wanted(wallet(7), &Settings::default()).is_empty());
}

#[test]
fn wallets_beyond_the_limit_are_not_wanted() {
    let star: Vec<_> = (1..100).map(|other| trade(other.into(), 0, other, 1_000, NOW)).collect();
    let settings = Settings { cluster_wallets: 10, ..Settings::default() };
    let mut graph = TradeGraph::partial();
    complete(&mut graph, &star, wallet(0), &settings);
    assert!(graph.wanted(wallet(0), &settings).is_empty());
    let known = (0..100).filter(|number| graph.trades_of(wallet(*number)).len() > 0).count();
    assert_eq!(known, 10);
}

#[test]
#[should_panic(expected = "wants the wallet's trades")]
fn no_flags_of_a_wallet_whose_trades_are_not_there() {
    let mut graph = TradeGraph::partial();
    graph.add_wallet(wallet(1), [trade(0, 1, 2, 1_000, NOW)]);
    flags(&graph, wallet(2), NOW, &Settings::default());
}

#[test]
#[should_panic(expected = "wants wallets before a cluster")]
fn no_cluster_of_wallets_whose_trades_are_not_there() {
    let mut graph = TradeGraph::partial();
    graph.add_wallet(wallet(1), [trade(0, 1, 2, 1_000, NOW)]);
    cluster(&graph, wallet(1), &Settings::default());
}

#[test]
#[should_panic(expected = "wants the wallet before its cluster")]
fn no_cluster_in_an_empty_graph_in_part() {
    cluster(&TradeGraph::partial(), wallet(1), &Settings::default());
}
