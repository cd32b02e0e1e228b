//! People of whom some lie: thousands of commands, and what holds after each of them.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{Action, Amount, Doc, Hash, Role, SecretKey, Side, Signature, Terms},
    ledger::{Answer, Command, Memory, Proposal, State, Transition, Write},
};

use super::{Deal, TTL, World, check, person};

/// Most commands that bytes make: what a fuzzer writes must end.
const MAX_COMMANDS: usize = 200;

/// All chance that there is: bytes as long as there are any, then splitmix. The same commands of the same seed and bytes.
struct Dice<'a>(u64, &'a [u8]);

impl Dice<'_> {
    fn roll(&mut self) -> u64 {
        if let [byte, rest @ ..] = self.1 {
            self.1 = rest;
            // Any remainder by a small number may come of it, and as much time as a hold lasts.
            return u64::from(*byte) * 257;
        }
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }
}

const BANKS: usize = 3;
const AMOUNTS: &[&str] =
    &["1", "1", "1", "1", "1", "1", "1", "2", "0.1", "0.2", "0.30000000000000004", "1e21", "5e-324"];

/// Three banks, four people, every one of whom has an account of every promise; deals under way, and all that anybody ever signed.
pub(crate) struct Crowd<'a> {
    dice: Dice<'a>,
    world: World,
    people: Vec<SecretKey>,
    /// Of each promise: its bank and the account of each person.
    promises: Vec<(usize, Vec<Hash>)>,
    deals: Vec<(Deal, BTreeMap<usize, Proposal>)>,
    words: Vec<Doc<Signature>>,
    /// Leads and followers.
    pub(crate) settled: [usize; 2],
    pub(crate) refused: BTreeMap<i32, usize>,
}

impl<'a> Crowd<'a> {
    pub(crate) fn new(seed: u64, bytes: &'a [u8]) -> Self {
        let mut dice = Dice(seed, bytes);
        let mut world = World::new(BANKS, seed.is_multiple_of(2));
        let people: Vec<_> = ["Alice", "Bob", "Carol", "Dave"].map(person).into();
        let mut promises = Vec::new();
        for (index, issuer) in people.iter().enumerate() {
            let bank = index % BANKS;
            let limit = [None, None, None, Some("4.5")][dice.below(4)];
            let (promise, own) = world.mint(bank, issuer, limit, dice.one_in(4));
            let accounts = people
                .iter()
                .enumerate()
                .map(|(holder, key)| if holder == index { own } else { world.open(bank, key, promise) });
            promises.push((bank, accounts.collect()));
        }
        let (deals, words, refused) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { dice, world, people, promises, deals, words, settled: [0; 2], refused }
    }

    /// As many commands as these bytes make: how strict the banks are, then all that is left to chance.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let (seed, bytes) = bytes.split_first().map_or((0, bytes), |(first, rest)| (u64::from(*first), rest));
        let mut crowd = Self::new(seed, bytes);
        for _ in 0..MAX_COMMANDS {
            if crowd.dice.1.is_empty() {
                break;
            }
            crowd.step();
        }
        crowd
    }

    /// Without an exponent, as somebody types it.
    fn amount(&mut self) -> String {
        let number: &str = self.dice.pick::<&str>(AMOUNTS);
        let double: f64 = number.parse().unwrap();
        Amount::from_json(&double.into()).unwrap().to_string()
    }

    /// A deal of a few transfers, perhaps with something wrong in it, and what each bank is to be told of it.
    fn deal(&mut self) {
        let proposer = SecretKey::from_seed(&self.dice.pick(&self.people).seed());
        let mut slices: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for _ in 0..=self.dice.below(3) {
            let issuer = self.dice.below(self.promises.len());
            let (bank, accounts) = self.promises[issuer].clone();
            // Nobody else has anything at first.
            let from = if self.dice.one_in(6) { *self.dice.pick(&accounts) } else { accounts[issuer] };
            let to = *self.dice.pick(&accounts);
            let amount = self.amount();
            let other = if self.dice.one_in(20) { self.amount() } else { amount.clone() };
            let debit = self.world.record(bank, Side::Debit, from, &amount);
            let credit = self.world.record(bank, Side::Credit, to, &other);
            slices.entry(bank).or_default().extend([debit, credit]);
        }
        if self.dice.one_in(10) && !self.deals.is_empty() {
            // Records of another deal.
            let (old, _) = self.dice.pick(&self.deals);
            slices.extend(old.slices.clone());
        }
        let deal = self.world.deal_of(&proposer, slices);
        let banks: Vec<usize> = deal.slices.keys().copied().collect();
        let lead = *self.dice.pick(&banks);
        let mut told = BTreeMap::new();
        for bank in &banks {
            let others: Vec<usize> = banks.iter().copied().filter(|other| other != bank).collect();
            let mut proposal = if *bank == lead || self.dice.one_in(10) {
                self.world.proposal(&deal, *bank, &[], &others)
            } else {
                self.world.proposal(&deal, *bank, &[lead], &[])
            };
            if self.dice.one_in(10) {
                let left = self.dice.below(proposal.records.len());
                proposal.records.truncate(left);
            }
            told.insert(*bank, proposal);
        }
        self.deals.push((deal, told));
    }

    /// A command that somebody gives a bank: mostly the next of a deal, at times anything.
    fn command(&mut self) -> Option<(usize, SecretKey, Command)> {
        if self.deals.is_empty() || self.dice.one_in(16) {
            self.deal();
        }
        // Those last made, so that deals come to an end.
        let recent = self.deals.len().saturating_sub(3);
        let index = recent + self.dice.below(self.deals.len() - recent);
        let (deal, told) = self.deals[index].clone();
        let banks: Vec<usize> = told.keys().copied().collect();
        let bank = *self.dice.pick(&banks);
        let tx = deal.hash();
        let leg = self.world.banks[bank].books.legs().get(&tx).cloned();
        let state = leg.as_ref().map(|leg| leg.state);
        let proposer = self.people.iter().find(|key| key.public() == deal.tx.pubkey()).map(SecretKey::seed)?;
        let anybody = if self.dice.one_in(10) { self.dice.pick(&self.people).seed() } else { proposer };
        let caller = SecretKey::from_seed(&anybody);
        let step = match state {
            _ if self.dice.one_in(10) => self.dice.below(6),
            None => 0,
            Some(State::Approved) => 1 + self.dice.below(2),
            Some(State::Held) => 2,
            Some(State::Confirmed) => 3,
            Some(State::Settled | State::Rejected) => return None,
        };
        let command = match step {
            0 => {
                let mut proposal = told[&bank].clone();
                if self.dice.one_in(10) {
                    (proposal.role, proposal.predecessors) = (Role::Lead, BTreeSet::new());
                }
                Command::Propose(Box::new(proposal))
            }
            1 => Command::Hold { tx },
            2 => {
                let mut holder = SecretKey::from_seed(&self.dice.pick(&self.people).seed());
                let missing = leg.iter().flat_map(|leg| &leg.holders).find(|(_, word)| word.is_none());
                if let Some((missing, _)) = missing.filter(|_| !self.dice.one_in(4)) {
                    let key = self.people.iter().find(|key| key.public() == *missing)?;
                    holder = SecretKey::from_seed(&key.seed());
                }
                let mut terms = leg.map(|leg| leg.terms);
                if self.dice.one_in(8) {
                    terms = self.lie(terms);
                }
                let confirmation = self.world.confirmation(&holder, tx, terms);
                self.words.push(confirmation.clone());
                Command::Confirm { tx, confirmation }
            }
            3 => Command::Settle { tx, shown: self.shown(bank, tx) },
            4 => Command::Reject { tx, reason: None },
            _ => {
                self.world.now += self.dice.roll() % (TTL / 2);
                return None;
            }
        };
        Some((bank, caller, command))
    }

    fn lie(&mut self, terms: Option<Terms>) -> Option<Terms> {
        let mut terms = terms.filter(|_| !self.dice.one_in(2))?;
        match self.dice.below(3) {
            0 => terms.role = if terms.role == Role::Lead { Role::Follow } else { Role::Lead },
            1 => terms.predecessors = BTreeSet::from([self.dice.pick(&self.people).public()]),
            _ => terms.records.clear(),
        }
        Some(terms)
    }

    /// What banks really signed over a deal, and at times what somebody forges.
    fn shown(&mut self, bank: usize, tx: Hash) -> Vec<Doc<Signature>> {
        let mut shown: Vec<_> = self.words.iter().filter(|word| word.about == tx).cloned().collect();
        let me = self.world.bank_key(bank);
        shown.retain(|word| word.pubkey() != me && (word.action == Action::Hold || word.seen.is_some()));
        shown.sort_by_key(|word| word.action != Action::Settle);
        if self.dice.one_in(4) {
            let liar = SecretKey::from_seed(&self.dice.pick(&self.people).seed());
            let word = Signature { seen: Some(vec![]), ..Signature::new(tx, Action::Settle) };
            shown = vec![self.world.sign(&liar, &word)];
        }
        shown.truncate(2);
        shown
    }

    /// One command, and whether everything still holds.
    pub(crate) fn step(&mut self) {
        for bank in 0..BANKS {
            let key = SecretKey::from_seed(&self.world.banks[bank].key.seed());
            for tx in self.world.banks[bank].books.ended(self.world.now) {
                self.world.ask(bank, &key, Command::Expire { tx }).unwrap();
            }
            let now = self.world.now;
            assert!(self.world.banks[bank].books.holds().values().all(|hold| now < hold.until_ms), "a hold outlives");
        }
        self.world.now += self.dice.roll() % (TTL / 100);
        let Some((bank, caller, command)) = self.command() else { return };
        let before = self.world.banks[bank].books.clone();
        match self.world.ask(bank, &caller, command.clone()) {
            Err(refusal) => *self.refused.entry(refusal.code()).or_default() += 1,
            Ok(done) => {
                self.judge(bank, &before, &done);
                spoil(before, &done);
                let again = self.world.ask(bank, &caller, command).unwrap();
                assert!(again.already && again.writes.is_empty(), "a repeat does something: {again:?}");
                assert_eq!(again.answer, done.answer, "a repeat is answered otherwise");
            }
        }
        check(&self.world.banks[bank].books);
    }

    fn judge(&mut self, bank: usize, before: &Memory, done: &Transition) {
        for (tx, leg) in before.legs().iter().filter(|(_, leg)| leg.state.is_final()) {
            assert_eq!(&self.world.banks[bank].books.legs()[tx], leg, "final is final");
        }
        self.words.extend(match &done.answer {
            Answer::Held { hold, .. } => Some(hold.clone()),
            Answer::Settled { settle, .. } => Some(settle.clone()),
            _ => None,
        });
        let Answer::Settled { leg, settle } = &done.answer else { return };
        if done.already {
            return;
        }
        self.settled[usize::from(leg.terms.role == Role::Follow)] += 1;
        let strict = self.world.banks[bank].policy.strict;
        for key in &leg.terms.predecessors {
            let other =
                (0..BANKS).find(|other| self.world.bank_key(*other) == *key).expect("only a bank is waited for");
            assert_eq!(self.world.state(other, leg.tx), State::Settled, "a follower settled before its proof");
        }
        for key in &leg.terms.awaits {
            let other = (0..BANKS).find(|other| self.world.bank_key(*other) == *key).expect("only a bank is awaited");
            let held = self.world.banks[other].books.legs()[&leg.tx].hold.expect("it held");
            assert!(settle.seen.as_ref().unwrap().contains(&held), "what was seen is cited");
        }
        for (holder, word) in &leg.holders {
            let word = &self.world.banks[bank].books.documents()[&word.expect("everybody signed")];
            let word = Doc::<Signature>::parse(word.text()).unwrap();
            assert_eq!(word.pubkey(), *holder);
            assert!(!strict || word.terms.as_ref() == Some(&leg.terms), "settled on terms that nobody signed");
        }
    }
}

/// All of a transition is written or nothing, also where it is the last write that comes too late.
fn spoil(mut books: Memory, done: &Transition) {
    let (before, nobody) = (books.clone(), Hash::of(b"nobody's account"));
    let mut spoiled = done.clone();
    spoiled.writes.push(Write::Release { account: nobody, tx: nobody });
    assert_eq!(books.apply(&spoiled).unwrap_err().hash, nobody);
    assert_eq!(books, before, "some of it was written");
}
