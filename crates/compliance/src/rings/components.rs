//! Strongly connected components of a few edges among many wallets.

use petgraph::{algo::kosaraju_scc, graph::DiGraph};

use crate::graph::WalletId;

/// No number, no component.
const NONE: u32 = u32::MAX;

/// Numbers wallets from 0 in the order they are met, so that work on a few of them costs nothing for all the others.
#[derive(Debug)]
pub(super) struct Numbering {
    numbers: Vec<u32>,
    wallets: Vec<WalletId>,
}

impl Numbering {
    pub(super) fn new(wallets: usize) -> Self {
        Self { numbers: vec![NONE; wallets], wallets: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        for wallet in self.wallets.drain(..) {
            self.numbers[wallet as usize] = NONE;
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 wallets")]
    pub(super) fn number(&mut self, wallet: WalletId) -> u32 {
        let number = &mut self.numbers[wallet as usize];
        if *number == NONE {
            *number = self.wallets.len() as u32;
            self.wallets.push(wallet);
        }
        *number
    }

    /// The number of a wallet met since the last `clear`.
    pub(super) fn known(&self, wallet: WalletId) -> Option<u32> {
        Some(self.numbers[wallet as usize]).filter(|number| *number != NONE)
    }

    pub(super) fn len(&self) -> usize {
        self.wallets.len()
    }
}

/// The components of two or more wallets in a set of edges.
///
/// Kosaraju's algorithm: petgraph's Tarjan calls itself for each step along a path, and a chain of 200,000 wallets ends
/// the stack; this one does not.
#[derive(Debug)]
pub(super) struct Components {
    numbering: Numbering,
    /// By the wallet's number.
    components: Vec<u32>,
    sizes: Vec<usize>,
}

impl Components {
    pub(super) fn new(wallets: usize) -> Self {
        Self { numbering: Numbering::new(wallets), components: Vec::new(), sizes: Vec::new() }
    }

    /// Finds the components. Answers stand until the next call.
    pub(super) fn find(&mut self, edges: impl Iterator<Item = (WalletId, WalletId)>) {
        self.numbering.clear();
        let edges = edges.map(|(payer, payee)| (self.numbering.number(payer), self.numbering.number(payee)));
        let graph = DiGraph::<(), (), u32>::from_edges(edges);
        self.components.clear();
        self.components.resize(self.numbering.len(), NONE);
        self.sizes.clear();
        for members in kosaraju_scc(&graph) {
            if members.len() < 2 {
                continue;
            }
            #[allow(clippy::cast_possible_truncation, reason = "fewer than wallets")]
            let component = self.sizes.len() as u32;
            for member in &members {
                self.components[member.index()] = component;
            }
            self.sizes.push(members.len());
        }
    }

    /// How many wallets each component has.
    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The component a wallet is in.
    fn of(&self, wallet: WalletId) -> Option<usize> {
        let component = self.components[self.numbering.known(wallet)? as usize];
        (component != NONE).then_some(component as usize)
    }

    /// The component both are in.
    pub(super) fn common(&self, one: WalletId, other: WalletId) -> Option<usize> {
        self.of(one).filter(|component| self.of(other) == Some(*component))
    }
}
