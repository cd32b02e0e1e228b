//! Any bytes as a deal and its leads, against looking through all of them.

use std::collections::BTreeSet;

use barter_bank::{
    document::{Hash, PublicKey, Role},
    plan::{Deal, Error, Transfer},
};

use super::{check_error, key};

/// Banks and people there are: few enough that all sets of leads are looked through.
const BANKS: u8 = 7;
const PEOPLE: u8 = 6;
/// Most transfers of an input.
const TRANSFERS: usize = 24;

/// The first byte says who leads, and each two of the others who gives to whom at which bank.
pub(crate) fn check(bytes: &[u8]) {
    let [leads, transfers @ ..] = bytes else { return };
    let transfers: Vec<Transfer> = transfers.chunks_exact(2).take(TRANSFERS).map(transfer).collect();
    let deal = match Deal::new(transfers) {
        Ok(deal) => deal,
        Err(error) => return check_error(&error),
    };
    let banks = deal.banks();
    let named = of(banks, u32::from(*leads));
    judge(&deal, &named);
    let found = deal.smallest_leads();
    assert!(found.is_smallest, "of {} banks it is known", banks.len());
    assert!(deal.order(&found.banks).is_ok());
    let price =
        |leads: &BTreeSet<PublicKey>| (leads.len(), leads.iter().map(|bank| deal.at_risk(bank).len()).sum::<usize>());
    let sources: BTreeSet<_> = banks.iter().copied().filter(|bank| waits_for(&deal, bank).is_empty()).collect();
    let good = (0..1 << banks.len())
        .map(|set| of(banks, set))
        .filter(|leads| leads.is_superset(&sources) && !is_stuck(&deal, leads));
    assert_eq!(Some(price(&found.banks)), good.map(|leads| price(&leads)).min());
}

/// Everybody has an account of everything; a promise of each person at each bank.
fn transfer(bytes: &[u8]) -> Transfer {
    let (bank, amount) = (bytes[0] % BANKS, 1 + bytes[0] / BANKS);
    let (giver, receiver) = (bytes[1] % PEOPLE, bytes[1] / PEOPLE % PEOPLE);
    let promise = Hash::of(&[bank, 0]);
    let account = |holder: u8| Hash::of(&[bank, holder, 1]);
    Transfer {
        bank: key(100 + bank).public(),
        promise,
        amount: amount.to_string().parse().unwrap(),
        giver: key(giver).public(),
        from: account(giver),
        receiver: key(receiver).public(),
        to: account(receiver),
    }
}

fn of(banks: &[PublicKey], set: u32) -> BTreeSet<PublicKey> {
    banks.iter().enumerate().filter(|(bit, _)| set & 1 << bit != 0).map(|(_, bank)| *bank).collect()
}

/// The other banks at which somebody receives who gives at this one.
fn waits_for(deal: &Deal, bank: &PublicKey) -> BTreeSet<PublicKey> {
    let givers = deal.transfers().iter().filter(|transfer| transfer.bank == *bank).map(|transfer| transfer.giver);
    let givers: BTreeSet<_> = givers.collect();
    let others =
        deal.transfers().iter().filter(|transfer| transfer.bank != *bank && givers.contains(&transfer.receiver));
    others.map(|transfer| transfer.bank).collect()
}

/// Can some bank never settle? Settles all that can, over and over.
fn is_stuck(deal: &Deal, leads: &BTreeSet<PublicKey>) -> bool {
    let mut settled = leads.clone();
    loop {
        let can = |bank: &&PublicKey| !settled.contains(*bank) && waits_for(deal, bank).is_subset(&settled);
        match deal.banks().iter().find(can) {
            Some(bank) => _ = settled.insert(*bank),
            None => return settled.len() < deal.banks().len(),
        }
    }
}

fn judge(deal: &Deal, named: &BTreeSet<PublicKey>) {
    match deal.order(named) {
        Ok(steps) => {
            assert!(!is_stuck(deal, named));
            let mut settled = BTreeSet::new();
            for step in &steps {
                let before = waits_for(deal, &step.bank);
                let leads = named.contains(&step.bank) || before.is_empty();
                assert_eq!(step.role == Role::Lead, leads);
                let told: BTreeSet<_> = step.predecessors.iter().copied().collect();
                assert_eq!(told, if leads { BTreeSet::new() } else { before });
                assert!(told.is_subset(&settled), "a follower before its proof");
                assert_eq!(step.at_risk, if leads { deal.at_risk(&step.bank) } else { Vec::new() });
                assert!(settled.insert(step.bank), "a bank settles twice");
            }
            assert_eq!(settled, deal.banks().iter().copied().collect());
        }
        Err(Error::Cycle { banks }) => {
            assert!(is_stuck(deal, named));
            assert!(banks.len() > 1 && banks.iter().all(|bank| !named.contains(bank)));
            let last = banks.len() - 1;
            for (place, bank) in banks.iter().enumerate() {
                let before = banks[if place == 0 { last } else { place - 1 }];
                assert!(waits_for(deal, bank).contains(&before));
            }
        }
        Err(error) => panic!("{error}"),
    }
}
