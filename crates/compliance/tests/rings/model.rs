//! A model with nothing clever in it: everything is counted anew each time, reachability is a matrix.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Payment, START};

type Edges = BTreeMap<(u8, u8), u32>;

/// Each with its window: rings as the places of their trades.
pub(super) fn rings(payments: &[Payment], windows: &[u64]) -> BTreeSet<(u64, Vec<usize>)> {
    let mut washed = BTreeSet::new();
    let mut rings = BTreeSet::new();
    for window in windows {
        for set in sets(payments) {
            let mut by_window: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (place, (payer, payee, _, after)) in payments.iter().enumerate() {
                if set.contains(payer) && set.contains(payee) && !washed.contains(&place) {
                    by_window.entry((START + after) / window).or_default().push(place);
                }
            }
            for places in by_window.into_values() {
                for ring in matched(payments, &places, 8) {
                    washed.extend(ring.iter().copied());
                    rings.insert((*window, ring));
                }
            }
        }
    }
    rings
}

/// `detect_scc_for_tokens_layered` of the authors' code, the smaller sets first.
fn sets(payments: &[Payment]) -> Vec<Vec<u8>> {
    let mut edges = Edges::new();
    for (payer, payee, ..) in payments {
        *edges.entry((*payer, *payee)).or_default() += 1;
    }
    let mut sets = BTreeSet::new();
    while !edges.is_empty() {
        sets.extend(components(&edges.keys().copied().collect::<Vec<_>>()).into_iter().map(|set| (set.len(), set)));
        edges = edges.into_iter().map(|(edge, count)| (edge, count - 1)).filter(|(_, count)| *count > 0).collect();
    }
    sets.into_iter().map(|(_, set)| set).collect()
}

fn matched(payments: &[Payment], places: &[usize], rounds: usize) -> Vec<Vec<usize>> {
    let edges: Vec<(u8, u8)> = places.iter().map(|place| (payments[*place].0, payments[*place].1)).collect();
    let mut rings = Vec::new();
    for set in components(&edges) {
        let inside = |place: &&usize| set.contains(&payments[**place].0) && set.contains(&payments[**place].1);
        let all: Vec<usize> = places.iter().filter(inside).copied().collect();
        let mut inside = all.clone();
        while inside.len() > 1 && !cancels_out(payments, &inside) {
            inside.pop();
        }
        if inside == all {
            rings.push(inside);
        } else if rounds > 1 {
            let left = if inside.len() > 1 { &inside } else { &all[1..] };
            rings.extend(matched(payments, left, rounds - 1));
        }
    }
    rings
}

/// The condition of `detect_label_wash_trades`, in whole numbers.
pub(super) fn cancels_out(payments: &[Payment], places: &[usize]) -> bool {
    let mut nets: BTreeMap<u8, i128> = BTreeMap::new();
    let mut volume = 0;
    for place in places {
        let (payer, payee, amount, _) = payments[*place];
        *nets.entry(payer).or_default() -= i128::from(amount);
        *nets.entry(payee).or_default() += i128::from(amount);
        volume += i128::from(amount);
    }
    nets.values().all(|net| net.abs() * places.len() as i128 * 100 <= volume)
}

pub(super) fn components(edges: &[(u8, u8)]) -> Vec<Vec<u8>> {
    let wallets: BTreeSet<u8> = edges.iter().flat_map(|edge| [edge.0, edge.1]).collect();
    let mut reaches: BTreeSet<(u8, u8)> = edges.iter().copied().collect();
    for over in &wallets {
        for one in &wallets {
            for other in &wallets {
                if reaches.contains(&(*one, *over)) && reaches.contains(&(*over, *other)) {
                    reaches.insert((*one, *other));
                }
            }
        }
    }
    let with = |one: u8| -> Vec<u8> {
        let both = |other: &u8| reaches.contains(&(one, *other)) && reaches.contains(&(*other, one));
        wallets.iter().copied().filter(|other| *other == one || both(other)).collect()
    };
    wallets.iter().map(|one| with(*one)).filter(|set| set.len() > 1).collect::<BTreeSet<_>>().into_iter().collect()
}
