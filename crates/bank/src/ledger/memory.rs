//! Books in memory: for tests, simulations and clients.

use std::{collections::BTreeMap, convert::Infallible};

use super::{AccountState, Books, Hold, Leg, Minted, State, Transition, Write};
use crate::document::{Decimal, Document, Hash};

/// A bank's books in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    documents: BTreeMap<Hash, Document>,
    accounts: BTreeMap<Hash, AccountState>,
    minted: BTreeMap<Hash, Minted>,
    holds: BTreeMap<Hash, Hold>,
    legs: BTreeMap<Hash, Leg>,
    records: BTreeMap<Hash, Hash>,
}

/// A write found something else than it was to replace: the books were read before somebody else wrote. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the books have changed since they were read: {what} {hash} is not as it was")]
pub struct Stale {
    /// What is not as it was.
    pub what: &'static str,
    /// Its hash.
    pub hash: Hash,
}

impl Memory {
    /// Writes all of a transition, or nothing.
    ///
    /// # Errors
    /// [`Stale`].
    pub fn apply(&mut self, transition: &Transition) -> Result<(), Stale> {
        let mut before = Vec::with_capacity(transition.writes.len());
        for write in &transition.writes {
            before.push(self.row(write));
            if let Err(stale) = self.write(write) {
                before.into_iter().rev().for_each(|row| self.restore(row));
                return Err(stale);
            }
        }
        Ok(())
    }

    /// All accounts.
    pub const fn accounts(&self) -> &BTreeMap<Hash, AccountState> {
        &self.accounts
    }

    /// All holds, by account.
    pub const fn holds(&self) -> &BTreeMap<Hash, Hold> {
        &self.holds
    }

    /// All legs, by deal.
    pub const fn legs(&self) -> &BTreeMap<Hash, Leg> {
        &self.legs
    }

    /// All documents.
    pub const fn documents(&self) -> &BTreeMap<Hash, Document> {
        &self.documents
    }

    /// The deals whose hold has ended here, and that are to be ended with it.
    pub fn ended(&self, now_ms: u64) -> Vec<Hash> {
        let has_ended = |leg: &&Leg| {
            matches!(leg.state, State::Held | State::Confirmed) && leg.until_ms.is_some_and(|until| until <= now_ms)
        };
        self.legs.values().filter(has_ended).map(|leg| leg.tx).collect()
    }

    /// The sum of a promise over all its accounts: nothing, always.
    pub fn sum(&self, promise: &Hash) -> Decimal {
        self.accounts.values().filter(|account| account.promise == *promise).map(|account| &account.balance).sum()
    }

    /// What is there now where this is to be written.
    fn row(&self, write: &Write) -> Row {
        match write {
            Write::Document(document) => {
                let hash = document.hash();
                Row::Document(hash, self.documents.get(&hash).cloned())
            }
            Write::Account { account, .. } | Write::Balance { account, .. } => {
                Row::Account(*account, self.accounts.get(account).cloned())
            }
            Write::Minted { promise, .. } => Row::Minted(*promise, self.minted.get(promise).copied()),
            Write::Hold { account, .. } | Write::Release { account, .. } => {
                Row::Hold(*account, self.holds.get(account).cloned())
            }
            Write::Record { record, .. } => Row::Record(*record, self.records.get(record).copied()),
            Write::Leg { to, .. } => Row::Leg(to.tx, self.legs.get(&to.tx).cloned()),
        }
    }

    fn restore(&mut self, row: Row) {
        match row {
            Row::Document(hash, before) => put(&mut self.documents, hash, before),
            Row::Account(hash, before) => put(&mut self.accounts, hash, before),
            Row::Minted(hash, before) => put(&mut self.minted, hash, before),
            Row::Hold(hash, before) => put(&mut self.holds, hash, before),
            Row::Record(hash, before) => put(&mut self.records, hash, before),
            Row::Leg(hash, before) => put(&mut self.legs, hash, before),
        }
    }

    fn write(&mut self, write: &Write) -> Result<(), Stale> {
        let (what, hash, in_time) = match write {
            Write::Document(document) => {
                self.documents.entry(document.hash()).or_insert_with(|| Document::clone(document));
                return Ok(());
            }
            Write::Account { account, state } => {
                ("account", account, self.accounts.insert(*account, state.clone()).is_none())
            }
            Write::Minted { promise, minted } => ("promise", promise, self.minted.insert(*promise, *minted).is_none()),
            Write::Balance { account, from, to } => {
                let state = self.accounts.get_mut(account).filter(|state| state.balance == *from);
                ("balance of", account, state.map(|state| state.balance = to.clone()).is_some())
            }
            Write::Hold { account, hold } => ("hold of", account, self.holds.insert(*account, hold.clone()).is_none()),
            Write::Release { account, tx } => {
                ("hold of", account, self.holds.remove(account).is_some_and(|hold| hold.tx == *tx))
            }
            Write::Record { record, tx } => ("record", record, self.records.insert(*record, *tx).is_none()),
            Write::Leg { from, to } => {
                ("leg", &to.tx, self.legs.insert(to.tx, (**to).clone()) == from.as_deref().cloned())
            }
        };
        if in_time { Ok(()) } else { Err(Stale { what, hash: *hash }) }
    }
}

/// What is kept under a hash, or that nothing is.
enum Row {
    Document(Hash, Option<Document>),
    Account(Hash, Option<AccountState>),
    Minted(Hash, Option<Minted>),
    Hold(Hash, Option<Hold>),
    Record(Hash, Option<Hash>),
    Leg(Hash, Option<Leg>),
}

fn put<V>(map: &mut BTreeMap<Hash, V>, hash: Hash, value: Option<V>) {
    match value {
        Some(value) => _ = map.insert(hash, value),
        None => _ = map.remove(&hash),
    }
}

impl Books for Memory {
    type Error = Infallible;

    fn document(&mut self, hash: &Hash) -> Result<Option<Document>, Infallible> {
        Ok(self.documents.get(hash).cloned())
    }

    fn account(&mut self, hash: &Hash) -> Result<Option<AccountState>, Infallible> {
        Ok(self.accounts.get(hash).cloned())
    }

    fn hold(&mut self, account: &Hash) -> Result<Option<Hold>, Infallible> {
        Ok(self.holds.get(account).cloned())
    }

    fn leg(&mut self, tx: &Hash) -> Result<Option<Leg>, Infallible> {
        Ok(self.legs.get(tx).cloned())
    }

    fn minted(&mut self, promise: &Hash) -> Result<Option<Minted>, Infallible> {
        Ok(self.minted.get(promise).copied())
    }

    fn tx_of(&mut self, record: &Hash) -> Result<Option<Hash>, Infallible> {
        Ok(self.records.get(record).copied())
    }
}
