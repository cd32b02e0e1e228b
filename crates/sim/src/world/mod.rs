//! One world: a chain, the wallets on it, and the agents who decide for them.

mod desk;
mod execution;
mod mempool;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    io,
};

use barter_compliance::{AnomalyFlag, TradeGraph};

pub use crate::{
    ledger::{Stage, TradeInfo},
    record::Shown,
};
pub use desk::Desk;
pub(crate) use execution::Unsent;

use crate::{
    AgentId, CrowdId, TradeRef, WalletId,
    agent::{Agent, Notice},
    detection::Watch,
    ledger::Ledger,
    log::{Header, Log},
    outcome::CostPoint,
    random::Random,
    record::{Call, Event, Record, Refusal},
    run::Member,
    scenario::Scenario,
    spent::Spent,
};
use mempool::Mempool;

/// When every world begins: midnight UTC, 2026-06-01.
pub const GENESIS: u64 = 1_780_272_000;
/// Scores whose cost is noted when the first wallet of an agent reaches them.
pub const MILESTONES: [u64; 3] = [100, 350, 700];

const DAY: u64 = 86_400;

/// Where a wallet stands, as the contracts have said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) score: u64,
    pub(crate) settled: u64,
    /// Settled trades that counted for its score.
    pub(crate) counted: u64,
    pub(crate) credit_tokens: u64,
    pub(crate) disputed: u64,
}

/// What is known of an agent beside what it decides.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) crowd: CrowdId,
    pub(crate) wallets: Vec<WalletId>,
    pub(crate) spent: Spent,
    /// When its first transaction was mined.
    began_at: Option<u64>,
    pub(crate) milestones: [Option<Milestone>; MILESTONES.len()],
    /// What its best wallet's score cost, where the agent is hostile.
    pub(crate) curve: Option<Vec<CostPoint>>,
    /// Settled trades of each of its wallets: one between two of them counts twice.
    pub(crate) settled: u64,
    /// Settled trades, each once.
    trades: u64,
    pub(crate) counted: u64,
    pub(crate) refused: u64,
    random: Random,
}

/// What an agent had spent when the first of its wallets reached a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Milestone {
    /// Seconds since the agent's first transaction.
    pub after_seconds: u64,
    /// All the agent had spent.
    pub spent: Spent,
    /// Settled trades of its wallets, one between two of them once.
    pub trades: u64,
    /// Wallets it had.
    pub wallets: u64,
}

/// What goes off at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Wake(AgentId, u64),
    Paid(TradeRef),
    Rule(TradeRef),
}

/// Everything but the agents, which hold on to it while they decide.
#[derive(Debug)]
pub(crate) struct Core {
    seed: u64,
    scenario: Scenario,
    pub(crate) now: u64,
    block: u64,
    wei_per_gas: u64,
    random: Random,
    pub(crate) ledger: Ledger,
    pub(crate) standings: Vec<Standing>,
    pub(crate) agents: Vec<Account>,
    market: Vec<WalletId>,
    /// What a wallet of the market asks for, by wallet, where it says so.
    prices: BTreeMap<WalletId, Box<[u64]>>,
    mempool: Mempool,
    alarms: BinaryHeap<Reverse<(u64, u64, Alarm)>>,
    alarms_set: u64,
    notices: Vec<(AgentId, Notice)>,
    pub(crate) graph: Option<TradeGraph>,
    pub(crate) watch: Option<Watch>,
    pub(crate) log: Log,
    events: Vec<Event>,
    pub(crate) transactions: u64,
    pub(crate) settled: u64,
    pub(crate) gas: u64,
    pub(crate) refusals: BTreeMap<Refusal, u64>,
    pub(crate) unsent: BTreeMap<Unsent, u64>,
}

/// One world of a scenario, while it runs.
#[derive(Debug)]
pub struct World {
    agents: Vec<Box<dyn Agent>>,
    pub(crate) core: Core,
    end: u64,
}

impl World {
    /// A world with its agents at the start. `index` is its number among the scenario's worlds.
    pub(crate) fn new(
        scenario: &Scenario,
        index: u64,
        agents: Vec<Member>,
        sink: Option<Box<dyn io::Write + Send>>,
    ) -> Self {
        let seed = Random::stream(scenario.seed, index).bits();
        let log = Log::new(&Header::new(scenario, index, seed), sink);
        let accounts = agents.iter().enumerate().map(|(place, (crowd, _))| Account {
            crowd: *crowd,
            wallets: Vec::new(),
            spent: Spent::default(),
            began_at: None,
            milestones: [None; MILESTONES.len()],
            curve: scenario.crowd[crowd.index()].is_hostile().then(Vec::new),
            settled: 0,
            trades: 0,
            counted: 0,
            refused: 0,
            random: Random::stream(seed, place as u64 + 1),
        });
        let has_detection = scenario.detection.enabled;
        let core = Core {
            seed,
            now: GENESIS,
            block: 0,
            wei_per_gas: 0,
            random: Random::stream(seed, 0),
            ledger: Ledger::new(scenario, seed),
            standings: Vec::new(),
            agents: accounts.collect(),
            market: Vec::new(),
            prices: BTreeMap::new(),
            mempool: Mempool::new(scenario.chain.ordering),
            alarms: BinaryHeap::new(),
            alarms_set: 0,
            notices: Vec::new(),
            graph: has_detection.then(TradeGraph::whole),
            watch: has_detection.then(|| Watch::new(&scenario.detection)),
            log,
            events: Vec::new(),
            transactions: 0,
            settled: 0,
            gas: 0,
            refusals: BTreeMap::new(),
            unsent: BTreeMap::new(),
            scenario: scenario.clone(),
        };
        let mut world = Self {
            agents: agents.into_iter().map(|(_, agent)| agent).collect(),
            end: GENESIS + scenario.days * DAY,
            core,
        };
        for place in 0..world.agents.len() {
            let (agent, mut desk) = world.desk(place);
            agent.start(&mut desk);
        }
        world
    }

    /// Settled trades so far, and the share of the time that has passed.
    pub fn progress(&self) -> (u64, f64) {
        let (passed, all) = (self.core.now - GENESIS, self.end - GENESIS);
        #[allow(clippy::cast_precision_loss, reason = "for a progress bar")]
        (self.core.settled, passed as f64 / all as f64)
    }

    /// Makes the next block that anything happens in. False when the time is up.
    pub fn step(&mut self) -> bool {
        let Some(time) = self.core.next_block_time().filter(|time| *time < self.end) else {
            self.core.end_days(self.end);
            return false;
        };
        self.core.begin_block(time);
        for (agent, notice) in std::mem::take(&mut self.core.notices) {
            let (agent, mut desk) = self.desk(agent.index());
            agent.notice(notice, &mut desk);
        }
        while let Some(alarm) = self.core.next_alarm() {
            match alarm {
                Alarm::Wake(agent, token) => {
                    let (agent, mut desk) = self.desk(agent.index());
                    agent.wake(token, &mut desk);
                }
                Alarm::Paid(trade) => {
                    if let Some(payer) = self.core.paid(trade) {
                        let (agent, mut desk) = self.desk(payer.index());
                        agent.notice(Notice::Paid(trade), &mut desk);
                    }
                }
                Alarm::Rule(trade) => self.core.rule(trade),
            }
        }
        self.core.make_block();
        true
    }

    pub(crate) fn into_parts(self) -> (Vec<Box<dyn Agent>>, Core) {
        (self.agents, self.core)
    }

    fn desk(&mut self, place: usize) -> (&mut dyn Agent, Desk<'_>) {
        #[allow(clippy::cast_possible_truncation, reason = "agents are counted in 32 bits")]
        let agent = AgentId(place as u32);
        (&mut *self.agents[place], Desk { core: &mut self.core, agent })
    }
}

impl Core {
    // -------------------------------------------------------------------------------------------- time

    fn set_alarm(&mut self, seconds: u64, agent: AgentId, token: u64) {
        self.push_alarm(seconds, Alarm::Wake(agent, token));
    }

    fn push_alarm(&mut self, seconds: u64, alarm: Alarm) {
        self.alarms.push(Reverse((self.now.saturating_add(seconds), self.alarms_set, alarm)));
        self.alarms_set += 1;
    }

    fn next_alarm(&mut self) -> Option<Alarm> {
        let Reverse((time, ..)) = self.alarms.peek()?;
        if *time > self.now {
            return None;
        }
        self.alarms.pop().map(|Reverse((_, _, alarm))| alarm)
    }

    /// The time of the next block in which anything can happen.
    fn next_block_time(&self) -> Option<u64> {
        let block = self.scenario.chain.block_seconds;
        let next = self.now + block;
        if !self.notices.is_empty() || !self.mempool.is_empty() {
            return Some(next);
        }
        let Reverse((time, ..)) = self.alarms.peek()?;
        let after = (*time).max(next) - GENESIS;
        Some(GENESIS + after.div_ceil(block) * block)
    }

    fn begin_block(&mut self, time: u64) {
        self.end_days(time);
        self.now = time;
        self.block = (time - GENESIS) / self.scenario.chain.block_seconds;
        self.wei_per_gas = self.gas_price();
        self.ledger.begin_block(time);
        self.log.write(&Record::Block { number: self.block, time, wei_per_gas: self.wei_per_gas });
    }

    /// Detectors look at the end of each day.
    fn end_days(&mut self, until: u64) {
        if let (Some(watch), Some(graph)) = (&mut self.watch, &self.graph) {
            let mut midnight = self.now - self.now % DAY + DAY;
            while midnight <= until {
                watch.end_day(graph, midnight);
                midnight += DAY;
            }
        }
    }

    /// The price of gas this hour.
    fn gas_price(&self) -> u64 {
        const WEI_PER_GWEI: f64 = 1e9;
        let costs = &self.scenario.costs;
        let mut random = Random::stream(self.seed ^ 0x6761_7370_7269_6365, self.now / 3_600);
        let gwei = random.log_normal(costs.gas_price_gwei, costs.gas_price_sigma);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number; saturates")]
        let wei = (gwei * WEI_PER_GWEI) as u64;
        wei
    }

    // -------------------------------------------------------------------------------------------- wallets

    fn new_wallet(&mut self, agent: AgentId, can_sign: bool) -> WalletId {
        let id = self.ledger.add_wallet(agent, can_sign);
        let (address, crowd) = (self.ledger.wallet(id).address, self.agents[agent.index()].crowd);
        self.log.write(&Record::Wallet { address, agent, crowd });
        self.agents[agent.index()].wallets.push(id);
        self.standings.push(Standing::default());
        id
    }

    fn flags(&self, wallet: WalletId) -> Vec<AnomalyFlag> {
        let settings = &self.scenario.detection.settings;
        self.graph.as_ref().map_or_else(Vec::new, |graph| {
            barter_compliance::flags(graph, self.ledger.wallet(wallet).address, self.now, settings)
        })
    }

    // -------------------------------------------------------------------------------------------- payments and rulings

    /// Only the payer pays.
    fn pay(&mut self, agent: AgentId, trade: TradeRef) {
        let costs = &self.scenario.costs;
        let Some(info) = self.ledger.trades.get(trade).filter(|info| self.ledger.owner(info.payer) == agent) else {
            return;
        };
        self.agents[agent.index()].spent += Spent::of_payment(info.amount_sats, costs);
        let seconds = costs.lightning_seconds;
        self.push_alarm(seconds, Alarm::Paid(trade));
    }

    /// The payment went through. Whom to tell.
    fn paid(&mut self, trade: TradeRef) -> Option<AgentId> {
        let payer = self.ledger.paid(trade)?;
        self.log.write(&Record::Payment(trade));
        Some(self.ledger.owner(payer))
    }

    /// The arbiter has found out who is at fault, if anybody.
    fn rule(&mut self, trade: TradeRef) {
        let Some(info) = self.ledger.trades.get(trade) else { return };
        let call = info.at_fault.map_or(Call::Dismiss(trade), |at_fault| Call::Uphold { trade, at_fault });
        self.submit(None, call, 0);
    }
}
