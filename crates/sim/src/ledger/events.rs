//! What the contracts emitted, in a world's terms.

use alloy_primitives::{Address, B256, Log};
use alloy_sol_types::SolEvent as _;
use barter_bindings::{BTRCredit, BTRTrust, BarterCore};
use barter_protocol::{Role, formula::CREDIT_UNIT};

use super::{Ledger, NewTrade, Stage};
use crate::{
    TradeRef, WalletId,
    record::{Call, Event},
};

impl Ledger {
    /// Reads what a successful call emitted, in its order, and keeps what it says of the trades.
    pub(super) fn apply(&mut self, call: &Call, logs: &[Log], events: &mut Vec<Event>) {
        // What a score or a credit is for: the trade settled last.
        let mut settled = None;
        for log in logs {
            let Some(event) = self.event(call, settled, log) else { continue };
            match event {
                Event::Proposed(_) => self.proposed(call, log.topics()[1]),
                Event::Accepted(trade) | Event::Dismissed(trade) => {
                    self.trades.move_to(trade, Stage::Accepted, self.now);
                }
                Event::Settled(trade) => {
                    settled = Some(trade);
                    self.trades.move_to(trade, Stage::Settled, self.now);
                }
                Event::Disputed(trade) => {
                    self.trades.move_to(trade, Stage::Disputed, self.now);
                    self.blame(trade, call);
                }
                Event::Upheld(trade) => self.trades.move_to(trade, Stage::Upheld, self.now),
                Event::Score { .. } | Event::Credit { .. } => {}
            }
            events.push(event);
        }
    }

    /// A log as an event; none for those that a world has no use for, such as a token's mint.
    fn event(&self, call: &Call, settled: Option<TradeRef>, log: &Log) -> Option<Event> {
        let topics = log.topics();
        let topic = *topics.first()?;
        if log.address == self.chain.addresses.core {
            return match topic {
                BarterCore::TradeProposed::SIGNATURE_HASH => Some(Event::Proposed(self.trades.next())),
                BarterCore::TradeAccepted::SIGNATURE_HASH => self.named(call, topics[1]).map(Event::Accepted),
                BarterCore::TradeSettled::SIGNATURE_HASH => self.named(call, topics[1]).map(Event::Settled),
                BarterCore::TradeDisputed::SIGNATURE_HASH => self.named(call, topics[1]).map(Event::Disputed),
                BarterCore::DisputeDismissed::SIGNATURE_HASH => self.named(call, topics[1]).map(Event::Dismissed),
                BarterCore::DisputeUpheld::SIGNATURE_HASH => self.named(call, topics[1]).map(Event::Upheld),
                _ => None,
            };
        }
        if topic == BTRTrust::ScoreUpdated::SIGNATURE_HASH && log.address == self.chain.addresses.trust {
            let wallet = self.party(settled?, topics[1])?;
            return Some(Event::Score { wallet, score: last_number(&log.data.data) });
        }
        if topic == BTRCredit::Transfer::SIGNATURE_HASH && log.address == self.chain.addresses.credit {
            let wallet = self.party(settled?, topics[2])?;
            return Some(Event::Credit { wallet, tokens: tokens(&log.data.data) });
        }
        None
    }

    /// The number of the trade with this id, which the call names or has just made.
    fn named(&self, call: &Call, trade_id: B256) -> Option<TradeRef> {
        let is_it = |trade: &TradeRef| self.trades.get(*trade).is_some_and(|info| info.trade_id == trade_id);
        match call {
            Call::SettleBatch(trades) => trades.iter().copied().find(|trade| is_it(trade)),
            Call::Propose { .. } | Call::Open { .. } => self.trades.newest(),
            _ => call.trade(),
        }
        .filter(is_it)
    }

    fn party(&self, trade: TradeRef, topic: B256) -> Option<WalletId> {
        let info = self.trades.get(trade)?;
        let address = Address::from_word(topic);
        [info.payer, info.payee].into_iter().find(|party| self.wallet(*party).address == address)
    }

    fn proposed(&mut self, call: &Call, trade_id: B256) {
        let (Call::Propose { wallet, counterparty, role, amount_sats, .. }
        | Call::Open { wallet, counterparty, role, amount_sats, .. }) = call
        else {
            return;
        };
        let (payer, payee) = match role {
            Role::Payer => (*wallet, *counterparty),
            Role::Payee => (*counterparty, *wallet),
        };
        let proposer = &mut self.wallets[wallet.index()];
        let number = proposer.proposed;
        proposer.proposed += 1;
        let (proposer, amount_sats) = (*role, *amount_sats);
        self.trades.push(NewTrade { trade_id, payer, payee, proposer, number, amount_sats, created_at: self.now });
    }

    /// Whom a fair arbiter would find at fault.
    fn blame(&mut self, trade: TradeRef, call: &Call) {
        let (Call::Dispute { by, deserved, .. }, Some(info)) = (call, self.trades.get_mut(trade)) else { return };
        let other = if *by == info.payer { info.payee } else { info.payer };
        info.at_fault = deserved.then_some(other);
    }
}

/// A number in the last of a log's words.
fn last_number(data: &[u8]) -> u64 {
    data.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Whole tokens in a log's only word.
fn tokens(data: &[u8]) -> u64 {
    let units = data.last_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
    u64::try_from(units / u128::from(CREDIT_UNIT)).unwrap_or(u64::MAX)
}
