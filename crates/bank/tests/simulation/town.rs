//! Where every simulation begins: people who have something of everybody's promise, and the deals that they make.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use barter_bank::{
    client::{Pin, Settlement},
    document::{Decimal, Doc, Hash, PublicKey, SecretKey, Signature, Terms},
    ledger::{Command, Memory},
    plan::{Deal, Transfer},
};

use crate::{
    ledger_world::{self, World, person},
    random::Random,
};

/// Most banks. Each keeps the promise of the person with its number.
pub(crate) const BANKS: usize = 5;
/// The one who lies. Has accounts like everybody, and no promise of its own.
pub(crate) const LIAR: usize = BANKS;
/// What everybody has at first of everybody else's promise.
const GIVEN: &str = "3";
/// What is transferred: any of the first of a promise that is only transferred whole.
const AMOUNTS: [&str; 6] = ["1", "2", "0.1", "0.2", "0.3", "2.5"];
const WHOLE: usize = 2;
/// Banks whose promise is only transferred whole, and whose issuer may not owe any amount.
const INTEGER: usize = 1;
const LIMITED: usize = 2;

/// Made once, and copied by every simulation.
pub(crate) struct Town {
    pub(crate) keys: Vec<SecretKey>,
    pub(crate) banks: Vec<Founded>,
}

pub(crate) struct Founded {
    pub(crate) key: PublicKey,
    pub(crate) promise: Hash,
    /// By person.
    pub(crate) accounts: Vec<Hash>,
    pub(crate) books: Memory,
    pub(crate) balances: BTreeMap<Hash, Decimal>,
    /// What the bank was asked, and by whom, that it has these books.
    pub(crate) asked: Vec<(PublicKey, Command)>,
}

impl Town {
    pub(crate) fn get() -> &'static Self {
        static TOWN: OnceLock<Town> = OnceLock::new();
        TOWN.get_or_init(Self::new)
    }

    fn new() -> Self {
        let name = |number: usize| if number == LIAR { "liar".to_owned() } else { format!("person {number}") };
        let keys: Vec<SecretKey> = (0..=LIAR).map(|number| person(&name(number))).collect();
        let mut world = World::new(BANKS, true);
        let mut founded = Vec::new();
        for bank in 0..BANKS {
            let limit = (bank == LIMITED).then_some("60");
            let (promise, own) = world.mint(bank, &keys[bank], limit, bank == INTEGER);
            let mut accounts = Vec::new();
            for (number, key) in keys.iter().enumerate() {
                accounts.push(if number == bank { own } else { world.open(bank, key, promise) });
            }
            let given = |to: &&Hash| **to != own;
            let transfers: Vec<_> = accounts
                .iter()
                .filter(given)
                .map(|to| ledger_world::Transfer { bank, from: own, to: *to, amount: GIVEN })
                .collect();
            let deal = world.deal(&keys[bank], &transfers);
            let told = world.proposal(&deal, bank, &[], &[]);
            world.propose(bank, &keys[bank], told).unwrap();
            for key in &keys {
                world.confirm(bank, key, deal.hash()).unwrap();
            }
            world.hold(bank, &keys[bank], deal.hash()).unwrap();
            world.settle(bank, &keys[bank], deal.hash(), &[]).unwrap();
            founded.push((promise, accounts));
        }
        let banks = world.banks.iter().zip(founded).map(|(bank, (promise, accounts))| Founded {
            key: bank.key.public(),
            promise,
            accounts,
            books: bank.books.clone(),
            asked: bank.asked.clone(),
            balances: bank.books.accounts().iter().map(|(hash, state)| (*hash, state.balance.clone())).collect(),
        });
        Self { banks: banks.collect(), keys }
    }

    pub(crate) fn bank_key(number: usize) -> SecretKey {
        person(&format!("bank {number}"))
    }

    pub(crate) fn number_of(&self, bank: &PublicKey) -> usize {
        self.banks.iter().position(|founded| founded.key == *bank).unwrap()
    }

    pub(crate) fn pin(&self, bank: usize) -> Pin {
        Pin { key: self.banks[bank].key, url: format!("https://bank-{bank}.example") }
    }

    pub(crate) fn transfer(&self, bank: usize, giver: usize, receiver: usize, amount: &str) -> Transfer {
        let Founded { key, promise, accounts, .. } = &self.banks[bank];
        Transfer {
            bank: *key,
            promise: *promise,
            amount: amount.parse().unwrap(),
            giver: self.keys[giver].public(),
            from: accounts[giver],
            receiver: self.keys[receiver].public(),
            to: accounts[receiver],
        }
    }

    /// A deal over some of the first banks, among people of whom one may be the liar: a swap, a ring, or one with two givers.
    pub(crate) fn deal(&self, banks: usize, with_liar: bool, random: &mut Random) -> (Deal, Vec<usize>) {
        let mut people: Vec<usize> = (0..BANKS).collect();
        random.shuffle(&mut people);
        let shape = random.between(0, 2);
        let count = match shape {
            0 => 2,
            1 => usize::try_from(random.between(3, BANKS as u64)).unwrap(),
            _ => 4,
        };
        people.truncate(count);
        if with_liar {
            people[0] = LIAR;
            random.shuffle(&mut people);
        }
        // Each gives somebody's promise; of its own, as much as it likes.
        let own = random.chance(500);
        let gives: Vec<usize> =
            people.iter().map(|person| if own && *person < banks { *person } else { random.place(banks) }).collect();
        let pairs: Vec<(usize, usize)> = match shape {
            0 | 1 => (0..count).map(|place| (place, (place + 1) % count)).collect(),
            // A→C, B→C, C→D, D→A, D→B.
            _ => vec![(0, 2), (1, 2), (2, 3), (3, 0), (3, 1)],
        };
        let transfers = pairs.into_iter().map(|(giver, receiver)| {
            let bank = gives[giver];
            let amounts = if bank == INTEGER { WHOLE } else { AMOUNTS.len() };
            self.transfer(bank, people[giver], people[receiver], AMOUNTS[random.place(amounts)])
        });
        (Deal::new(transfers.collect()).unwrap(), people)
    }

    /// The deal's documents, signed by everybody whose accounts are in it.
    pub(crate) fn signed(
        &self,
        deal: &Deal,
        leads: &BTreeSet<PublicKey>,
        proposer: usize,
        now: u64,
        random: &mut Random,
    ) -> Settlement {
        let pins = (0..BANKS).map(|bank| (self.banks[bank].key, self.pin(bank))).collect();
        let made = Settlement::with_ulids(deal, leads, &pins, &self.keys[proposer], || random.ulid(now));
        let mut settlement = made.unwrap();
        let tx = settlement.hash();
        for leg in settlement.legs().to_vec() {
            for holder in &leg.holders {
                let key = self.keys.iter().find(|key| key.public() == *holder).unwrap();
                let word = confirmation(tx, &leg.terms);
                settlement.add(Doc::sign(key, random.ulid(now), &word).unwrap());
            }
        }
        assert!(settlement.unsigned().is_empty());
        settlement
    }
}

/// What a holder signs.
pub(crate) fn confirmation(tx: Hash, terms: &Terms) -> Signature {
    Signature { terms: Some(terms.clone()), ..Signature::new(tx, barter_bank::document::Action::Settle) }
}

/// A deal that somebody made, and what came of it.
pub(crate) struct Made {
    pub(crate) deal: Deal,
    pub(crate) leads: BTreeSet<PublicKey>,
    pub(crate) settlement: Settlement,
    pub(crate) proposer: usize,
    /// Is everybody in it honest?
    pub(crate) is_honest: bool,
    /// The bank and the person who rejects there what it has signed.
    pub(crate) regret: Option<(usize, usize)>,
    pub(crate) outcome: Option<Outcome>,
}

/// What a client that was asked to carry a deal says of it in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Settled,
    /// Nothing was settled, and nothing will be.
    GivenUp(String),
    /// Something was settled, and the rest never will be.
    Lost(String),
    /// The client was killed before it kept anything.
    Forgotten,
}
