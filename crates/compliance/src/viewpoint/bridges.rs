//! Bridges: wallets that everything somebody receives has passed through. What a way is, and a bridge, is defined in
//! docs/viewpoint.md.
//!
//! All trusted wallets together are the root of a graph; a bridge of a wallet is one that every way from the root to it
//! leads over, its dominator. Points go both ways, so the graph has no direction, and its dominators are its cut
//! vertices: one walk in depth finds them (Hopcroft and Tarjan, 1973), in time linear in the number of links whatever
//! they look like, where the iteration for directed graphs has cases with the square of it.

use super::links::Links;

/// Not reached yet; no bridge.
const NONE: u32 = u32::MAX;

/// The nearest bridge of each wallet. A bridge that is a counterparty is the nearest.
#[derive(Debug)]
pub(super) struct Bridges {
    nearest: Vec<u32>,
}

/// What the walk knows of each wallet.
struct Walk {
    /// When it was reached; the root at 0.
    order: Vec<u32>,
    /// The earliest order that it, or anybody reached after it and over it, has a link to.
    low: Vec<u32>,
    /// From where it was reached; `NONE` for the root.
    from: Vec<u32>,
    /// Wallets in the order they were reached.
    reached: Vec<u32>,
}

impl Bridges {
    pub(super) fn new(links: &Links, is_trusted: &[bool]) -> Self {
        let walk = Walk::new(links, is_trusted);
        let mut nearest = vec![NONE; is_trusted.len()];
        for wallet in &walk.reached {
            let place = *wallet as usize;
            let from = walk.from[place];
            if from != NONE {
                let is_cut_off = walk.low[place] >= walk.order[from as usize];
                nearest[place] = if is_cut_off { from } else { nearest[from as usize] };
            }
        }
        Self { nearest }
    }

    /// Whether everything `wallet` receives has passed through `bridge`, a counterparty of it.
    pub(super) fn is_bridge(&self, bridge: u32, wallet: u32) -> bool {
        self.nearest[wallet as usize] == bridge
    }

    pub(super) fn into_nearest(self) -> Vec<Option<u32>> {
        self.nearest.into_iter().map(|bridge| (bridge != NONE).then_some(bridge)).collect()
    }
}

impl Walk {
    #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 wallets")]
    fn new(links: &Links, is_trusted: &[bool]) -> Self {
        let wallets = is_trusted.len();
        let mut walk = Self {
            order: vec![NONE; wallets],
            low: vec![NONE; wallets],
            from: vec![NONE; wallets],
            reached: Vec::new(),
        };
        for root in (0..wallets as u32).filter(|wallet| is_trusted[*wallet as usize]) {
            for link in links.of(root) {
                if !is_trusted[link.wallet as usize] && walk.order[link.wallet as usize] == NONE {
                    walk.go_from(link.wallet, links, is_trusted);
                }
            }
        }
        walk
    }

    /// Reaches all that can be reached from a counterparty of the root and was not yet. On a stack of its own: ways are
    /// long.
    fn go_from(&mut self, first: u32, links: &Links, is_trusted: &[bool]) {
        let mut way = vec![(first, 0)];
        self.reach(first, NONE);
        while let Some((wallet, next)) = way.last_mut() {
            let wallet = *wallet;
            let Some(link) = links.of(wallet).get(*next) else {
                way.pop();
                if let Some((from, _)) = way.last() {
                    self.low[*from as usize] = self.low[*from as usize].min(self.low[wallet as usize]);
                }
                continue;
            };
            *next += 1;
            let other = link.wallet as usize;
            if is_trusted[other] {
                // A link to the root.
                self.low[wallet as usize] = 0;
            } else if self.order[other] == NONE {
                self.reach(link.wallet, wallet);
                way.push((link.wallet, 0));
            } else {
                self.low[wallet as usize] = self.low[wallet as usize].min(self.order[other]);
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 wallets")]
    fn reach(&mut self, wallet: u32, from: u32) {
        self.reached.push(wallet);
        let order = self.reached.len() as u32;
        self.order[wallet as usize] = order;
        self.low[wallet as usize] = order;
        self.from[wallet as usize] = from;
    }
}
