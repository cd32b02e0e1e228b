//! One chain with the bond, the quorum and two `BarterCore`s, the values they must agree with, and some wallets: everything
//! tried is tried on both.

mod disputes;
mod money;
mod panel;
mod trades;

use std::{collections::BTreeMap, fmt::Debug};

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{ContractError, TestDollar};
use barter_protocol::{
    Error, Ledger, Preimage, TradeId,
    bond::{self, BondError, DisputeId, Event},
};

use crate::model::{
    disagreement::{Disagreement, Failure},
    logs::log,
    permit::Nonces,
    wallet::{Name, Wallet},
    witness::{Contract, Sent, Witness},
    world::ending,
};

use super::{
    events::logged,
    operation::{BondOperation, BondSequence, Fee, Moment, Owner, Pick, Setup, When},
    replay,
    setup::{Deployed, deploy},
    token::{FEE_SLOT, FORTUNE, Token},
    views,
};

/// When every world begins, Unix time.
const GENESIS: u64 = 1_780_000_000;

/// `TestDollar`s a wallet makes, in base units.
const DOLLARS: u64 = 100_000_000_000;

/// The id of nothing.
const UNKNOWN: B256 = B256::repeat_byte(0xee);

/// What the values say of a call: the events, or its refusal.
type Expected = Result<Vec<Log>, ContractError>;

/// A trade of the world.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Which of the two `BarterCore`s it is in.
    place: usize,
    trade_id: TradeId,
    preimage: Preimage,
}

/// A chain with the committed bytecode, the values it must agree with, and what happened so far.
#[derive(Debug)]
pub struct BondWorld {
    setup: Setup,
    witness: Witness,
    bond: bond::BarterBond,
    quorum: bond::AuditorQuorum,
    token: Token,
    ledgers: [Ledger; 2],
    /// In the order of their names.
    wallets: Vec<Wallet>,
    /// Oldest first.
    disputes: Vec<DisputeId>,
    /// Oldest first.
    trades: Vec<Known>,
    /// What was sent to the bond contract by mistake, in base units.
    lost: U256,
    now: u64,
    events: Vec<(u64, Log)>,
    outcomes: BTreeMap<String, u32>,
    story: Vec<String>,
}

impl BondSequence {
    /// Runs it in a new world, and holds the whole event log against the values at its end.
    ///
    /// # Errors
    /// [`Failure`], with what happened until the chain and the values parted.
    pub fn run(&self) -> Result<BondWorld, Failure> {
        self.run_in(BondWorld::new(self.setup), BondWorld::begin)
    }

    /// Runs it with the creation codes of the two contracts altered: a bug planted to be found by what happens, so what is
    /// fixed at deployment is not looked at.
    ///
    /// # Errors
    /// [`Failure`], where the bug was found.
    ///
    /// # Panics
    /// Where the altered code cannot be deployed.
    pub fn run_altered(&self, alter: &dyn Fn(Contract, Bytes) -> Bytes) -> Result<BondWorld, Failure> {
        self.run_in(BondWorld::altered(self.setup, alter), BondWorld::endow_all)
    }

    fn run_in(
        &self,
        mut world: BondWorld,
        begin: impl FnOnce(&mut BondWorld) -> Result<(), Disagreement>,
    ) -> Result<BondWorld, Failure> {
        let ended = begin(&mut world).and_then(|()| {
            self.operations.iter().try_for_each(|operation| world.step(*operation))?;
            world.finish()
        });
        match ended {
            Ok(()) => Ok(world),
            Err(disagreement) => Err(world.failure(&disagreement)),
        }
    }

    /// How it fails with every operation left out that the failure does not need; nothing where it does not fail.
    pub fn shortest_failure(&self) -> Option<Failure> {
        let mut failure = self.run().err()?;
        let mut shortest = self.clone();
        let mut index = shortest.operations.len();
        while index > 0 {
            index -= 1;
            let mut shorter = shortest.clone();
            shorter.operations.remove(index);
            if let Err(found) = shorter.run() {
                // What only what was left out needed can be left out too, wherever it stands.
                (index, failure, shortest) = (shorter.operations.len(), found, shorter);
            }
        }
        Some(failure)
    }
}

impl BondWorld {
    /// A new chain with contracts deployed so, wallets with money, and values that nothing has happened to.
    pub fn new(setup: Setup) -> Self {
        Self::altered(setup, &|_, code| code)
    }

    fn altered(setup: Setup, alter: &dyn Fn(Contract, Bytes) -> Bytes) -> Self {
        let wallets: Vec<_> = Name::all().map(|name| Wallet::new(name, name)).collect();
        let Deployed { witness, bond, quorum, token, ledgers } = deploy(setup, &wallets, alter);
        let mut world = Self {
            setup,
            witness,
            bond,
            quorum,
            token,
            ledgers,
            wallets,
            disputes: Vec::new(),
            trades: Vec::new(),
            lost: U256::ZERO,
            now: GENESIS,
            events: Vec::new(),
            outcomes: BTreeMap::new(),
            story: Vec::new(),
        };
        world.witness.set_time(GENESIS);
        world
    }

    // -------------------------------------------------------------------------------------------- what there is

    /// The chain.
    pub const fn witness(&mut self) -> &mut Witness {
        &mut self.witness
    }

    /// The bond's contract as a value.
    pub const fn bond(&self) -> &bond::BarterBond {
        &self.bond
    }

    /// Every event so far, with the time of its block.
    pub fn events(&self) -> &[(u64, Log)] {
        &self.events
    }

    /// How often each call ended how: `rule: ok`, `rule: TooFewAuditors`.
    pub const fn outcomes(&self) -> &BTreeMap<String, u32> {
        &self.outcomes
    }

    /// What happened so far, with where it ended, wallets, disputes and contracts by their names.
    pub fn failure(&self, disagreement: &Disagreement) -> Failure {
        let Disagreement { what, chain, ledger } = disagreement;
        let mut story = vec![format!("   0. {}", self.setup)];
        story.extend(self.story.iter().map(|line| self.with_names(line)));
        Failure {
            story,
            disagreement: Disagreement {
                what: self.with_names(what),
                chain: self.with_names(chain),
                ledger: self.with_names(ledger),
            },
        }
    }

    fn with_names(&self, text: &str) -> String {
        let mut named = text.to_owned();
        let mut name = |word: String, name: &str| named = named.replace(&word, name);
        for wallet in &self.wallets {
            name(wallet.address().to_string(), &wallet.name().to_string());
        }
        for (index, dispute_id) in self.disputes.iter().enumerate() {
            name(dispute_id.to_string(), &format!("dispute {index}"));
        }
        for (index, trade) in self.trades.iter().enumerate() {
            name(trade.trade_id.to_string(), &format!("trade {index}"));
        }
        for (address, contract) in [
            (self.at_bond(), "BarterBond"),
            (self.at_quorum(), "AuditorQuorum"),
            (self.token.address, "the token"),
            (self.core(0), "BarterCore"),
            (self.core(1), "the other BarterCore"),
        ] {
            name(address.to_string(), contract);
        }
        // First the longer of the two that are nothing.
        name(B256::ZERO.to_string(), "none");
        name(Address::ZERO.to_string(), "nobody");
        named
    }

    fn at_bond(&self) -> Address {
        self.bond.domain().bond()
    }

    fn at_quorum(&self) -> Address {
        self.quorum.domain().quorum()
    }

    fn core(&self, place: usize) -> Address {
        self.ledgers[place].domain().core()
    }

    fn wallet(&self, name: Name) -> &Wallet {
        &self.wallets[name.index()]
    }

    fn address(&self, name: Name) -> Address {
        self.wallet(name).address()
    }

    // -------------------------------------------------------------------------------------------- steps

    /// Gives every wallet money, and compares what is fixed at deployment, and everything else at the beginning.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn begin(&mut self) -> Result<(), Disagreement> {
        self.endow_all()?;
        let mut wallets: Vec<_> = self.wallets.iter().map(Wallet::address).collect();
        wallets.push(Address::ZERO);
        self.witness.check(&views::fixed(&self.bond, &self.quorum, &wallets))?;
        self.compare()
    }

    /// Tries it on both, and compares how it ended, the events, and everything that can be seen after.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn step(&mut self, operation: BondOperation) -> Result<(), Disagreement> {
        let number = self.story.iter().filter(|line| !line.starts_with("        ")).count() + 1;
        self.story.push(format!("{number:4}. {operation}"));
        self.perform(operation)?;
        self.compare()
    }

    /// Rebuilds the values from the events alone and compares them, and what both `BarterCore`s show.
    ///
    /// # Errors
    /// [`Disagreement`].
    pub fn finish(&mut self) -> Result<(), Disagreement> {
        let what = || "everything, rebuilt from the events alone".to_owned();
        match replay::rebuild(&self.bond, &self.quorum, &self.events) {
            Ok((bond, rulings)) => {
                Disagreement::unless_same(what, &bond, &self.bond)?;
                for known in &self.trades {
                    let key = (self.core(known.place), known.trade_id);
                    let rebuilt = rulings.get(&key).copied().unwrap_or_default();
                    Disagreement::unless_same(what, &rebuilt, &self.quorum.trade_ruling(key.0, key.1))?;
                }
            }
            Err(error) => return Err(Disagreement { what: what(), chain: error, ledger: "no such events".to_owned() }),
        }
        for ledger in &self.ledgers {
            let contracts = barter_bindings::Addresses::of_core(ledger.domain().core());
            let all = crate::model::views::all(contracts, ledger, &Nonces::default(), &self.wallets, &[], self.now)?;
            self.witness.check(&all)?;
        }
        Ok(())
    }

    fn perform(&mut self, operation: BondOperation) -> Result<(), Disagreement> {
        use BondOperation as O;
        match operation {
            O::Wait(seconds) => {
                self.wait_until(self.now + seconds.0);
                Ok(())
            }
            O::WaitFor(moment, offset) => {
                let time = self.time_of(moment).saturating_add_signed(offset.0.into());
                self.wait_until(time);
                Ok(())
            }
            O::Stake(provider, hub, money, fee) => self.stake(provider.0, hub, money, fee),
            O::TopUp(caller, provider, money, fee) => self.top_up(caller, provider.0, money, fee),
            O::Unbond(provider, part) => self.unbond(provider.0, part),
            O::Withdraw(owner, when, to, fee) => {
                let owner = self.owner(owner, |bond, wallet| bond.bond(wallet).unbonding != 0);
                if when == When::Due {
                    self.wait_until(self.bond.bond(self.address(owner)).release_at);
                }
                self.withdraw(owner, to, fee)
            }
            O::File(caller, claim, signing, money, fee) => self.file(caller, claim, signing, money, fee).map(drop),
            O::Rule(dispute, verdict, panel) => self.rule(self.rulable(dispute), verdict, panel),
            O::Overturn(dispute, verdict, panel) => self.overturn(self.overturnable(dispute), verdict, panel),
            O::Execute(dispute, when) => {
                let dispute_id = self.executable(dispute);
                if when == When::Due {
                    self.wait_until(self.due(dispute_id));
                }
                self.execute(dispute_id)
            }
            O::Case(claim, share, until) => self.case(claim, share, until),
            O::TakeOut(owner, to, fee) => {
                let owner = self.owner(owner, |bond, wallet| !bond.claimable(wallet).is_zero());
                self.take_out(owner, to, fee)
            }
            O::Anchor(oracle, growth, root) => self.anchor(oracle, growth, root),
            O::Trade(place, stage, wallets) => self.trade(place, stage, wallets),
            O::RuleTrade(place, trade, fault, deadline, panel) => self.rule_trade(place, trade, fault, deadline, panel),
            O::OverturnTrade(place, trade, fault, deadline, panel) => {
                self.overturn_trade(place, trade, fault, deadline, panel)
            }
            O::ExecuteTrade(place, trade, when) => self.execute_trade(place, trade, when),
            O::Settle(trade) => self.settle(trade),
            O::Ask(is_overturn, panel) => self.ask(is_overturn, panel),
            O::Allow(wallet, money) => self.allow(wallet, money),
            O::Lose(wallet, money) => self.lose(wallet, money),
        }
    }

    fn compare(&mut self) -> Result<(), Disagreement> {
        let mut questions = Vec::new();
        for wallet in self.wallets.iter().map(Wallet::address).chain([Address::ZERO]) {
            views::wallet(&mut questions, &self.bond, &self.token, wallet, self.now);
        }
        for &dispute_id in self.disputes.iter().chain([&UNKNOWN]) {
            views::dispute(&mut questions, &self.bond, dispute_id);
        }
        for known in &self.trades {
            for ledger in &self.ledgers {
                views::trade(&mut questions, &self.quorum, ledger, known.trade_id, self.now);
            }
        }
        // Every base unit is somebody's, or lost.
        let (token, bond) = (self.token.address, self.at_bond());
        let held = self.bond.owed() + self.lost;
        questions.push(views::ask(token, &TestDollar::balanceOfCall { owner: bond }, held));
        self.witness.check(&questions)
    }

    fn wait_until(&mut self, time: u64) {
        // No block is older than the one before it.
        self.now = self.now.max(time);
        self.witness.set_time(self.now);
    }

    fn owner(&self, owner: Owner, is_entitled: impl Fn(&bond::BarterBond, Address) -> bool) -> Name {
        let index = match owner {
            Owner::Wallet(name) => return name,
            Owner::Entitled(index) => usize::from(index),
        };
        let fits = |wallet: &&Wallet| is_entitled(&self.bond, wallet.address());
        let entitled: Vec<_> = self.wallets.iter().filter(fits).map(Wallet::name).collect();
        entitled.get(index % entitled.len().max(1)).copied().unwrap_or(Name::ALICE)
    }

    fn time_of(&self, moment: Moment) -> u64 {
        match moment {
            Moment::Release(provider) => self.bond.bond(self.address(provider.0)).release_at,
            Moment::LastToRule(index) => {
                let dispute = self.bond.dispute(self.pick(Pick::Fitting(index), bond::Dispute::is_open));
                dispute.filed_at + self.bond.parameters().ruling_period
            }
            Moment::Executable(index) => {
                let is_ruled = |dispute: &bond::Dispute| dispute.is_open() && dispute.executable_at > self.now;
                self.bond.dispute(self.pick(Pick::Fitting(index), is_ruled)).executable_at
            }
            Moment::TradeExecutable(index) => {
                let is_ruled = |world: &Self, known: &Known| {
                    world.quorum.trade_ruling(world.core(known.place), known.trade_id).executable_at > world.now
                };
                self.pick_trade(Pick::Fitting(index), is_ruled)
                    .map_or(0, |known| self.quorum.trade_ruling(self.core(known.place), known.trade_id).executable_at)
            }
        }
    }

    // -------------------------------------------------------------------------------------------- both sides

    fn endow_all(&mut self) -> Result<(), Disagreement> {
        Name::all().try_for_each(|name| self.endow(name))
    }

    /// Money for a wallet to begin with.
    fn endow(&mut self, name: Name) -> Result<(), Disagreement> {
        let (owner, token, bond) = (self.address(name), self.token.address, self.at_bond());
        if self.setup.is_strange {
            self.set_slot(U256::from_be_slice(owner.as_slice()), FORTUNE);
            self.token.make(owner, FORTUNE);
            return Ok(());
        }
        let amount = U256::from(DOLLARS);
        let mint = TestDollar::mintCall { amount };
        self.token.make(owner, amount);
        let minted = log(token, &TestDollar::Transfer { from: Address::ZERO, to: owner, amount });
        self.check("mint", name, token, &mint, Ok(vec![minted]))?;
        let approve = TestDollar::approveCall { spender: bond, amount: U256::MAX };
        self.token.allow(owner, U256::MAX);
        let approved = log(token, &TestDollar::Approval { owner, spender: bond, amount: U256::MAX });
        self.check("approve", name, token, &approve, Ok(vec![approved])).map(drop)
    }

    /// Sets what a strange token takes from here on; none of any other.
    fn set_fee(&mut self, fee: U256) {
        if self.setup.is_strange {
            self.set_slot(FEE_SLOT, fee);
        }
    }

    fn set_slot(&mut self, slot: U256, value: U256) {
        let data: Bytes = [slot.to_be_bytes::<32>(), value.to_be_bytes::<32>()].concat().into();
        let token = self.token.address;
        self.witness.chain().send_data(Address::ZERO, token, data);
    }

    /// What a transfer of `amount` loses, in base units.
    fn fee(fee: Fee, amount: U256) -> U256 {
        match fee {
            Fee::None => U256::ZERO,
            Fee::Some(units) => U256::from(units),
            Fee::All => amount,
            Fee::Beyond => FORTUNE,
        }
    }

    /// What the token tells of a transfer: a strange one nothing.
    fn moved(&self, from: Address, to: Address, amount: U256) -> Vec<Log> {
        let moved = log(self.token.address, &TestDollar::Transfer { from, to, amount });
        if self.setup.is_strange { Vec::new() } else { vec![moved] }
    }

    /// The values' events as the chain has them.
    fn logged(&self, events: impl IntoIterator<Item = Event>) -> Vec<Log> {
        events.into_iter().map(|event| logged(self.at_bond(), self.at_quorum(), event)).collect()
    }

    /// What the bond's value says of a call that moves no money.
    fn expect(&self, ours: Result<Event, BondError>) -> Expected {
        ours.map(|event| self.logged([event])).map_err(views::refused_bond)
    }

    /// Sends a call and holds how it ended and what it emitted against what must come of it. Says whether it went well.
    fn check<C: SolCall>(
        &mut self,
        name: &str,
        caller: Name,
        to: Address,
        call: &C,
        ours: Expected,
    ) -> Result<Option<C::Return>, Disagreement> {
        let Sent { value, logs: emitted, .. } = self.witness.send(&self.wallets[caller.index()], to, call);
        let (ours, expected) = match ours {
            Ok(logs) => (Ok(()), logs),
            Err(error) => (Err(error), Vec::new()),
        };
        let what = format!("{name}, called by {caller}");
        let (value, theirs) = match value {
            Ok(value) => (Some(value), Ok(())),
            Err(error) => (None, Err(error)),
        };
        self.note(name, theirs.as_ref().err());
        Disagreement::unless_same(|| what.clone(), &theirs, &ours)?;
        if emitted != expected {
            let say = |logs: &[Log]| logs.iter().map(|log| self.witness.say(log)).collect::<Vec<_>>().join(", ");
            let (chain, ledger) = (say(&emitted), say(&expected));
            return Err(Disagreement { what: format!("the events of {what}"), chain, ledger });
        }
        self.events.extend(emitted.into_iter().map(|log| (self.now, log)));
        Ok(value)
    }

    /// Counts how a call ended, and tells it.
    fn note(&mut self, name: &str, error: Option<&ContractError>) {
        let ending = ending(error);
        self.story.push(format!("        {name}: {ending}"));
        *self.outcomes.entry(format!("{name}: {ending}")).or_default() += 1;
    }
}

/// A refusal as a contract's.
fn refused(error: Error) -> ContractError {
    match error {
        Error::Bond(error) => views::refused_bond(error),
        error => ContractError::Refused(error),
    }
}
