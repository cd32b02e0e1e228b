//! What came of a scenario.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use serde::Serialize;

use crate::{AgentId, CrowdId, detection::Findings, scenario::Scenario, spent::Spent, world::Milestone};

/// What came of a scenario, in all its worlds.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// What was run, seed and all: enough to run it again.
    pub scenario: Scenario,
    /// sha256 over the hashes of the worlds' event logs, in order. The same for the same scenario, on every machine.
    pub log_hash: B256,
    /// Transactions sent, by agents and the arbiter.
    pub transactions: u64,
    /// Trades settled.
    pub settled: u64,
    /// Gas used by all transactions.
    pub gas: u64,
    /// Transactions the contracts refused, by the error's name.
    pub refusals: BTreeMap<String, u64>,
    /// By crowd, as in the scenario.
    pub crowds: Vec<CrowdOutcome>,
    /// Of each agent, by world and number.
    #[serde(skip)]
    pub agents: Vec<AgentOutcome>,
    /// Of each wallet, by world and number.
    #[serde(skip)]
    pub wallets: Vec<WalletOutcome>,
    /// How the detectors did, where they ran.
    pub findings: Option<Findings>,
}

/// What came of a crowd.
#[derive(Clone, Debug, Serialize)]
pub struct CrowdOutcome {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub agent: String,
    /// Whether it is hostile.
    pub hostile: bool,
    /// Agents of it, in all worlds.
    pub agents: u64,
    /// Their wallets.
    pub wallets: u64,
    /// Settled trades of these wallets; one between two of them counts twice.
    pub settled: u64,
    /// Scores of these wallets, added.
    pub score: u64,
    /// Highest score among them.
    pub highest_score: u64,
    /// What they spent.
    pub spent: Spent,
    /// The same in satoshis.
    pub spent_sats: f64,
    /// Score gained for a satoshi spent; none where nothing was.
    pub score_per_sat: Option<f64>,
    /// Refused transactions.
    pub refused: u64,
    /// What it took to reach each of [`MILESTONES`](crate::world::MILESTONES) with one wallet.
    pub milestones: Vec<MilestoneOutcome>,
}

/// What it took to reach a score.
#[derive(Clone, Debug, Serialize)]
pub struct MilestoneOutcome {
    /// The score.
    pub score: u64,
    /// How many agents reached it.
    pub reached_by: u64,
    /// The cheapest, in satoshis: everything the agent had spent by then.
    pub cheapest_sats: Option<f64>,
    /// The middle one of those who reached it, in satoshis.
    pub median_sats: Option<f64>,
    /// Gas of the cheapest.
    pub cheapest_gas: Option<u64>,
    /// Wallets, settled trades and seconds the cheapest needed.
    pub cheapest: Option<Milestone>,
}

/// What came of an agent.
#[derive(Clone, Debug, Serialize)]
pub struct AgentOutcome {
    /// Its world.
    pub world: u64,
    /// Its number in it.
    pub agent: AgentId,
    /// Its crowd.
    pub crowd: CrowdId,
    /// Its wallets.
    pub wallets: u64,
    /// Settled trades of its wallets.
    pub settled: u64,
    /// Scores of its wallets, added.
    pub score: u64,
    /// Highest score among them.
    pub highest_score: u64,
    /// What it spent.
    pub spent: Spent,
    /// Refused transactions.
    pub refused: u64,
    /// How often it changed its ways because it saw a sign of being detected.
    pub retreats: u64,
    /// What it took to reach each of [`MILESTONES`](crate::world::MILESTONES).
    pub milestones: Vec<Option<Milestone>>,
}

/// What came of a wallet.
#[derive(Clone, Debug, Serialize)]
pub struct WalletOutcome {
    /// Its world.
    pub world: u64,
    /// Its address.
    pub address: Address,
    /// Whose it is.
    pub agent: AgentId,
    /// The crowd of its agent.
    pub crowd: CrowdId,
    /// Whether that is hostile.
    pub hostile: bool,
    /// Its score.
    pub score: u64,
    /// Its settled trades.
    pub settled: u64,
    /// Its trades in dispute, or ended by one.
    pub disputed: u64,
    /// Credit earned, in whole tokens.
    pub credit_tokens: u64,
    /// What each detector measured of it, in the order of [`Findings::detectors`]; empty where none ran.
    pub statistics: Vec<f64>,
}
