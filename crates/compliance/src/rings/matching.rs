//! Volume matching: which trades of a window leave everybody where they were.

use super::components::{Components, Numbering};
use crate::graph::{Row, WalletId};

/// How often the trades of one set and one window are looked through, at most: again after those that do not fit at the
/// end were dropped, or else the first. So seven payments in front of a ring are dropped, and no trade is looked at more
/// than eight times, however many are in one window.
const ROUNDS: usize = 8;

/// Finds the trades that cancel out. Holds the memory that takes, to be used again.
#[derive(Debug)]
pub(super) struct Matcher {
    components: Components,
    positions: Positions,
    margin_ppm: u64,
}

impl Matcher {
    pub(super) fn new(wallets: usize, margin_ppm: u64) -> Self {
        Self { components: Components::new(wallets), positions: Positions::new(wallets), margin_ppm }
    }

    /// The rings among trades of one set and one window, given oldest first; each ring's trades are oldest first too.
    ///
    /// As in the paper (`detect_label_wash_trades` of the authors' code), trades are dropped from the end until those
    /// that are left cancel out. Beyond it, the first one is dropped where that leaves nothing: otherwise one payment in
    /// front would hide a ring. And those left have to be one strongly connected component, or are looked
    /// through component by component: the paper's margin alone lets a small payment in one direction pass beside large
    /// ones that cancel out, and takes two pairs for one ring of four.
    pub(super) fn rings_in(&mut self, rows: &[Row], trades: &[u32]) -> Vec<Vec<u32>> {
        let mut rings = Vec::new();
        let mut open = self.split(rows, trades);
        for _ in 0..ROUNDS {
            let mut left = Vec::new();
            for trades in open {
                let balanced = self.positions.longest_balanced(rows, &trades, self.margin_ppm);
                if balanced == trades.len() {
                    rings.push(trades);
                } else {
                    let kept = if balanced > 1 { &trades[..balanced] } else { &trades[1..] };
                    left.extend(self.split(rows, kept));
                }
            }
            open = left;
        }
        rings
    }

    /// The trades inside each strongly connected component of the trades; trades between components are left out.
    fn split(&mut self, rows: &[Row], trades: &[u32]) -> Vec<Vec<u32>> {
        if trades.len() < 2 {
            return Vec::new();
        }
        let parties = |trade: &u32| (rows[*trade as usize].payer, rows[*trade as usize].payee);
        self.components.find(trades.iter().map(parties));
        let mut inside = vec![Vec::new(); self.components.sizes().len()];
        for trade in trades {
            let (payer, payee) = parties(trade);
            if let Some(component) = self.components.common(payer, payee) {
                inside[component].push(*trade);
            }
        }
        inside
    }
}

/// What wallets gained or lost by some trades, and the most of it: a tree over the wallets, each node the larger of
/// the two below.
#[derive(Debug)]
struct Positions {
    numbering: Numbering,
    nets: Vec<i128>,
    largest: Vec<u128>,
}

impl Positions {
    fn new(wallets: usize) -> Self {
        Self { numbering: Numbering::new(wallets), nets: Vec::new(), largest: Vec::new() }
    }

    /// How many of the trades, from the first on, cancel out; as many as do.
    fn longest_balanced(&mut self, rows: &[Row], trades: &[u32], margin_ppm: u64) -> usize {
        self.clear(rows, trades);
        let mut volume: u128 = 0;
        let mut longest = 0;
        for (count, trade) in (1..).zip(trades) {
            let Row { payer, payee, amount_sats, .. } = rows[*trade as usize];
            self.add(payer, -i128::from(amount_sats));
            self.add(payee, i128::from(amount_sats));
            volume += u128::from(amount_sats);
            // largest / (volume / count) <= margin, in whole numbers. The right cannot overflow; should the left, it is
            // larger.
            let scaled = self.largest().saturating_mul(count as u128).saturating_mul(1_000_000);
            if scaled <= volume.saturating_mul(u128::from(margin_ppm)) {
                longest = count;
            }
        }
        longest
    }

    fn clear(&mut self, rows: &[Row], trades: &[u32]) {
        self.numbering.clear();
        for trade in trades {
            self.numbering.number(rows[*trade as usize].payer);
            self.numbering.number(rows[*trade as usize].payee);
        }
        let wallets = self.numbering.len();
        self.nets.clear();
        self.nets.resize(wallets, 0);
        self.largest.clear();
        self.largest.resize(2 * wallets, 0);
    }

    fn add(&mut self, wallet: WalletId, amount: i128) {
        let number = self.numbering.number(wallet) as usize;
        self.nets[number] += amount;
        let mut node = number + self.nets.len();
        self.largest[node] = self.nets[number].unsigned_abs();
        while node > 1 {
            node /= 2;
            let largest = self.largest[2 * node].max(self.largest[2 * node + 1]);
            if self.largest[node] == largest {
                break;
            }
            self.largest[node] = largest;
        }
    }

    fn largest(&self) -> u128 {
        self.largest.get(1).copied().unwrap_or_default()
    }
}
