//! Blocks: transactions through the contracts, and what comes of them.

use std::borrow::Cow;

use barter_compliance::SettledTrade;

use super::{Alarm, Core, DAY, MILESTONES, Milestone, Notice, mempool::Pending};
use crate::{
    AgentId, TradeRef, WalletId,
    ledger::Done,
    outcome::CostPoint,
    record::{Call, Event, Record},
    scenario::Arbiter,
    spent::Spent,
};

/// A new point of a cost curve is this much of the score above the last one, or 1 where that is less than 1.
const CURVE_STEP: u64 = 100;

impl Core {
    /// Takes a call for the next blocks. One that no block has room for is refused at once, as nodes do.
    pub(super) fn submit(&mut self, sender: Option<AgentId>, call: Call, tip_wei: u64) {
        if call.gas_limit() > self.scenario.chain.block_gas_limit {
            self.unsent(Unsent::OverBlockGasLimit, &call, sender);
        } else {
            self.mempool.push(sender, call, tip_wei);
        }
    }

    /// Fills a block. A transaction has room in it where its whole gas limit has; what it does not use is left for the next.
    pub(super) fn make_block(&mut self) {
        let mut gas_left = self.scenario.chain.block_gas_limit;
        while let Some(next) = self.mempool.take(gas_left, &mut self.random) {
            gas_left -= self.execute(next);
        }
    }

    /// Runs one transaction and returns the gas it used.
    fn execute(&mut self, Pending { sender, call, tip_wei, .. }: Pending) -> u64 {
        let Some(transaction) = self.ledger.transaction(&call) else {
            self.unsent(Unsent::Forgotten, &call, sender);
            return 0;
        };
        // The arbiter's calls come from no agent, and no agent's from the arbiter.
        if transaction.sender().map(|wallet| self.ledger.owner(wallet)) != sender {
            self.unsent(Unsent::OthersWallet, &call, sender);
            return 0;
        }
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        let Done { gas, refusal } = self.ledger.execute(&call, transaction, &mut events);
        self.transactions += 1;
        self.gas += gas;
        if let Some(agent) = sender {
            let gas_wei = (u128::from(self.wei_per_gas) + u128::from(tip_wei)) * u128::from(gas);
            let account = &mut self.agents[agent.index()];
            account.spent += Spent { gas, gas_wei, ..Spent::default() };
            account.began_at.get_or_insert(self.now);
        }
        let result = refusal.map_or_else(|| Ok(Cow::Borrowed(&events[..])), Err);
        self.log.write(&Record::Transaction { call: Cow::Borrowed(&call), tip_wei, gas, result });
        if let Some(refusal) = refusal {
            *self.refusals.entry(refusal).or_default() += 1;
            self.refused(&call, sender);
        }
        for event in &events {
            self.happened(&call, *event);
        }
        self.events = events;
        gas
    }

    // -------------------------------------------------------------------------------------------- what came of it

    fn happened(&mut self, call: &Call, event: Event) {
        match event {
            // Whoever opens a trade is told of it once.
            Event::Proposed(_) if matches!(call, Call::Open { .. }) => {}
            Event::Proposed(trade) => self.tell_both(trade, Notice::Proposed(trade)),
            Event::Accepted(trade) => self.tell_both(trade, Notice::Accepted(trade)),
            Event::Settled(trade) => {
                self.settled(trade);
                self.tell_both(trade, Notice::Settled(trade));
            }
            Event::Disputed(trade) => {
                self.count_disputes(trade, 1);
                if let Arbiter::Fair { after_days } = self.scenario.arbiter {
                    self.push_alarm(after_days * DAY, Alarm::Rule(trade));
                }
                self.tell_both(trade, Notice::Disputed(trade));
            }
            Event::Dismissed(trade) => {
                self.count_disputes(trade, -1);
                self.tell_both(trade, Notice::Dismissed(trade));
            }
            Event::Upheld(trade) => self.tell_both(trade, Notice::Upheld(trade)),
            Event::Score { wallet, score } => self.scored(wallet, score),
            Event::Credit { wallet, tokens } => self.standings[wallet.index()].credit_tokens += tokens,
        }
    }

    fn settled(&mut self, trade: TradeRef) {
        let Some(info) = self.ledger.trades.get(trade) else { return };
        self.settled += 1;
        let owners = [info.payer, info.payee].map(|wallet| {
            self.standings[wallet.index()].settled += 1;
            self.ledger.owner(wallet)
        });
        for owner in owners {
            self.agents[owner.index()].settled += 1;
        }
        for owner in &owners[usize::from(owners[0] == owners[1])..] {
            self.agents[owner.index()].trades += 1;
        }
        if let (Some(graph), Some(watch)) = (&mut self.graph, &mut self.watch) {
            let trade = SettledTrade {
                trade_id: info.trade_id,
                payer: self.ledger.wallet(info.payer).address,
                payee: self.ledger.wallet(info.payee).address,
                amount_sats: info.amount_sats,
                settled_at: self.now,
            };
            watch.settled(info.payer, info.payee, &trade);
            graph.push(trade);
        }
    }

    fn scored(&mut self, wallet: WalletId, score: u64) {
        let standing = &mut self.standings[wallet.index()];
        standing.score = score;
        standing.counted += 1;
        let account = &mut self.agents[self.ledger.owner(wallet).index()];
        account.counted += 1;
        let reached = Milestone {
            after_seconds: self.now - account.began_at.unwrap_or(self.now),
            spent: account.spent,
            trades: account.trades,
            wallets: account.wallets.len() as u64,
        };
        for (milestone, first) in MILESTONES.iter().zip(&mut account.milestones) {
            if score >= *milestone && first.is_none() {
                *first = Some(reached);
            }
        }
        if let Some(curve) = &mut account.curve {
            let last = curve.last().map_or(0, |point| point.score);
            if score >= last + (last / CURVE_STEP).max(1) {
                curve.push(CostPoint { score, reached });
            }
        }
    }

    fn count_disputes(&mut self, trade: TradeRef, change: i64) {
        let Some(info) = self.ledger.trades.get(trade) else { return };
        for wallet in [info.payer, info.payee] {
            let disputed = &mut self.standings[wallet.index()].disputed;
            *disputed = disputed.saturating_add_signed(change);
        }
    }

    fn unsent(&mut self, why: Unsent, call: &Call, sender: Option<AgentId>) {
        *self.unsent.entry(why).or_default() += 1;
        self.refused(call, sender);
    }

    fn refused(&mut self, call: &Call, sender: Option<AgentId>) {
        if let Some(agent) = sender {
            self.agents[agent.index()].refused += 1;
            self.notices.push((agent, Notice::Refused(call.trade())));
        }
    }

    /// The proposer's agent first. Once, where one agent has both wallets.
    fn tell_both(&mut self, trade: TradeRef, notice: Notice) {
        let Some(info) = self.ledger.trades.get(trade) else { return };
        let (one, other) = (self.ledger.owner(info.party_a()), self.ledger.owner(info.party_b()));
        self.notices.push((one, notice));
        if other != one {
            self.notices.push((other, notice));
        }
    }
}

/// Why a call never became a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unsent {
    /// It names a trade that has been over for so long that nobody keeps it, or needs a key that the wallet has not.
    Forgotten,
    /// It needs more gas than a block has.
    OverBlockGasLimit,
    /// Its wallet is somebody else's.
    OthersWallet,
}

impl Unsent {
    /// What it is called beside the contracts' errors.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Forgotten => "not sent: no such trade any more",
            Self::OthersWallet => "not sent: from somebody else's wallet",
            Self::OverBlockGasLimit => "not sent: over the block's gas limit",
        }
    }
}
