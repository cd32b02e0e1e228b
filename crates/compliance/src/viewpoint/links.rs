//! What wallets' scores got from each other.

use alloy_primitives::Address;
use barter_protocol::{limits::MAX_PAIR_COUNT, score};

use crate::TradeGraph;

/// A counterparty, and the points both scores got from the trades with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) wallet: u32,
    pub(super) points: u64,
}

/// The points of each pair of wallets: those of its first [`MAX_PAIR_COUNT`] settled trades, the same both ways.
///
/// Wallets go by their place in the order of addresses, so that every sum is made in one order, whatever the order of
/// the graph.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) wallets: Vec<Address>,
    /// By wallet, the score on the chain: all points with its counterparties.
    pub(super) scores: Vec<u64>,
    /// By wallet, where its links begin; one more for the end.
    starts: Vec<usize>,
    links: Vec<Link>,
}

impl Links {
    pub(super) fn new(graph: &TradeGraph) -> Self {
        let (wallets, places) = by_address(graph);
        let pairs = pairs(graph, &places);
        let mut scores = vec![0; wallets.len()];
        let mut starts = vec![0; wallets.len() + 1];
        for (one, other, points) in &pairs {
            for wallet in [*one, *other] {
                scores[wallet as usize] += points;
                starts[wallet as usize + 1] += 1;
            }
        }
        for wallet in 1..starts.len() {
            starts[wallet] += starts[wallet - 1];
        }
        // Pairs are in order, the lower wallet first: lower counterparties, then higher ones, keeps each wallet's in
        // order.
        let mut next = starts.clone();
        let mut links = vec![Link { wallet: 0, points: 0 }; 2 * pairs.len()];
        let mut add = |of: u32, wallet: u32, points: u64| {
            links[next[of as usize]] = Link { wallet, points };
            next[of as usize] += 1;
        };
        for (lower, higher, points) in &pairs {
            add(*higher, *lower, *points);
        }
        for (lower, higher, points) in &pairs {
            add(*lower, *higher, *points);
        }
        Self { wallets, scores, starts, links }
    }

    /// A wallet's counterparties, in order.
    pub(super) fn of(&self, wallet: u32) -> &[Link] {
        &self.links[self.starts[wallet as usize]..self.starts[wallet as usize + 1]]
    }

    /// Where a wallet's links begin among all links.
    pub(super) fn start(&self, wallet: u32) -> usize {
        self.starts[wallet as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }
}

/// The wallets by address, and the place of each of the graph's.
#[allow(clippy::cast_possible_truncation, reason = "a graph has fewer than 2^32 wallets")]
fn by_address(graph: &TradeGraph) -> (Vec<Address>, Vec<u32>) {
    let mut wallets: Vec<_> = (0..graph.wallets() as u32).map(|wallet| (graph.address(wallet), wallet)).collect();
    wallets.sort_unstable();
    let mut places = vec![0; wallets.len()];
    for (place, (_, wallet)) in wallets.iter().enumerate() {
        places[*wallet as usize] = place as u32;
    }
    (wallets.into_iter().map(|(address, _)| address).collect(), places)
}

/// Pairs of wallets, the lower first, and their points; in order.
fn pairs(graph: &TradeGraph, places: &[u32]) -> Vec<(u32, u32, u64)> {
    let mut trades: Vec<_> = graph
        .rows()
        .iter()
        .filter(|row| row.payer != row.payee)
        .map(|row| {
            let (payer, payee) = (places[row.payer as usize], places[row.payee as usize]);
            (payer.min(payee), payer.max(payee), row.settled_at, row.amount_sats)
        })
        .collect();
    // Stable: of one pair and one time, the trades stay in the order of the chain.
    trades.sort_by_key(|(lower, higher, settled_at, _)| (*lower, *higher, *settled_at));
    let counted = usize::try_from(MAX_PAIR_COUNT).unwrap_or(usize::MAX);
    trades
        .chunk_by(|one, next| (one.0, one.1) == (next.0, next.1))
        .map(|pair| (pair[0].0, pair[0].1, pair.iter().take(counted).map(|trade| score(trade.3)).sum()))
        .collect()
}
