//! Who gives what to whom, and what follows from that.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Error,
    graph::{Cycle, Graph},
};
use crate::document::{Amount, Hash, MAX_BANKS, MAX_RECORDS, PublicKey, Role};

/// Most transfers of a deal: each makes two records.
pub const MAX_TRANSFERS: usize = MAX_RECORDS / 2;

/// So much of a promise, from one account to another at the bank that keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The bank.
    pub bank: PublicKey,
    /// The promise.
    pub promise: Hash,
    /// How much of it.
    pub amount: Amount,
    /// Who gives.
    pub giver: PublicKey,
    /// From which account.
    pub from: Hash,
    /// Who receives.
    pub receiver: PublicKey,
    /// Into which account.
    pub to: Hash,
}

/// Transfers that are settled together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    transfers: Vec<Transfer>,
    /// In ascending order; their places are the numbers of the graph.
    banks: Vec<PublicKey>,
    graph: Graph,
}

/// Banks that lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leads {
    /// Which.
    pub banks: BTreeSet<PublicKey>,
    /// Whether it is known that fewer would not do: see [`EXACT_BANKS`](super::graph::EXACT_BANKS).
    pub is_smallest: bool,
}

/// A bank's turn to settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The bank.
    pub bank: PublicKey,
    /// Whether it waits for others.
    pub role: Role,
    /// For whom, in ascending order; of a lead, nobody.
    pub predecessors: Vec<PublicKey>,
    /// What its givers lose if banks after it refuse; of a follower, nothing.
    pub at_risk: Vec<&'a Transfer>,
}

impl Deal {
    /// Looks whether these make a deal.
    ///
    /// # Errors
    /// [`Error::Transfers`], [`Error::Banks`], [`Error::ToItself`], [`Error::TwoBanks`] or [`Error::TwoHolders`].
    pub fn new(transfers: Vec<Transfer>) -> Result<Self, Error> {
        check(&transfers)?;
        let banks: Vec<PublicKey> =
            transfers.iter().map(|transfer| transfer.bank).collect::<BTreeSet<_>>().into_iter().collect();
        if banks.len() > MAX_BANKS + 1 {
            return Err(Error::Banks { found: banks.len(), maximum: MAX_BANKS + 1 });
        }
        let mut receives_at: BTreeMap<PublicKey, BTreeSet<usize>> = BTreeMap::new();
        for transfer in &transfers {
            receives_at.entry(transfer.receiver).or_default().extend(banks.binary_search(&transfer.bank));
        }
        let mut predecessors = vec![BTreeSet::new(); banks.len()];
        for transfer in &transfers {
            if let (Ok(bank), Some(before)) = (banks.binary_search(&transfer.bank), receives_at.get(&transfer.giver)) {
                predecessors[bank].extend(before);
            }
        }
        Ok(Self { transfers, banks, graph: Graph::new(predecessors) })
    }

    /// Its transfers, in the order they were given.
    pub fn transfers(&self) -> &[Transfer] {
        &self.transfers
    }

    /// Its banks, in ascending order.
    pub fn banks(&self) -> &[PublicKey] {
        &self.banks
    }

    /// What a bank's givers lose at most if it leads and the others refuse: what those give who are to receive something at another
    /// bank. Who receives nothing elsewhere gives for nothing in any case.
    pub fn at_risk(&self, bank: &PublicKey) -> Vec<&Transfer> {
        let is_owed = |giver: PublicKey| {
            self.transfers.iter().any(|transfer| transfer.receiver == giver && transfer.bank != *bank)
        };
        self.transfers.iter().filter(|transfer| transfer.bank == *bank && is_owed(transfer.giver)).collect()
    }

    /// The fewest leads that break every cycle, of several choices one that puts the fewest transfers at risk, and the banks that wait
    /// for nobody, which lead in any case.
    pub fn smallest_leads(&self) -> Leads {
        let cost: Vec<u64> = self.banks.iter().map(|bank| self.at_risk(bank).len() as u64).collect();
        let found = self.graph.smallest_leads(&cost);
        let banks = found.banks.into_iter().filter_map(|bank| self.banks.get(bank).copied()).collect();
        Leads { banks, is_smallest: found.is_smallest }
    }

    /// In which order banks settle with these leads. A bank that waits for nobody leads whether it is named or not.
    ///
    /// # Errors
    /// [`Error::NoSuchBank`] or [`Error::Cycle`].
    pub fn order(&self, leads: &BTreeSet<PublicKey>) -> Result<Vec<Step<'_>>, Error> {
        let mut numbers = self.graph.sources();
        for bank in leads {
            numbers.insert(self.banks.binary_search(bank).map_err(|_| Error::NoSuchBank { bank: *bank })?);
        }
        let keys = |numbers: &[usize]| numbers.iter().filter_map(|bank| self.banks.get(*bank).copied()).collect();
        let order = self.graph.order(&numbers).map_err(|Cycle(banks)| Error::Cycle { banks: keys(&banks) })?;
        let step = |number: usize| {
            let bank = self.banks[number];
            if numbers.contains(&number) {
                return Step { bank, role: Role::Lead, predecessors: Vec::new(), at_risk: self.at_risk(&bank) };
            }
            let before: Vec<usize> = self.graph.predecessors()[number].iter().copied().collect();
            Step { bank, role: Role::Follow, predecessors: keys(&before), at_risk: Vec::new() }
        };
        Ok(order.into_iter().map(step).collect())
    }
}

fn check(transfers: &[Transfer]) -> Result<(), Error> {
    if transfers.is_empty() || transfers.len() > MAX_TRANSFERS {
        return Err(Error::Transfers { found: transfers.len(), maximum: MAX_TRANSFERS });
    }
    let mut banks = BTreeMap::new();
    let mut accounts = BTreeMap::new();
    for Transfer { bank, promise, giver, from, receiver, to, .. } in transfers {
        if from == to {
            return Err(Error::ToItself { account: *from });
        }
        let first = *banks.entry(promise).or_insert(bank);
        if first != bank {
            return Err(Error::TwoBanks { promise: *promise, first: *first, second: *bank });
        }
        for (account, holder) in [(from, giver), (to, receiver)] {
            if *accounts.entry(account).or_insert((holder, promise)) != (holder, promise) {
                return Err(Error::TwoHolders { account: *account });
            }
        }
    }
    Ok(())
}
