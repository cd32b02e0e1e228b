//! One chain, one ledger, some wallets: everything tried is tried on both.

mod both;
mod choice;
mod credit;
mod trading;
mod trespass;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Log};
use barter_bindings::Addresses;
use barter_protocol::{
    Ledger, Preimage, SigningDomain, TradeId,
    ledger::Profile,
    limits::{MAX_PAIR_COUNT, PROPOSAL_LIFETIME},
};

use crate::chain::CHAIN_ID;

use super::{
    disagreement::{Disagreement, Failure},
    operation::{Item, Operation, Sequence, Shown},
    permit::Nonces,
    replay, views,
    wallet::{Name, WALLETS, Wallet},
    witness::{Question, Witness},
};

pub(in crate::model) use both::ending;

/// When every world begins, Unix time.
const GENESIS: u64 = 1_780_000_000;

/// The ending of a call that did what it says.
pub const OK: &str = "ok";

/// A chain with the committed bytecode, the ledger it must agree with, and what happened so far.
#[derive(Debug)]
pub struct World {
    witness: Witness,
    ledger: Ledger,
    nonces: Nonces,
    /// In the order of their names.
    wallets: Vec<Wallet>,
    /// Oldest first.
    trades: Vec<TradeId>,
    preimages: BTreeMap<TradeId, Preimage>,
    cancelled: Vec<(Address, B256)>,
    /// Profiles as of when their token's metadata was last compared.
    carded: BTreeMap<Address, Profile>,
    now: u64,
    events: Vec<(u64, Log)>,
    /// Of each transaction.
    gas_used: Vec<u64>,
    outcomes: BTreeMap<String, u32>,
    story: Vec<String>,
}

impl Sequence {
    /// Runs it in a new world, and holds the whole event log against the ledger at its end.
    ///
    /// # Errors
    /// [`Failure`], with what happened until the chain and the ledger parted.
    pub fn run(&self) -> Result<World, Failure> {
        let mut world = World::new(self.has_arbiter);
        let ended = world.begin().and_then(|()| {
            self.operations.iter().try_for_each(|operation| world.step(operation))?;
            world.finish()
        });
        match ended {
            Ok(()) => Ok(world),
            Err(disagreement) => Err(world.failure(&disagreement)),
        }
    }

    /// How it fails with every operation left out that the failure does not need; nothing where it does not fail.
    pub fn shortest_failure(&self) -> Option<Failure> {
        self.shortest_failure_of(|sequence| sequence.run().err())
    }

    /// The same of any way to fail.
    pub fn shortest_failure_of(&self, fails: impl Fn(&Self) -> Option<Failure>) -> Option<Failure> {
        let mut failure = fails(self)?;
        let mut shortest = self.clone();
        let mut index = shortest.operations.len();
        while index > 0 {
            index -= 1;
            let mut shorter = shortest.clone();
            shorter.operations.remove(index);
            if let Some(found) = fails(&shorter) {
                // What only what was left out needed can be left out too, wherever it stands.
                (index, failure, shortest) = (shorter.operations.len(), found, shorter);
            }
        }
        Some(failure)
    }
}

impl World {
    /// A new chain and an empty ledger, with an arbiter or without.
    pub fn new(has_arbiter: bool) -> Self {
        Self::with_identities(has_arbiter, Name::all())
    }

    /// The same with the wallets' keys and addresses dealt out another way: `identities` says whose each wallet gets, in the
    /// order of the names.
    ///
    /// # Panics
    /// Where that is not each wallet's once, or a contract's goes to a wallet that is none.
    pub fn with_identities(has_arbiter: bool, identities: impl IntoIterator<Item = Name>) -> Self {
        let identities: Vec<_> = identities.into_iter().collect();
        let distinct: BTreeSet<_> = identities.iter().copied().collect();
        let count = usize::from(WALLETS);
        assert!(identities.len() == count && distinct.len() == count, "not a permutation: {identities:?}");
        let wallets: Vec<_> = Name::all().zip(identities).map(|(name, identity)| Wallet::new(name, identity)).collect();
        let arbiter = if has_arbiter { wallets[Name::ARBITER.index()].address() } else { Address::ZERO };
        let mut witness = Witness::new(arbiter, &wallets);
        witness.set_time(GENESIS);
        let ledger = Ledger::new(SigningDomain::new(CHAIN_ID, witness.addresses().core), arbiter);
        Self {
            witness,
            ledger,
            nonces: Nonces::default(),
            wallets,
            trades: Vec::new(),
            preimages: BTreeMap::new(),
            cancelled: Vec::new(),
            carded: BTreeMap::new(),
            now: GENESIS,
            events: Vec::new(),
            gas_used: Vec::new(),
            outcomes: BTreeMap::new(),
            story: Vec::new(),
        }
    }

    // -------------------------------------------------------------------------------------------- what there is

    /// The chain.
    pub const fn witness(&mut self) -> &mut Witness {
        &mut self.witness
    }

    /// The ledger.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The wallets, in the order of their names.
    pub fn wallets(&self) -> &[Wallet] {
        &self.wallets
    }

    /// Ids of the trades, oldest first.
    pub fn trades(&self) -> &[TradeId] {
        &self.trades
    }

    /// The time of the next block, Unix time.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// Every event so far, with the time of its block.
    pub fn events(&self) -> &[(u64, Log)] {
        &self.events
    }

    /// Gas used by each transaction so far, net of refunds.
    pub fn gas_used(&self) -> &[u64] {
        &self.gas_used
    }

    /// How often each call ended how: `accept: ok`, `accept: WrongStatus`.
    pub const fn outcomes(&self) -> &BTreeMap<String, u32> {
        &self.outcomes
    }

    /// Whether some pair settled more trades than count, and one of those later than the last that did.
    pub fn has_pair_beyond_cap(&self) -> bool {
        let mut settled: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for trade in self.ledger.trades() {
            let (payer, payee) = (trade.terms().payer(), trade.terms().payee());
            settled.entry((payer.min(payee), payer.max(payee))).or_default().extend(trade.settled_at());
        }
        settled.into_values().any(|mut times| {
            times.sort_unstable();
            let mut beyond = (1..).zip(&times).skip_while(|(count, _)| *count < MAX_PAIR_COUNT);
            let last_that_counts = beyond.next();
            beyond.any(|(_, time)| last_that_counts.is_some_and(|(_, last)| time > last))
        })
    }

    /// What happened so far, with where it ended, wallets and trades by their names.
    pub fn failure(&self, disagreement: &Disagreement) -> Failure {
        let names = |text: &String| self.with_names(text);
        let Disagreement { what, chain, ledger } = disagreement;
        Failure {
            story: self.story.iter().map(names).collect(),
            disagreement: Disagreement { what: names(what), chain: names(chain), ledger: names(ledger) },
        }
    }

    /// A text with wallets by their names, and trades and cancelled signatures by their numbers, in place of addresses, ids
    /// and digests.
    pub fn with_names(&self, text: &str) -> String {
        let mut named = text.to_owned();
        for wallet in &self.wallets {
            let (address, name) = (wallet.address(), wallet.name().to_string());
            let token = views::token_id(address).to_string();
            named = named.replace(&format!("{address}"), &name).replace(&format!("{address:?}"), &name);
            named = named.replace(&token, &format!("{name}'s token"));
        }
        for (index, trade_id) in self.trades.iter().enumerate() {
            named = named.replace(&format!("{trade_id}"), &format!("trade {index}"));
            named = named.replace(&format!("{}", views::tampered(*trade_id)), &format!("no trade {index}"));
        }
        for (index, (_, digest)) in self.cancelled.iter().enumerate() {
            named = named.replace(&format!("{digest}"), &format!("digest {index}"));
            named = named.replace(&format!("{}", views::tampered(*digest)), &format!("no digest {index}"));
        }
        let Addresses { core, trust, credit } = self.witness.addresses();
        for (address, name) in [(core, "BarterCore"), (trust, "BTRTrust"), (credit, "BTRCredit")] {
            named = named.replace(&format!("{address:?}"), name);
        }
        // First the longer of the two that are nothing.
        named.replace(&format!("{}", B256::ZERO), "none").replace(&format!("{:?}", Address::ZERO), "nobody")
    }

    // -------------------------------------------------------------------------------------------- steps

    /// Compares what is fixed at deployment, and everything else on the empty chain.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn begin(&mut self) -> Result<(), Disagreement> {
        views::fixed(&mut self.witness, &self.ledger)?;
        self.compare()
    }

    /// Tries it on both, and compares how it ended, the events, and everything that can be seen after.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn step(&mut self, operation: &Operation) -> Result<(), Disagreement> {
        self.perform(operation)?;
        self.compare()
    }

    /// Rebuilds ledger and nonces from the events alone, and compares all of them.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn finish(&self) -> Result<(), Disagreement> {
        let what = || "everything, rebuilt from the events alone".to_owned();
        let empty = Ledger::new(*self.ledger.domain(), self.ledger.arbiter());
        match replay::rebuild(&self.witness.addresses(), empty, &self.events) {
            Ok((ledger, nonces)) => {
                Disagreement::unless_same(what, &ledger, &self.ledger)?;
                Disagreement::unless_same(what, &nonces, &self.nonces)
            }
            Err(error) => Err(Disagreement { what: what(), chain: error, ledger: "no such events".to_owned() }),
        }
    }

    fn compare(&mut self) -> Result<(), Disagreement> {
        let questions = self.questions()?;
        let Self { witness, ledger, wallets, .. } = self;
        witness.check(&questions)?;
        for wallet in wallets.iter().map(Wallet::address) {
            let profile = ledger.trust().profile(wallet);
            if ledger.trust().has_token(wallet) && self.carded.insert(wallet, profile) != Some(profile) {
                views::token_card(witness, ledger, wallet)?;
            }
        }
        Ok(())
    }

    fn questions(&self) -> Result<Vec<Question>, Disagreement> {
        let Self { witness, ledger, nonces, wallets, cancelled, now, .. } = self;
        views::all(witness.addresses(), ledger, nonces, wallets, cancelled, *now)
    }

    /// Everything the chain shows, a line for each view, in no order that means anything.
    ///
    /// # Errors
    /// [`Disagreement`], of a ledger that contradicts itself.
    pub fn shown(&mut self) -> Result<Vec<String>, Disagreement> {
        let questions = self.questions()?;
        self.witness.tell(&questions)
    }

    /// Every event so far as text, with the time of its block.
    pub fn told(&self) -> Vec<String> {
        self.events.iter().map(|(time, log)| format!("{time}: {}", self.witness.say(log))).collect()
    }

    /// Tries it on both, and compares how it ended and the events: a [`step`](Self::step) that looks no further.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn perform(&mut self, operation: &Operation) -> Result<(), Disagreement> {
        self.story.push(format!("{:4}. {operation}", self.story_length() + 1));
        let status = operation.fitting_status();
        match operation {
            Operation::Propose(draft) => self.propose(draft).map(drop),
            Operation::Open { draft, caller, signing } => self.open(draft, *caller, *signing),
            Operation::Accept { trade, caller } => self.accept(self.pick(*trade, status), *caller),
            Operation::Settle { trade, caller, preimage } => self.settle(self.pick(*trade, status), *caller, *preimage),
            Operation::SettleBySignature { caller, trade, preimage, signing } => {
                let item = Item { trade: *trade, preimage: *preimage, signing: Some(*signing) };
                self.settle_by_signature(*caller, &item)
            }
            Operation::SettleBatch { caller, items } => self.settle_batch(*caller, &items.0),
            Operation::BatchOfLength(length) => self.batch_of_length(length.0.into()),
            Operation::Dispute { trade, caller } => self.dispute(self.pick(*trade, status), *caller),
            Operation::Dismiss { trade, caller } => self.dismiss(self.pick(*trade, status), *caller),
            Operation::Uphold { trade, caller, at_fault } => self.uphold(self.pick(*trade, status), *caller, *at_fault),
            Operation::Cancel { caller, trade } => {
                let trade_id = self.pick(*trade, status);
                let preimage = self.preimage(trade_id, Shown::Right);
                let digest = self.ledger.domain().settle_trade_digest(trade_id, preimage, u64::MAX);
                self.cancel(*caller, digest)
            }
            Operation::Transfer { .. }
            | Operation::Approve { .. }
            | Operation::TransferFrom { .. }
            | Operation::Burn { .. } => self.credit(operation),
            Operation::Permit { caller, owner, spender, share, signing, is_replay } => {
                self.permit(*caller, *owner, *spender, *share, *signing, *is_replay)
            }
            Operation::Trespass { caller, call, draft } => self.trespass(*caller, *call, draft),
            Operation::Page { wallet, before, limit } => {
                let before = before.map(|pick| self.pick(pick, status));
                let (wallet, limit) = (self.address(*wallet), limit.0.into());
                let ended = views::page(&mut self.witness, &self.ledger, wallet, before, limit, self.now)?;
                self.note("page", ended.err().as_ref());
                Ok(())
            }
            Operation::Wait(seconds) => {
                self.wait_until(self.now + seconds.0);
                Ok(())
            }
            Operation::WaitForExpiry { trade, offset } => {
                if let Ok(trade) = self.ledger.trade(self.pick(*trade, status)) {
                    let last = trade.created_at() + PROPOSAL_LIFETIME;
                    self.wait_until(last.saturating_add_signed(offset.0.into()));
                }
                Ok(())
            }
            Operation::Trade { draft, until } => self.trade(draft, *until),
        }
    }
}
