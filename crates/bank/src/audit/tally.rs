//! What accounts should have, of what was settled.

use std::collections::BTreeMap;

use super::Problem;
use crate::{
    document::{Decimal, Hash},
    ledger::{AccountState, Leg},
};

/// What is in accounts, and what should be.
#[derive(Default)]
pub(super) struct Tallies(BTreeMap<Hash, Tally>);

struct Tally {
    promise: Hash,
    floor: Option<Decimal>,
    balance: Decimal,
    /// What settled legs brought and took.
    sum: Decimal,
    /// Of the balances after settled legs, less those before them, all as numbers of their own: what is left is the last balance less
    /// the first if, and practically only if, each begins where another ended. In whichever order they come, and in no more memory.
    ends: u128,
}

impl Tallies {
    pub(super) fn open(&mut self, account: Hash, state: &AccountState, balance: Decimal) {
        let tally = Tally { promise: state.promise, floor: state.floor.clone(), balance, sum: Decimal::ZERO, ends: 0 };
        self.0.insert(account, tally);
    }

    /// Takes what a settled leg did to accounts. The account that it left below what may be in it, with its balance and that.
    pub(super) fn settle(&mut self, leg: &Leg) -> Option<(Hash, Decimal, Decimal)> {
        let mut below = None;
        for (account, change) in &leg.changes {
            let Some(tally) = self.0.get_mut(account) else { continue };
            tally.sum = &tally.sum + &change.delta;
            let Some(after) = leg.balances.get(account) else { continue };
            let before = after - &change.delta;
            tally.ends = tally.ends.wrapping_add(number(after)).wrapping_sub(number(&before));
            if let Some(floor) = tally.floor.as_ref().filter(|floor| change.delta.is_negative() && after < *floor) {
                below = Some((*account, after.clone(), floor.clone()));
            }
        }
        below
    }

    /// The accounts whose balance is not what settled legs come to.
    pub(super) fn accounts(&self) -> Vec<(Hash, Problem)> {
        let wrong = |tally: &Tally| {
            if tally.balance != tally.sum {
                return Some(Problem::differs(
                    "balance",
                    &tally.balance,
                    format!("{}, as its settled legs come to", tally.sum),
                ));
            }
            let ends = number(&tally.balance).wrapping_sub(number(&Decimal::ZERO));
            (tally.ends != ends).then(|| {
                let found = "one that does not begin where another ended";
                Problem::differs("row of balances after settled legs", found, "one after the other")
            })
        };
        self.0.iter().filter_map(|(account, tally)| Some((*account, wrong(tally)?))).collect()
    }

    /// The promises whose accounts do not come to nothing, with what they come to.
    pub(super) fn sums(&self) -> Vec<(Hash, Decimal)> {
        let mut sums: BTreeMap<Hash, Decimal> = BTreeMap::new();
        for tally in self.0.values() {
            let sum = sums.entry(tally.promise).or_insert(Decimal::ZERO);
            *sum = &*sum + &tally.balance;
        }
        sums.into_iter().filter(|(_, sum)| !sum.is_zero()).collect()
    }
}

/// A number that stands for a decimal.
fn number(decimal: &Decimal) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Hash::of(decimal.to_string().as_bytes()).as_bytes()[..16]);
    u128::from_be_bytes(bytes)
}
