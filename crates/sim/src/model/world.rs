//! One chain, one ledger, some wallets: everything tried is tried on both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use alloy_primitives::{Address, B256, Log, U256};
use alloy_sol_types::{SolCall, sol};
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractError, IBarterCore};
use barter_protocol::{
    Approval, Error, Ledger, OpenTrade, Preimage, Role, SigningDomain, Terms, Trade, TradeId, TradeStatus,
    ledger::{Profile, Settlement},
    limits::{MAX_PAIR_COUNT, PROPOSAL_LIFETIME},
};

use crate::chain::CHAIN_ID;

use super::{
    disagreement::{Disagreement, Failure},
    logs,
    operation::{
        Deadline, Draft, Forbidden, Form, Hidden, Item, Operation, Pick, Sequence, Share, Shown, Signing, Until, Who,
    },
    permit::{Nonces, Permit},
    replay, views,
    wallet::{Name, Target, WALLETS, Wallet},
    witness::{Sent, Witness},
};

/// When every world begins, Unix time.
const GENESIS: u64 = 1_780_000_000;

/// The ending of a call that did what it says.
pub const OK: &str = "ok";

sol! {
    /// A function that `BarterCore` does not have.
    function noSuchFunction() returns (bool);
}

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
    shown: BTreeMap<Address, Profile>,
    now: u64,
    events: Vec<(u64, Log)>,
    /// Of each transaction.
    gas_used: Vec<u64>,
    outcomes: BTreeMap<String, u32>,
    story: Vec<String>,
}

/// What the ledger says of a call: its answer and the events, or its refusal.
type Expected<T> = Result<(T, Vec<Log>), ContractError>;

/// The two forms of one settlement.
struct BothForms {
    theirs: IBarterCore::Settlement,
    ours: Settlement,
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
            shown: BTreeMap::new(),
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

    /// Whether some pair settled more trades than count.
    pub fn has_pair_beyond_cap(&self) -> bool {
        let mut settled: BTreeMap<_, u64> = BTreeMap::new();
        for trade in self.ledger.trades().filter(|trade| trade.settled_at().is_some()) {
            let (payer, payee) = (trade.terms().payer(), trade.terms().payee());
            *settled.entry((payer.min(payee), payer.max(payee))).or_default() += 1;
        }
        settled.into_values().any(|count| count > MAX_PAIR_COUNT)
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

    fn with_names(&self, text: &str) -> String {
        let mut named = text.to_owned();
        for wallet in &self.wallets {
            let (address, name) = (wallet.address(), wallet.name().to_string());
            let token = views::token_id(address).to_string();
            named = named.replace(&format!("{address}"), &name).replace(&format!("{address:?}"), &name);
            named = named.replace(&token, &format!("{name}'s token"));
        }
        for (index, trade_id) in self.trades.iter().enumerate() {
            named = named.replace(&format!("{trade_id}"), &format!("trade {index}"));
        }
        let Addresses { core, trust, credit } = self.witness.addresses();
        for (address, name) in [(core, "BarterCore"), (trust, "BTRTrust"), (credit, "BTRCredit")] {
            named = named.replace(&format!("{address:?}"), name);
        }
        named.replace(&format!("{:?}", Address::ZERO), "nobody")
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
        let Self { witness, ledger, nonces, wallets, cancelled, now, .. } = self;
        views::compare(witness, ledger, nonces, wallets, cancelled, *now)?;
        for wallet in wallets.iter().map(Wallet::address) {
            let profile = ledger.trust().profile(wallet);
            if ledger.trust().has_token(wallet) && self.shown.insert(wallet, profile) != Some(profile) {
                views::token_card(witness, ledger, wallet)?;
            }
        }
        Ok(())
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
                let preimage = self.shown(trade_id, Shown::Right);
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
            Operation::Trade { draft, until } => {
                let Some(trade_id) = self.propose(draft)? else { return Ok(()) };
                self.accept(trade_id, Who::Right)?;
                match until {
                    Until::Accepted => Ok(()),
                    Until::Settled => self.settle(trade_id, Who::Right, Shown::Right),
                    Until::Disputed => self.dispute(trade_id, Who::Right),
                }
            }
        }
    }

    // -------------------------------------------------------------------------------------------- trading

    fn propose(&mut self, draft: &Draft) -> Result<Option<TradeId>, Disagreement> {
        let (caller, counterparty) = (self.address(draft.proposer), self.target(draft.counterparty));
        let (role, terms) = draft_terms(draft, caller, counterparty);
        let ours = terms.and_then(|terms| self.ledger.propose(terms, role, self.now));
        let contracts = self.witness.addresses();
        let ours =
            self.expect(ours, |world, trade_id| Ok(vec![logs::proposed(&contracts, world.ledger.trade(trade_id)?)]));
        let (payment_hash, amount) = (preimage(draft.preimage).payment_hash().into(), U256::from(draft.amount.0));
        let (category, description) = (draft.texts.category.clone(), draft.texts.description.clone());
        let trade_id = if draft.as_payee {
            let call = BarterCore::proposeTradeAsPayeeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose as payee", draft.proposer, contracts.core, &call, ours, |value| value)?
        } else {
            let call = BarterCore::proposeTradeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose", draft.proposer, contracts.core, &call, ours, |value| value)?
        };
        self.remember(trade_id, draft)?;
        Ok(trade_id)
    }

    fn open(&mut self, draft: &Draft, caller: Who, signing: Signing) -> Result<(), Disagreement> {
        let (proposer, counterparty) = (Target::Wallet(draft.proposer), draft.counterparty);
        let caller = resolve(caller, proposer, counterparty);
        // Signed for the draft's proposer, whoever brings it.
        let message = open_message(draft, self.target(proposer), self.target(counterparty));
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| {
            let deadline = U256::from(deadline);
            self.ledger.domain().digest(&OpenTrade { deadline, ..message.clone() })
        };
        let signer = resolve(signing.by, counterparty, proposer);
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if let Target::Wallet(counterparty) = counterparty
            && signing.is_cancelled
        {
            self.cancel(counterparty, approval.digest)?;
        }
        let sender = self.address(caller);
        let ours = match draft_terms(draft, self.target(proposer), self.target(counterparty)).1 {
            Ok(terms) => self.ledger.open(sender, terms, &approval, self.now),
            Err(refusal) => self.refused_opening(sender, &message, &approval, refusal),
        };
        let contracts = self.witness.addresses();
        let ours = self.expect(ours, |world, trade_id| {
            let trade = world.ledger.trade(trade_id)?;
            Ok(vec![logs::proposed(&contracts, trade), logs::accepted(&contracts, trade_id)])
        });
        let call = BarterCore::openTradeCall {
            terms: IBarterCore::Terms {
                payer: message.payer,
                payee: message.payee,
                paymentHash: message.paymentHash,
                amountSats: message.amountSats,
                category: message.category,
                description: message.description,
            },
            deadline: U256::from(deadline),
            signature: signature.into(),
        };
        let trade_id = self.check("open", caller, contracts.core, &call, ours, |value| value)?;
        self.remember(trade_id, draft)
    }

    /// How opening ends on terms outside the limits, which the ledger cannot be asked: the contract looks at the
    /// caller, then at the signature, then at the terms.
    fn refused_opening(
        &self,
        caller: Address,
        message: &OpenTrade,
        approval: &Approval,
        refusal: Error,
    ) -> Result<TradeId, Error> {
        let counterparty = match caller {
            payer if payer == message.payer => message.payee,
            payee if payee == message.payee => message.payer,
            wallet => return Err(Error::NotParty { trade_id: TradeId::ZERO, wallet }),
        };
        let deadline = U256::from(approval.deadline);
        let digest = self.ledger.domain().digest(&OpenTrade { proposer: caller, deadline, ..message.clone() });
        self.ledger.check_approval(approval, counterparty, digest, self.now)?;
        Err(refusal)
    }

    /// Keeps what of a new trade the ledger does not know, and compares what of it never changes.
    fn remember(&mut self, trade_id: Option<TradeId>, draft: &Draft) -> Result<(), Disagreement> {
        let Some(trade_id) = trade_id else { return Ok(()) };
        self.trades.push(trade_id);
        self.preimages.insert(trade_id, preimage(draft.preimage));
        match self.ledger.trade(trade_id) {
            Ok(trade) => views::trade_once(&mut self.witness, &self.ledger, trade),
            Err(_) => Ok(()),
        }
    }

    fn accept(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let (party_a, party_b) = self.parties(trade_id);
        let caller = resolve(caller, party_b, party_a);
        let ours = self.ledger.accept(self.address(caller), trade_id, self.now);
        let contracts = self.witness.addresses();
        let ours = self.expect(ours, |_, ()| Ok(vec![logs::accepted(&contracts, trade_id)]));
        let call = BarterCore::acceptTradeCall { tradeId: trade_id };
        self.check("accept", caller, contracts.core, &call, ours, drop).map(drop)
    }

    fn settle(&mut self, trade_id: TradeId, caller: Who, shown: Shown) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, payer, payee);
        let preimage = self.shown(trade_id, shown);
        let before = self.ledger.clone();
        let ours = self.ledger.settle(self.address(caller), trade_id, preimage, self.now);
        let settlement = Settlement { trade_id, preimage, approval: None };
        let ours = self.expect(ours, |world, ()| world.settlement_logs(&before, caller, &[settlement]));
        let call = BarterCore::settleTradeCall { tradeId: trade_id, preimage: preimage.into() };
        self.check("settle", caller, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    fn settle_by_signature(&mut self, caller: Name, item: &Item) -> Result<(), Disagreement> {
        let BothForms { theirs, ours: settlement } = self.settlement(item)?;
        let before = self.ledger.clone();
        let ours = match settlement.approval {
            Some(approval) => {
                let Settlement { trade_id, preimage, .. } = settlement;
                self.ledger.settle_by_signature(trade_id, preimage, approval, self.now)
            }
            None => self.ledger.settle_batch(self.address(caller), &[settlement], self.now),
        };
        let ours = self.expect(ours, |world, ()| world.settlement_logs(&before, caller, &[settlement]));
        let call = BarterCore::settleTradeBySignatureCall { settlement: theirs };
        self.check("settle by signature", caller, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    fn settle_batch(&mut self, caller: Who, items: &[Item]) -> Result<(), Disagreement> {
        let both = items.iter().map(|item| self.settlement(item)).collect::<Result<Vec<_>, _>>()?;
        let (theirs, mut ours): (Vec<_>, Vec<_>) = both.into_iter().map(|both| (both.theirs, both.ours)).unzip();
        // In a batch, no bytes are no signature: the caller's own settlement.
        for (settlement, theirs) in ours.iter_mut().zip(&theirs) {
            settlement.approval = settlement.approval.filter(|_| !theirs.signature.is_empty());
        }
        let (payer, payee) = self.roles(ours.first().map(|settlement| settlement.trade_id).unwrap_or_default());
        let caller = resolve(caller, payer, payee);
        let before = self.ledger.clone();
        let settled = self.ledger.settle_batch(self.address(caller), &ours, self.now);
        let settled = self.expect(settled, |world, ()| world.settlement_logs(&before, caller, &ours));
        let call = BarterCore::settleTradesCall { settlements: theirs };
        self.check("settle batch", caller, self.witness.addresses().core, &call, settled, drop).map(drop)
    }

    /// So many settlements of a trade that does not exist.
    fn batch_of_length(&mut self, length: usize) -> Result<(), Disagreement> {
        let (trade_id, preimage) = (UNKNOWN, Preimage::new([0; 32]));
        let ours = vec![Settlement { trade_id, preimage, approval: None }; length];
        let ours = self.ledger.settle_batch(self.address(Name::ALICE), &ours, self.now);
        let ours = self.expect(ours, |_, ()| Ok(Vec::new()));
        let theirs = IBarterCore::Settlement { tradeId: trade_id, ..Default::default() };
        let call = BarterCore::settleTradesCall { settlements: vec![theirs; length] };
        self.check("settle batch", Name::ALICE, self.witness.addresses().core, &call, ours, drop).map(drop)
    }

    fn settlement_logs(
        &self,
        before: &Ledger,
        caller: Name,
        settlements: &[Settlement],
    ) -> Result<Vec<Log>, ContractError> {
        logs::settled(&self.witness.addresses(), before, self.address(caller), settlements, self.now)
    }

    fn dispute(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, payer, payee);
        let by = self.address(caller);
        let ours = self.ledger.dispute(by, trade_id, self.now);
        let event = BarterCore::TradeDisputed { tradeId: trade_id, by };
        let call = BarterCore::disputeTradeCall { tradeId: trade_id };
        self.check_core("dispute", caller, &call, ours, &event)
    }

    fn dismiss(&mut self, trade_id: TradeId, caller: Who) -> Result<(), Disagreement> {
        let caller = resolve(caller, Name::ARBITER.into(), self.roles(trade_id).0);
        let ours = self.ledger.dismiss(self.address(caller), trade_id, self.now);
        let event = BarterCore::DisputeDismissed { tradeId: trade_id };
        self.check_core("dismiss", caller, &BarterCore::dismissDisputeCall { tradeId: trade_id }, ours, &event)
    }

    fn uphold(&mut self, trade_id: TradeId, caller: Who, at_fault: Who) -> Result<(), Disagreement> {
        let (payer, payee) = self.roles(trade_id);
        let caller = resolve(caller, Name::ARBITER.into(), payer);
        let at_fault = self.address(resolve(at_fault, payer, payee));
        let ours = self.ledger.uphold(self.address(caller), trade_id, at_fault, self.now);
        let event = BarterCore::DisputeUpheld { tradeId: trade_id, atFault: at_fault };
        let call = BarterCore::upholdDisputeCall { tradeId: trade_id, atFault: at_fault };
        self.check_core("uphold", caller, &call, ours, &event)
    }

    fn cancel(&mut self, caller: Name, digest: B256) -> Result<(), Disagreement> {
        let signer = self.address(caller);
        self.ledger.cancel_signature(signer, digest);
        self.cancelled.push((signer, digest));
        let event = BarterCore::SignatureCancelled { signer, digest };
        self.check_core("cancel", caller, &BarterCore::cancelSignatureCall { digest }, Ok(()), &event)
    }

    // -------------------------------------------------------------------------------------------- credit

    fn credit(&mut self, operation: &Operation) -> Result<(), Disagreement> {
        let contracts = self.witness.addresses();
        let credit = contracts.credit;
        let balance = |world: &Self, wallet| world.ledger.credit().balance_of(wallet);
        match *operation {
            Operation::Transfer { from, to, share } => {
                let (caller, to) = (self.address(from), self.target(to));
                let value = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().transfer(caller, to, value).map(|()| true);
                let ours = self.expect(ours, |_, _| Ok(vec![logs::transferred(&contracts, caller, to, value)]));
                let call = BTRCredit::transferCall { to, value };
                self.check("transfer", from, credit, &call, ours, |value| value).map(drop)
            }
            Operation::Approve { owner, spender, share } => {
                let (caller, spender) = (self.address(owner), self.target(spender));
                let value = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().approve(caller, spender, value).map(|()| true);
                let ours = self.expect(ours, |_, _| Ok(vec![logs::approved(&contracts, caller, spender, value)]));
                let call = BTRCredit::approveCall { spender, value };
                self.check("approve", owner, credit, &call, ours, |value| value).map(drop)
            }
            Operation::TransferFrom { spender, from, to, share, renewed } => {
                if let (Target::Wallet(owner), Some(share)) = (from, renewed) {
                    self.credit(&Operation::Approve { owner, spender: spender.into(), share })?;
                }
                let (caller, from, to) = (self.address(spender), self.target(from), self.target(to));
                let allowance = self.ledger.credit().allowance(from, caller);
                let is_endless = allowance == U256::MAX;
                let value = share.of(if is_endless { balance(self, from) } else { allowance });
                let ours = self.ledger.credit_mut().transfer_from(caller, from, to, value).map(|()| true);
                let ours = self.expect(ours, |world, _| {
                    let left = world.ledger.credit().allowance(from, caller);
                    let mut logs = vec![logs::approved(&contracts, from, caller, left)];
                    logs.retain(|_| !is_endless);
                    logs.push(logs::transferred(&contracts, from, to, value));
                    Ok(logs)
                });
                let call = BTRCredit::transferFromCall { from, to, value };
                self.check("transfer from", spender, credit, &call, ours, |value| value).map(drop)
            }
            Operation::Burn { wallet, share } => {
                let caller = self.address(wallet);
                let amount = share.of(balance(self, caller));
                let ours = self.ledger.credit_mut().burn(caller, amount);
                let burned = logs::transferred(&contracts, caller, Address::ZERO, amount);
                let ours = self.expect(ours, |_, ()| Ok(vec![burned]));
                let call = BTRCredit::burnCall { amount };
                self.check("burn", wallet, credit, &call, ours, drop).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn permit(
        &mut self,
        caller: Name,
        owner: Target,
        spender: Target,
        share: Share,
        signing: Signing,
        is_replay: bool,
    ) -> Result<(), Disagreement> {
        let contracts = self.witness.addresses();
        let signer = resolve(signing.by, owner, Target::Wallet(caller));
        let (owner, spender) = (self.target(owner), self.target(spender));
        let value = share.of(self.ledger.credit().balance_of(owner));
        let (nonce, deadline) = (self.nonces.next(owner), self.deadline(signing.deadline));
        let permit = Permit { owner, spender, value, nonce: U256::from(nonce), deadline: U256::from(deadline) };
        let digest = permit.digest(CHAIN_ID, contracts.credit);
        let mut signed = permit.clone();
        if is_replay {
            signed.nonce = U256::from(nonce.wrapping_sub(1));
        }
        if signing.form == Form::OtherDeadline {
            signed.deadline = U256::from(deadline ^ 1);
        }
        let signed = signed.digest(CHAIN_ID, contracts.credit);
        // A permit is cancelled by using its nonce: cancelling at BarterCore does nothing to it.
        if signing.is_cancelled {
            self.cancel(signer, signed)?;
        }
        let (v, r, s, is_signature) = self.wallet(signer).sign_permit(signed, signing.form);

        let ours = if self.now > deadline {
            Err(ContractError::PermitExpired { deadline: U256::from(deadline) })
        } else if !is_signature || self.address(signer) != owner || signed != digest {
            Err(ContractError::InvalidPermit { owner })
        } else {
            self.ledger.credit_mut().approve(owner, spender, value).map_err(ContractError::Refused)
        };
        let ours = ours.map(|()| {
            self.nonces.use_next(owner);
            let used = BTRCredit::PermitUsed { owner, nonce: U256::from(nonce) };
            ((), vec![logs::log(contracts.credit, &used), logs::approved(&contracts, owner, spender, value)])
        });
        let call = BTRCredit::permitCall { owner, spender, value, deadline: U256::from(deadline), v, r, s };
        self.check("permit", caller, contracts.credit, &call, ours, drop).map(drop)
    }

    // -------------------------------------------------------------------------------------------- what nobody may

    fn trespass(&mut self, caller: Name, call: Forbidden, draft: &Draft) -> Result<(), Disagreement> {
        let Addresses { core, trust, credit } = self.witness.addresses();
        let (from, to) = (self.address(draft.proposer), self.target(draft.counterparty));
        let (token_id, amount) = (views::token_id(from), U256::from(draft.amount.0));
        let not_core = ContractError::NotCore { caller: self.address(caller), core };
        let soulbound = ContractError::Soulbound;
        match call {
            Forbidden::RaiseScores => {
                let call = BTRTrust::raiseScoresCall { tradeId: UNKNOWN, partyA: from, partyB: to, amountSats: amount };
                self.check("raise scores", caller, trust, &call, Err(not_core), drop)
            }
            Forbidden::GrantReward => {
                let call = BTRCredit::grantRewardCall { partyA: from, partyB: to, amountSats: amount };
                self.check("grant reward", caller, credit, &call, Err(not_core), drop)
            }
            Forbidden::ApproveToken => {
                let call = BTRTrust::approveCall { _0: to, _1: token_id };
                self.check("approve a token", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::ApproveAllTokens => {
                let call = BTRTrust::setApprovalForAllCall { _0: to, _1: true };
                self.check("approve all tokens", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveToken => {
                let call = BTRTrust::transferFromCall { _0: from, _1: to, _2: token_id };
                self.check("move a token", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveTokenSafely => {
                let call = BTRTrust::safeTransferFrom_0Call { _0: from, _1: to, _2: token_id };
                self.check("move a token safely", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::MoveTokenWithData => {
                let data = draft.texts.description.clone().into_bytes().into();
                let call = BTRTrust::safeTransferFrom_1Call { _0: from, _1: to, _2: token_id, _3: data };
                self.check("move a token with data", caller, trust, &call, Err(soulbound), drop)
            }
            Forbidden::NoFunction => {
                let unknown = Err(ContractError::UnknownCall);
                self.check("no function", caller, core, &noSuchFunctionCall {}, unknown, drop)
            }
        }
        .map(drop)
    }

    // -------------------------------------------------------------------------------------------- both sides

    /// The ledger's answer with the events that must come with it.
    fn expect<T: Clone>(
        &self,
        ours: Result<T, Error>,
        logs: impl FnOnce(&Self, T) -> Result<Vec<Log>, ContractError>,
    ) -> Expected<T> {
        let value = ours?;
        Ok((value.clone(), logs(self, value)?))
    }

    /// Sends a call and holds what it gave, or refused with, and what it emitted against the ledger's answer.
    fn check<C: SolCall, T: PartialEq + Debug>(
        &mut self,
        name: &str,
        caller: Name,
        to: Address,
        call: &C,
        ours: Expected<T>,
        read: impl Fn(C::Return) -> T,
    ) -> Result<Option<T>, Disagreement> {
        let caller = &self.wallets[caller.index()];
        let Sent { value, logs: emitted, gas } = self.witness.send(caller, to, call);
        let theirs = value.map(read);
        let (ours, expected) = match ours {
            Ok((value, logs)) => (Ok(value), logs),
            Err(error) => (Err(error), Vec::new()),
        };
        let what = format!("{name}, called by {}", caller.name());
        self.gas_used.push(gas);
        self.note(name, theirs.as_ref().err());
        Disagreement::unless_same(|| what.clone(), &theirs, &ours)?;
        if emitted != expected {
            let say = |logs: &[Log]| logs.iter().map(|log| self.witness.say(log)).collect::<Vec<_>>().join(", ");
            let (chain, ledger) = (say(&emitted), say(&expected));
            return Err(Disagreement { what: format!("the events of {what}"), chain, ledger });
        }
        self.events.extend(emitted.into_iter().map(|log| (self.now, log)));
        Ok(ours.ok())
    }

    /// [`check`](Self::check) of a call to `BarterCore` that returns nothing and emits one event.
    fn check_core<C: SolCall>(
        &mut self,
        name: &str,
        caller: Name,
        call: &C,
        ours: Result<(), Error>,
        event: &impl alloy_sol_types::SolEvent,
    ) -> Result<(), Disagreement> {
        let core = self.witness.addresses().core;
        let ours = self.expect(ours, |_, ()| Ok(vec![logs::log(core, event)]));
        self.check(name, caller, core, call, ours, drop).map(drop)
    }

    /// Counts how a call ended, and tells it.
    fn note(&mut self, name: &str, error: Option<&ContractError>) {
        // The variant's name: the debug output up to its fields.
        let variant =
            |error: &dyn Debug| format!("{error:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned();
        let ending = match error {
            None => OK.to_owned(),
            Some(ContractError::Refused(error)) => variant(error),
            Some(error) => variant(error),
        };
        self.story.push(format!("        {name}: {ending}"));
        *self.outcomes.entry(format!("{name}: {ending}")).or_default() += 1;
    }

    fn story_length(&self) -> usize {
        self.story.iter().filter(|line| !line.starts_with("        ")).count()
    }

    // -------------------------------------------------------------------------------------------- picking

    fn wait_until(&mut self, time: u64) {
        // No block is older than the one before it.
        self.now = self.now.max(time);
        self.witness.set_time(self.now);
    }

    fn wallet(&self, name: Name) -> &Wallet {
        &self.wallets[name.index()]
    }

    fn address(&self, name: Name) -> Address {
        self.wallet(name).address()
    }

    fn target(&self, target: Target) -> Address {
        match target {
            Target::Wallet(name) => self.address(name),
            Target::Nobody => Address::ZERO,
        }
    }

    fn pick(&self, pick: Pick, status: TradeStatus) -> TradeId {
        let nth = |ids: &[TradeId], index: u8| ids.get(usize::from(index) % ids.len().max(1)).copied();
        let fitting = || {
            let fits = |id: &TradeId| self.ledger.trade(*id).is_ok_and(|trade| trade.status(self.now) == status);
            self.trades.iter().copied().filter(fits).collect::<Vec<_>>()
        };
        let picked = match pick {
            Pick::Fitting(index) => nth(&fitting(), index).or_else(|| nth(&self.trades, index)),
            Pick::Any(index) => nth(&self.trades, index),
            Pick::Tampered(index) => nth(&self.trades, index).map(views::tampered),
            Pick::Unknown => None,
        };
        picked.unwrap_or(UNKNOWN)
    }

    /// Proposer and counterparty; two traders where there is no such trade.
    fn parties(&self, trade_id: TradeId) -> (Target, Target) {
        self.of_trade(trade_id, |trade| (trade.party_a(), trade.party_b()))
    }

    /// Payer and payee; two traders where there is no such trade.
    fn roles(&self, trade_id: TradeId) -> (Target, Target) {
        self.of_trade(trade_id, |trade| (trade.terms().payer(), trade.terms().payee()))
    }

    fn of_trade(&self, trade_id: TradeId, two: impl Fn(&Trade) -> (Address, Address)) -> (Target, Target) {
        let named = |address: Address| {
            let wallet = self.wallets.iter().find(|wallet| wallet.address() == address);
            wallet.map_or(Target::Nobody, |wallet| wallet.name().into())
        };
        self.ledger.trade(trade_id).map_or((Name::ALICE.into(), Name::BOB.into()), |trade| {
            let (one, other) = two(trade);
            (named(one), named(other))
        })
    }

    fn shown(&self, trade_id: TradeId, shown: Shown) -> Preimage {
        match (shown, self.preimages.get(&trade_id)) {
            (Shown::Right, Some(preimage)) => *preimage,
            (Shown::Right, None) => Preimage::new([0xff; 32]),
            (Shown::Wrong(byte), _) => Preimage::new([byte; 32]),
        }
    }

    // -------------------------------------------------------------------------------------------- signing

    fn settlement(&mut self, item: &Item) -> Result<BothForms, Disagreement> {
        let trade_id = self.pick(item.trade, TradeStatus::Accepted);
        let preimage = self.shown(trade_id, item.preimage);
        let mut theirs = IBarterCore::Settlement { tradeId: trade_id, preimage: preimage.into(), ..Default::default() };
        let Some(signing) = item.signing else {
            return Ok(BothForms { theirs, ours: Settlement { trade_id, preimage, approval: None } });
        };
        let (payer, payee) = self.roles(trade_id);
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| self.ledger.domain().settle_trade_digest(trade_id, preimage, deadline);
        let signer = resolve(signing.by, payer, payee);
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if let Target::Wallet(payer) = payer
            && signing.is_cancelled
        {
            self.cancel(payer, approval.digest)?;
        }
        (theirs.deadline, theirs.signature) = (U256::from(deadline), signature.into());
        Ok(BothForms { theirs, ours: Settlement { trade_id, preimage, approval: Some(approval) } })
    }

    fn deadline(&self, deadline: Deadline) -> u64 {
        match deadline {
            Deadline::Never => u64::MAX,
            Deadline::Now => self.now,
            Deadline::Past => self.now - 1,
        }
    }

    /// A signature, and what the rules see of it.
    fn sign(&self, signing: Signing, signer: Name, deadline: u64, digest: &dyn Fn(u64) -> B256) -> (Vec<u8>, Approval) {
        let signed = if signing.form == Form::OtherDeadline { digest(deadline ^ 1) } else { digest(deadline) };
        let (bytes, is_signature) = self.wallet(signer).sign(signed, signing.form);
        // What is no signature is nobody's.
        let signer = if is_signature { self.address(signer) } else { Address::ZERO };
        (bytes, Approval { signer, digest: signed, deadline })
    }
}

/// The id of no trade.
const UNKNOWN: TradeId = TradeId::repeat_byte(0xee);

/// Who is meant, of the two that could be. Nobody can do nothing, so Alice does it.
fn resolve(who: Who, right: Target, other: Target) -> Name {
    let chosen = match who {
        Who::Right => right,
        Who::Other => other,
        Who::Wallet(name) => name.into(),
    };
    match chosen {
        Target::Wallet(name) => name,
        Target::Nobody => Name::ALICE,
    }
}

impl Share {
    fn of(self, amount: U256) -> U256 {
        match self {
            Self::Nothing => U256::ZERO,
            Self::Half => amount / U256::from(2),
            Self::All => amount,
            Self::OneMore => amount.saturating_add(U256::from(1)),
            Self::Everything => U256::MAX,
        }
    }
}

fn preimage(hidden: Hidden) -> Preimage {
    Preimage::new([hidden.0; 32])
}

/// A draft as its counterparty signs it, whatever it holds; without a deadline yet.
fn open_message(draft: &Draft, proposer: Address, counterparty: Address) -> OpenTrade {
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    OpenTrade {
        proposer,
        payer,
        payee,
        paymentHash: preimage(draft.preimage).payment_hash().into(),
        amountSats: U256::from(draft.amount.0),
        category: draft.texts.category.clone(),
        description: draft.texts.description.clone(),
        deadline: U256::ZERO,
    }
}

/// The role of a draft's proposer, and its terms or their refusal.
fn draft_terms(draft: &Draft, proposer: Address, counterparty: Address) -> (Role, Result<Terms, Error>) {
    let role = if draft.as_payee { Role::Payee } else { Role::Payer };
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    let hash = preimage(draft.preimage).payment_hash();
    let (category, description) = (draft.texts.category.clone(), draft.texts.description.clone());
    (role, Terms::new(payer, payee, hash, draft.amount.0, category, description))
}
