//! Settled trades as a graph of wallets, in memory.

use std::{collections::HashMap, fmt};

use alloy_primitives::Address;
use barter_protocol::TradeId;

use crate::SettledTrade;

/// A wallet's number in one graph: wallets are counted in the order in which they are first seen.
pub(crate) type WalletId = u32;

/// A trade without its id, which few need and which is more than half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) payer: WalletId,
    pub(crate) payee: WalletId,
    pub(crate) amount_sats: u64,
    pub(crate) settled_at: u64,
}

/// A trade as one of its parties sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) counterparty: WalletId,
    /// Its place among the graph's trades.
    pub(crate) trade: u32,
    pub(crate) amount_sats: u64,
    pub(crate) settled_at: u64,
}

/// Settled trades as a graph: whole (every settled trade there is) or in part (all trades of those wallets that are
/// known).
///
/// Takes about 110 bytes for each trade: 1,000,000 trades between 100,000 wallets are about 110 MB.
///
/// What is deliberately not checked: that ids are unique, that amounts are within the protocol's limits, that nobody
/// trades with itself. The contracts see to that, and whoever reads a chain sees to it that it is theirs.
#[derive(Clone, PartialEq, Eq)]
pub struct TradeGraph {
    ids: HashMap<Address, WalletId>,
    addresses: Vec<Address>,
    /// By wallet. Those of one wallet lie together in memory: findings about a wallet read all of them.
    legs: Vec<Vec<Leg>>,
    rows: Vec<Row>,
    trade_ids: Vec<TradeId>,
    /// By wallet, whether all its trades are there; `None` for a whole graph, where that is so for every wallet.
    known: Option<Vec<bool>>,
}

impl TradeGraph {
    /// An empty graph that takes every settled trade there is by [`push`](Self::push): every wallet counts as known.
    pub fn whole() -> Self {
        Self::empty(None)
    }

    /// An empty graph that takes wallet by wallet by [`add_wallet`](Self::add_wallet): nobody is known yet.
    pub fn partial() -> Self {
        Self::empty(Some(Vec::new()))
    }

    fn empty(known: Option<Vec<bool>>) -> Self {
        Self {
            ids: HashMap::new(),
            addresses: Vec::new(),
            legs: Vec::new(),
            rows: Vec::new(),
            trade_ids: Vec::new(),
            known,
        }
    }

    /// Adds the next trade of a whole graph, in the order of the chain: `settled_at` does not fall from one to the next.
    ///
    /// # Panics
    /// On a graph in part, where it could not be said whose trades are complete; after 2^32 trades.
    pub fn push(&mut self, trade: SettledTrade) {
        assert!(self.is_whole(), "a graph in part takes wallets, not single trades");
        self.insert(trade);
    }

    /// Adds a wallet to a graph in part, with all its settled trades, in any order. Trades that are there already, because
    /// their other party is known, are left out, and so are trades that are not the wallet's. A wallet that is known already stays as
    /// it is.
    ///
    /// # Panics
    /// On a whole graph, where every wallet is known; after 2^32 trades.
    pub fn add_wallet(&mut self, wallet: Address, trades: impl IntoIterator<Item = SettledTrade>) {
        assert!(!self.is_whole(), "every wallet of a whole graph is known");
        let id = self.intern(wallet);
        if self.knows(id) {
            return;
        }
        for trade in trades {
            let other = match (trade.payer == wallet, trade.payee == wallet) {
                (true, _) => trade.payee,
                (false, true) => trade.payer,
                (false, false) => continue,
            };
            if !self.id_of(other).is_some_and(|other| self.knows(other)) {
                self.insert(trade);
            }
        }
        // Those that came with its counterparties and those that came now.
        self.legs[id as usize].sort_by_key(|leg| leg.settled_at);
        if let Some(known) = &mut self.known {
            known[id as usize] = true;
        }
    }

    /// Forgets all but the first `trades` trades pushed, and the wallets seen only since: what a reorganisation undoes.
    ///
    /// # Panics
    /// On a graph in part, which has no order of trades to go back in.
    pub fn truncate(&mut self, trades: usize) {
        assert!(self.is_whole(), "a graph in part has no order to go back in");
        while self.rows.len() > trades {
            let Some(row) = self.rows.pop() else { break };
            self.trade_ids.pop();
            // The payee was counted after the payer, so it goes first.
            for wallet in [row.payee, row.payer] {
                let legs = &mut self.legs[wallet as usize];
                legs.pop();
                if legs.is_empty() {
                    // Wallets are counted as they are first seen, and this one was first seen in the last trade.
                    self.legs.pop();
                    if let Some(address) = self.addresses.pop() {
                        self.ids.remove(&address);
                    }
                }
            }
        }
    }

    /// How many trades there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no trade.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many wallets there are: parties of the trades, and wallets added without any.
    pub fn wallets(&self) -> usize {
        self.addresses.len()
    }

    /// A wallet's settled trades, oldest first; none where the wallet is not known here.
    pub fn trades_of(
        &self,
        wallet: Address,
    ) -> impl DoubleEndedIterator<Item = SettledTrade> + ExactSizeIterator + use<'_> {
        let legs = self.id_of(wallet).filter(|id| self.knows(*id)).map_or(&[][..], |id| self.legs(id));
        legs.iter().map(|leg| self.trade(leg.trade))
    }

    /// A wallet's settled trades; none for a wallet that a whole graph has never seen.
    pub(crate) fn history(&self, wallet: Address) -> &[Leg] {
        let id = self.id_of(wallet);
        assert!(self.is_whole() || id.is_some_and(|id| self.knows(id)), "a graph in part wants the wallet's trades");
        id.map_or(&[], |id| self.legs(id))
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.known.is_none()
    }

    pub(crate) fn id_of(&self, wallet: Address) -> Option<WalletId> {
        self.ids.get(&wallet).copied()
    }

    pub(crate) fn address(&self, wallet: WalletId) -> Address {
        self.addresses[wallet as usize]
    }

    /// Whether all its trades are there.
    pub(crate) fn knows(&self, wallet: WalletId) -> bool {
        self.known.as_ref().is_none_or(|known| known[wallet as usize])
    }

    /// Its trades, oldest first where it is known.
    pub(crate) fn legs(&self, wallet: WalletId) -> &[Leg] {
        &self.legs[wallet as usize]
    }

    /// All trades; those of a whole graph in the order of the chain.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn trade_id(&self, trade: u32) -> TradeId {
        self.trade_ids[trade as usize]
    }

    pub(crate) fn trade(&self, trade: u32) -> SettledTrade {
        let row = self.rows[trade as usize];
        SettledTrade {
            trade_id: self.trade_id(trade),
            payer: self.address(row.payer),
            payee: self.address(row.payee),
            amount_sats: row.amount_sats,
            settled_at: row.settled_at,
        }
    }

    fn insert(&mut self, trade: SettledTrade) {
        let place = u32::try_from(self.rows.len()).unwrap_or_else(|_| panic!("a graph has at most 2^32 trades"));
        let SettledTrade { trade_id, amount_sats, settled_at, .. } = trade;
        let payer = self.intern(trade.payer);
        let payee = self.intern(trade.payee);
        self.rows.push(Row { payer, payee, amount_sats, settled_at });
        self.trade_ids.push(trade_id);
        for (wallet, counterparty) in [(payer, payee), (payee, payer)] {
            self.legs[wallet as usize].push(Leg { counterparty, trade: place, amount_sats, settled_at });
        }
    }

    fn intern(&mut self, wallet: Address) -> WalletId {
        let next = self.addresses.len();
        *self.ids.entry(wallet).or_insert_with(|| {
            self.addresses.push(wallet);
            self.legs.push(Vec::new());
            if let Some(known) = &mut self.known {
                known.push(false);
            }
            u32::try_from(next).unwrap_or_else(|_| panic!("a graph has at most 2^32 wallets"))
        })
    }
}

impl fmt::Debug for TradeGraph {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TradeGraph")
            .field("whole", &self.is_whole())
            .field("trades", &self.len())
            .field("wallets", &self.wallets())
            .finish_non_exhaustive()
    }
}
