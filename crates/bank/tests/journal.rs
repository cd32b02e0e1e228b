//! Journals that somebody else wrote: what a holder would sign has to follow from the deal, and from what the holder's own banks say.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    client::{Pin, Settlement, Unfit},
    document::{Doc, Hash, Header, PublicKey, Record, SecretKey, Side, Ulid},
    plan::{Deal, Transfer},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

fn bank(number: u8) -> PublicKey {
    key(100 + number).public()
}

fn account(holder: u8, at: u8) -> Hash {
    Hash::of(&[holder, at])
}

/// A deal in which each of these gives one of what the bank with the giver's number keeps.
fn deal(pairs: &[(u8, u8)]) -> Settlement {
    let transfer = |(giver, receiver): &(u8, u8)| Transfer {
        bank: bank(*giver),
        promise: Hash::of(&[*giver]),
        amount: "1".parse().unwrap(),
        giver: key(*giver).public(),
        from: account(*giver, *giver),
        receiver: key(*receiver).public(),
        to: account(*receiver, *giver),
    };
    let deal = Deal::new(pairs.iter().map(transfer).collect()).unwrap();
    let pin = |key: &PublicKey| (*key, Pin { key: *key, url: format!("https://{key}.example") });
    let mut count = 0;
    let ulid = || {
        count += 1;
        Ulid::new(1, [count; 10])
    };
    let leads = deal.smallest_leads().banks;
    Settlement::with_ulids(&deal, &leads, &deal.banks().iter().map(pin).collect(), &key(pairs[0].0), ulid).unwrap()
}

/// What somebody has at banks.
fn accounts(holder: u8, banks: &[u8]) -> BTreeMap<PublicKey, BTreeSet<Hash>> {
    banks.iter().map(|at| (bank(*at), BTreeSet::from([account(holder, *at)]))).collect()
}

fn refused(journal: &Value) -> String {
    Settlement::from_json(journal).unwrap_err()
}

#[test]
fn terms_that_do_not_follow_from_the_deal_are_refused() {
    let good = deal(&[(1, 2), (2, 1)]).to_json();
    assert!(Settlement::from_json(&good).is_ok());
    // A third key, of whoever proposed it, for whom the follower is to wait: the attack.
    let with = |leg: usize, field: &str, value: Value| {
        let mut journal = good.clone();
        journal["legs"][leg]["terms"][field] = value;
        refused(&journal)
    };
    let stranger = json!([key(99).public().to_string()]);
    assert!(with(1, "predecessors", stranger.clone()).contains("none of the deal's banks"));
    assert!(with(1, "predecessors", json!([])).contains("waits for nobody"));
    let itself = good["legs"][1]["terms"]["bank"].clone();
    assert!(with(1, "predecessors", json!([itself])).contains("none of the deal's banks"));
    assert!(with(0, "awaits", json!([])).contains("does not await"));
    assert!(with(0, "awaits", stranger.clone()).contains("does not await"));
    assert!(with(0, "predecessors", stranger).contains("leads, and waits"));
    // Another leg of the lead's than the deal has, or none, on which the follower is to rely.
    assert!(with(1, "legs", json!({})).contains("relies on are not those of the deal"));
    let mut legs = good["legs"][1]["terms"]["legs"].clone();
    legs.as_object_mut().unwrap().values_mut().for_each(|leg| *leg = json!(Hash::of(b"a part")));
    assert!(with(1, "legs", legs).contains("relies on are not those of the deal"));
    assert!(with(0, "role", json!("follow")).contains("waits for nobody"));
    assert!(with(1, "bank", json!(key(99).public().to_string())).contains("another bank's"));
    let mut journal = good.clone();
    journal["legs"].as_array_mut().unwrap().swap(0, 1);
    assert!(refused(&journal).contains("before it"), "the follower first");
}

#[test]
fn legs_that_are_not_the_deal_are_refused() {
    let good = deal(&[(1, 2), (2, 1)]).to_json();
    let mut twice = good.clone();
    let leg = twice["legs"][1].clone();
    twice["legs"].as_array_mut().unwrap().push(leg);
    assert!(refused(&twice).contains("two legs"));
    let mut fewer = good.clone();
    fewer["legs"].as_array_mut().unwrap().pop();
    assert!(refused(&fewer).contains("not those of the deal"));
    // A record that the deal does not name.
    let mut more = good.clone();
    let bank: PublicKey = serde_json::from_value(more["legs"][1]["terms"]["bank"].clone()).unwrap();
    let header = Header { pubkey: bank, ulid: Ulid::new(1, [99; 10]) };
    let fields = Record { side: Side::Debit, amount: "7".parse().unwrap(), account: account(2, 2) };
    let record = Doc::new(header, &fields).unwrap();
    more["legs"][1]["records"].as_array_mut().unwrap().push(record.to_json());
    more["legs"][1]["terms"]["records"].as_array_mut().unwrap().push(json!(record.hash()));
    assert!(refused(&more).contains("not those of the deal"));
}

#[test]
fn a_holder_signs_what_their_own_banks_know_to_be_theirs() {
    let swap = deal(&[(1, 2), (2, 1)]);
    let me = key(2).public();
    assert_eq!(swap.check_part(me, &accounts(2, &[1, 2])), Ok(()));
    assert_eq!(swap.check_part(me, &accounts(2, &[1])), Err(Unfit::OtherBank { bank: bank(2) }));
    // Somebody else's accounts, said to be mine.
    let mut others = accounts(2, &[1, 2]);
    others.insert(bank(2), BTreeSet::from([account(3, 2)]));
    assert_eq!(swap.check_part(me, &others), Err(Unfit::NotYours { bank: bank(2) }));
    // An account of mine where I am not asked.
    let mut journal = swap.to_json();
    for leg in journal["legs"].as_array_mut().unwrap() {
        if leg["terms"]["bank"] == bank(2).to_string() {
            leg["holders"] = json!([key(1).public().to_string()]);
        }
    }
    let hidden = Settlement::from_json(&journal).unwrap();
    assert_eq!(hidden.check_part(me, &accounts(2, &[1, 2])), Err(Unfit::Hidden { bank: bank(2) }));
}

/// Of a ring, 1 → 2 → 3 → 1: who leads and follows as planned is fit to be signed by everybody; a follower that waits for another bank
/// than the one where its giver gets is not.
#[test]
fn where_a_holder_gives_waits_for_where_they_get() {
    let ring = deal(&[(1, 2), (2, 3), (3, 1)]);
    for person in [1, 2, 3] {
        assert_eq!(ring.check_part(key(person).public(), &accounts(person, &[1, 2, 3])), Ok(()));
    }
    let mut journal = ring.to_json();
    let last = &mut journal["legs"][2]["terms"];
    let follower: PublicKey = serde_json::from_value(last["bank"].clone()).unwrap();
    let lead = ring.legs()[0].terms.bank;
    last["predecessors"] = json!([lead.to_string()]);
    last["legs"] = json!({ lead.to_string(): ring.legs()[0].terms.leg() });
    let number = (1..=3).find(|number| bank(*number) == follower).unwrap();
    let before = bank(if number == 1 { 3 } else { number - 1 });
    let changed = Settlement::from_json(&journal).unwrap();
    let found = changed.check_part(key(number).public(), &accounts(number, &[1, 2, 3]));
    assert_eq!(found, Err(Unfit::NotAwaited { bank: follower, awaited: before }));
}

proptest! {
    /// Whatever is given to whom: what our own client plans is sound, and everybody in it can sign it.
    #[test]
    fn what_is_planned_can_be_signed(pairs in proptest::collection::btree_set((1_u8..6, 1_u8..6), 1..12), person in 1_u8..6) {
        let pairs: Vec<(u8, u8)> = pairs.into_iter().filter(|(giver, receiver)| giver != receiver).collect();
        prop_assume!(!pairs.is_empty());
        let made = deal(&pairs);
        prop_assert_eq!(Settlement::from_json(&made.to_json()), Ok(made.clone()));
        prop_assert_eq!(made.check_part(key(person).public(), &accounts(person, &[1, 2, 3, 4, 5])), Ok(()));
    }
}
