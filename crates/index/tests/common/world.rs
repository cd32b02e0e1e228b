//! What the contracts would do, by the protocol's own ledger, with the events they would write.

use std::collections::VecDeque;

use alloy_primitives::{Address, B256, U256, keccak256};
use barter_bindings::ContractEvent;
use barter_index::synthetic;
use barter_protocol::{Ledger, Preimage, Role, SigningDomain, Terms, TradeId, TradeStatus};

use super::wallet;

pub const ARBITER: Address = Address::repeat_byte(0xab);

/// A thing somebody does; numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Propose { a: u64, b: u64, pays: bool, amount_sats: u64 },
    Accept(usize),
    Settle(usize),
    Dispute(usize, bool),
    Dismiss(usize),
    Uphold(usize, bool),
    Transfer { from: u64, to: u64, share: u64 },
    Burn { from: u64, share: u64 },
    Cancel(u64),
}

#[derive(Clone, Debug)]
pub struct World {
    pub ledger: Ledger,
    pub now: u64,
    /// Every trade, in the order of proposals, with its preimage.
    pub trades: Vec<(TradeId, Preimage)>,
    pub cancelled: u64,
    events: VecDeque<ContractEvent>,
}

impl World {
    pub fn new() -> Self {
        let domain = SigningDomain::new(31_337, synthetic::identity().barter_core);
        let ledger = Ledger::new(domain, ARBITER);
        Self { ledger, now: 0, trades: Vec::new(), cancelled: 0, events: VecDeque::new() }
    }

    pub fn begin_block(&mut self, now: u64) {
        self.now = now;
    }

    pub fn events(&mut self) -> Vec<ContractEvent> {
        self.events.drain(..).collect()
    }

    pub fn act(&mut self, act: Act) {
        match act {
            Act::Propose { a, b, pays, amount_sats } if a != b => {
                self.propose(wallet(a), wallet(b), pays, amount_sats, ("services", "A description"));
            }
            Act::Propose { .. } => {}
            Act::Accept(choice) => self.choose(choice, TradeStatus::Proposed, Self::accept),
            Act::Settle(choice) => self.choose(choice, TradeStatus::Accepted, Self::settle),
            Act::Dispute(choice, by_a) => {
                self.choose(choice, TradeStatus::Accepted, |world, trade| world.dispute(trade, by_a));
            }
            Act::Dismiss(choice) => self.choose(choice, TradeStatus::Disputed, Self::dismiss),
            Act::Uphold(choice, against_a) => {
                self.choose(choice, TradeStatus::Disputed, |world, trade| world.uphold(trade, against_a));
            }
            Act::Transfer { from, to, share } => {
                let value = self.share(from, share);
                self.transfer(wallet(from), wallet(to), value);
            }
            Act::Burn { from, share } => {
                let value = self.share(from, share);
                self.ledger.credit_mut().burn(wallet(from), value).unwrap();
                self.events.push_back(ContractEvent::CreditTransferred {
                    from: wallet(from),
                    to: Address::ZERO,
                    value,
                });
            }
            Act::Cancel(signer) => {
                self.cancelled += 1;
                let digest = keccak256(self.cancelled.to_be_bytes());
                self.ledger.cancel_signature(wallet(signer), digest);
                self.events.push_back(ContractEvent::SignatureCancelled { signer: wallet(signer), digest });
            }
        }
    }

    /// `act` on one of the trades of a status.
    fn choose(&mut self, choice: usize, status: TradeStatus, act: impl FnOnce(&mut Self, TradeId)) {
        let now = self.now;
        let fitting =
            |(trade_id, _): &&(TradeId, Preimage)| self.ledger.trade(*trade_id).unwrap().status(now) == status;
        let fitting: Vec<TradeId> = self.trades.iter().filter(fitting).map(|(trade_id, _)| *trade_id).collect();
        if !fitting.is_empty() {
            act(self, fitting[choice % fitting.len()]);
        }
    }

    fn share(&self, from: u64, share: u64) -> U256 {
        self.ledger.credit().balance_of(wallet(from)) * U256::from(share.min(7)) / U256::from(7)
    }

    pub fn propose(
        &mut self,
        a: Address,
        b: Address,
        a_pays: bool,
        amount_sats: u64,
        (category, description): (&str, &str),
    ) -> TradeId {
        let preimage = Preimage::new(keccak256((self.trades.len() as u64).to_be_bytes()).0);
        let (payer, payee, proposer) = if a_pays { (a, b, Role::Payer) } else { (b, a, Role::Payee) };
        let payment_hash = preimage.payment_hash();
        let terms = Terms::new(payer, payee, payment_hash, amount_sats, category, description).unwrap();
        let trade_id = self.ledger.propose(terms, proposer, self.now).unwrap();
        self.trades.push((trade_id, preimage));
        self.events.push_back(ContractEvent::TradeProposed {
            trade_id,
            party_a: a,
            party_b: b,
            payer,
            payment_hash,
            amount_sats,
            category: category.to_owned(),
            description: description.to_owned(),
        });
        trade_id
    }

    pub fn accept(&mut self, trade_id: TradeId) {
        let caller = self.ledger.trade(trade_id).unwrap().party_b();
        self.ledger.accept(caller, trade_id, self.now).unwrap();
        self.events.push_back(ContractEvent::TradeAccepted { trade_id });
    }

    pub fn settle(&mut self, trade_id: TradeId) {
        let trade = self.ledger.trade(trade_id).unwrap().clone();
        let preimage = self.trades.iter().find(|(id, _)| *id == trade_id).unwrap().1;
        let parties = [trade.party_a(), trade.party_b()];
        let before = parties.map(|party| self.ledger.wallet(party));
        self.ledger.settle(trade.payer(), trade_id, preimage, self.now).unwrap();
        self.events.push_back(ContractEvent::TradeSettled { trade_id, preimage });
        let after = parties.map(|party| self.ledger.wallet(party));
        if after[0].score == before[0].score {
            return;
        }
        for (wallet, state) in parties.into_iter().zip(&after) {
            self.events.push_back(ContractEvent::ScoreUpdated { wallet, trade_id, score: state.score });
        }
        for ((to, after), before) in parties.into_iter().zip(&after).zip(&before) {
            let value = after.credit_balance - before.credit_balance;
            self.events.push_back(ContractEvent::CreditTransferred { from: Address::ZERO, to, value });
        }
    }

    /// A whole trade.
    pub fn trade(&mut self, a: u64, b: u64, amount_sats: u64) -> TradeId {
        let trade_id = self.propose(wallet(a), wallet(b), true, amount_sats, ("goods", "All at once"));
        self.accept(trade_id);
        self.settle(trade_id);
        trade_id
    }

    pub fn dispute(&mut self, trade_id: TradeId, by_a: bool) {
        let trade = self.ledger.trade(trade_id).unwrap();
        if trade.ruling() != barter_protocol::Ruling::None {
            return;
        }
        let by = if by_a { trade.party_a() } else { trade.party_b() };
        self.ledger.dispute(by, trade_id, self.now).unwrap();
        self.events.push_back(ContractEvent::TradeDisputed { trade_id, by });
    }

    pub fn dismiss(&mut self, trade_id: TradeId) {
        if self.ledger.dismiss(ARBITER, trade_id, self.now).is_ok() {
            self.events.push_back(ContractEvent::DisputeDismissed { trade_id });
        }
    }

    pub fn uphold(&mut self, trade_id: TradeId, against_a: bool) {
        let trade = self.ledger.trade(trade_id).unwrap();
        let at_fault = if against_a { trade.party_a() } else { trade.party_b() };
        if self.ledger.uphold(ARBITER, trade_id, at_fault, self.now).is_ok() {
            self.events.push_back(ContractEvent::DisputeUpheld { trade_id, at_fault });
        }
    }

    pub fn transfer(&mut self, from: Address, to: Address, value: U256) {
        self.ledger.credit_mut().transfer(from, to, value).unwrap();
        self.events.push_back(ContractEvent::CreditTransferred { from, to, value });
    }

    pub fn cancel(&mut self, signer: Address, digest: B256) {
        self.ledger.cancel_signature(signer, digest);
        self.events.push_back(ContractEvent::SignatureCancelled { signer, digest });
    }
}
