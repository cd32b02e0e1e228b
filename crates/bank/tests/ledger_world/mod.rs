//! Banks in memory, people with keys, and deals between them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test; each uses what it needs"
)]

pub(crate) mod crowd;

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{
        Account, Action, Decimal, Doc, Hash, Header, Pocket, Promise, PublicKey, Record, Role, SecretKey, Side,
        Signature, Terms, Tx, Ulid, leg_hash,
    },
    ledger::{self, Answer, Bank, Command, Failure, Leg, Memory, Policy, Proposal, Refusal, State, Transition},
};

/// When every world begins, Unix milliseconds.
pub(crate) const START: u64 = 1_767_323_045_000;
/// How long a hold lasts in it.
pub(crate) const TTL: u64 = 60_000;

/// The key of a person, who is the same in every world.
pub(crate) fn person(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(name.as_bytes()).as_bytes())
}

pub(crate) struct TestBank {
    pub(crate) key: SecretKey,
    pub(crate) policy: Policy,
    pub(crate) books: Memory,
    /// What it did, and for whom.
    pub(crate) asked: Vec<(PublicKey, Command)>,
}

pub(crate) struct World {
    pub(crate) banks: Vec<TestBank>,
    pub(crate) now: u64,
    made: u64,
}

/// A transfer at a bank: from one account to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer<'a> {
    pub(crate) bank: usize,
    pub(crate) from: Hash,
    pub(crate) to: Hash,
    pub(crate) amount: &'a str,
}

/// A deal as whoever drives it has it.
#[derive(Clone, Debug)]
pub(crate) struct Deal {
    pub(crate) tx: Doc<Tx>,
    pub(crate) approve: Doc<Signature>,
    pub(crate) slices: BTreeMap<usize, Vec<Doc<Record>>>,
}

impl Deal {
    pub(crate) fn hash(&self) -> Hash {
        self.tx.hash()
    }

    /// What names a bank's leg to others.
    pub(crate) fn leg(&self, bank: usize) -> Hash {
        leg_hash(&self.slices.get(&bank).into_iter().flatten().map(Doc::hash).collect())
    }
}

impl World {
    pub(crate) fn new(banks: usize, strict: bool) -> Self {
        let bank = |index: usize| TestBank {
            key: person(&format!("bank {index}")),
            policy: Policy { strict, hold_ttl_ms: TTL },
            books: Memory::default(),
            asked: Vec::new(),
        };
        Self { banks: (0..banks).map(bank).collect(), now: START, made: 0 }
    }

    pub(crate) fn bank_key(&self, bank: usize) -> PublicKey {
        self.banks[bank].key.public()
    }

    pub(crate) fn ulid(&mut self) -> Ulid {
        self.made += 1;
        let mut randomness = [0; 10];
        randomness[2..].copy_from_slice(&self.made.to_be_bytes());
        Ulid::new(self.now, randomness)
    }

    pub(crate) fn header(&mut self, pubkey: PublicKey) -> Header {
        Header { pubkey, ulid: self.ulid() }
    }

    /// What a bank would do, and nothing of it done.
    pub(crate) fn decide(&mut self, bank: usize, caller: PublicKey, command: Command) -> Result<Transition, Refusal> {
        let now = self.now;
        let TestBank { key, policy, books, .. } = &mut self.banks[bank];
        ledger::decide(books, &Bank { key, policy: *policy }, caller, now, command).map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Books(never) => match never {},
        })
    }

    /// What a bank does.
    pub(crate) fn ask(&mut self, bank: usize, caller: &SecretKey, command: Command) -> Result<Transition, Refusal> {
        let transition = self.decide(bank, caller.public(), command.clone())?;
        self.banks[bank].books.apply(&transition).unwrap();
        self.banks[bank].asked.push((caller.public(), command));
        Ok(transition)
    }

    /// A promise, and its issuer's account.
    pub(crate) fn mint(&mut self, bank: usize, issuer: &SecretKey, limit: Option<&str>, integer: bool) -> (Hash, Hash) {
        let promise = Promise {
            bank: self.bank_key(bank),
            name: "1 hour".into(),
            due: None,
            limit: limit.map(|limit| limit.parse().unwrap()),
            integer: integer.then_some(true),
        };
        let promise = Doc::new(self.header(issuer.public()), &promise).unwrap();
        match self.ask(bank, issuer, Command::Mint { promise, pocket: None }).unwrap().answer {
            Answer::Minted { promise, account, .. } => (promise, account),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn account(&mut self, holder: &SecretKey, promise: Hash) -> Doc<Account> {
        let pocket = Doc::new(self.header(holder.public()), &Pocket { name: "work".into() }).unwrap();
        Doc::new(self.header(holder.public()), &Account { pocket: pocket.hash(), promise }).unwrap()
    }

    pub(crate) fn open(&mut self, bank: usize, holder: &SecretKey, promise: Hash) -> Hash {
        let account = self.account(holder, promise);
        let hash = account.hash();
        self.ask(bank, holder, Command::Open { account, pocket: None }).unwrap();
        hash
    }

    pub(crate) fn record(&mut self, bank: usize, side: Side, account: Hash, amount: &str) -> Doc<Record> {
        let header = self.header(self.bank_key(bank));
        Doc::new(header, &Record { side, amount: amount.parse().unwrap(), account }).unwrap()
    }

    /// A deal of these transfers.
    pub(crate) fn deal(&mut self, proposer: &SecretKey, transfers: &[Transfer<'_>]) -> Deal {
        let mut slices: BTreeMap<usize, Vec<Doc<Record>>> = BTreeMap::new();
        for transfer in transfers {
            let debit = self.record(transfer.bank, Side::Debit, transfer.from, transfer.amount);
            let credit = self.record(transfer.bank, Side::Credit, transfer.to, transfer.amount);
            slices.entry(transfer.bank).or_default().extend([debit, credit]);
        }
        self.deal_of(proposer, slices)
    }

    /// A deal of these records.
    pub(crate) fn deal_of(&mut self, proposer: &SecretKey, slices: BTreeMap<usize, Vec<Doc<Record>>>) -> Deal {
        let records: BTreeSet<Hash> = slices.values().flatten().map(Doc::hash).collect();
        let tx = Tx { records: records.into_iter().collect(), order: None };
        let tx = Doc::new(self.header(proposer.public()), &tx).unwrap();
        let approve = self.sign(proposer, &Signature::new(tx.hash(), Action::Approve));
        Deal { tx, approve, slices }
    }

    pub(crate) fn sign(&mut self, key: &SecretKey, word: &Signature) -> Doc<Signature> {
        let ulid = self.ulid();
        Doc::sign(key, ulid, word).unwrap()
    }

    /// What a bank is told of a deal.
    pub(crate) fn proposal(&self, deal: &Deal, bank: usize, predecessors: &[usize], awaits: &[usize]) -> Proposal {
        let keys = |banks: &[usize]| banks.iter().map(|bank| self.bank_key(*bank)).collect();
        Proposal {
            tx: deal.tx.clone(),
            records: deal.slices.get(&bank).cloned().unwrap_or_default(),
            approve: deal.approve.clone(),
            role: if predecessors.is_empty() { Role::Lead } else { Role::Follow },
            predecessors: keys(predecessors),
            awaits: keys(awaits),
            legs: predecessors.iter().chain(awaits).map(|bank| (self.bank_key(*bank), deal.leg(*bank))).collect(),
        }
    }

    /// The terms of a proposal.
    pub(crate) fn terms(&self, bank: usize, proposal: &Proposal) -> Terms {
        Terms {
            bank: self.bank_key(bank),
            role: proposal.role,
            predecessors: proposal.predecessors.clone(),
            awaits: proposal.awaits.clone(),
            legs: proposal.legs.clone(),
            records: proposal.records.iter().map(Doc::hash).collect(),
        }
    }

    pub(crate) fn propose(
        &mut self,
        bank: usize,
        caller: &SecretKey,
        proposal: Proposal,
    ) -> Result<Transition, Refusal> {
        self.ask(bank, caller, Command::Propose(Box::new(proposal)))
    }

    /// A holder's confirmation, on these terms.
    pub(crate) fn confirmation(&mut self, holder: &SecretKey, tx: Hash, terms: Option<Terms>) -> Doc<Signature> {
        self.sign(holder, &Signature { terms, ..Signature::new(tx, Action::Settle) })
    }

    /// Confirms as a client of ours does, on the terms that the bank was told.
    pub(crate) fn confirm(&mut self, bank: usize, holder: &SecretKey, tx: Hash) -> Result<Transition, Refusal> {
        let terms = self.banks[bank].books.legs()[&tx].terms.clone();
        let confirmation = self.confirmation(holder, tx, Some(terms));
        self.ask(bank, holder, Command::Confirm { tx, confirmation })
    }

    pub(crate) fn hold(&mut self, bank: usize, caller: &SecretKey, tx: Hash) -> Result<Doc<Signature>, Refusal> {
        match self.ask(bank, caller, Command::Hold { tx })?.answer {
            Answer::Held { hold, .. } => Ok(hold),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn settle(
        &mut self,
        bank: usize,
        caller: &SecretKey,
        tx: Hash,
        shown: &[&Doc<Signature>],
    ) -> Result<Doc<Signature>, Refusal> {
        let shown = shown.iter().map(|word| (*word).clone()).collect();
        match self.ask(bank, caller, Command::Settle { tx, shown })?.answer {
            Answer::Settled { settle, .. } => Ok(settle),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn state(&self, bank: usize, tx: Hash) -> State {
        self.banks[bank].books.legs()[&tx].state
    }

    pub(crate) fn balance(&self, bank: usize, account: Hash) -> String {
        self.banks[bank].books.accounts()[&account].balance.to_string()
    }

    /// What must hold of every bank, whatever anybody did.
    pub(crate) fn check(&self) {
        for bank in &self.banks {
            check(&bank.books);
        }
    }
}

/// What must hold of a bank's books.
pub(crate) fn check(books: &Memory) {
    check_together(books);
    books.legs().values().for_each(check_leg);
}

/// What must hold of accounts, holds and legs together.
pub(crate) fn check_together(books: &Memory) {
    // From the settled legs alone: each change once.
    let mut expected: BTreeMap<Hash, Decimal> = books.accounts().keys().map(|hash| (*hash, Decimal::ZERO)).collect();
    let mut records = BTreeSet::new();
    for leg in books.legs().values().filter(|leg| leg.state == State::Settled) {
        for record in &leg.terms.records {
            assert!(records.insert(*record), "{record} was applied twice");
        }
        for (account, change) in &leg.changes {
            let balance = &expected[account] + &change.delta;
            expected.insert(*account, balance);
        }
    }
    let mut sums: BTreeMap<Hash, Decimal> = BTreeMap::new();
    for (hash, account) in books.accounts() {
        assert_eq!(account.balance, expected[hash], "{hash} has what its settled legs come to");
        if let Some(floor) = &account.floor {
            assert!(account.balance >= *floor, "{hash} has {}, expected {floor} at least", account.balance);
        }
        assert!(account.issuing || !account.balance.is_negative(), "{hash} owes, and is not its issuer's");
        let sum = sums.entry(account.promise).or_insert(Decimal::ZERO);
        *sum = &*sum + &account.balance;
    }
    for (promise, sum) in sums {
        assert!(sum.is_zero(), "the promise {promise} sums to {sum}");
    }
    // Every hold is that of a leg that is held, and such a leg has all of its holds.
    for (account, hold) in books.holds() {
        let leg = &books.legs()[&hold.tx];
        assert!(
            matches!(leg.state, State::Held | State::Confirmed),
            "{account} is held by a leg that is {}",
            leg.state
        );
        assert!(!leg.changes[account].debited.is_zero());
    }
    for leg in books.legs().values() {
        let held =
            leg.debited().filter(|(account, _)| books.holds().get(*account).is_some_and(|hold| hold.tx == leg.tx));
        let expected = if matches!(leg.state, State::Held | State::Confirmed) { leg.debited().count() } else { 0 };
        assert_eq!(held.count(), expected, "the holds of a leg that is {}", leg.state);
    }
}

/// What must hold of each leg, whatever else is there.
pub(crate) fn check_leg(leg: &Leg) {
    // As a store keeps it.
    let kept = serde_json::to_string(leg).unwrap();
    assert_eq!(&serde_json::from_str::<Leg>(&kept).unwrap(), leg);
    let confirmed = leg.is_confirmed();
    assert!(confirmed || !matches!(leg.state, State::Confirmed | State::Settled), "not everybody signed");
}

/// The swap of the source: Alice gives a logo kept by bank 0, Bob an hour kept by bank 1. Bank 0 leads.
pub(crate) struct Swap {
    pub(crate) world: World,
    pub(crate) alice: SecretKey,
    pub(crate) bob: SecretKey,
    /// Of the logo: its promise, Alice's account, Bob's.
    pub(crate) logo: [Hash; 3],
    /// Of the hour: its promise, Bob's account, Alice's.
    pub(crate) hour: [Hash; 3],
    pub(crate) deal: Deal,
}

impl Swap {
    pub(crate) fn new(strict: bool) -> Self {
        let (alice, bob) = (person("Alice"), person("Bob"));
        let mut world = World::new(2, strict);
        let (logo, alice_logo) = world.mint(0, &alice, None, false);
        let (hour, bob_hour) = world.mint(1, &bob, None, false);
        let bob_logo = world.open(0, &bob, logo);
        let alice_hour = world.open(1, &alice, hour);
        let transfers = [
            Transfer { bank: 0, from: alice_logo, to: bob_logo, amount: "1" },
            Transfer { bank: 1, from: bob_hour, to: alice_hour, amount: "1" },
        ];
        let deal = world.deal(&alice, &transfers);
        Self { world, alice, bob, logo: [logo, alice_logo, bob_logo], hour: [hour, bob_hour, alice_hour], deal }
    }

    pub(crate) fn tx(&self) -> Hash {
        self.deal.hash()
    }

    /// As our client tells it: bank 0 leads and awaits the hold of bank 1, which follows it.
    pub(crate) fn told(&self, bank: usize) -> Proposal {
        let (predecessors, awaits): (&[usize], &[usize]) = if bank == 0 { (&[], &[1]) } else { (&[0], &[]) };
        self.world.proposal(&self.deal, bank, predecessors, awaits)
    }

    pub(crate) fn propose(&mut self) {
        for bank in 0..2 {
            let told = self.told(bank);
            self.world.propose(bank, &self.alice, told).unwrap();
        }
    }

    /// The holds of both banks.
    pub(crate) fn hold(&mut self) -> [Doc<Signature>; 2] {
        let tx = self.tx();
        // Nobody's account is locked before its holder has signed.
        self.world.confirm(0, &self.alice, tx).unwrap();
        self.world.confirm(1, &self.bob, tx).unwrap();
        [0, 1].map(|bank| self.world.hold(bank, &self.alice, tx).unwrap())
    }

    pub(crate) fn confirm(&mut self) {
        let tx = self.tx();
        for bank in 0..2 {
            self.world.confirm(bank, &self.alice, tx).unwrap();
            self.world.confirm(bank, &self.bob, tx).unwrap();
        }
    }

    /// Up to confirmed at both; the holds of both.
    pub(crate) fn confirmed(strict: bool) -> (Self, [Doc<Signature>; 2]) {
        let mut swap = Self::new(strict);
        swap.propose();
        let holds = swap.hold();
        swap.confirm();
        (swap, holds)
    }
}
