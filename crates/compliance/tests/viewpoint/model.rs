//! A model with nothing clever in it: bridges by leaving wallets out, the equation by elimination.

use std::collections::{BTreeMap, BTreeSet};

use barter_compliance::ViewpointSettings;

use crate::{Pair, float};

pub(super) struct Model {
    pub(super) points: BTreeMap<(u32, u32), u64>,
    pub(super) scores: BTreeMap<u32, u64>,
    trusted: BTreeSet<u32>,
}

impl Model {
    pub(super) fn new(pairs: &[Pair], trusted: &[u32]) -> Self {
        let mut counted: BTreeMap<(u32, u32), Vec<u64>> = BTreeMap::new();
        for (one, other, points) in pairs {
            counted.entry((*one, *other)).or_default().push(*points);
            counted.entry((*other, *one)).or_default().push(*points);
        }
        let points: BTreeMap<_, u64> =
            counted.into_iter().map(|(pair, points)| (pair, points.iter().take(5).sum())).collect();
        let mut scores = BTreeMap::new();
        for ((one, _), points) in &points {
            *scores.entry(*one).or_default() += points;
        }
        Self { points, scores, trusted: trusted.iter().copied().collect() }
    }

    fn reached_without(&self, left_out: Option<u32>) -> BTreeSet<u32> {
        let mut reached = self.trusted.clone();
        loop {
            let next: BTreeSet<u32> = self
                .points
                .keys()
                .filter(|(one, other)| reached.contains(one) && Some(*other) != left_out)
                .map(|(_, other)| *other)
                .collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached;
            }
        }
    }

    pub(super) fn is_bridge(&self, bridge: u32, wallet: u32) -> bool {
        bridge != wallet
            && !self.trusted.contains(&bridge)
            && !self.trusted.contains(&wallet)
            && self.reached_without(None).contains(&wallet)
            && !self.reached_without(Some(bridge)).contains(&wallet)
    }

    pub(super) fn seen(&self, settings: ViewpointSettings) -> BTreeMap<u32, f64> {
        let kept = 1.0 - float(settings.transitivity_decay_percent) / 100.0;
        let over_bridge = 1.0 - float(settings.connectivity_decay_percent) / 100.0;
        let others: Vec<u32> = self.scores.keys().copied().filter(|wallet| !self.trusted.contains(wallet)).collect();
        // One row a wallet: (I - M) r = shared with trusted wallets.
        let mut rows: Vec<Vec<f64>> = others
            .iter()
            .map(|to| {
                let mut row: Vec<f64> = others
                    .iter()
                    .map(|from| {
                        let points = self.points.get(&(*from, *to)).copied().unwrap_or_default();
                        let share = kept * float(points) / float(self.scores[from]);
                        let part = match (self.is_bridge(*to, *from), self.is_bridge(*from, *to)) {
                            (true, _) => 0.0,
                            (false, true) => share * over_bridge,
                            (false, false) => share,
                        };
                        f64::from(u8::from(from == to)) - part
                    })
                    .collect();
                let shared = self.trusted.iter().filter_map(|trusted| self.points.get(&(*trusted, *to)));
                row.push(float(shared.sum()));
                row
            })
            .collect();
        eliminate(&mut rows);
        let seen = others.iter().zip(&rows).map(|(wallet, row)| (*wallet, row[others.len()]));
        let whole =
            self.trusted.iter().map(|trusted| (*trusted, self.scores.get(trusted).map_or(0.0, |score| float(*score))));
        seen.chain(whole).collect()
    }
}

/// The diagonal is larger than the rest of its column, so it needs no other pivot.
fn eliminate(rows: &mut [Vec<f64>]) {
    for pivot in 0..rows.len() {
        let by = rows[pivot][pivot];
        rows[pivot].iter_mut().for_each(|value| *value /= by);
        let pivot_row = rows[pivot].clone();
        for (place, row) in rows.iter_mut().enumerate() {
            let times = row[pivot];
            if place != pivot {
                row.iter_mut().zip(&pivot_row).for_each(|(value, other)| *value -= times * other);
            }
        }
    }
}
