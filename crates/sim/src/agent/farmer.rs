//! The cheapest known way to a score.
//!
//! One wallet that is to have the score, and as few others of the same owner as the pair cap allows. The one opens all trades with the
//! others' signatures and without texts, one transaction each, and settles them in batches as the payer of all: two transactions for the first hundred
//! trades fewer than any other way needs. Whoever owns both sides needs no payment, so that the amount is the largest there is;
//! with `pays` it weighs score against fees. Before it begins it plans the amount, the wallets and the trades that cost least under the
//! scenario's parameters and prices, whatever the formula. Wants a score of `target` for one wallet, and is done.
//!
//! A score that is the same from everywhere can always be made up by wallets of one owner (Cheng and Friedman, "Sybilproof
//! Reputation Mechanisms", 2005): this says for how much.
//!
//! It is the cheapest plan with plain wallets. A wallet that is a contract, or delegates to one, opens everything and settles it in
//! one transaction, and saves about a fifth more: `tests/cheapest.rs` measures it.

use barter_compliance::Settings as FlagSettings;
use barter_protocol::{
    Role,
    limits::{MAX_AMOUNT_SATS, MAX_BATCH},
};
use serde::{Deserialize, Serialize};

use super::{
    Agent, Kind, Notice,
    collusion::{DAY, MAX_WALLETS, begin_some_time, check_budget, distinct, until_calm},
    settings::{self, within},
};
use crate::{
    Parameters, TradeRef,
    record::Call,
    scenario::{Costs, Crowd},
    spent::Spent,
    world::{Desk, Stage},
};

pub(super) const KIND: Kind = Kind {
    name: "farmer",
    hostile: true,
    summary: "one owner who plans the cheapest way to a score, and takes it",
    make,
};

/// Gas of opening a trade and of its part of a batch, and what a wallet's first trade costs beyond it. Only to weigh plans: what
/// is spent is what the chain charges.
const TRADE_GAS: u64 = 150_000;
const WALLET_GAS: u64 = 70_000;
/// What was refused is tried again after so long.
const RETRY_SECONDS: u64 = 3_600;
/// Plans are made for so many trades with each partner, one by one; beyond, only for as many as count.
const MAX_TRADES_EACH: u64 = 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// The score it wants. By default 100.
    target: u64,
    /// Largest amount of a trade, in satoshis, but for the few by which amounts differ if it is discreet. By default the largest
    /// there is.
    amount_sats: u64,
    /// Whether the trades are paid over Lightning, with its fees and the amount locked. By default not.
    pays: bool,
    /// Whether it raises no flag: amounts that differ, by day only, with enough partners, and not too many trades a day. By
    /// default not.
    discreet: bool,
    /// Nothing is begun once this much is spent, in satoshis. By default 100,000,000.
    budget_sats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { target: 100, amount_sats: MAX_AMOUNT_SATS, pays: false, discreet: false, budget_sats: 1e8 }
    }
}

impl settings::Settings for Settings {
    fn check(&self) -> Result<(), String> {
        within("target", self.target, 1..=10_000)?;
        within("amount_sats", self.amount_sats, 1..=MAX_AMOUNT_SATS)?;
        check_budget(self.budget_sats)
    }
}

impl Settings {
    /// The amount of a trade of a plan.
    fn amount(&self, plan_sats: u64, number: u64) -> u64 {
        if self.discreet { distinct(plan_sats, number) } else { plan_sats }
    }

    /// The amounts worth a thought. More never gains less, so that without payments it is the largest; with them those where a
    /// formula takes a step, and between them each 3% more than the last.
    fn amounts(&self, minimum_sats: u64) -> Vec<u64> {
        let mut amounts = vec![self.amount_sats];
        if self.pays {
            amounts.extend((1..=40).map(|exponent| (1_000_u64 << exponent) - 1_000));
            amounts.extend([minimum_sats, 100_000]);
            amounts.extend(std::iter::successors(Some(1_000_u64), |sats| Some(sats + sats * 3 / 100)).take(960));
        }
        amounts.retain(|sats| (minimum_sats..=self.amount_sats).contains(sats));
        amounts.sort_unstable();
        amounts.dedup();
        amounts
    }

    /// The cheapest plan; none where no trade is allowed, or the flags allow none that is discreet.
    fn plan(&self, parameters: &Parameters, costs: &Costs, flags: &FlagSettings) -> Option<Plan> {
        let most_each = if self.discreet {
            parameters.pair_cap.min(flags.pair_trades).min(flags.isolation_trades - 1)
        } else {
            parameters.pair_cap
        };
        let mut best: Option<Plan> = None;
        for amount_sats in self.amounts(parameters.minimum_sats) {
            for trades_each in (1..=MAX_TRADES_EACH.min(most_each)).chain((most_each > 0).then_some(most_each)) {
                let limit_sats = best.map_or(f64::INFINITY, |plan| plan.cost_sats);
                best = self.carry_out(amount_sats, trades_each, limit_sats, parameters, costs, flags).or(best);
            }
        }
        best
    }

    /// What a plan comes to; none if it costs as much as the limit, or is not discreet.
    fn carry_out(
        &self,
        amount_sats: u64,
        trades_each: u64,
        limit_sats: f64,
        parameters: &Parameters,
        costs: &Costs,
        flags: &FlagSettings,
    ) -> Option<Plan> {
        let wallet_sats = gas_sats(WALLET_GAS, costs);
        let payment_sats = if self.pays { Spent::of_payment(amount_sats, costs).sats(costs) } else { 0.0 };
        let trade_sats = gas_sats(TRADE_GAS, costs) + payment_sats;
        let mut plan = Plan { amount_sats, trades_each, trades: 0, partners: 0, cost_sats: wallet_sats };
        let mut score = 0;
        while score < self.target {
            plan.partners += 1;
            plan.cost_sats += wallet_sats;
            let mut partner_score = 0;
            for counted in 0..trades_each {
                let sats = self.amount(amount_sats, plan.trades);
                let gained = parameters.score(sats, counted, partner_score);
                partner_score += parameters.score(sats, counted, score);
                score += gained;
                plan.trades += 1;
                plan.cost_sats += trade_sats;
                if plan.cost_sats >= limit_sats || plan.partners > MAX_WALLETS {
                    return None;
                }
                if score >= self.target {
                    break;
                }
            }
        }
        let is_isolated = plan.trades >= flags.isolation_trades && plan.partners < flags.isolation_counterparties;
        (!self.discreet || !is_isolated).then_some(plan)
    }
}

fn gas_sats(gas: u64, costs: &Costs) -> f64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price in range")]
    let wei_per_gas = (costs.gas_price_gwei * 1e9) as u128;
    Spent { gas, gas_wei: u128::from(gas) * wei_per_gas, ..Spent::default() }.sats(costs)
}

/// So many trades of one amount, so many with each partner, the last with fewer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    amount_sats: u64,
    trades_each: u64,
    trades: u64,
    partners: u64,
    /// About what it costs, in satoshis.
    cost_sats: f64,
}

fn make(crowd: &Crowd) -> Result<Box<dyn Agent>, String> {
    let settings = settings::read(crowd)?;
    Ok(Box::new(Farmer { settings, plan: None, opened: 0, awaited: 0, ready: Vec::new(), sent: Vec::new() }))
}

#[derive(Debug)]
struct Farmer {
    settings: Settings,
    plan: Option<Plan>,
    opened: u64,
    /// Opened trades that are not ready yet.
    awaited: u64,
    /// Trades that can be settled.
    ready: Vec<TradeRef>,
    /// Batches that wait for a block.
    sent: Vec<Box<[TradeRef]>>,
}

impl Agent for Farmer {
    fn start(&mut self, desk: &mut Desk<'_>) {
        self.plan = self.settings.plan(desk.parameters(), desk.costs(), desk.flag_settings());
        desk.new_wallet();
        for _ in 0..self.plan.map_or(0, |plan| plan.partners) {
            desk.new_signing_wallet();
        }
        begin_some_time(desk);
    }

    fn wake(&mut self, _token: u64, desk: &mut Desk<'_>) {
        let Some(plan) = self.plan.filter(|_| desk.spent_sats() < self.settings.budget_sats) else { return };
        let wait = if self.settings.discreet { until_calm(desk.now(), desk.flag_settings()) } else { 0 };
        if wait > 0 {
            desk.wake_in(wait, 0);
            return;
        }
        let session = (plan.trades - self.opened).min(self.session(desk).saturating_sub(self.ready.len() as u64));
        self.awaited = session;
        if session == 0 {
            self.settle(desk);
        }
        for _ in 0..session {
            #[allow(clippy::cast_possible_truncation, reason = "at most MAX_WALLETS")]
            let partner = desk.wallets()[1 + (self.opened / plan.trades_each) as usize];
            let amount_sats = self.settings.amount(plan.amount_sats, self.opened);
            desk.open_bare(desk.wallets()[0], partner, Role::Payer, amount_sats);
            self.opened += 1;
        }
    }

    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
        match notice {
            Notice::Accepted(trade) if self.settings.pays => {
                desk.pay(trade);
                return;
            }
            Notice::Accepted(trade) | Notice::Paid(trade) => self.ready.push(trade),
            // Of an opening: the others go on without it.
            Notice::Refused(None) => {}
            Notice::Settled(trade) => {
                self.sent.retain(|batch| batch.first() != Some(&trade));
                return;
            }
            Notice::Refused(Some(trade)) => {
                self.take_back(trade, desk);
                return;
            }
            _ => return,
        }
        self.awaited = self.awaited.saturating_sub(1);
        if self.awaited == 0 {
            self.settle(desk);
        }
    }
}

impl Farmer {
    /// Settles what is ready, in batches that find room in half a block, and looks for what is left to do.
    fn settle(&mut self, desk: &mut Desk<'_>) {
        if self.ready.is_empty() {
            return;
        }
        let half = desk.block_gas_limit() / 2;
        let most = (1..=MAX_BATCH).rev().find(|trades| Call::batch_gas_limit(*trades) <= half).unwrap_or(1);
        for batch in self.ready.chunks(most) {
            desk.settle_batch(batch);
            self.sent.push(batch.into());
        }
        self.ready.clear();
        desk.wake_in(self.rest(), 0);
    }

    /// A batch came to nothing: its trades are settled with the next, or later alone.
    fn take_back(&mut self, first: TradeRef, desk: &mut Desk<'_>) {
        let Some(place) = self.sent.iter().position(|batch| batch.first() == Some(&first)) else { return };
        let is_open = |trade: &TradeRef| desk.trade(*trade).is_some_and(|info| info.stage == Stage::Accepted);
        self.ready.extend(self.sent.remove(place).into_iter().filter(is_open));
        if self.plan.is_some_and(|plan| self.opened == plan.trades) {
            desk.wake_in(self.rest().max(RETRY_SECONDS), 0);
        }
    }

    /// Seconds between what is begun at a time. A day and a block later nothing is within 24 hours of it.
    fn rest(&self) -> u64 {
        if self.settings.discreet { DAY + 1 } else { 0 }
    }

    /// Trades at a time.
    fn session(&self, desk: &Desk<'_>) -> u64 {
        let most = MAX_BATCH as u64;
        if self.settings.discreet { most.min(desk.flag_settings().velocity_trades_24h) } else { most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Formula;

    fn plan(settings: &Settings, parameters: Parameters) -> Plan {
        settings.plan(&parameters, &Costs::default(), &FlagSettings::default()).unwrap()
    }

    #[test]
    fn today_a_trade_of_the_largest_amount_is_worth_41() {
        for (target, trades, partners) in [(1, 1, 1), (41, 1, 1), (42, 2, 1), (100, 3, 1), (350, 9, 2), (700, 18, 4)] {
            let settings = Settings { target, ..Settings::default() };
            let plan = plan(&settings, Parameters::default());
            assert_eq!((plan.trades, plan.partners), (trades, partners), "for {target}");
            assert_eq!(plan.amount_sats.max(1 << 50), plan.amount_sats);
        }
    }

    #[test]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2.1e15")]
    fn no_other_plan_is_cheaper() {
        // All numbers of trades with each partner, by hand, against the planner's choice.
        let costs = Costs::default();
        for formula in Formula::ALL {
            for pair_cap in [1, 2, 5, 8] {
                let parameters = Parameters { pair_cap, formula, ..Parameters::default() };
                for (pays, amount_sats) in [(false, MAX_AMOUNT_SATS), (true, 100_000_000)] {
                    let settings = Settings { target: 90, pays, amount_sats, ..Settings::default() };
                    let best = plan(&settings, parameters);
                    for exponent in 0..400 {
                        let sats = (1_000.0 * 1.08_f64.powi(exponent)) as u64;
                        for trades_each in 1..=pair_cap {
                            let other = settings.carry_out(
                                sats.min(amount_sats),
                                trades_each,
                                best.cost_sats * 0.97,
                                &parameters,
                                &costs,
                                &FlagSettings::default(),
                            );
                            assert_eq!(other, None, "{formula:?}, cap {pair_cap}: cheaper than {best:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_discreet_plan_has_enough_partners_and_no_pair_too_often() {
        let settings = Settings { target: 700, discreet: true, ..Settings::default() };
        let parameters = Parameters { pair_cap: 20, ..Parameters::default() };
        let flags = FlagSettings::default();
        let plan = plan(&settings, parameters);
        assert!(plan.trades_each <= flags.pair_trades && plan.partners >= flags.isolation_counterparties, "{plan:?}");
        let bold = Settings { discreet: false, ..settings };
        assert_eq!(bold.plan(&parameters, &Costs::default(), &flags).unwrap().partners, 1);
    }

    #[test]
    fn who_pays_trades_less_at_a_time() {
        let settings = Settings { pays: true, ..Settings::default() };
        let plan = plan(&settings, Parameters::default());
        assert!(plan.amount_sats < 1_000_000, "{plan:?}");
    }

    /// A farmer, one of whose first batch is settled behind its back.
    #[derive(Debug)]
    struct Meddler(Box<dyn Agent>, u64);

    impl Agent for Meddler {
        fn start(&mut self, desk: &mut Desk<'_>) {
            self.0.start(desk);
        }

        fn wake(&mut self, token: u64, desk: &mut Desk<'_>) {
            self.0.wake(token, desk);
        }

        fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>) {
            if let Notice::Accepted(trade) = notice {
                self.1 += 1;
                if self.1 == 2 {
                    desk.settle(trade, crate::world::Shown::Known);
                }
            }
            self.0.notice(notice, desk);
        }
    }

    #[test]
    fn what_a_refused_batch_leaves_is_settled_later() {
        let text = "name = \"meddling\"\ndays = 3\n[[crowd]]\nagent = \"farmer\"\ntarget = 350\n";
        let scenario = crate::Scenario::parse(text).unwrap();
        let meddled = crate::run::agents(&scenario).unwrap();
        let meddled = meddled.into_iter().map(|(crowd, agent)| (crowd, Box::new(Meddler(agent, 0)) as Box<dyn Agent>));
        let mut world = crate::world::World::new(&scenario, 0, meddled.collect(), None);
        while world.step() {}
        let refused: u64 = world.core.refusals.values().sum();
        assert_eq!((refused, world.core.settled), (1, 9));
    }

    #[test]
    fn nothing_is_planned_where_nothing_is_allowed() {
        let settings = Settings { amount_sats: 999, ..Settings::default() };
        assert_eq!(settings.plan(&Parameters::default(), &Costs::default(), &FlagSettings::default()), None);
    }
}
