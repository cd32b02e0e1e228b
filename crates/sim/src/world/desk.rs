//! What an agent can see and do.

use barter_compliance::AnomalyFlag;
use barter_protocol::Role;

use super::{Core, Stage, TradeInfo};
use crate::{
    AgentId, Parameters, TradeRef, WalletId,
    random::Random,
    record::{Call, Shown},
    scenario::Costs,
    spent::Spent,
};

/// An agent's desk: what it can see and do, at one moment.
///
/// What it sends goes to the mempool, and what came of it is told by a [`Notice`](crate::agent::Notice).
#[derive(Debug)]
pub struct Desk<'a> {
    pub(super) core: &'a mut Core,
    pub(super) agent: AgentId,
}

impl Desk<'_> {
    // -------------------------------------------------------------------------------------------- time and chance

    /// The time of the block that is being made, in Unix seconds.
    pub fn now(&self) -> u64 {
        self.core.now
    }

    /// Days since the beginning.
    pub fn day(&self) -> u64 {
        (self.core.now - super::GENESIS) / 86_400
    }

    /// The agent's own random numbers.
    pub fn random(&mut self) -> &mut Random {
        &mut self.core.agents[self.agent.index()].random
    }

    /// Sets an alarm: [`Agent::wake`](crate::agent::Agent::wake) is called in the first block after so many seconds.
    pub fn wake_in(&mut self, seconds: u64, token: u64) {
        self.core.set_alarm(seconds, self.agent, token);
    }

    // -------------------------------------------------------------------------------------------- what everybody knows

    /// The protocol's parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.core.scenario.parameters
    }

    /// The flags' thresholds.
    pub fn flag_settings(&self) -> &barter_compliance::Settings {
        &self.core.scenario.detection.settings
    }

    /// What things cost.
    pub fn costs(&self) -> &Costs {
        &self.core.scenario.costs
    }

    // -------------------------------------------------------------------------------------------- wallets

    /// Makes a wallet of the agent's.
    pub fn new_wallet(&mut self) -> WalletId {
        self.core.new_wallet(self.agent, false)
    }

    /// Makes a wallet of the agent's that can sign openings. Takes longer.
    pub fn new_signing_wallet(&mut self) -> WalletId {
        self.core.new_wallet(self.agent, true)
    }

    /// The agent's wallets, in the order in which they were made.
    pub fn wallets(&self) -> &[WalletId] {
        &self.core.agents[self.agent.index()].wallets
    }

    /// Whether a wallet is the agent's.
    pub fn owns(&self, wallet: WalletId) -> bool {
        self.core.ledger.owner(wallet) == self.agent
    }

    /// Says to everybody that a wallet deals with strangers.
    pub fn offer(&mut self, wallet: WalletId) {
        self.core.market.push(wallet);
    }

    /// The same, and says what the wallet asks for: amounts in satoshis.
    pub fn offer_at(&mut self, wallet: WalletId, prices: &[u64]) {
        self.offer(wallet);
        self.core.prices.insert(wallet, prices.into());
    }

    /// What a wallet asks for, in satoshis; empty where it leaves that to whoever asks.
    pub fn prices(&self, wallet: WalletId) -> &[u64] {
        self.core.prices.get(&wallet).map_or(&[], |prices| prices)
    }

    /// All wallets that deal with strangers; one that offers itself twice is there twice.
    pub fn market(&self) -> &[WalletId] {
        &self.core.market
    }

    /// One of the market's wallets, other than `wallet`, by the agent's lot: one that offers itself twice, twice as likely.
    /// None where there is no other.
    pub fn any_partner(&mut self, wallet: WalletId) -> Option<WalletId> {
        let Core { agents, market, .. } = &mut *self.core;
        let random = &mut agents[self.agent.index()].random;
        let partner = *random.pick(market)?;
        if partner != wallet {
            return Some(partner);
        }
        // Seldom, so that the whole market is gone through seldom.
        let others = || market.iter().copied().filter(|other| *other != wallet);
        let lot = random.below(others().count() as u64);
        others().nth(usize::try_from(lot).ok()?)
    }

    /// A wallet's score.
    pub fn score(&self, wallet: WalletId) -> u64 {
        self.core.standings[wallet.index()].score
    }

    /// The flags of a wallet now, as anybody can see them. None where the scenario has no detection.
    pub fn flags(&self, wallet: WalletId) -> Vec<AnomalyFlag> {
        self.core.flags(wallet)
    }

    /// What the agent has spent so far.
    pub fn spent(&self) -> Spent {
        self.core.agents[self.agent.index()].spent
    }

    /// The same in satoshis.
    pub fn spent_sats(&self) -> f64 {
        self.spent().sats(self.costs())
    }

    /// A trade that can still change, or could within the last hour. Others are forgotten: a call that names one is never
    /// sent, costs nothing, and is told as [`Notice::Refused`](crate::agent::Notice::Refused).
    pub fn trade(&self, trade: TradeRef) -> Option<&TradeInfo> {
        self.core.ledger.trades.get(trade)
    }

    /// Whether a trade is proposed and can still be accepted, in the block that is being made.
    pub fn can_accept(&self, trade: TradeRef) -> bool {
        let lifetime = self.parameters().proposal_lifetime_seconds;
        self.trade(trade)
            .is_some_and(|info| info.stage == Stage::Proposed && self.now() <= info.created_at.saturating_add(lifetime))
    }

    /// Gas that a block has room for.
    pub fn block_gas_limit(&self) -> u64 {
        self.core.scenario.chain.block_gas_limit
    }

    // -------------------------------------------------------------------------------------------- trading

    /// Proposes a trade from a wallet of the agent's, which is in the role `role`. With texts that say what it is about.
    pub fn propose(&mut self, wallet: WalletId, counterparty: WalletId, role: Role, amount_sats: u64) {
        self.send(Call::Propose { wallet, counterparty, role, amount_sats, texts: true });
    }

    /// The same without texts, which is cheaper: for a counterparty who need not be told.
    pub fn propose_bare(&mut self, wallet: WalletId, counterparty: WalletId, role: Role, amount_sats: u64) {
        self.send(Call::Propose { wallet, counterparty, role, amount_sats, texts: false });
    }

    /// Proposes and accepts a trade at once, without texts, between two wallets of the agent's that can sign.
    pub fn open_bare(&mut self, wallet: WalletId, counterparty: WalletId, role: Role, amount_sats: u64) {
        self.send(Call::Open { wallet, counterparty, role, amount_sats, texts: false });
    }

    /// Accepts a proposal.
    pub fn accept(&mut self, trade: TradeRef) {
        self.send(Call::Accept(trade));
    }

    /// Pays a trade over Lightning: fees, and the amount locked for as long as it takes. Then comes
    /// [`Notice::Paid`](crate::agent::Notice::Paid).
    pub fn pay(&mut self, trade: TradeRef) {
        self.core.pay(self.agent, trade);
    }

    /// Settles a trade as its payer. A preimage is known to whoever has paid, and to whoever owns the payee's wallet as well.
    pub fn settle(&mut self, trade: TradeRef, shown: Shown) {
        self.send(Call::Settle { trade, shown });
    }

    /// Settles several trades of one payer.
    pub fn settle_batch(&mut self, trades: &[TradeRef]) {
        self.send(Call::SettleBatch(trades.into()));
    }

    /// Tries to settle as the payee, who knows the preimage without any payment.
    pub fn settle_as_payee(&mut self, trade: TradeRef) {
        self.send(Call::SettleAsPayee(trade));
    }

    /// Tries to settle as the payee with a signature in the payer's name that is the payee's own.
    pub fn settle_forged(&mut self, trade: TradeRef) {
        self.send(Call::SettleForged(trade));
    }

    /// Disputes an accepted trade for a wallet of the agent's. `deserved`: whether the other party is at fault, as a fair arbiter
    /// would find out.
    pub fn dispute(&mut self, trade: TradeRef, by: WalletId, deserved: bool) {
        self.send(Call::Dispute { trade, by, deserved });
    }

    /// Sends a transaction that pays `tip_wei` for gas beyond the block's price.
    pub fn send_with_tip(&mut self, call: Call, tip_wei: u64) {
        self.core.submit(Some(self.agent), call, tip_wei);
    }

    fn send(&mut self, call: Call) {
        self.send_with_tip(call, 0);
    }
}
