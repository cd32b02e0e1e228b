//! Sets of wallets that keep paying each other in circles.
//!
//! In an open market nearly everybody is in one strongly connected component: that anybody's payments come back around
//! by some way says nothing. So, as in the paper and in its authors' code
//! (`detect_scc_for_tokens_layered`), the market is taken apart layer by layer: edges are the pairs of payer and payee,
//! each with its number of trades; the components are noted; every number goes down by one, edges at nothing fall away,
//! and again. Those who trade with each other more than with others hold together the longest. Each set noted is a
//! candidate.

use std::ops::Range;

use super::components::Components;
use crate::graph::{Row, WalletId};

/// How many layers deep a set is taken apart: each number of trades that a pair has is one. No score comes from more
/// than five trades of a pair, so those who wash for it have no reason to go deeper. The paper, where volume is what is
/// washed for, looks at sets seen in 100 layers and more.
const LAYERS: usize = 20;

/// A pair of payer and payee, and how many trades they have in this direction.
#[derive(Clone, Copy, Debug)]
struct Edge {
    payer: WalletId,
    payee: WalletId,
    trades: u32,
}

/// Candidate sets, each as the trades among its wallets. Two sets have no wallet in common, or one is part of the
/// other.
#[derive(Debug)]
pub(super) struct Candidates {
    /// All trades, arranged so that those of each set lie together.
    trades: Vec<u32>,
    /// A set's place in `trades`. A set that is part of another comes after it.
    sets: Vec<Range<usize>>,
}

/// A part of the market still to be taken apart.
struct Part {
    place: Range<usize>,
    /// How many wallets it has, where it is a set already.
    wallets: usize,
    /// Those edges that have not fallen away.
    edges: Vec<Edge>,
    layer: usize,
}

impl Candidates {
    pub(super) fn new(rows: &[Row], wallets: usize) -> Self {
        let mut components = Components::new(wallets);
        let mut candidates = Self { trades: all(rows), sets: Vec::new() };
        let place = 0..candidates.trades.len();
        let mut parts = vec![Part { place, wallets: 0, edges: edges(rows), layer: 0 }];
        while let Some(mut part) = parts.pop() {
            while part.layer < LAYERS && !part.edges.is_empty() {
                components.find(part.edges.iter().map(|edge| (edge.payer, edge.payee)));
                if components.sizes() != [part.wallets] {
                    candidates.take_apart(part, rows, &components, &mut parts);
                    break;
                }
                // The same set as a layer before.
                drop_thinnest(&mut part);
            }
        }
        candidates
    }

    /// The trades of each set, in no order; a set that is part of another comes before it.
    pub(super) fn closest_first(&self) -> impl Iterator<Item = &[u32]> {
        self.sets.iter().rev().map(|set| &self.trades[set.clone()])
    }

    /// Notes the components of a part as sets and leaves them to be taken apart in turn.
    fn take_apart(&mut self, part: Part, rows: &[Row], components: &Components, parts: &mut Vec<Part>) {
        let mut trades: Vec<Vec<u32>> = vec![Vec::new(); components.sizes().len()];
        let mut rest = Vec::new();
        for trade in &self.trades[part.place.clone()] {
            let row = &rows[*trade as usize];
            match components.common(row.payer, row.payee) {
                Some(component) => trades[component].push(*trade),
                None => rest.push(*trade),
            }
        }
        let mut edges: Vec<Vec<Edge>> = vec![Vec::new(); trades.len()];
        for edge in part.edges {
            if let Some(component) = components.common(edge.payer, edge.payee) {
                edges[component].push(edge);
            }
        }
        let mut start = part.place.start;
        for ((trades, edges), wallets) in trades.into_iter().zip(edges).zip(components.sizes()) {
            let place = start..start + trades.len();
            self.trades[place.clone()].copy_from_slice(&trades);
            start = place.end;
            self.sets.push(place.clone());
            let mut part = Part { place, wallets: *wallets, edges, layer: part.layer };
            drop_thinnest(&mut part);
            parts.push(part);
        }
        self.trades[start..part.place.end].copy_from_slice(&rest);
    }
}

/// Goes on to the next layer at which an edge falls away.
fn drop_thinnest(part: &mut Part) {
    let fewest = part.edges.iter().map(|edge| edge.trades).min().unwrap_or_default();
    part.edges.retain(|edge| edge.trades > fewest);
    part.layer += 1;
}

#[allow(clippy::cast_possible_truncation, reason = "a graph has at most 2^32 trades")]
fn all(rows: &[Row]) -> Vec<u32> {
    (0..rows.len()).map(|trade| trade as u32).collect()
}

fn edges(rows: &[Row]) -> Vec<Edge> {
    // Nobody pays itself: the contract refuses it.
    let mut pairs: Vec<_> =
        rows.iter().map(|row| (row.payer, row.payee)).filter(|(payer, payee)| payer != payee).collect();
    pairs.sort_unstable();
    pairs
        .chunk_by(|one, next| one == next)
        .map(|same| {
            let (payer, payee) = same[0];
            #[allow(clippy::cast_possible_truncation, reason = "a graph has at most 2^32 trades")]
            Edge { payer, payee, trades: same.len() as u32 }
        })
        .collect()
}
