//! The ledger: the source's swap, a ring and a graph as its rules say, who may do what and when, and thousands of commands of people of
//! whom some lie (`crowd`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod crowd;
#[path = "../ledger_world/mod.rs"]
mod ledger_world;

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{Account, Action, Doc, Hash, Pocket, Promise, Role, SecretKey, Side, Signature},
    ledger::{Answer, Command, Proposal, Refusal, State},
};
use ledger_world::{Swap, TTL, Transfer, World, person};

#[test]
fn the_sources_swap() {
    let mut swap = Swap::new(true);
    let tx = swap.tx();
    swap.propose();
    assert_eq!(swap.world.state(0, tx), State::Approved);
    let holds = swap.hold();
    assert_eq!(swap.world.state(1, tx), State::Held);
    swap.world.confirm(0, &swap.alice, tx).unwrap();
    assert_eq!(swap.world.state(0, tx), State::Held, "Bob has not signed");
    swap.world.confirm(0, &swap.bob, tx).unwrap();
    assert_eq!(swap.world.state(0, tx), State::Confirmed);
    swap.world.confirm(1, &swap.bob, tx).unwrap();
    swap.world.confirm(1, &swap.alice, tx).unwrap();
    // The follower has nothing in hand yet.
    let refusal = swap.world.settle(1, &swap.alice, tx, &[&holds[0]]).unwrap_err();
    assert!(matches!(refusal, Refusal::NotShown { action: Action::Settle, .. }), "{refusal}");
    let first = swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    let second = swap.world.settle(1, &swap.alice, tx, &[&first]).unwrap();
    assert_eq!(second.seen, Some(vec![first.hash()]), "the chain of what was seen");
    let balances = [(0, swap.logo[1]), (0, swap.logo[2]), (1, swap.hour[1]), (1, swap.hour[2])];
    assert_eq!(balances.map(|(bank, account)| swap.world.balance(bank, account)), ["-1", "1", "-1", "1"]);
    // A bank keeps what it was shown, and of the other's records nothing.
    let [logos, hours] = [0, 1].map(|bank| swap.world.banks[bank].books.documents().clone());
    assert!(hours.contains_key(&first.hash()) && logos.contains_key(&holds[1].hash()));
    for (bank, documents) in [(0, &logos), (1, &hours)] {
        let others = &swap.deal.slices[&(1 - bank)];
        assert!(others.iter().all(|record| !documents.contains_key(&record.hash())));
    }
    swap.world.check();
}

/// Alice to Bob to Carol to Dave to Alice, over four banks: one leads, each of the others has seen the one before it.
#[test]
fn a_ring_over_four_banks() {
    let people = ["Alice", "Bob", "Carol", "Dave"].map(person);
    let mut world = World::new(4, true);
    let mut transfers = Vec::new();
    for (bank, giver) in people.iter().enumerate() {
        let (promise, from) = world.mint(bank, giver, Some("3"), true);
        let to = world.open(bank, &people[(bank + 1) % 4], promise);
        transfers.push(Transfer { bank, from, to, amount: "3" });
    }
    let deal = world.deal(&people[0], &transfers);
    let tx = deal.hash();
    for bank in 0..4 {
        // What bank 0 settles goes to Bob, who gives at bank 1: it follows bank 0.
        let told = match bank {
            0 => world.proposal(&deal, 0, &[], &[1, 2, 3]),
            _ => world.proposal(&deal, bank, &[bank - 1], &[]),
        };
        world.propose(bank, &people[0], told).unwrap();
        // Early, before anything is held.
        world.confirm(bank, &people[bank], tx).unwrap();
    }
    let holds: Vec<_> = (0..4).map(|bank| world.hold(bank, &people[0], tx).unwrap()).collect();
    for bank in 0..4 {
        assert_eq!(world.state(bank, tx), State::Held);
        world.confirm(bank, &people[(bank + 1) % 4], tx).unwrap();
        assert_eq!(world.state(bank, tx), State::Confirmed);
    }
    let mut shown: Vec<_> = holds[1..].to_vec();
    for bank in 0..4 {
        let settle = world.settle(bank, &people[0], tx, &shown.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(settle.seen.as_ref().map(Vec::len), Some(if bank == 0 { 3 } else { 1 }));
        shown = vec![settle];
    }
    for transfer in transfers {
        assert_eq!(world.balance(transfer.bank, transfer.from), "-3");
        assert_eq!(world.balance(transfer.bank, transfer.to), "3");
    }
    world.check();
}

/// What only passes through an account need not be in it before: the leg settles in one piece.
#[test]
fn what_comes_in_with_a_leg_can_go_out_with_it() {
    let people = ["Alice", "Bob", "Carol"].map(person);
    let mut world = World::new(1, false);
    let (promise, alice) = world.mint(0, &people[0], None, false);
    let [bob, carol] = [&people[1], &people[2]].map(|holder| world.open(0, holder, promise));
    let transfers = [
        Transfer { bank: 0, from: alice, to: bob, amount: "0.3" },
        Transfer { bank: 0, from: bob, to: carol, amount: "0.1" },
        Transfer { bank: 0, from: bob, to: carol, amount: "0.2" },
    ];
    let deal = world.deal(&people[1], &transfers);
    let told = world.proposal(&deal, 0, &[], &[]);
    world.propose(0, &people[1], told).unwrap();
    world.hold(0, &people[1], deal.hash()).unwrap();
    assert_eq!(world.banks[0].books.holds().len(), 2, "Alice's account and Bob's");
    for holder in &people {
        world.confirm(0, holder, deal.hash()).unwrap();
    }
    world.settle(0, &people[1], deal.hash(), &[]).unwrap();
    assert_eq!([alice, bob, carol].map(|account| world.balance(0, account)), ["-0.3", "0", "0.3"]);
    world.check();
}

/// Two deals pay into one account and are settled on books that were read at the same time: neither payment is lost.
#[test]
fn a_balance_that_has_changed_meanwhile_is_noticed() {
    let mut world = World::new(1, false);
    let (alice, bob, carol) = (person("Alice"), person("Bob"), person("Carol"));
    let (promise, own) = world.mint(0, &alice, None, false);
    let [to, third] = [&bob, &carol].map(|holder| world.open(0, holder, promise));
    // Carol needs something to give.
    let deal = world.deal(&alice, &[Transfer { bank: 0, from: own, to: third, amount: "1" }]);
    let told = world.proposal(&deal, 0, &[], &[]);
    world.propose(0, &alice, told).unwrap();
    world.hold(0, &alice, deal.hash()).unwrap();
    world.confirm(0, &alice, deal.hash()).unwrap();
    world.confirm(0, &carol, deal.hash()).unwrap();
    world.settle(0, &alice, deal.hash(), &[]).unwrap();
    let mut confirmed = |from: Hash, to: Hash, giver: &SecretKey, taker: &SecretKey| {
        let deal = world.deal(giver, &[Transfer { bank: 0, from, to, amount: "1" }]);
        let told = world.proposal(&deal, 0, &[], &[]);
        world.propose(0, giver, told).unwrap();
        world.hold(0, giver, deal.hash()).unwrap();
        world.confirm(0, giver, deal.hash()).unwrap();
        world.confirm(0, taker, deal.hash()).unwrap();
        let settle = Command::Settle { tx: deal.hash(), shown: vec![] };
        (world.decide(0, giver.public(), settle.clone()).unwrap(), settle)
    };
    let (one, _) = confirmed(own, to, &alice, &bob);
    let (other, again) = confirmed(third, to, &carol, &bob);
    world.banks[0].books.apply(&one).unwrap();
    let stale = world.banks[0].books.apply(&other).unwrap_err();
    assert_eq!((stale.what, stale.hash), ("balance of", to));
    world.ask(0, &carol, again).unwrap();
    assert_eq!(world.balance(0, to), "2");
    world.check();
}

#[test]
fn who_mints_and_opens() {
    let mut world = World::new(2, true);
    let (alice, bob) = (person("Alice"), person("Bob"));
    let promise = |world: &mut World, bank: usize| {
        let fields =
            Promise { bank: world.bank_key(bank), name: "1 hour".into(), due: None, limit: None, integer: None };
        Doc::new(world.header(alice.public()), &fields).unwrap()
    };
    let pocket = |world: &mut World, owner: &SecretKey| {
        let header = world.header(owner.public());
        Doc::new(header, &Pocket { name: "work".into() }).unwrap()
    };
    let elsewhere = promise(&mut world, 1);
    let refusal = world.ask(0, &alice, Command::Mint { promise: elsewhere, pocket: None }).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherBank { what: "promise", .. }), "{refusal}");
    let here = promise(&mut world, 0);
    let refusal = world.ask(0, &bob, Command::Mint { promise: here.clone(), pocket: None }).unwrap_err();
    assert_eq!(refusal.code(), -32001);
    let bobs = pocket(&mut world, &bob);
    let mint = |promise: &Doc<Promise>, pocket| Command::Mint { promise: promise.clone(), pocket };
    let refusal = world.ask(0, &alice, mint(&here, Some(bobs.clone()))).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherOwner { what: "pocket", .. }), "{refusal}");

    let own = pocket(&mut world, &alice);
    let first = world.ask(0, &alice, mint(&here, Some(own.clone()))).unwrap();
    let Answer::Minted { account, attestation, pocket: kept, .. } = &first.answer else { panic!("{first:?}") };
    assert_eq!((*kept, attestation.about, attestation.action), (own.hash(), here.hash(), Action::Approve));
    assert_eq!(attestation.pubkey(), world.bank_key(0));
    world.now += 5;
    for pocket in [None, Some(own)] {
        let again = world.ask(0, &alice, mint(&here, pocket)).unwrap();
        assert_eq!((again.already, &again.answer), (true, &first.answer));
    }
    let another = pocket(&mut world, &alice);
    let refusal = world.ask(0, &alice, mint(&here, Some(another))).unwrap_err();
    assert!(matches!(refusal, Refusal::Differs { difference: "pocket", .. }), "{refusal}");

    // Another account of the issuer's own is one like any other: it cannot owe.
    let account = *account;
    let second = world.open(0, &alice, here.hash());
    let deal = world.deal(&alice, &[Transfer { bank: 0, from: second, to: account, amount: "1" }]);
    let told = world.proposal(&deal, 0, &[], &[]);
    world.propose(0, &alice, told).unwrap();
    world.confirm(0, &alice, deal.hash()).unwrap();
    assert!(matches!(world.hold(0, &alice, deal.hash()), Err(Refusal::TooLittle { .. })));

    let (unknown, _) = world.mint(1, &alice, None, false);
    let unknown = world.account(&bob, unknown);
    let open = |account, pocket| Command::Open { account, pocket };
    assert_eq!(world.ask(0, &bob, open(unknown, None)).unwrap_err().code(), -32005);
    let bobs_account = world.account(&bob, here.hash());
    assert_eq!(world.ask(0, &alice, open(bobs_account.clone(), None)).unwrap_err().code(), -32001);
    let refusal = world.ask(0, &bob, open(bobs_account, Some(bobs.clone()))).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherPocket { .. }), "{refusal}");
    let header = world.header(bob.public());
    let fitting = Doc::new(header, &Account { pocket: bobs.hash(), promise: here.hash() }).unwrap();
    world.ask(0, &bob, open(fitting, Some(bobs.clone()))).unwrap();
    assert!(world.banks[0].books.documents().contains_key(&bobs.hash()));
}

/// Each way in which a proposal is not one.
#[test]
fn what_is_no_proposal() {
    let mut swap = Swap::new(true);
    let told = swap.told(0);
    let tx = swap.tx();
    let (alice, bob) = (person("Alice"), person("Bob"));
    let refused = |swap: &mut Swap, by: &SecretKey, change: &dyn Fn(&mut Proposal)| {
        let mut proposal = told.clone();
        change(&mut proposal);
        let refusal = swap.world.propose(0, by, proposal).unwrap_err();
        assert!(swap.world.banks[0].books.legs().is_empty());
        refusal
    };
    assert_eq!(refused(&mut swap, &bob, &|_| ()).code(), -32001);
    let by_bob = swap.world.sign(&bob, &Signature::new(tx, Action::Approve));
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.approve = by_bob.clone());
    assert!(matches!(refusal, Refusal::OtherOwner { .. }), "{refusal}");
    let words = [Signature::new(tx, Action::Ack), Signature::new(Hash::of(b"other"), Action::Approve)];
    for word in words.map(|word| swap.world.sign(&alice, &word)) {
        let refusal = refused(&mut swap, &alice, &|proposal| proposal.approve = word.clone());
        assert!(matches!(refusal, Refusal::OtherWord { expected: "approve", .. }), "{refusal}");
    }
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.records.clear());
    assert_eq!(refusal, Refusal::NoRecords { tx });
    let of_bank_1 = swap.deal.slices[&1][0].clone();
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.records.push(of_bank_1.clone()));
    assert!(matches!(refusal, Refusal::OtherBank { what: "record", .. }), "{refusal}");
    let not_in_it = swap.world.record(0, Side::Debit, swap.logo[1], "1");
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.records.push(not_in_it.clone()));
    assert!(matches!(refusal, Refusal::NotInTx { .. }), "{refusal}");
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.role = Role::Follow);
    assert_eq!(refusal.to_string(), "a bank that is to follow was given 0 predecessors, expected at least one");
    let other = swap.world.bank_key(1);
    let refusal = refused(&mut swap, &alice, &|proposal| proposal.predecessors = BTreeSet::from([other]));
    assert_eq!(refusal.to_string(), "a bank that is to lead was given 1 predecessors, expected none");
    let unknown = swap.world.record(0, Side::Debit, Hash::of(b"no account"), "1");
    let deal = swap.world.deal_of(&alice, BTreeMap::from([(0, vec![unknown])]));
    let proposal = swap.world.proposal(&deal, 0, &[], &[]);
    assert_eq!(swap.world.propose(0, &alice, proposal).unwrap_err().code(), -32005);
    // A proposer who holds nothing here is no bank that this one could wait for.
    let carol = person("Carol");
    let deal = swap.world.deal_of(&carol, BTreeMap::from([(0, swap.deal.slices[&0].clone())]));
    let mut proposal = swap.world.proposal(&deal, 0, &[], &[]);
    proposal.awaits = BTreeSet::from([carol.public()]);
    let refusal = swap.world.propose(0, &carol, proposal).unwrap_err();
    assert!(matches!(refusal, Refusal::NotABank { found: "the deal's proposer", .. }), "{refusal}");
    swap.world.propose(0, &alice, told).unwrap();
}

/// What is out of turn, by somebody else, or about a deal that nobody knows.
#[test]
fn what_is_out_of_turn() {
    let mut swap = Swap::new(true);
    let tx = swap.tx();
    let (eve, bank) = (person("Eve"), person("bank 0"));
    let confirmation = swap.world.confirmation(&swap.bob, tx, None);
    let all = [
        Command::Hold { tx },
        Command::Confirm { tx, confirmation: confirmation.clone() },
        Command::Settle { tx, shown: vec![] },
        Command::Reject { tx, reason: None },
    ];
    for command in all.clone() {
        assert_eq!(swap.world.ask(0, &swap.alice, command).unwrap_err().code(), -32005);
    }
    swap.propose();
    // Who has no part in it is told what is told of a deal that is not here.
    let by_eve = swap.world.confirmation(&eve, tx, None);
    let by_eve = Command::Confirm { tx, confirmation: by_eve };
    for command in [all[0].clone(), by_eve.clone(), all[2].clone(), all[3].clone()] {
        let refusal = swap.world.ask(0, &eve, command.clone()).unwrap_err();
        assert_eq!(refusal, Refusal::Unknown { what: "leg of the deal", hash: tx });
    }
    for command in [by_eve, Command::Expire { tx }] {
        assert_eq!(swap.world.ask(0, &swap.alice, command).unwrap_err().code(), -32001);
    }
    let refusal = swap.world.settle(0, &swap.alice, tx, &[]).unwrap_err();
    assert_eq!(refusal.to_string(), format!("the leg {tx} is approved, expected confirmed"));
    let refusal = swap.world.ask(0, &bank, Command::Expire { tx }).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherState { .. }), "{refusal}");
    let [hold, _] = swap.hold();
    let refusal = swap.world.ask(0, &bank, Command::Expire { tx }).unwrap_err();
    assert_eq!(refusal, Refusal::NotEnded { tx, until_ms: hold.until.unwrap() });
    swap.confirm();
    let many = vec![hold; 3];
    let refusal = swap.world.ask(0, &swap.alice, Command::Settle { tx, shown: many }).unwrap_err();
    assert_eq!(refusal, Refusal::TooMany { count: 3, maximum: 2 });
}

/// The bank's own time ends what it holds; after that, nothing moves.
#[test]
fn a_hold_ends_by_itself() {
    for done in ["held", "repeated", "confirmed"] {
        let mut swap = Swap::new(true);
        let tx = swap.tx();
        swap.propose();
        let holds = swap.hold();
        if done == "confirmed" {
            swap.confirm();
        }
        swap.world.now += TTL;
        let until_ms = swap.world.now;
        assert_eq!(swap.world.banks[0].books.ended(until_ms), [tx]);
        let after = match done {
            "held" => swap.world.confirm(0, &swap.bob, tx).map(|_| ()),
            "repeated" => swap.world.confirm(0, &swap.alice, tx).map(|_| ()),
            _ => swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).map(|_| ()),
        };
        assert_eq!(after.unwrap_err(), Refusal::Ended { tx, until_ms });
        let bank = person("bank 0");
        let ended = swap.world.ask(0, &bank, Command::Expire { tx }).unwrap();
        let Answer::Rejected { reject, .. } = &ended.answer else { panic!("{ended:?}") };
        assert_eq!((reject.action, reject.about), (Action::Timeout, tx));
        assert_eq!(swap.world.state(0, tx), State::Rejected);
        assert!(swap.world.banks[0].books.holds().is_empty());
        assert!(swap.world.banks[0].books.ended(u64::MAX).is_empty());
        let again = swap.world.ask(0, &bank, Command::Expire { tx }).unwrap();
        assert_eq!((again.already, again.answer), (true, ended.answer));
        swap.world.check();
    }
}

#[test]
fn a_rejection_is_signed_and_final() {
    let (mut swap, holds) = Swap::confirmed(true);
    let tx = swap.tx();
    let reject = |reason: &str| Command::Reject { tx, reason: Some(reason.into()) };
    let first = swap.world.ask(1, &swap.bob, reject("changed my mind")).unwrap();
    let Answer::Rejected { reject: word, .. } = &first.answer else { panic!("{first:?}") };
    assert_eq!((word.action, word.about, word.reason.as_deref()), (Action::Reject, tx, Some("changed my mind")));
    assert_eq!(word.pubkey(), swap.world.bank_key(1));
    let again = swap.world.ask(1, &swap.alice, reject("me too")).unwrap();
    assert_eq!((again.already, again.answer), (true, first.answer));
    let settle = swap.world.settle(0, &swap.alice, tx, &[&holds[1]]).unwrap();
    for refusal in [
        swap.world.settle(1, &swap.alice, tx, &[&settle]).unwrap_err(),
        swap.world.hold(1, &swap.alice, tx).unwrap_err(),
        swap.world.confirm(1, &swap.bob, tx).unwrap_err(),
    ] {
        assert!(matches!(refusal, Refusal::OtherState { state: State::Rejected, .. }), "{refusal}");
    }
    // The lead has lost its own leg, no more, and has in hand Bob's word, his bank's hold and its rejection.
    assert_eq!(swap.world.balance(0, swap.logo[2]), "1");
    assert_eq!(swap.world.balance(1, swap.hour[2]), "0");
    swap.world.check();
}
