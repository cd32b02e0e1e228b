//! A deal before anybody signs it.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{Decimal, Doc, Hash, PublicKey, Role, SecretKey, Side, Ulid},
    plan::{Deal, Error, Slices, Step, Transfer},
};
use proptest::{collection::vec, prelude::*};

fn key(number: u8) -> PublicKey {
    SecretKey::from_seed(&[number; 32]).public()
}

fn bank(number: u8) -> PublicKey {
    key(100 + number)
}

/// One promise at each bank; everybody has an account for each.
fn transfer(giver: u8, receiver: u8, at: u8, amount: &str) -> Transfer {
    let account = |holder: u8| Hash::of(&[holder, at]);
    Transfer {
        bank: bank(at),
        promise: Hash::of(&[at]),
        amount: amount.parse().unwrap(),
        giver: key(giver),
        from: account(giver),
        receiver: key(receiver),
        to: account(receiver),
    }
}

/// Everybody gives a promise of its own, kept at its own bank.
fn own(pairs: &[(u8, u8)]) -> Deal {
    Deal::new(pairs.iter().map(|(giver, receiver)| transfer(*giver, *receiver, *giver, "1")).collect()).unwrap()
}

fn ulids() -> impl FnMut() -> Ulid {
    let mut next = 0_u64;
    move || {
        next += 1;
        Ulid::new(next, [0; 10])
    }
}

fn banks(numbers: &[u8]) -> BTreeSet<PublicKey> {
    numbers.iter().map(|number| bank(*number)).collect()
}

fn any_transfer() -> impl Strategy<Value = Transfer> {
    (0_u8..4, 1_u8..4, 0_u8..5, 1_u32..100)
        .prop_map(|(giver, offset, at, amount)| transfer(giver, (giver + offset) % 4, at, &amount.to_string()))
}

fn any_deal() -> impl Strategy<Value = Deal> {
    vec(any_transfer(), 1..10).prop_map(|transfers| Deal::new(transfers).unwrap())
}

/// Which banks settle if these refuse: a follower does after all that it waits for.
fn settled(order: &[Step<'_>], refusing: &BTreeSet<PublicKey>) -> BTreeSet<PublicKey> {
    let mut settled = BTreeSet::new();
    for step in order {
        let has_proof = step.predecessors.iter().all(|before| settled.contains(before));
        if has_proof && !refusing.contains(&step.bank) {
            settled.insert(step.bank);
        }
    }
    settled
}

proptest! {
    /// Whoever refuses, only the givers of leads give without getting, and nothing but what was shown as at risk.
    #[test]
    fn nobody_loses_more_than_was_shown(deal in any_deal(), refusing in 0_u8..32, more in 0_u8..32) {
        let of = |bits: u8| -> BTreeSet<PublicKey> {
            let named = (0..5).filter(|number| bits & 1 << number != 0).map(bank);
            named.filter(|bank| deal.banks().contains(bank)).collect()
        };
        let mut leads = deal.smallest_leads().banks;
        leads.extend(of(more));
        let order = deal.order(&leads).unwrap();
        let settled = settled(&order, &of(refusing));
        if of(refusing).is_empty() {
            prop_assert_eq!(settled.len(), deal.banks().len());
        }
        let shown: Vec<_> = order.iter().flat_map(|step| &step.at_risk).copied().collect();
        for given in deal.transfers().iter().filter(|given| settled.contains(&given.bank)) {
            let owed = |due: &&Transfer| due.receiver == given.giver && !settled.contains(&due.bank);
            let is_lost = deal.transfers().iter().any(|due| owed(&due));
            prop_assert!(!is_lost || shown.contains(&given), "{given:?} is lost");
        }
        for step in &order {
            prop_assert!(step.at_risk.iter().all(|given| given.bank == step.bank && step.role == Role::Lead));
        }
    }

    /// A follower waits for the issuers, other than itself, of what is credited to the holders that it debits.
    #[test]
    fn predecessors_are_those_of_the_specification(deal in any_deal()) {
        let leads = deal.smallest_leads();
        prop_assert!(leads.is_smallest);
        for step in deal.order(&leads.banks).unwrap() {
            prop_assert_eq!(leads.banks.contains(&step.bank), step.role == Role::Lead);
            let mut expected = BTreeSet::new();
            for given in deal.transfers().iter().filter(|given| given.bank == step.bank) {
                let due = deal.transfers().iter().filter(|due| due.receiver == given.giver);
                expected.extend(due.map(|due| due.bank).filter(|bank| *bank != step.bank));
            }
            if step.role == Role::Lead {
                expected.clear();
            }
            prop_assert_eq!(step.predecessors.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }

    /// Each bank gets its own records, all of them, which net to zero; the whole is hashes.
    #[test]
    fn slices_hold_what_a_bank_may_see(deal in any_deal()) {
        let Slices { tx, slices } = Slices::new(&deal, key(9), ulids()).unwrap();
        prop_assert_eq!(slices.iter().map(|slice| slice.bank).collect::<Vec<_>>(), deal.banks());
        let hashes: BTreeSet<_> = slices.iter().flat_map(|slice| &slice.records).map(Doc::hash).collect();
        prop_assert_eq!(&hashes.iter().copied().collect::<Vec<_>>(), &tx.records);
        prop_assert_eq!(hashes.len(), deal.transfers().len() * 2);
        for slice in &slices {
            let own: Vec<_> = deal.transfers().iter().filter(|transfer| transfer.bank == slice.bank).collect();
            let mut holders: BTreeSet<_> = own.iter().map(|transfer| transfer.giver).collect();
            holders.extend(own.iter().map(|transfer| transfer.receiver));
            prop_assert_eq!(slice.holders.len(), holders.len());
            prop_assert_eq!(slice.holders.iter().copied().collect::<BTreeSet<_>>(), holders);
            let mut sums: BTreeMap<Hash, Decimal> = BTreeMap::new();
            for record in &slice.records {
                prop_assert_eq!(record.pubkey(), slice.bank);
                let sum = sums.entry(record.account).or_insert(Decimal::ZERO);
                *sum = match record.side {
                    Side::Credit => &*sum + record.amount.decimal(),
                    Side::Debit => &*sum - record.amount.decimal(),
                };
            }
            prop_assert!(sums.values().sum::<Decimal>().is_zero());
            for (account, sum) in sums {
                let moved = |is: fn(&Transfer) -> Hash| -> Decimal {
                    own.iter().filter(|transfer| is(transfer) == account).map(|transfer| transfer.amount.decimal()).sum()
                };
                prop_assert_eq!(sum, &moved(|transfer| transfer.to) - &moved(|transfer| transfer.from));
            }
        }
    }
}

#[test]
fn a_swap_is_led_by_one_of_two() {
    let deal = own(&[(1, 2), (2, 1)]);
    let leads = deal.smallest_leads();
    assert_eq!((leads.banks.len(), leads.is_smallest), (1, true));
    let order = deal.order(&banks(&[1])).unwrap();
    assert_eq!(order.iter().map(|step| step.bank).collect::<Vec<_>>(), [bank(1), bank(2)]);
    assert_eq!(order[0].at_risk, [&deal.transfers()[0]]);
    assert_eq!((order[1].role, order[1].predecessors.as_slice()), (Role::Follow, [bank(1)].as_slice()));
}

/// A→C, B→C, C→D, D→A, D→B: the published text claims that A and B must both lead.
#[test]
fn of_the_graph_with_two_givers_one_leads() {
    let [a, b, c, d] = [1, 2, 3, 4];
    let deal = own(&[(a, c), (b, c), (c, d), (d, a), (d, b)]);
    // C gives once, D twice.
    assert_eq!(deal.smallest_leads().banks, banks(&[c]));
    let exposure =
        |leads: &[u8]| -> usize { deal.order(&banks(leads)).unwrap().iter().map(|step| step.at_risk.len()).sum() };
    assert_eq!((exposure(&[c]), exposure(&[d]), exposure(&[a, b])), (1, 2, 2));
    let Err(Error::Cycle { banks: circle }) = deal.order(&banks(&[a])) else { panic!("B, C and D wait") };
    assert_eq!(circle.into_iter().collect::<BTreeSet<_>>(), banks(&[b, c, d]));
}

#[test]
fn a_gift_waits_for_nobody() {
    let deal = own(&[(1, 2)]);
    let order = deal.order(&BTreeSet::new()).unwrap();
    assert_eq!((order[0].role, order[0].at_risk.len()), (Role::Lead, 0));
}

#[test]
fn what_is_no_deal_is_refused() {
    let refused = |transfers: Vec<Transfer>| Deal::new(transfers).unwrap_err();
    assert_eq!(refused(Vec::new()), Error::Transfers { found: 0, maximum: 500 });
    assert_eq!(refused(vec![transfer(1, 2, 1, "1"); 501]), Error::Transfers { found: 501, maximum: 500 });
    let ring: Vec<_> = (1..=66).map(|giver| transfer(giver, giver % 66 + 1, giver, "1")).collect();
    assert_eq!(Deal::new(ring[..65].to_vec()).map(|deal| deal.banks().len()), Ok(65));
    assert_eq!(refused(ring), Error::Banks { found: 66, maximum: 65 });
    let mut wrong = transfer(1, 2, 1, "1");
    wrong.to = wrong.from;
    assert_eq!(refused(vec![wrong.clone()]), Error::ToItself { account: wrong.from });
    let mut wrong = transfer(1, 2, 1, "1");
    wrong.bank = bank(2);
    let promise = wrong.promise;
    let expected = Error::TwoBanks { promise, first: bank(1), second: bank(2) };
    assert_eq!(refused(vec![transfer(1, 2, 1, "1"), wrong]), expected);
    let mut wrong = transfer(1, 2, 1, "1");
    wrong.giver = key(3);
    assert_eq!(refused(vec![transfer(1, 2, 1, "1"), wrong.clone()]), Error::TwoHolders { account: wrong.from });
    let deal = own(&[(1, 2)]);
    assert_eq!(deal.order(&banks(&[3])), Err(Error::NoSuchBank { bank: bank(3) }));
}
