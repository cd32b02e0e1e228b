//! Whether a journal is what it says, before somebody signs what stands in it.
//!
//! Who hands a journal on can write anything into it. What a holder signs are the terms of each bank: for whom it waits, what it awaits,
//! which records it has. So these have to follow from the deal, and a holder has to know what is theirs from their own banks, not from
//! the journal.

use std::collections::{BTreeMap, BTreeSet};

use super::{Settlement, settlement::Leg};
use crate::document::{Hash, PublicKey, Role, Side};

/// Why a holder should not sign a deal as a journal has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// An account at a bank that the holder did not name.
    #[error(
        "the journal says that an account of yours is in the deal at bank {bank}, which you did not name as a bank of yours"
    )]
    OtherBank {
        /// The bank.
        bank: PublicKey,
    },
    /// None of the accounts at a bank is the holder's.
    #[error(
        "the journal says that an account of yours is in the deal at bank {bank}, and none of those there is yours"
    )]
    NotYours {
        /// The bank.
        bank: PublicKey,
    },
    /// An account of the holder's that the journal keeps silent about.
    #[error("an account of yours is in the deal at bank {bank}, and the journal does not have you sign there")]
    Hidden {
        /// The bank.
        bank: PublicKey,
    },
    /// Where the holder gives, the bank does not wait for one where the holder gets.
    #[error("bank {bank}, where you give, would settle without proof that bank {awaited}, where you get, has settled")]
    NotAwaited {
        /// Where the holder gives.
        bank: PublicKey,
        /// Where the holder gets.
        awaited: PublicKey,
    },
}

impl Settlement {
    /// That the legs are the deal, cut up by banks, and that each bank waits for others of it: a lead, which waits for nobody, awaits
    /// that all others hold.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        let banks: BTreeSet<PublicKey> = self.legs().iter().map(|leg| leg.terms.bank).collect();
        if banks.len() != self.legs().len() {
            return Err("a bank has two legs in it".to_owned());
        }
        if let Some(leg) =
            self.legs().iter().find(|leg| leg.records.iter().any(|record| record.pubkey() != leg.terms.bank))
        {
            return Err(format!("a record in the leg of bank {} is another bank's", leg.terms.bank));
        }
        let records: Vec<Hash> = self.legs().iter().flat_map(|leg| leg.terms.records.iter().copied()).collect();
        let named: BTreeSet<Hash> = self.tx().records.iter().copied().collect();
        if records.len() != named.len() || records.into_iter().collect::<BTreeSet<_>>() != named {
            return Err("the records of its legs are not those of the deal, each once".to_owned());
        }
        let hashes: BTreeMap<PublicKey, Hash> =
            self.legs().iter().map(|leg| (leg.terms.bank, leg.terms.leg())).collect();
        let mut settled = BTreeSet::new();
        for leg in self.legs() {
            check_leg(leg, &banks, &settled)?;
            let relied_on = leg.terms.predecessors.union(&leg.terms.awaits);
            if leg.terms.legs
                != relied_on
                    .filter_map(|other| hashes.get_key_value(other))
                    .map(|(other, leg)| (*other, *leg))
                    .collect()
            {
                return Err(format!("the legs that bank {} relies on are not those of the deal", leg.terms.bank));
            }
            settled.insert(leg.terms.bank);
        }
        Ok(())
    }

    /// That a holder can sign: who has these accounts, by bank, as the banks said, is asked to sign where they are in the deal and
    /// nowhere else; and each bank where the holder gives waits for all others where the holder gets, unless it leads.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn check_part(&self, holder: PublicKey, accounts: &BTreeMap<PublicKey, BTreeSet<Hash>>) -> Result<(), Unfit> {
        let mut gets = BTreeSet::new();
        let mut gives = Vec::new();
        for leg in self.legs() {
            let bank = leg.terms.bank;
            let asked = leg.holders.contains(&holder);
            let Some(own) = accounts.get(&bank) else {
                if asked {
                    return Err(Unfit::OtherBank { bank });
                }
                continue;
            };
            let mine: Vec<Side> =
                leg.records.iter().filter(|record| own.contains(&record.account)).map(|record| record.side).collect();
            match (asked, mine.is_empty()) {
                (true, true) => return Err(Unfit::NotYours { bank }),
                (false, false) => return Err(Unfit::Hidden { bank }),
                _ => {}
            }
            if mine.contains(&Side::Credit) {
                gets.insert(bank);
            }
            if mine.contains(&Side::Debit) && leg.terms.role == Role::Follow {
                gives.push(leg);
            }
        }
        for leg in gives {
            let bank = leg.terms.bank;
            let missing = gets.iter().find(|other| **other != bank && !leg.terms.predecessors.contains(other));
            if let Some(awaited) = missing {
                return Err(Unfit::NotAwaited { bank, awaited: *awaited });
            }
        }
        Ok(())
    }
}

/// A leg of a deal over these banks, after those that settle before it.
fn check_leg(leg: &Leg, banks: &BTreeSet<PublicKey>, before: &BTreeSet<PublicKey>) -> Result<(), String> {
    let terms = &leg.terms;
    let bank = terms.bank;
    let others: BTreeSet<PublicKey> = banks.iter().copied().filter(|other| *other != bank).collect();
    match terms.role {
        Role::Lead if !terms.predecessors.is_empty() => Err(format!("bank {bank} leads, and waits for others")),
        Role::Lead if terms.awaits != others => {
            Err(format!("bank {bank} leads, and does not await the holds of all other banks"))
        }
        Role::Follow if terms.predecessors.is_empty() => Err(format!("bank {bank} follows, and waits for nobody")),
        Role::Follow if !terms.predecessors.is_subset(before) => {
            Err(format!("bank {bank} follows, and waits for one that is none of the deal's banks before it"))
        }
        _ => Ok(()),
    }
}
