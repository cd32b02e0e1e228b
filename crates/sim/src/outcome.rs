//! What came of a scenario.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use serde::Serialize;

use crate::{
    AgentId, CrowdId,
    detection::Findings,
    scenario::Scenario,
    spent::Spent,
    world::{MILESTONES, Milestone},
};

/// What came of a scenario, in all its worlds.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// What was run, seed and all: enough to run it again.
    pub scenario: Scenario,
    /// sha256 over the hashes of the worlds' event logs, in order. The same for the same scenario, on every machine.
    pub log_hash: B256,
    /// The hash of each world's event log, in order: what a replay of that log says.
    pub world_log_hashes: Vec<B256>,
    /// Transactions sent, by agents and the arbiter.
    pub transactions: u64,
    /// Trades settled.
    pub settled: u64,
    /// Gas used by all transactions.
    pub gas: u64,
    /// Transactions the contracts refused, by the error's name.
    pub refusals: BTreeMap<String, u64>,
    /// Scores of all honest wallets with a settled trade; none where there is no such wallet.
    pub honest_scores: Option<Spread>,
    /// The same of all hostile wallets.
    pub hostile_scores: Option<Spread>,
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
    /// Those of them with a settled trade.
    pub active_wallets: u64,
    /// Settled trades of these wallets; one between two of them counts twice.
    pub settled: u64,
    /// Those of them that raised a score; the others were beyond the pair cap.
    pub counted: u64,
    /// Trades of these wallets in dispute, or ended by one.
    pub disputed: u64,
    /// Scores of these wallets, added.
    pub score: u64,
    /// Highest score among them.
    pub highest_score: u64,
    /// Scores of the wallets with a settled trade; none where there is no such wallet.
    pub scores: Option<Spread>,
    /// What they spent.
    pub spent: Spent,
    /// The same in satoshis.
    pub spent_sats: f64,
    /// Score gained for a satoshi spent; none where nothing was.
    pub score_per_sat: Option<f64>,
    /// All an agent spent for each point of its best wallet's score, of the agent with the least of it, in satoshis; none
    /// where nobody has a score.
    pub best_wallet_sats_per_point: Option<f64>,
    /// Refused transactions.
    pub refused: u64,
    /// What it took to reach each of [`MILESTONES`] with one wallet.
    pub milestones: Vec<MilestoneOutcome>,
    /// What it took a hostile crowd to reach the honest wallets' median score with one wallet. Unlike a fixed score it means
    /// the same under every formula. Read off [`AgentOutcome::curve`], so up to 1% of the score too dear. None for honest
    /// crowds, and where there are no honest wallets.
    pub honest_median: Option<MilestoneOutcome>,
    /// The same for the score that one in ten honest wallets reaches.
    pub honest_ninety: Option<MilestoneOutcome>,
}

/// How numbers are spread: the smallest, the largest, and some between. Each is one of the numbers; where a place falls
/// between two, the larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many numbers.
    pub count: u64,
    /// The smallest.
    pub lowest: u64,
    /// A twentieth is below it.
    pub five: u64,
    /// A quarter is below it.
    pub quarter: u64,
    /// Half are below it.
    pub median: u64,
    /// Three quarters are below it.
    pub three_quarters: u64,
    /// Nine tenths are below it.
    pub ninety: u64,
    /// All but a twentieth are below it.
    pub ninety_five: u64,
    /// The largest.
    pub highest: u64,
}

/// What it took to reach a score.
#[derive(Clone, Debug, Serialize)]
pub struct MilestoneOutcome {
    /// The score.
    pub score: u64,
    /// How many agents reached it; for farmers at least 1, where one that is run alone and aimed at it does.
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
    /// Those of them that raised a score.
    pub counted: u64,
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
    /// What it took to reach each of [`MILESTONES`].
    pub milestones: Vec<Option<Milestone>>,
    /// What a score cost, for hostile agents: a point whenever the best wallet's score rose past the last one's by 1% and
    /// by 1.
    pub curve: Vec<CostPoint>,
}

/// A score one of an agent's wallets was first to reach, and what the agent had spent by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CostPoint {
    /// The score.
    pub score: u64,
    /// What it took.
    pub reached: Milestone,
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
    /// Those of them that raised its score.
    pub counted: u64,
    /// Its trades in dispute, or ended by one.
    pub disputed: u64,
    /// Credit earned, in whole tokens.
    pub credit_tokens: u64,
    /// What each detector measured of it, in the order of [`Findings::detectors`]; empty where none ran.
    pub statistics: Vec<f64>,
}

impl Outcome {
    /// Fills in what is said of crowds, from the agents and the wallets.
    pub(crate) fn describe_crowds(&mut self) {
        let scores = |hostile| {
            let wallets = self.wallets.iter().filter(|wallet| wallet.settled > 0 && wallet.hostile == hostile);
            Spread::of(wallets.map(|wallet| wallet.score).collect())
        };
        (self.honest_scores, self.hostile_scores) = (scores(false), scores(true));
        self.crowds = (0..).take(self.scenario.crowd.len()).map(|crowd| self.describe(CrowdId(crowd))).collect();
    }

    /// Settled trades of honest wallets; one between two of them counts twice.
    pub fn honest_settled(&self) -> u64 {
        self.crowds.iter().filter(|crowd| !crowd.hostile).map(|crowd| crowd.settled).sum()
    }

    /// Those of them that raised a score. Beside another outcome's it says what rules take from the honest: trades that never
    /// happen as well as those that do not count.
    pub fn honest_counted(&self) -> u64 {
        self.crowds.iter().filter(|crowd| !crowd.hostile).map(|crowd| crowd.counted).sum()
    }

    /// Drops the lists of agents and wallets, which may be long; what was found of them stays.
    pub fn forget_lists(&mut self) {
        self.agents = Vec::new();
        self.wallets = Vec::new();
    }

    fn describe(&self, place: CrowdId) -> CrowdOutcome {
        let (crowd, costs) = (&self.scenario.crowd[place.index()], &self.scenario.costs);
        let agents: Vec<_> = self.agents.iter().filter(|agent| agent.crowd == place).collect();
        let wallets = self.wallets.iter().filter(|wallet| wallet.crowd == place && wallet.settled > 0);
        let scores = Spread::of(wallets.map(|wallet| wallet.score).collect());
        let own = self.wallets.iter().filter(|wallet| wallet.crowd == place);
        let mut spent = Spent::default();
        for agent in &agents {
            spent += agent.spent;
        }
        let sum = |of: fn(&AgentOutcome) -> u64| agents.iter().map(|agent| of(agent)).sum::<u64>();
        let (score, spent_sats) = (sum(|agent| agent.score), spent.sats(costs));
        let to_point = |agent: &&&AgentOutcome| agent.highest_score > 0;
        let per_point = agents.iter().filter(to_point).map(|agent| agent.spent.sats(costs) / real(agent.highest_score));
        let milestone = |(index, score): (usize, &u64)| {
            self.milestone(*score, agents.iter().filter_map(|agent| *agent.milestones.get(index)?))
        };
        let like_honest = |target: fn(&Spread) -> u64| {
            let target = self.honest_scores.as_ref().filter(|_| crowd.is_hostile()).map(target)?;
            let reached = agents.iter().filter_map(|agent| agent.curve.iter().find(|point| point.score >= target));
            Some(self.milestone(target, reached.map(|point| point.reached)))
        };
        CrowdOutcome {
            name: crowd.name().to_owned(),
            agent: crowd.agent.clone(),
            hostile: crowd.is_hostile(),
            agents: agents.len() as u64,
            wallets: sum(|agent| agent.wallets),
            active_wallets: scores.map_or(0, |scores| scores.count),
            settled: sum(|agent| agent.settled),
            counted: sum(|agent| agent.counted),
            disputed: own.map(|wallet| wallet.disputed).sum(),
            score,
            highest_score: agents.iter().map(|agent| agent.highest_score).max().unwrap_or_default(),
            scores,
            spent,
            spent_sats,
            score_per_sat: (spent_sats > 0.0).then(|| real(score) / spent_sats),
            best_wallet_sats_per_point: per_point.min_by(f64::total_cmp),
            refused: sum(|agent| agent.refused),
            milestones: MILESTONES.iter().enumerate().map(milestone).collect(),
            honest_median: like_honest(|scores| scores.median),
            honest_ninety: like_honest(|scores| scores.ninety),
        }
    }

    fn milestone(&self, score: u64, reached: impl Iterator<Item = Milestone>) -> MilestoneOutcome {
        let costs = &self.scenario.costs;
        let mut reached: Vec<_> = reached.collect();
        reached.sort_by(|one, other| one.spent.sats(costs).total_cmp(&other.spent.sats(costs)));
        let cheapest = reached.first().copied();
        MilestoneOutcome {
            score,
            reached_by: reached.len() as u64,
            cheapest_sats: cheapest.map(|milestone| milestone.spent.sats(costs)),
            median_sats: reached.get(reached.len() / 2).map(|milestone| milestone.spent.sats(costs)),
            cheapest_gas: cheapest.map(|milestone| milestone.spent.gas),
            cheapest,
        }
    }
}

impl Spread {
    /// Of some numbers; none of no numbers.
    pub fn of(mut numbers: Vec<u64>) -> Option<Self> {
        numbers.sort_unstable();
        let (lowest, highest) = (*numbers.first()?, *numbers.last()?);
        let at = |hundredths: usize| numbers[(numbers.len() * hundredths / 100).min(numbers.len() - 1)];
        Some(Self {
            count: numbers.len() as u64,
            lowest,
            five: at(5),
            quarter: at(25),
            median: at(50),
            three_quarters: at(75),
            ninety: at(90),
            ninety_five: at(95),
            highest,
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "for ratios that people read")]
fn real(number: u64) -> f64 {
    number as f64
}
