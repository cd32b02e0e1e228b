//! Blocks: transactions through the bytecode, and what comes of them.

use alloy_primitives::{Address, Bytes, Log, U256};
use alloy_signer::SignerSync as _;
use alloy_sol_types::{SolCall, SolEvent};
use barter_bindings::{BTRCredit, BTRTrust, BarterCore, IBarterCore};
use barter_compliance::SettledTrade;
use barter_protocol::{Preimage, Role, SigningDomain, Terms, TradeId};

use super::{
    Alarm, Core, DAY, MILESTONES, Milestone, Notice,
    mempool::Pending,
    trades::{Stage, TradeInfo, preimage},
};
use crate::{
    AgentId, TradeRef, WalletId,
    chain::{ARBITER, CHAIN_ID, Execution},
    record::{Call, Event, Record, Shown},
    scenario::Arbiter,
    spent::Spent,
};

/// The texts of every trade: as long as those that gas is quoted for.
const CATEGORY: &str = "digital-goods";
const DESCRIPTION: &str = "Logo design, three drafts, source files included...";
/// What a call names that nobody has proposed any more.
const FORGOTTEN: [u8; 4] = [0; 4];

impl Core {
    pub(super) fn make_block(&mut self) {
        let mut pending = self.mempool.take(self.scenario.chain.ordering, &mut self.random).into_iter();
        let mut gas_left = self.scenario.chain.block_gas_limit;
        for next in pending.by_ref() {
            gas_left = gas_left.saturating_sub(self.execute(next));
            if gas_left == 0 {
                break;
            }
        }
        let rest: Vec<_> = pending.collect();
        if !rest.is_empty() {
            self.mempool.put_back(rest);
        }
    }

    /// Runs one transaction and returns the gas it used.
    fn execute(&mut self, Pending { call, tip_wei, .. }: Pending) -> u64 {
        self.transactions += 1;
        let Some((caller, data)) = self.encode(&call) else {
            self.refused(&call, FORGOTTEN, None);
            return 0;
        };
        let core = self.chain.addresses.core;
        let Execution { gas, succeeded, output, logs } = self.chain.execute(self.address(caller), core, data);
        let sender = caller.map(|caller| self.wallets[caller.index()].agent);
        if let Some(agent) = sender {
            let wei = u128::from(self.wei_per_gas + tip_wei) * u128::from(gas);
            self.agents[agent.index()].spent += Spent { gas, gas_wei: wei, ..Spent::default() };
        }
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        if succeeded {
            self.apply(&call, &output, &logs, &mut events);
            self.log.write(&Record::Transaction { call: &call, tip_wei, gas, result: Ok(&events) });
        } else {
            let reason = output.first_chunk().copied().unwrap_or_default();
            self.log.write(&Record::Transaction { call: &call, tip_wei, gas, result: Err(reason) });
            self.refused(&call, reason, sender);
        }
        self.events = events;
        gas
    }

    fn address(&self, caller: Option<WalletId>) -> Address {
        caller.map_or(ARBITER, |caller| self.wallets[caller.index()].address)
    }

    // -------------------------------------------------------------------------------------------- calls

    /// Who sends a call (the arbiter, if no wallet), and its data. None where it names a trade that is forgotten.
    fn encode(&self, call: &Call) -> Option<(Option<WalletId>, Bytes)> {
        let caller_and_data = match call {
            Call::Propose { wallet, counterparty, role, amount_sats } => {
                (*wallet, self.propose_data(*counterparty, *role, *amount_sats))
            }
            Call::Open { wallet, counterparty, role, amount_sats } => {
                (*wallet, self.open_data(*wallet, *counterparty, *role, *amount_sats)?)
            }
            Call::Accept(trade) => {
                let info = self.trades.get(*trade)?;
                (info.party_b(), BarterCore::acceptTradeCall { tradeId: info.trade_id }.abi_encode())
            }
            Call::Settle { trade, shown } => {
                let info = self.trades.get(*trade)?;
                let preimage = self.shown(*trade, info, *shown).into();
                (info.payer, BarterCore::settleTradeCall { tradeId: info.trade_id, preimage }.abi_encode())
            }
            Call::SettleBatch(trades) => {
                let infos: Option<Vec<_>> =
                    trades.iter().map(|trade| Some((*trade, self.trades.get(*trade)?))).collect();
                let infos = infos?;
                let payer = infos.first()?.1.payer;
                let settlements = infos.into_iter().map(|(trade, info)| IBarterCore::Settlement {
                    tradeId: info.trade_id,
                    preimage: self.shown(trade, info, Shown::Known).into(),
                    ..Default::default()
                });
                (payer, BarterCore::settleTradesCall { settlements: settlements.collect() }.abi_encode())
            }
            Call::SettleAsPayee(trade) => {
                let info = self.trades.get(*trade)?;
                let preimage = preimage(self.seed, *trade).into();
                (info.payee, BarterCore::settleTradeCall { tradeId: info.trade_id, preimage }.abi_encode())
            }
            Call::SettleForged(trade) => {
                let info = self.trades.get(*trade)?;
                (info.payee, self.forged_data(*trade, info))
            }
            Call::Dispute { trade, by, .. } => {
                let info = self.trades.get(*trade)?;
                (*by, BarterCore::disputeTradeCall { tradeId: info.trade_id }.abi_encode())
            }
            Call::Dismiss(trade) => {
                let trade_id = self.trades.get(*trade)?.trade_id;
                return Some((None, BarterCore::dismissDisputeCall { tradeId: trade_id }.abi_encode().into()));
            }
            Call::Uphold { trade, at_fault } => {
                let trade_id = self.trades.get(*trade)?.trade_id;
                let at_fault = self.wallets[at_fault.index()].address;
                let call = BarterCore::upholdDisputeCall { tradeId: trade_id, atFault: at_fault };
                return Some((None, call.abi_encode().into()));
            }
        };
        let (caller, data) = caller_and_data;
        Some((Some(caller), data.into()))
    }

    fn propose_data(&self, counterparty: WalletId, role: Role, amount_sats: u64) -> Vec<u8> {
        let counterparty = self.wallets[counterparty.index()].address;
        let payment_hash = preimage(self.seed, self.trades.next()).payment_hash().into();
        let (amount, category, description) = (U256::from(amount_sats), CATEGORY.to_owned(), DESCRIPTION.to_owned());
        match role {
            Role::Payer => BarterCore::proposeTradeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            }
            .abi_encode(),
            Role::Payee => BarterCore::proposeTradeAsPayeeCall {
                counterparty,
                paymentHash: payment_hash,
                amountSats: amount,
                category,
                description,
            }
            .abi_encode(),
        }
    }

    /// None where the terms are outside the limits, or the counterparty cannot sign.
    fn open_data(&self, wallet: WalletId, counterparty: WalletId, role: Role, amount_sats: u64) -> Option<Vec<u8>> {
        let parties = [&self.wallets[wallet.index()], &self.wallets[counterparty.index()]];
        let (payer, payee) = match role {
            Role::Payer => (parties[0].address, parties[1].address),
            Role::Payee => (parties[1].address, parties[0].address),
        };
        let payment_hash = preimage(self.seed, self.trades.next()).payment_hash();
        let terms = Terms::new(payer, payee, payment_hash, amount_sats, CATEGORY, DESCRIPTION).ok()?;
        let deadline = self.now + DAY;
        let digest = self.domain().open_trade_digest(&terms, role, deadline);
        let signature = parties[1].signer.as_ref()?.sign_hash_sync(&digest).ok()?;
        let call = BarterCore::openTradeCall {
            terms: IBarterCore::Terms {
                payer,
                payee,
                paymentHash: payment_hash.into(),
                amountSats: U256::from(amount_sats),
                category: CATEGORY.to_owned(),
                description: DESCRIPTION.to_owned(),
            },
            deadline: U256::from(deadline),
            signature: signature.as_bytes().into(),
        };
        Some(call.abi_encode())
    }

    /// A settlement with a signature that is not the payer's.
    fn forged_data(&self, trade: TradeRef, info: &TradeInfo) -> Vec<u8> {
        let preimage = preimage(self.seed, trade);
        let deadline = self.now + DAY;
        let digest = self.domain().settle_trade_digest(info.trade_id, preimage, deadline);
        let signer = self.wallets[info.payee.index()].signer.as_ref();
        let signature = signer.and_then(|signer| signer.sign_hash_sync(&digest).ok());
        let signature = signature.map_or_else(|| vec![1; 65], |signature| signature.as_bytes().to_vec());
        let settlement = IBarterCore::Settlement {
            tradeId: info.trade_id,
            preimage: preimage.into(),
            deadline: U256::from(deadline),
            signature: signature.into(),
        };
        BarterCore::settleTradeBySignatureCall { settlement }.abi_encode()
    }

    fn domain(&self) -> SigningDomain {
        SigningDomain::new(CHAIN_ID, self.chain.addresses.core)
    }

    /// What the payer of a trade shows.
    fn shown(&self, trade: TradeRef, info: &TradeInfo, shown: Shown) -> Preimage {
        let owner = |wallet: WalletId| self.wallets[wallet.index()].agent;
        let knows = info.paid || owner(info.payer) == owner(info.payee);
        if shown == Shown::Known && knows { preimage(self.seed, trade) } else { Preimage::new([0x99; 32]) }
    }

    // -------------------------------------------------------------------------------------------- what came of it

    fn apply(&mut self, call: &Call, output: &[u8], logs: &[Log], events: &mut Vec<Event>) {
        match call {
            Call::Propose { wallet, counterparty, role, amount_sats } => {
                let trade = self.created(output, *wallet, *counterparty, *role, *amount_sats, Stage::Proposed);
                events.push(Event::Proposed(trade));
                self.tell_both(trade, Notice::Proposed(trade));
            }
            Call::Open { wallet, counterparty, role, amount_sats } => {
                let trade = self.created(output, *wallet, *counterparty, *role, *amount_sats, Stage::Accepted);
                events.extend([Event::Proposed(trade), Event::Accepted(trade)]);
                self.tell_both(trade, Notice::Accepted(trade));
            }
            Call::Accept(trade) => {
                self.move_to(*trade, Stage::Accepted);
                events.push(Event::Accepted(*trade));
                self.tell_both(*trade, Notice::Accepted(*trade));
            }
            Call::Settle { trade, .. } | Call::SettleAsPayee(trade) | Call::SettleForged(trade) => {
                self.settled(*trade, logs, events);
            }
            Call::SettleBatch(trades) => {
                for trade in trades {
                    self.settled(*trade, logs, events);
                }
            }
            Call::Dispute { trade, by, deserved } => {
                self.move_to(*trade, Stage::Disputed);
                self.disputed(*trade, *by, *deserved);
                events.push(Event::Disputed(*trade));
                self.tell_both(*trade, Notice::Disputed(*trade));
            }
            Call::Dismiss(trade) => {
                self.move_to(*trade, Stage::Accepted);
                self.count_disputes(*trade, -1);
                events.push(Event::Dismissed(*trade));
                self.tell_both(*trade, Notice::Dismissed(*trade));
            }
            Call::Uphold { trade, .. } => {
                self.move_to(*trade, Stage::Upheld);
                events.push(Event::Upheld(*trade));
                self.tell_both(*trade, Notice::Upheld(*trade));
            }
        }
    }

    fn created(
        &mut self,
        output: &[u8],
        wallet: WalletId,
        counterparty: WalletId,
        role: Role,
        amount_sats: u64,
        stage: Stage,
    ) -> TradeRef {
        let (payer, payee) = match role {
            Role::Payer => (wallet, counterparty),
            Role::Payee => (counterparty, wallet),
        };
        self.trades.push(TradeInfo {
            trade_id: TradeId::from_slice(output),
            payer,
            payee,
            proposer: role,
            amount_sats,
            created_at: self.now,
            stage,
            paid: false,
            at_fault: None,
        })
    }

    fn move_to(&mut self, trade: TradeRef, stage: Stage) {
        if let Some(info) = self.trades.get_mut(trade) {
            info.stage = stage;
        }
    }

    fn settled(&mut self, trade: TradeRef, logs: &[Log], events: &mut Vec<Event>) {
        self.move_to(trade, Stage::Settled);
        events.push(Event::Settled(trade));
        let Some(info) = self.trades.get(trade).copied() else { return };
        self.settled += 1;
        for wallet in [info.payer, info.payee] {
            let agent = {
                let wallet = &mut self.wallets[wallet.index()];
                wallet.settled += 1;
                wallet.agent
            };
            self.agents[agent.index()].settled += 1;
        }
        for log in logs {
            let Some(topic) = log.topics().first() else { continue };
            if *topic == BTRTrust::ScoreUpdated::SIGNATURE_HASH && log.data.data.starts_with(info.trade_id.as_slice()) {
                let wallet = self.party_at(&info, Address::from_word(log.topics()[1]));
                let score = last_number(&log.data.data);
                events.push(Event::Score { wallet, score });
                self.scored(wallet, score);
            }
        }
        for log in logs {
            let Some(topic) = log.topics().first() else { continue };
            if *topic == BTRCredit::Transfer::SIGNATURE_HASH && log.address == self.chain.addresses.credit {
                let wallet = self.party_at(&info, Address::from_word(log.topics()[2]));
                let tokens = tokens(&log.data.data);
                events.push(Event::Credit { wallet, tokens });
                self.wallets[wallet.index()].credit_tokens += tokens;
            }
        }
        if let Some(graph) = &mut self.graph {
            graph.push(SettledTrade {
                trade_id: info.trade_id,
                payer: self.wallets[info.payer.index()].address,
                payee: self.wallets[info.payee.index()].address,
                amount_sats: info.amount_sats,
                settled_at: self.now,
            });
        }
        self.tell_both(trade, Notice::Settled(trade));
        self.trades.forget(trade);
    }

    fn party_at(&self, info: &TradeInfo, address: Address) -> WalletId {
        if self.wallets[info.payer.index()].address == address { info.payer } else { info.payee }
    }

    fn scored(&mut self, wallet: WalletId, score: u64) {
        let wallet = &mut self.wallets[wallet.index()];
        wallet.score = score;
        let account = &mut self.agents[wallet.agent.index()];
        for (milestone, reached) in MILESTONES.iter().zip(&mut account.milestones) {
            if score >= *milestone && reached.is_none() {
                *reached = Some(Milestone {
                    after_seconds: self.now - super::GENESIS,
                    spent: account.spent,
                    trades: account.settled,
                    wallets: account.wallets.len() as u64,
                });
            }
        }
    }

    fn disputed(&mut self, trade: TradeRef, by: WalletId, deserved: bool) {
        let Some(info) = self.trades.get_mut(trade) else { return };
        let other = if by == info.payer { info.payee } else { info.payer };
        info.at_fault = deserved.then_some(other);
        self.count_disputes(trade, 1);
        if let Arbiter::Fair { after_days } = self.scenario.arbiter {
            self.push_alarm(after_days * DAY, Alarm::Rule(trade));
        }
    }

    fn count_disputes(&mut self, trade: TradeRef, change: i64) {
        let Some(info) = self.trades.get(trade) else { return };
        for wallet in [info.payer, info.payee] {
            let disputed = &mut self.wallets[wallet.index()].disputed;
            *disputed = disputed.saturating_add_signed(change);
        }
    }

    fn refused(&mut self, call: &Call, reason: [u8; 4], sender: Option<AgentId>) {
        *self.refusals.entry(reason).or_default() += 1;
        if let Some(agent) = sender {
            self.agents[agent.index()].refused += 1;
            self.notices.push((agent, Notice::Refused(call.trade())));
        }
    }

    fn tell_both(&mut self, trade: TradeRef, notice: Notice) {
        let Some(info) = self.trades.get(trade) else { return };
        let owner = |wallet: WalletId| self.wallets[wallet.index()].agent;
        let (one, other) = (owner(info.party_a()), owner(info.party_b()));
        self.notices.push((one, notice));
        if other != one {
            self.notices.push((other, notice));
        }
    }
}

/// A number in the last of a log's words.
fn last_number(data: &[u8]) -> u64 {
    data.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Whole tokens in a log's only word.
fn tokens(data: &[u8]) -> u64 {
    let units = data.last_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
    u64::try_from(units / u128::from(barter_protocol::formula::CREDIT_UNIT)).unwrap_or(u64::MAX)
}
