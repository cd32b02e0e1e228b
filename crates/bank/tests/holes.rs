//! The sixteen holes of the published reference, each with the attack written out and what becomes of it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod ledger_world;

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{Account, Action, Doc, Promise, Role, Side, Signature},
    ledger::{self, Answer, Command, Failure, Proposal, Refusal, State},
};
use ledger_world::{START, Swap, TTL, Transfer, World, person};

/// Mallory debits one of hers and credits a thousand.
#[test]
fn hole_01_debit_1_credit_1000() {
    let mut swap = Swap::new(false);
    let debit = swap.world.record(0, Side::Debit, swap.logo[1], "1");
    let credit = swap.world.record(0, Side::Credit, swap.logo[2], "1000");
    let deal = swap.world.deal_of(&swap.alice, BTreeMap::from([(0, vec![debit, credit])]));
    let told = swap.world.proposal(&deal, 0, &[], &[]);
    let refusal = swap.world.propose(0, &swap.alice, told).unwrap_err();
    assert!(matches!(&refusal, Refusal::Unbalanced { promise, .. } if *promise == swap.logo[0]), "{refusal}");
    assert_eq!(refusal.code(), -32000);
    assert!(refusal.to_string().ends_with("1 is debited and 1000 is credited: they have to be the same"));
}

/// The sums are right, and of two promises: a worthless one goes out, a good one comes in.
#[test]
fn hole_02_debit_of_one_promise_credit_of_another() {
    let mut swap = Swap::new(false);
    let mallory = person("Mallory");
    let (_, worthless) = swap.world.mint(0, &mallory, None, false);
    let wanted = swap.world.open(0, &mallory, swap.logo[0]);
    let debit = swap.world.record(0, Side::Debit, worthless, "5");
    let credit = swap.world.record(0, Side::Credit, wanted, "5");
    let deal = swap.world.deal_of(&mallory, BTreeMap::from([(0, vec![debit, credit])]));
    let told = swap.world.proposal(&deal, 0, &[], &[]);
    let refusal = swap.world.propose(0, &mallory, told).unwrap_err();
    assert!(matches!(refusal, Refusal::Unbalanced { .. }), "{refusal}");
}

/// A credit is given twice in a leg; and a record that one deal settled is given to another.
#[test]
fn hole_03_the_same_record_applied_twice() {
    let mut swap = Swap::new(true);
    let mut told = swap.told(0);
    let repeated = told.records[1].clone();
    told.records.push(repeated.clone());
    let refusal = swap.world.propose(0, &swap.alice, told).unwrap_err();
    assert_eq!(refusal, Refusal::RecordTwice { record: repeated.hash() });
    // A deal cannot name it twice either.
    let mut twice = swap.deal.tx.to_json();
    twice["records"].as_array_mut().unwrap().push(repeated.hash().to_string().into());
    assert!(Doc::<barter_bank::document::Tx>::read(twice).unwrap_err().to_string().contains("none twice"));

    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    let again = swap.world.deal_of(&swap.alice, BTreeMap::from([(0, swap.deal.slices[&0].clone())]));
    let told = swap.world.proposal(&again, 0, &[], &[]);
    let refusal = swap.world.propose(0, &swap.alice, told).unwrap_err();
    assert!(matches!(refusal, Refusal::RecordTaken { .. }), "{refusal}");
    assert_eq!(swap.world.balance(0, swap.logo[2]), "1");
}

/// Alice is to give two logos for her hour in two transfers, and her client tells her bank of one only. The hash of the other is in the
/// deal, as a bank's elsewhere might be: only the holders know, and what they sign says so.
#[test]
fn hole_04_a_record_of_this_bank_left_out() {
    let mut swap = Swap::new(true);
    let transfer = Transfer { bank: 0, from: swap.logo[1], to: swap.logo[2], amount: "1" };
    let deal = swap.world.deal(&swap.alice, &[transfer, transfer]);
    let whole = swap.world.proposal(&deal, 0, &[], &[]);
    let mut part = whole.clone();
    part.records.truncate(2);
    swap.world.propose(0, &swap.alice, part).unwrap();
    let terms = swap.world.terms(0, &whole);
    let confirmation = swap.world.confirmation(&swap.bob, deal.hash(), Some(terms));
    let command = Command::Confirm { tx: deal.hash(), confirmation };
    let refusal = swap.world.ask(0, &swap.bob, command).unwrap_err();
    let expected = Refusal::OtherTerms { holder: swap.bob.public(), difference: "list of records" };
    assert_eq!(refusal, expected);
    // The list cannot be mended afterwards.
    let refusal = swap.world.propose(0, &swap.alice, whole).unwrap_err();
    assert!(matches!(refusal, Refusal::Differs { difference: "list of records", .. }), "{refusal}");

    // And a record that the bank knows to be its own is missed at once, strict or not.
    let mut swap = Swap::new(false);
    swap.propose();
    let known = swap.deal.slices[&0].clone();
    let more = swap.world.deal(&swap.alice, &[transfer]);
    let slice = [known.clone(), more.slices[&0].clone()].concat();
    let mut deal = swap.world.deal_of(&swap.alice, BTreeMap::from([(0, slice)]));
    deal.slices.insert(0, more.slices[&0].clone());
    let told = swap.world.proposal(&deal, 0, &[], &[]);
    let refusal = swap.world.propose(0, &swap.alice, told).unwrap_err();
    assert!(matches!(refusal, Refusal::LeftOut { record, .. } if known.iter().any(|known| known.hash() == record)));
}

/// Two people are to get a logo at Alice's bank, Carol and Bob, and Alice's client gives that bank Carol's transfer only: a leg of
/// its own, in which Bob has nothing to sign. Its `settle` is to pass at Bob's bank for the proof that he has his logo. Bob signs on which
/// leg of Alice's bank he relies.
#[test]
fn hole_04_a_predecessor_that_was_given_a_part() {
    let mut swap = Swap::new(true);
    let carol = person("Carol");
    let carols = swap.world.open(0, &carol, swap.logo[0]);
    let transfers = [
        Transfer { bank: 0, from: swap.logo[1], to: carols, amount: "1" },
        Transfer { bank: 0, from: swap.logo[1], to: swap.logo[2], amount: "1" },
        Transfer { bank: 1, from: swap.hour[1], to: swap.hour[2], amount: "1" },
    ];
    swap.deal = swap.world.deal(&swap.alice, &transfers);
    let tx = swap.tx();
    let mut part = swap.told(0);
    part.records.truncate(2);
    swap.world.propose(0, &swap.alice, part).unwrap();
    let told = swap.told(1);
    // A strict bank that is not told on which leg to rely is not told enough.
    let silent = Proposal { legs: BTreeMap::new(), ..told.clone() };
    let refusal = swap.world.propose(1, &swap.alice, silent).unwrap_err();
    assert_eq!(refusal, Refusal::OtherLegs { bank: swap.world.bank_key(0) });
    let truth = swap.world.terms(1, &told);
    swap.world.propose(1, &swap.alice, told).unwrap();
    for (bank, holder) in [(0, &swap.alice), (0, &carol), (1, &swap.alice)] {
        swap.world.confirm(bank, holder, tx).unwrap();
    }
    let confirmation = swap.world.confirmation(&swap.bob, tx, Some(truth));
    swap.world.ask(1, &swap.alice, Command::Confirm { tx, confirmation }).unwrap();
    swap.world.hold(0, &swap.alice, tx).unwrap();
    let hold = swap.world.hold(1, &swap.alice, tx).unwrap();
    let settle = swap.world.settle(0, &swap.alice, tx, &[&hold]).unwrap();
    assert_ne!(settle.leg, Some(swap.deal.leg(0)));
    let refusal = swap.world.settle(1, &swap.alice, tx, &[&settle]).unwrap_err();
    assert!(matches!(refusal, Refusal::NotShown { action: Action::Settle, .. }), "{refusal}");
    assert_eq!(swap.world.balance(1, swap.hour[1]), "0");
}

/// Bob, who issues no logos, gives away two and has one; then he tries with two deals at once, each within what he has.
#[test]
fn hole_05_a_holder_overdrawn() {
    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    let back = |amount| Transfer { bank: 0, from: swap.logo[2], to: swap.logo[1], amount };
    let too_much = swap.world.deal(&swap.bob, &[back("2")]);
    let [one, other] = [back("0.6"), back("0.6")].map(|transfer| swap.world.deal(&swap.bob, &[transfer]));
    for deal in [&too_much, &one, &other] {
        let told = swap.world.proposal(deal, 0, &[], &[]);
        swap.world.propose(0, &swap.bob, told).unwrap();
        swap.world.confirm(0, &swap.bob, deal.hash()).unwrap();
    }
    let refusal = swap.world.hold(0, &swap.bob, too_much.hash()).unwrap_err();
    assert!(refusal.to_string().ends_with("has 1 and would have -1, expected 0 at least"), "{refusal}");
    swap.world.hold(0, &swap.bob, one.hash()).unwrap();
    let refusal = swap.world.hold(0, &swap.bob, other.hash()).unwrap_err();
    assert_eq!(refusal.code(), -32003);
    swap.world.check();
}

/// An issuer gives more than it said it would owe, in one deal and in many; and half of what comes whole.
#[test]
fn hole_06_limit_and_integer_ignored() {
    let mut world = World::new(1, false);
    let (alice, bob) = (person("Alice"), person("Bob"));
    let (promise, from) = world.mint(0, &alice, Some("2.5"), false);
    let to = world.open(0, &bob, promise);
    for (amount, expected) in [("3", None), ("2", Some("-2")), ("0.6", None), ("0.5", Some("-2.5")), ("0.1", None)] {
        let deal = world.deal(&alice, &[Transfer { bank: 0, from, to, amount }]);
        let told = world.proposal(&deal, 0, &[], &[]);
        world.propose(0, &alice, told).unwrap();
        let held = world.hold(0, &alice, deal.hash());
        match expected {
            None => assert!(matches!(held, Err(Refusal::TooLittle { .. })), "{held:?}"),
            Some(balance) => {
                world.confirm(0, &alice, deal.hash()).unwrap();
                world.confirm(0, &bob, deal.hash()).unwrap();
                world.settle(0, &alice, deal.hash(), &[]).unwrap();
                assert_eq!(world.balance(0, from), balance);
            }
        }
        world.check();
    }

    let (whole, from) = world.mint(0, &alice, None, true);
    let to = world.open(0, &bob, whole);
    let deal = world.deal(&alice, &[Transfer { bank: 0, from, to, amount: "1.5" }]);
    let told = world.proposal(&deal, 0, &[], &[]);
    let refusal = world.propose(0, &alice, told).unwrap_err();
    assert!(matches!(refusal, Refusal::NotWhole { .. }), "{refusal}");
}

/// Mallory proposes that Alice give her a logo, to lock Alice's account: a strict bank locks it once Alice has signed. Another locks it,
/// and Alice ends that; and if she sleeps, time does. Somebody who is not in the deal can neither lock nor end anything.
#[test]
fn hole_07_a_stranger_locks_an_account() {
    for strict in [true, false] {
        let mut swap = Swap::new(strict);
        let (mallory, eve) = (person("Mallory"), person("Eve"));
        let account = swap.world.open(0, &mallory, swap.logo[0]);
        let transfer = Transfer { bank: 0, from: swap.logo[1], to: account, amount: "1" };
        let propose = |swap: &mut Swap| {
            let deal = swap.world.deal(&mallory, &[transfer]);
            let told = swap.world.proposal(&deal, 0, &[], &[]);
            swap.world.propose(0, &mallory, told).unwrap();
            assert!(swap.world.hold(0, &eve, deal.hash()).is_err());
            deal.hash()
        };
        swap.propose();
        let tx = swap.tx();
        if strict {
            // As often as she likes.
            for _ in 0..3 {
                let attack = propose(&mut swap);
                swap.world.confirm(0, &mallory, attack).unwrap();
                let refusal = swap.world.hold(0, &mallory, attack).unwrap_err();
                let (account, holder) = (swap.logo[1], swap.alice.public());
                assert_eq!(refusal, Refusal::NotAgreed { account, holder, tx: attack });
                assert_eq!(refusal.code(), -32000);
            }
            swap.hold();
            continue;
        }
        let attack = |swap: &mut Swap| {
            let attack = propose(swap);
            let hold = swap.world.hold(0, &mallory, attack).unwrap();
            assert_eq!(hold.until, Some(swap.world.now + TTL), "the bank states when it ends");
            attack
        };
        let first = attack(&mut swap);
        assert_eq!(swap.world.hold(0, &swap.alice, tx).unwrap_err().code(), -32003);
        let end = |by| (by, Command::Reject { tx: first, reason: Some("not mine".into()) });
        let (by, command) = end(&eve);
        assert!(swap.world.ask(0, by, command).is_err());
        let (by, command) = end(&swap.alice);
        swap.world.ask(0, by, command).unwrap();
        assert_eq!(swap.world.state(0, first), State::Rejected);

        let second = attack(&mut swap);
        swap.world.now += TTL - 1;
        assert_eq!(swap.world.hold(0, &swap.alice, tx).unwrap_err().code(), -32003);
        swap.world.now += 1;
        swap.world.hold(0, &swap.alice, tx).unwrap();
        assert_eq!(swap.world.state(0, second), State::Rejected);
        assert_eq!(swap.world.hold(0, &mallory, second).unwrap_err().code(), -32000, "and not again");
        swap.world.check();
    }
}

/// A settled leg is proposed again to get it back to approved and settle it once more; and again with another role.
#[test]
fn hole_08_proposing_again_takes_a_settled_leg_back() {
    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    let settle = swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    let before = swap.world.banks[0].books.clone();
    let told = swap.told(0);
    let again = swap.world.propose(0, &swap.alice, told.clone()).unwrap();
    assert!(again.already && again.writes.is_empty());
    assert!(matches!(&again.answer, Answer::Proposed { leg, .. } if leg.state == State::Settled));
    let mut other = told;
    (other.role, other.predecessors) = (Role::Follow, BTreeSet::from([swap.world.bank_key(1)]));
    let refusal = swap.world.propose(0, &swap.alice, other).unwrap_err();
    assert!(matches!(refusal, Refusal::Differs { difference: "role", .. }), "{refusal}");
    // Nothing else takes it back either.
    let reject = Command::Reject { tx, reason: None };
    assert_eq!(swap.world.ask(0, &swap.bob, reject).unwrap_err().code(), -32000);
    swap.world.now += 10 * TTL;
    let bank = person("bank 0");
    assert_eq!(swap.world.ask(0, &bank, Command::Expire { tx }).unwrap_err().code(), -32000);
    assert_eq!(swap.world.settle(0, &swap.alice, tx, &[]).unwrap(), settle);
    assert_eq!(swap.world.banks[0].books, before);
}

/// A client that did not get the answer holds again, and is told that it is in its own way.
#[test]
fn hole_09_a_repeated_hold_conflicts_with_itself() {
    let mut swap = Swap::new(true);
    swap.propose();
    let tx = swap.tx();
    let [first, _] = swap.hold();
    swap.world.now += 1_000;
    assert_eq!(swap.world.hold(0, &swap.alice, tx).unwrap(), first, "and lasts no longer for it");
    swap.confirm();
    assert_eq!(swap.world.hold(0, &swap.alice, tx).unwrap(), first);
}

/// Two settles are decided on the same books. Each write says what it replaces, so the second is noticed, and nothing of it is done.
#[test]
fn hole_10_two_concurrent_settles_both_applied() {
    let (mut swap, holds) = Swap::confirmed(true);
    let settle = Command::Settle { tx: swap.tx(), shown: vec![holds[1].clone()] };
    let first = swap.world.decide(0, swap.alice.public(), settle.clone()).unwrap();
    let second = swap.world.decide(0, swap.alice.public(), settle).unwrap();
    assert!(!second.already);
    let books = &mut swap.world.banks[0].books;
    books.apply(&first).unwrap();
    let after = books.clone();
    books.apply(&second).unwrap_err();
    assert_eq!(*books, after);
    assert_eq!(swap.world.balance(0, swap.logo[2]), "1");
    assert_eq!(swap.world.balance(0, swap.logo[1]), "-1");
    swap.world.check();
}

/// Bob's bank is to wait for Alice, who is no bank: her confirmation, or a `settle` that she writes as a bank would, is to pass for the
/// proof that the logo has moved.
#[test]
fn hole_11_a_predecessor_that_is_no_bank() {
    let mut swap = Swap::new(false);
    let mut told = swap.told(1);
    for person in [&swap.alice, &swap.bob] {
        told.predecessors = BTreeSet::from([person.public()]);
        let refusal = swap.world.propose(1, &swap.alice, told.clone()).unwrap_err();
        assert!(matches!(refusal, Refusal::NotABank { found: "a holder of the deal", .. }), "{refusal}");
    }
    told.predecessors = BTreeSet::from([swap.world.bank_key(1)]);
    let refusal = swap.world.propose(1, &swap.alice, told).unwrap_err();
    assert!(matches!(refusal, Refusal::NotABank { found: "this bank itself", .. }), "{refusal}");

    // Bank 0, which is a bank, also has an account elsewhere in the deal: its word as a holder is not its word as a bank.
    let (mut swap, _) = Swap::confirmed(false);
    let tx = swap.tx();
    let bank = person("bank 0");
    let terms = swap.world.terms(0, &swap.told(0));
    let leg = Some(swap.deal.leg(0));
    let settle = Signature { seen: Some(vec![]), leg, ..Signature::new(tx, Action::Settle) };
    let words = [
        (&bank, Signature { seen: None, ..settle.clone() }),
        (&bank, Signature { terms: Some(terms), ..settle.clone() }),
        (&swap.alice, settle.clone()),
        (&bank, Signature { about: swap.logo[0], ..settle.clone() }),
        (&bank, Signature { action: Action::Hold, ..settle.clone() }),
        (&bank, Signature { leg: Some(swap.deal.leg(1)), ..settle.clone() }),
        (&bank, Signature { leg: None, ..settle }),
    ];
    for (key, word) in words {
        let word = swap.world.sign(key, &word);
        let refusal = swap.world.settle(1, &swap.alice, tx, &[&word]).unwrap_err();
        assert!(matches!(refusal, Refusal::NotShown { action: Action::Settle, .. }), "{refusal}");
    }
    // Nor is a bank's word that of a holder.
    let as_bank = swap.world.sign(&swap.bob, &Signature { seen: Some(vec![]), ..Signature::new(tx, Action::Settle) });
    let refusal = swap.world.ask(1, &swap.bob, Command::Confirm { tx, confirmation: as_bank }).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherWord { .. }), "{refusal}");
}

/// Bob's bank is to wait for a key of Alice's that is nobody in the deal, and no bank of it: its `settle` is written when Alice likes. No
/// bank can tell, since it knows none of the others. Bob can: he signs for whom his bank waits.
#[test]
fn hole_11_a_predecessor_that_is_nobody() {
    let key = person("a key of Alice's");
    let lie = |swap: &Swap| {
        let mut told = swap.told(1);
        told.predecessors = BTreeSet::from([key.public()]);
        told.legs = BTreeMap::from([(key.public(), swap.deal.leg(0))]);
        told
    };
    let mut swap = Swap::new(true);
    let tx = swap.tx();
    let truth = swap.world.terms(1, &swap.told(1));
    let told = lie(&swap);
    swap.world.propose(1, &swap.alice, told).unwrap();
    let confirmation = swap.world.confirmation(&swap.bob, tx, Some(truth));
    let refusal = swap.world.ask(1, &swap.alice, Command::Confirm { tx, confirmation }).unwrap_err();
    assert_eq!(refusal, Refusal::OtherTerms { holder: swap.bob.public(), difference: "list of predecessors" });
    let leg = Some(swap.deal.leg(0));
    let settle = swap.world.sign(&key, &Signature { seen: Some(vec![]), leg, ..Signature::new(tx, Action::Settle) });
    assert!(swap.world.hold(1, &swap.alice, tx).is_err() && swap.world.settle(1, &swap.alice, tx, &[&settle]).is_err());
    assert_eq!(swap.world.balance(1, swap.hour[1]), "0");

    // Where holders sign no terms, nothing protects Bob: that is what the setting gives away.
    let mut swap = Swap::new(false);
    let told = lie(&swap);
    swap.world.propose(1, &swap.alice, told).unwrap();
    let tx = swap.tx();
    for holder in ["Alice", "Bob"].map(person) {
        let confirmation = swap.world.confirmation(&holder, tx, None);
        swap.world.ask(1, &holder, Command::Confirm { tx, confirmation }).unwrap();
    }
    swap.world.hold(1, &swap.alice, tx).unwrap();
    let leg = Some(swap.deal.leg(0));
    let settle = swap.world.sign(&key, &Signature { seen: Some(vec![]), leg, ..Signature::new(tx, Action::Settle) });
    swap.world.settle(1, &swap.alice, tx, &[&settle]).unwrap();
    assert_eq!(swap.world.balance(1, swap.hour[1]), "-1");
}

/// Alice's client tells Bob's bank that it leads, so that it settles with nothing before it. Bob signs that it follows.
#[test]
fn hole_12_a_bank_told_that_it_leads() {
    let mut swap = Swap::new(true);
    let tx = swap.tx();
    let truth = swap.world.terms(1, &swap.told(1));
    let lie = swap.world.proposal(&swap.deal, 1, &[], &[]);
    swap.world.propose(1, &swap.alice, lie).unwrap();
    let confirm = |confirmation| Command::Confirm { tx, confirmation };
    let honest = swap.world.confirmation(&swap.bob, tx, Some(truth));
    let refusal = swap.world.ask(1, &swap.bob, confirm(honest)).unwrap_err();
    assert_eq!(refusal, Refusal::OtherTerms { holder: swap.bob.public(), difference: "role" });
    // A signature that says nothing of it could be taken from him: it is not enough.
    let silent = swap.world.confirmation(&swap.bob, tx, None);
    let refusal = swap.world.ask(1, &swap.alice, confirm(silent.clone())).unwrap_err();
    assert_eq!(refusal, Refusal::NoTerms { holder: swap.bob.public() });
    let refusal = swap.world.hold(1, &swap.alice, tx).unwrap_err();
    assert!(matches!(refusal, Refusal::NotAgreed { holder, .. } if holder == swap.bob.public()), "{refusal}");
    let refusal = swap.world.settle(1, &swap.alice, tx, &[]).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherState { state: State::Approved, .. }), "{refusal}");

    // Published clients sign none, and a bank that turns the setting off takes their word.
    let mut swap = Swap::new(false);
    swap.propose();
    swap.world.ask(1, &swap.alice, confirm(silent)).unwrap();
}

/// Alice's bank leads, and is asked to settle before Bob's holds: his account could be emptied meanwhile. What it awaits is signed.
#[test]
fn hole_13_a_lead_that_settles_before_the_others_hold() {
    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    let own = &holds[0];
    let by_bob = swap.world.sign(&swap.bob, &Signature::new(tx, Action::Hold));
    for shown in [&[][..], &[own], &[&by_bob]] {
        let refusal = swap.world.settle(0, &swap.alice, tx, shown).unwrap_err();
        let expected = Refusal::NotShown { action: Action::Hold, bank: swap.world.bank_key(1), tx };
        assert_eq!(refusal, expected);
    }
    // A hold that has ended there, on this bank's clock, is none; nor is one that does not say when it ends.
    let bank = person("bank 1");
    let ended = swap.world.sign(&bank, &Signature { until: Some(START), ..Signature::new(tx, Action::Hold) });
    let endless = swap.world.sign(&bank, &Signature::new(tx, Action::Hold));
    for hold in [&ended, &endless] {
        assert!(swap.world.settle(0, &swap.alice, tx, &[hold]).is_err());
    }
    let settle = swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    assert_eq!(settle.seen, Some(vec![holds[1].hash()]));
    // Without it in the terms, a holder who wants it does not sign.
    let mut swap = Swap::new(true);
    let terms = swap.world.terms(0, &swap.told(0));
    let lie = swap.world.proposal(&swap.deal, 0, &[], &[]);
    swap.world.propose(0, &swap.alice, lie).unwrap();
    let confirmation = swap.world.confirmation(&swap.bob, tx, Some(terms));
    assert!(swap.world.ask(0, &swap.bob, Command::Confirm { tx: swap.tx(), confirmation }).is_err());
}

/// Mallory reads what Bob has.
#[test]
fn hole_14_anybody_can_read_a_balance() {
    let mut swap = Swap::new(true);
    let now = swap.world.now;
    let (account, mallory) = (swap.logo[2], person("Mallory"));
    let books = &mut swap.world.banks[0].books;
    for caller in [&swap.bob, &swap.alice] {
        let balance = ledger::balance(books, caller.public(), now, &account).unwrap();
        assert_eq!(balance.state.holder, swap.bob.public());
    }
    match ledger::balance(books, mallory.public(), now, &account) {
        Err(Failure::Refused(refusal)) => assert_eq!(refusal.code(), -32001),
        other => panic!("{other:?}"),
    }
    // Alice, who issues logos, does not see what Bob has of Carol's promise.
    let carol = person("Carol");
    let (other, _) = swap.world.mint(0, &carol, None, false);
    let account = swap.world.open(0, &swap.bob, other);
    let books = &mut swap.world.banks[0].books;
    assert!(ledger::balance(books, swap.alice.public(), now, &account).is_err());
    assert!(ledger::balance(books, carol.public(), now, &account).is_ok());
}

/// Bob's account, with a logo in it, is opened again.
#[test]
fn hole_15_opening_an_account_again_resets_it() {
    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    let books = &swap.world.banks[0].books;
    let document = books.documents()[&swap.logo[2]].text().to_owned();
    let account = Doc::<Account>::parse(&document).unwrap();
    let again = swap.world.ask(0, &swap.bob, Command::Open { account, pocket: None }).unwrap();
    assert!(again.already && again.writes.is_empty());
    assert_eq!(swap.world.balance(0, swap.logo[2]), "1");
    // Nor does minting again reset the issuer's.
    let promise = Doc::<Promise>::parse(swap.world.banks[0].books.documents()[&swap.logo[0]].text()).unwrap();
    let again = swap.world.ask(0, &swap.alice, Command::Mint { promise, pocket: None }).unwrap();
    assert!(again.already && again.writes.is_empty());
    assert_eq!(swap.world.balance(0, swap.logo[1]), "-1");
}

/// Hashes of documents that are here, where a document of another type is expected.
#[test]
fn hole_16_a_hash_of_another_type() {
    let mut swap = Swap::new(false);
    let refused = |refusal: Refusal, what: &str, wanted: &str| {
        let Refusal::OtherType { found, expected, .. } = refusal else { panic!("{refusal}") };
        assert_eq!((found, expected), (what, wanted));
    };
    // An account of an account.
    let account = swap.world.account(&swap.bob, swap.logo[1]);
    refused(swap.world.ask(0, &swap.bob, Command::Open { account, pocket: None }).unwrap_err(), "account", "promise");
    // An account in a promise for a pocket.
    let header = swap.world.header(swap.bob.public());
    let account = Doc::new(header, &Account { pocket: swap.logo[0], promise: swap.logo[0] }).unwrap();
    refused(swap.world.ask(0, &swap.bob, Command::Open { account, pocket: None }).unwrap_err(), "promise", "pocket");
    // A record on a promise.
    let transfer = Transfer { bank: 0, from: swap.logo[1], to: swap.logo[0], amount: "1" };
    let deal = swap.world.deal(&swap.alice, &[transfer]);
    let told = swap.world.proposal(&deal, 0, &[], &[]);
    refused(swap.world.propose(0, &swap.alice, told).unwrap_err(), "promise", "account");
    // A balance and a promise by each other's hash.
    let (now, tx) = (swap.world.now, swap.tx());
    let books = &mut swap.world.banks[0].books;
    let Err(Failure::Refused(refusal)) = ledger::balance(books, swap.alice.public(), now, &swap.logo[0]) else {
        panic!()
    };
    refused(refusal, "promise", "account");
    let Err(Failure::Refused(refusal)) = ledger::promise(books, &swap.logo[1]) else { panic!() };
    refused(refusal, "account", "promise");
    let Err(Failure::Refused(refusal)) = ledger::promise(books, &tx) else { panic!() };
    assert_eq!(refusal.code(), -32005);
    // A deal with an account among its records.
    let slice = swap.deal.slices[&0].clone();
    let mut deal = swap.world.deal_of(&swap.alice, BTreeMap::from([(0, slice.clone())]));
    let mut tx = deal.tx.to_json();
    tx["records"].as_array_mut().unwrap().push(swap.logo[1].to_string().into());
    deal.tx = Doc::read(tx).unwrap();
    deal.approve = swap.world.sign(&swap.alice, &Signature::new(deal.hash(), Action::Approve));
    let told = swap.world.proposal(&deal, 0, &[], &[]);
    refused(swap.world.propose(0, &swap.alice, told).unwrap_err(), "account", "record");
}
