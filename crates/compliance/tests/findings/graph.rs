//! What goes into a graph comes out of it, and can be taken back.

use barter_compliance::{SettledTrade, TradeGraph};
use proptest::{prelude::*, sample::Index};

use crate::common::{NOW, any_trades, trade, wallet, whole};

const WALLETS: u8 = 9;

fn own(trades: &[SettledTrade], number: u8) -> Vec<SettledTrade> {
    let wallet = wallet(number);
    trades.iter().filter(|trade| trade.payer == wallet || trade.payee == wallet).copied().collect()
}

proptest! {
    #[test]
    fn a_wallet_has_its_trades_oldest_first(trades in any_trades(WALLETS, 60)) {
        let graph = whole(&trades);
        prop_assert_eq!((graph.len(), graph.is_empty()), (trades.len(), trades.is_empty()));
        for number in 0..=WALLETS {
            let own = own(&trades, number);
            prop_assert_eq!(graph.trades_of(wallet(number)).len(), own.len());
            prop_assert_eq!(graph.trades_of(wallet(number)).collect::<Vec<_>>(), own);
        }
    }

    #[test]
    fn truncate_undoes_push_exactly(trades in any_trades(WALLETS, 60), at in any::<Index>()) {
        let kept = at.index(trades.len() + 1);
        let mut graph = whole(&trades);
        graph.truncate(kept);
        prop_assert_eq!(&graph, &whole(&trades[..kept]));
        // And what follows is as if nothing had been taken back.
        trades[kept..].iter().for_each(|trade| graph.push(*trade));
        prop_assert_eq!(graph, whole(&trades));
    }

    #[test]
    fn a_partial_graph_gives_the_trades_of_those_it_knows(
        trades in any_trades(WALLETS, 60),
        known in proptest::collection::vec(0..=WALLETS, 0..8),
    ) {
        let mut graph = TradeGraph::partial();
        for number in &known {
            let newest_first = own(&trades, *number).into_iter().rev();
            graph.add_wallet(wallet(*number), newest_first);
        }
        for number in 0..=WALLETS {
            let mut given: Vec<_> = graph.trades_of(wallet(number)).collect();
            prop_assert!(given.is_sorted_by_key(|trade| trade.settled_at));
            let mut expected = if known.contains(&number) { own(&trades, number) } else { Vec::new() };
            given.sort_by_key(|trade| trade.trade_id);
            expected.sort_by_key(|trade| trade.trade_id);
            prop_assert_eq!(given, expected);
        }
    }
}

#[test]
fn truncating_to_more_than_there_is_does_nothing() {
    let mut graph = whole(&[trade(0, 1, 2, 1_000, NOW)]);
    graph.truncate(5);
    assert_eq!((graph.len(), graph.wallets()), (1, 2));
    graph.truncate(0);
    assert_eq!((graph.len(), graph.wallets()), (0, 0));
    assert_eq!(graph, TradeGraph::whole());
}

#[test]
fn trades_of_others_do_not_enter_with_a_wallet() {
    let mut graph = TradeGraph::partial();
    graph.add_wallet(wallet(1), [trade(0, 1, 2, 1_000, NOW), trade(1, 3, 4, 1_000, NOW)]);
    assert_eq!((graph.len(), graph.wallets()), (1, 2));
    // It is known now, and what is said of it again changes nothing.
    graph.add_wallet(wallet(1), [trade(2, 1, 2, 1_000, NOW)]);
    assert_eq!(graph.len(), 1);
}

#[test]
fn a_graph_says_how_large_it_is_and_not_more() {
    let graph = whole(&[trade(0, 1, 2, 1_000, NOW)]);
    assert_eq!(format!("{graph:?}"), "TradeGraph { whole: true, trades: 1, wallets: 2, .. }");
}

#[test]
#[should_panic(expected = "a graph in part takes wallets")]
fn a_partial_graph_takes_no_single_trades() {
    TradeGraph::partial().push(trade(0, 1, 2, 1_000, NOW));
}

#[test]
#[should_panic(expected = "every wallet of a whole graph is known")]
fn a_whole_graph_takes_no_wallets() {
    TradeGraph::whole().add_wallet(wallet(1), []);
}

#[test]
#[should_panic(expected = "no order to go back in")]
fn a_partial_graph_cannot_be_truncated() {
    TradeGraph::partial().truncate(0);
}
