//! One chain, one ledger, some wallets: everything tried is tried on both.

use std::{collections::BTreeMap, fmt::Debug};

use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use barter_bindings::{BTRCredit, BarterCore, ContractError, IBarterCore};
use barter_protocol::{
    Approval, Error, Ledger, OpenTrade, Preimage, Role, SigningDomain, Terms, Trade, TradeId, TradeStatus,
    ledger::Settlement,
    limits::{MAX_BATCH, PROPOSAL_LIFETIME},
};

use crate::{
    chain::{CHAIN_ID, Chain},
    operation::{Deadline, Draft, Form, Item, Operation, Pick, Share, Shown, Signing, TRADERS, Who},
    views,
};

/// When every world begins, Unix time.
const GENESIS: u64 = 1_780_000_000;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) ledger: Ledger,
    /// The traders, then the arbiter.
    signers: Vec<PrivateKeySigner>,
    preimages: BTreeMap<TradeId, Preimage>,
    pub(crate) now: u64,
    /// Every event, with the time of its block.
    pub(crate) events: Vec<(u64, Log)>,
    /// How often each call ended how.
    pub(crate) outcomes: BTreeMap<String, u32>,
}

/// The two forms of one settlement.
struct BothForms {
    theirs: IBarterCore::Settlement,
    ours: Settlement,
}

impl World {
    /// A new chain and an empty ledger, with an arbiter or without.
    pub(crate) fn new(has_arbiter: bool) -> Self {
        let signers: Vec<_> =
            (0..=TRADERS).map(|index| PrivateKeySigner::from_bytes(&keccak256(index.to_be_bytes())).unwrap()).collect();
        let arbiter = if has_arbiter { signers[TRADERS].address() } else { Address::ZERO };
        let mut chain = Chain::deploy(Address::repeat_byte(0xde), arbiter);
        chain.set_time(GENESIS);
        let ledger = Ledger::new(SigningDomain::new(CHAIN_ID, chain.addresses.core), arbiter);
        let (preimages, events, outcomes) = Default::default();
        Self { chain, ledger, signers, preimages, now: GENESIS, events, outcomes }
    }

    pub(crate) fn wallets(&self) -> Vec<Address> {
        self.signers.iter().map(PrivateKeySigner::address).collect()
    }

    /// Tries it on both, and compares how it ended and everything that can be seen after.
    pub(crate) fn step(&mut self, operation: &Operation) {
        self.perform(operation);
        let wallets = self.wallets();
        views::compare(&mut self.chain, &self.ledger, &wallets, self.now);
    }

    fn perform(&mut self, operation: &Operation) {
        let status = operation.fitting_status();
        match operation {
            Operation::Propose(draft) => {
                self.propose(draft);
            }
            Operation::Open { draft, caller, approval } => self.open(draft, *caller, *approval),
            Operation::Accept { trade, caller } => self.accept(self.pick(*trade, status), *caller),
            Operation::Settle { trade, caller, preimage } => {
                self.settle(self.pick(*trade, status), *caller, *preimage);
            }
            Operation::SettleBySignature { caller, item } => self.settle_by_signature(*caller, item),
            Operation::SettleBatch { caller, items } => self.settle_batch(*caller, items),
            Operation::BatchOfLength(length) => self.batch_of_length(*length),
            Operation::Dispute { trade, caller } => self.dispute(self.pick(*trade, status), *caller),
            Operation::Dismiss { trade, caller } => self.dismiss(self.pick(*trade, status), *caller),
            Operation::Uphold { trade, caller, at_fault } => {
                self.uphold(self.pick(*trade, status), *caller, *at_fault);
            }
            Operation::Transfer { .. }
            | Operation::Approve { .. }
            | Operation::TransferFrom { .. }
            | Operation::Burn { .. } => self.credit(operation),
            Operation::Page { wallet, before, limit } => {
                let (wallet, before) = (self.address(*wallet), before.map(|pick| self.pick(pick, status)));
                let page = views::compare_page(&mut self.chain, &self.ledger, wallet, before, *limit, self.now);
                self.count("page", page.err());
            }
            Operation::Wait { seconds } => self.wait_until(self.now + seconds),
            Operation::WaitForExpiry { trade, offset } => {
                let trade_id = self.pick(*trade, status);
                if let Ok(trade) = self.ledger.trade(trade_id) {
                    self.wait_until((trade.created_at() + PROPOSAL_LIFETIME).saturating_add_signed(*offset));
                }
            }
            Operation::Trade { draft, until } => {
                if let Some(trade_id) = self.propose(draft) {
                    self.accept(trade_id, Who::Right);
                    match until {
                        TradeStatus::Settled => self.settle(trade_id, Who::Right, Shown::Right),
                        TradeStatus::Disputed => self.dispute(trade_id, Who::Right),
                        _ => {}
                    }
                }
            }
        }
    }

    // -------------------------------------------------------------------------------------------- trading

    fn propose(&mut self, draft: &Draft) -> Option<TradeId> {
        let (caller, counterparty) = (self.address(draft.proposer), self.address(draft.counterparty));
        let (role, terms) = draft_terms(draft, caller, counterparty);
        let ours = terms.and_then(|terms| self.ledger.propose(terms, role, self.now));
        let (payment_hash, amount) = (preimage(draft).payment_hash().into(), U256::from(draft.amount_sats));
        let (category, description) = (draft.category.clone(), draft.description.clone());
        let core = self.chain.addresses.core;
        let trade_id = if draft.as_payee {
            let call = BarterCore::proposeTradeAsPayeeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose as payee", caller, core, &call, ours, |value| value)
        } else {
            let call = BarterCore::proposeTradeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            };
            self.check("propose", caller, core, &call, ours, |value| value)
        };
        if let Some(trade_id) = trade_id {
            self.preimages.insert(trade_id, preimage(draft));
        }
        trade_id
    }

    fn open(&mut self, draft: &Draft, caller: Who, signing: Signing) {
        let (proposer, counterparty) = (self.address(draft.proposer), self.address(draft.counterparty));
        let caller = self.resolve(caller, proposer, counterparty);
        let message = open_message(draft, proposer, counterparty);

        // Signed for the draft's proposer, whoever brings it.
        let signer = self.resolve(signing.by, counterparty, proposer);
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| {
            let deadline = U256::from(deadline);
            self.ledger.domain().digest(&OpenTrade { deadline, ..message.clone() })
        };
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if signing.is_cancelled {
            self.cancel(counterparty, approval.digest);
        }
        let ours = match draft_terms(draft, proposer, counterparty).1 {
            Ok(terms) => self.ledger.open(caller, terms, &approval, self.now),
            Err(refusal) => self.refused_opening(caller, &message, &approval, refusal),
        };
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
            signature,
        };
        let core = self.chain.addresses.core;
        if let Some(trade_id) = self.check("open", caller, core, &call, ours, |value| value) {
            self.preimages.insert(trade_id, preimage(draft));
        }
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

    fn accept(&mut self, trade_id: TradeId, caller: Who) {
        let (party_a, party_b) = self.parties(trade_id);
        let caller = self.resolve(caller, party_b, party_a);
        let ours = self.ledger.accept(caller, trade_id, self.now);
        let call = BarterCore::acceptTradeCall { tradeId: trade_id };
        self.check_unit("accept", caller, &call, ours);
    }

    fn settle(&mut self, trade_id: TradeId, caller: Who, shown: Shown) {
        let (payer, payee) = self.roles(trade_id);
        let caller = self.resolve(caller, payer, payee);
        let preimage = self.shown(trade_id, shown);
        let ours = self.ledger.settle(caller, trade_id, preimage, self.now);
        let call = BarterCore::settleTradeCall { tradeId: trade_id, preimage: preimage.into() };
        self.check_unit("settle", caller, &call, ours);
    }

    fn settle_by_signature(&mut self, caller: usize, item: &Item) {
        let caller = self.address(caller);
        let BothForms { theirs, ours } = self.settlement(item);
        let Some(approval) = ours.approval else { panic!("the generator signs these") };
        let ours = self.ledger.settle_by_signature(ours.trade_id, ours.preimage, approval, self.now);
        let call = BarterCore::settleTradeBySignatureCall { settlement: theirs };
        self.check_unit("settle by signature", caller, &call, ours);
    }

    fn settle_batch(&mut self, caller: Who, items: &[Item]) {
        let both: Vec<_> = items.iter().map(|item| self.settlement(item)).collect();
        let (payer, payee) = self.roles(both[0].ours.trade_id);
        let caller = self.resolve(caller, payer, payee);
        let (theirs, ours): (Vec<_>, Vec<_>) = both.into_iter().map(|both| (both.theirs, both.ours)).unzip();
        let ours = self.ledger.settle_batch(caller, &ours, self.now);
        self.check_unit("settle batch", caller, &BarterCore::settleTradesCall { settlements: theirs }, ours);
    }

    /// So many settlements of a trade that does not exist.
    fn batch_of_length(&mut self, length: usize) {
        assert!(length <= MAX_BATCH + 1);
        let (trade_id, preimage) = (TradeId::repeat_byte(0xee), Preimage::new([0; 32]));
        let ours = vec![Settlement { trade_id, preimage, approval: None }; length];
        let ours = self.ledger.settle_batch(self.address(0), &ours, self.now);
        let theirs = IBarterCore::Settlement { tradeId: trade_id, ..Default::default() };
        let call = BarterCore::settleTradesCall { settlements: vec![theirs; length] };
        self.check_unit("settle batch", self.address(0), &call, ours);
    }

    fn dispute(&mut self, trade_id: TradeId, caller: Who) {
        let (payer, payee) = self.roles(trade_id);
        let caller = self.resolve(caller, payer, payee);
        let ours = self.ledger.dispute(caller, trade_id, self.now);
        self.check_unit("dispute", caller, &BarterCore::disputeTradeCall { tradeId: trade_id }, ours);
    }

    fn dismiss(&mut self, trade_id: TradeId, caller: Who) {
        let caller = self.resolve(caller, self.ledger.arbiter(), self.roles(trade_id).0);
        let ours = self.ledger.dismiss(caller, trade_id, self.now);
        self.check_unit("dismiss", caller, &BarterCore::dismissDisputeCall { tradeId: trade_id }, ours);
    }

    fn uphold(&mut self, trade_id: TradeId, caller: Who, at_fault: Who) {
        let (payer, payee) = self.roles(trade_id);
        let caller = self.resolve(caller, self.ledger.arbiter(), payer);
        let at_fault = self.resolve(at_fault, payer, payee);
        let ours = self.ledger.uphold(caller, trade_id, at_fault, self.now);
        let call = BarterCore::upholdDisputeCall { tradeId: trade_id, atFault: at_fault };
        self.check_unit("uphold", caller, &call, ours);
    }

    fn cancel(&mut self, caller: Address, digest: B256) {
        if caller.is_zero() {
            return;
        }
        self.ledger.cancel_signature(caller, digest);
        self.check_unit("cancel", caller, &BarterCore::cancelSignatureCall { digest }, Ok(()));
        let view = BarterCore::isSignatureCancelledCall { signer: caller, digest };
        let cancelled = self.chain.view(self.chain.addresses.core, &view);
        assert_eq!(cancelled, Ok(self.ledger.is_signature_cancelled(caller, digest)));
    }

    // -------------------------------------------------------------------------------------------- credit

    fn credit(&mut self, operation: &Operation) {
        let credit = self.chain.addresses.credit;
        let book = self.ledger.credit().clone();
        match *operation {
            Operation::Transfer { from, to, share } => {
                let (caller, to) = (self.address(from), self.address(to));
                let value = share.of(book.balance_of(caller));
                let ours = self.ledger.credit_mut().transfer(caller, to, value).map(|()| true);
                self.check("transfer", caller, credit, &BTRCredit::transferCall { to, value }, ours, |value| value);
            }
            Operation::Approve { owner, spender, share } => {
                let (caller, spender) = (self.address(owner), self.address(spender));
                let value = share.of(book.balance_of(caller));
                let ours = self.ledger.credit_mut().approve(caller, spender, value).map(|()| true);
                self.check("approve", caller, credit, &BTRCredit::approveCall { spender, value }, ours, |value| value);
            }
            Operation::TransferFrom { spender, from, to, share, renewed } => {
                if let Some(share) = renewed.filter(|_| from <= TRADERS) {
                    self.credit(&Operation::Approve { owner: from, spender, share });
                }
                let (caller, from, to) = (self.address(spender), self.address(from), self.address(to));
                let allowance = self.ledger.credit().allowance(from, caller);
                let value = share.of(if allowance == U256::MAX { book.balance_of(from) } else { allowance });
                let ours = self.ledger.credit_mut().transfer_from(caller, from, to, value).map(|()| true);
                self.check(
                    "transfer from",
                    caller,
                    credit,
                    &BTRCredit::transferFromCall { from, to, value },
                    ours,
                    |value| value,
                );
            }
            Operation::Burn { wallet, share } => {
                let caller = self.address(wallet);
                let amount = share.of(book.balance_of(caller));
                let ours = self.ledger.credit_mut().burn(caller, amount);
                self.check("burn", caller, credit, &BTRCredit::burnCall { amount }, ours, drop);
            }
            _ => panic!("not a call of BTRCredit: {operation:?}"),
        }
    }

    // -------------------------------------------------------------------------------------------- both sides

    /// Sends a call and holds what it gave, or refused with, against the ledger's answer.
    fn check<C: SolCall, T: PartialEq + Debug>(
        &mut self,
        name: &str,
        caller: Address,
        to: Address,
        call: &C,
        ours: Result<T, Error>,
        read: impl Fn(C::Return) -> T,
    ) -> Option<T> {
        let theirs = self.chain.send(caller, to, call).map(|receipt| {
            self.events.extend(receipt.logs.into_iter().map(|log| (self.now, log)));
            read(receipt.value)
        });
        let ours = ours.map_err(ContractError::Refused);
        assert_eq!(theirs, ours, "{name} by {caller}");
        self.count(name, ours.as_ref().err().cloned());
        ours.ok()
    }

    /// [`check`](Self::check) of a call to `BarterCore` that returns nothing.
    fn check_unit<C: SolCall>(&mut self, name: &str, caller: Address, call: &C, ours: Result<(), Error>) {
        self.check(name, caller, self.chain.addresses.core, call, ours, drop);
    }

    fn count(&mut self, name: &str, error: Option<ContractError>) {
        let outcome = match error {
            None => "ok".to_owned(),
            // The variant's name: the debug output up to its fields.
            Some(ContractError::Refused(error)) => {
                format!("{error:?}").split([' ', '{']).next().unwrap_or_default().to_owned()
            }
            Some(other) => panic!("{name} ended with {other:?}"),
        };
        *self.outcomes.entry(format!("{name}: {outcome}")).or_default() += 1;
    }

    // -------------------------------------------------------------------------------------------- picking

    fn wait_until(&mut self, time: u64) {
        // No block is older than the one before it.
        self.now = self.now.max(time);
        self.chain.set_time(self.now);
    }

    /// One past the last wallet is the zero address.
    fn address(&self, index: usize) -> Address {
        self.signers.get(index).map_or(Address::ZERO, PrivateKeySigner::address)
    }

    fn resolve(&self, who: Who, right: Address, other: Address) -> Address {
        match who {
            Who::Right if !right.is_zero() => right,
            Who::Other if !other.is_zero() => other,
            // Nobody is the zero address.
            Who::Right | Who::Other => self.address(0),
            Who::Wallet(index) => self.address(index),
        }
    }

    fn pick(&self, pick: Pick, status: TradeStatus) -> TradeId {
        let nth = |ids: Vec<TradeId>, index: usize| ids.get(index % ids.len().max(1)).copied();
        let all = || self.ledger.trades().map(Trade::trade_id).collect::<Vec<_>>();
        let fitting = || {
            let fits = self.ledger.trades().filter(|trade| trade.status(self.now) == status);
            fits.map(Trade::trade_id).collect::<Vec<_>>()
        };
        let picked = match pick {
            Pick::Fitting(index) => nth(fitting(), index).or_else(|| nth(all(), index)),
            Pick::Any(index) => nth(all(), index),
            Pick::Tampered(index) => nth(all(), index).map(|mut id| {
                id[31] ^= 1;
                id
            }),
            Pick::Unknown => None,
        };
        picked.unwrap_or(TradeId::repeat_byte(0xee))
    }

    /// Proposer and counterparty; two traders where there is no such trade.
    fn parties(&self, trade_id: TradeId) -> (Address, Address) {
        self.ledger
            .trade(trade_id)
            .map_or((self.address(0), self.address(1)), |trade| (trade.party_a(), trade.party_b()))
    }

    /// Payer and payee; two traders where there is no such trade.
    fn roles(&self, trade_id: TradeId) -> (Address, Address) {
        self.ledger
            .trade(trade_id)
            .map_or((self.address(0), self.address(1)), |trade| (trade.terms().payer(), trade.terms().payee()))
    }

    fn shown(&self, trade_id: TradeId, shown: Shown) -> Preimage {
        match (shown, self.preimages.get(&trade_id)) {
            (Shown::Right, Some(preimage)) => *preimage,
            (Shown::Right, None) => Preimage::new([0xff; 32]),
            (Shown::Wrong(byte), _) => Preimage::new([byte; 32]),
        }
    }

    // -------------------------------------------------------------------------------------------- signing

    fn settlement(&mut self, item: &Item) -> BothForms {
        let trade_id = self.pick(item.trade, TradeStatus::Accepted);
        let preimage = self.shown(trade_id, item.preimage);
        let mut theirs = IBarterCore::Settlement { tradeId: trade_id, preimage: preimage.into(), ..Default::default() };
        let Some(signing) = item.approval else {
            return BothForms { theirs, ours: Settlement { trade_id, preimage, approval: None } };
        };
        let (payer, payee) = self.roles(trade_id);
        let signer = self.resolve(signing.by, payer, payee);
        let deadline = self.deadline(signing.deadline);
        let digest = |deadline| self.ledger.domain().settle_trade_digest(trade_id, preimage, deadline);
        let (signature, approval) = self.sign(signing, signer, deadline, &digest);
        if signing.is_cancelled {
            self.cancel(payer, approval.digest);
        }
        (theirs.deadline, theirs.signature) = (U256::from(deadline), signature);
        BothForms { theirs, ours: Settlement { trade_id, preimage, approval: Some(approval) } }
    }

    fn deadline(&self, deadline: Deadline) -> u64 {
        match deadline {
            Deadline::Never => u64::MAX,
            Deadline::Now => self.now,
            Deadline::Past => self.now - 1,
        }
    }

    /// A signature, and what the rules see of it.
    fn sign(
        &self,
        signing: Signing,
        signer: Address,
        deadline: u64,
        digest: &dyn Fn(u64) -> B256,
    ) -> (Bytes, Approval) {
        let signed = match signing.form {
            Form::OtherDeadline => digest(deadline ^ 1),
            Form::Full | Form::Compact | Form::Noise(_) => digest(deadline),
        };
        let key = self.signers.iter().find(|key| key.address() == signer).unwrap();
        let signature = key.sign_hash_sync(&signed).unwrap();
        let bytes: Bytes = match signing.form {
            Form::Full | Form::OtherDeadline => signature.as_bytes().into(),
            Form::Compact => signature.as_erc2098().into(),
            Form::Noise(length) => vec![0x5a; length].into(),
        };
        // Noise is nobody's.
        let signer = if matches!(signing.form, Form::Noise(_)) { Address::ZERO } else { signer };
        (bytes, Approval { signer, digest: signed, deadline })
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

fn preimage(draft: &Draft) -> Preimage {
    Preimage::new([draft.preimage; 32])
}

/// A draft as its counterparty signs it, whatever it holds; without a deadline yet.
fn open_message(draft: &Draft, proposer: Address, counterparty: Address) -> OpenTrade {
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    OpenTrade {
        proposer,
        payer,
        payee,
        paymentHash: preimage(draft).payment_hash().into(),
        amountSats: U256::from(draft.amount_sats),
        category: draft.category.clone(),
        description: draft.description.clone(),
        deadline: U256::ZERO,
    }
}

/// The role of a draft's proposer, and its terms or their refusal.
fn draft_terms(draft: &Draft, proposer: Address, counterparty: Address) -> (Role, Result<Terms, Error>) {
    let role = if draft.as_payee { Role::Payee } else { Role::Payer };
    let (payer, payee) = if draft.as_payee { (counterparty, proposer) } else { (proposer, counterparty) };
    let hash = preimage(draft).payment_hash();
    (role, Terms::new(payer, payee, hash, draft.amount_sats, draft.category.clone(), draft.description.clone()))
}
