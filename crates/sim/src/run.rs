//! Running a scenario.

use std::{collections::BTreeMap, io, sync::atomic::AtomicBool};

use alloy_primitives::{B256, hex};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    AgentId, CrowdId, Error, Outcome,
    agent::{self, Agent},
    log::Log,
    outcome::{AgentOutcome, CrowdOutcome, MilestoneOutcome, WalletOutcome},
    scenario::{Crowd, Scenario},
    spent::Spent,
    world::{MILESTONES, World},
};

/// Blocks between two looks at whether to go on.
const BLOCKS_A_LOOK: u64 = 64;

/// How a run is watched, and stopped.
pub trait Observer: Sync {
    /// From time to time: settled trades of a world, and the share of its time that has passed.
    fn progress(&self, _world: u64, _settled: u64, _share: f64) {}

    /// Where a world's event log goes, if anywhere.
    ///
    /// # Errors
    /// Whatever keeps it from being opened.
    fn log(&self, _world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        Ok(None)
    }

    /// Set from outside to stop a run.
    fn stop(&self) -> Option<&AtomicBool> {
        None
    }
}

impl Observer for () {}

/// Runs all worlds of a scenario, as many at a time as there are threads in the current pool. What comes out is the same on
/// any number of them.
///
/// # Errors
/// [`Error::Scenario`] for what makes no sense; [`Error::Log`] where a log cannot be written; [`Error::Stopped`].
pub fn run(scenario: &Scenario, observer: &impl Observer) -> Result<Outcome, Error> {
    scenario.validate()?;
    let worlds: Vec<_> = (0..scenario.worlds)
        .into_par_iter()
        .map(|index| run_world(scenario, index, observer))
        .collect::<Result<_, _>>()?;
    Ok(merge(scenario, worlds))
}

/// What came of one world. The world itself stays on its thread.
struct WorldOutcome {
    hash: B256,
    transactions: u64,
    settled: u64,
    refusals: BTreeMap<[u8; 4], u64>,
    agents: Vec<AgentOutcome>,
    wallets: Vec<WalletOutcome>,
}

fn run_world(scenario: &Scenario, index: u64, observer: &impl Observer) -> Result<WorldOutcome, Error> {
    let log = observer.log(index).map_err(Error::Log)?;
    let mut world = World::new(scenario, index, agents(scenario)?, Log::new(log));
    let mut blocks: u64 = 0;
    while world.step() {
        blocks += 1;
        if blocks.is_multiple_of(BLOCKS_A_LOOK) {
            let (settled, share) = world.progress();
            observer.progress(index, settled, share);
            if observer.stop().is_some_and(|stop| stop.load(std::sync::atomic::Ordering::Relaxed)) {
                return Err(Error::Stopped);
            }
        }
    }
    let hash = world.finish_log().map_err(Error::Log)?;
    Ok(finish(scenario, index, hash, world))
}

/// The agents of a scenario, crowd by crowd.
pub(crate) fn agents(scenario: &Scenario) -> Result<Vec<(CrowdId, Box<dyn Agent>)>, Error> {
    let mut agents = Vec::new();
    for (place, crowd) in scenario.crowd.iter().enumerate() {
        let place = u16::try_from(place).map_err(|_| Error::Scenario("more than 65,536 crowds".to_owned()))?;
        let kind = agent::kind(&crowd.agent)?;
        for _ in 0..crowd.count {
            let made =
                (kind.make)(crowd).map_err(|error| Error::Scenario(format!("crowd {}: {error}", crowd.name())))?;
            agents.push((CrowdId(place), made));
        }
    }
    Ok(agents)
}

fn finish(scenario: &Scenario, world: u64, hash: B256, finished: World) -> WorldOutcome {
    let (agents, core) = finished.into_parts();
    let agents = core.agents.iter().zip(&agents).zip(0..).map(|((account, agent), number)| {
        let scores = || account.wallets.iter().map(|wallet| core.wallets[wallet.index()].score);
        AgentOutcome {
            world,
            agent: AgentId(number),
            crowd: account.crowd,
            wallets: account.wallets.len() as u64,
            settled: account.settled,
            score: scores().sum(),
            highest_score: scores().max().unwrap_or_default(),
            spent: account.spent,
            refused: account.refused,
            retreats: agent.retreats(),
            milestones: account.milestones.to_vec(),
        }
    });
    let wallets = core.wallets.iter().map(|wallet| {
        let crowd = core.agents[wallet.agent.index()].crowd;
        WalletOutcome {
            world,
            address: wallet.address,
            agent: wallet.agent,
            crowd,
            hostile: scenario.crowd[crowd.index()].is_hostile(),
            score: wallet.score,
            settled: wallet.settled,
            disputed: wallet.disputed,
            credit_tokens: wallet.credit_tokens,
            statistics: Vec::new(),
        }
    });
    let (agents, wallets) = (agents.collect(), wallets.collect());
    let (transactions, settled, refusals) = (core.transactions, core.settled, core.refusals);
    WorldOutcome { hash, transactions, settled, refusals, agents, wallets }
}

fn merge(scenario: &Scenario, worlds: Vec<WorldOutcome>) -> Outcome {
    let mut hasher = Sha256::new();
    let mut outcome = Outcome {
        scenario: scenario.clone(),
        log_hash: B256::ZERO,
        transactions: 0,
        settled: 0,
        gas: 0,
        refusals: BTreeMap::new(),
        crowds: Vec::new(),
        agents: Vec::new(),
        wallets: Vec::new(),
        findings: None,
    };
    for world in worlds {
        hasher.update(world.hash);
        outcome.transactions += world.transactions;
        outcome.settled += world.settled;
        for (reason, count) in world.refusals {
            // PLACEHOLDER: the error's name.
            *outcome.refusals.entry(hex::encode(reason)).or_default() += count;
        }
        outcome.agents.extend(world.agents);
        outcome.wallets.extend(world.wallets);
    }
    outcome.gas = outcome.agents.iter().map(|agent| agent.spent.gas).sum();
    outcome.log_hash = B256::from_slice(&hasher.finalize());
    outcome.crowds = scenario.crowd.iter().enumerate().map(|(place, crowd)| describe(&outcome, place, crowd)).collect();
    outcome
}

fn describe(outcome: &Outcome, place: usize, crowd: &Crowd) -> CrowdOutcome {
    let costs = &outcome.scenario.costs;
    let agents: Vec<_> = outcome.agents.iter().filter(|agent| agent.crowd.index() == place).collect();
    let mut spent = Spent::default();
    for agent in &agents {
        spent += agent.spent;
    }
    let (score, spent_sats) = (agents.iter().map(|agent| agent.score).sum::<u64>(), spent.sats(costs));
    let milestones = MILESTONES.iter().enumerate().map(|(index, score)| {
        let mut reached: Vec<_> = agents.iter().filter_map(|agent| agent.milestones[index]).collect();
        reached.sort_by(|one, other| one.spent.sats(costs).total_cmp(&other.spent.sats(costs)));
        let cheapest = reached.first().copied();
        MilestoneOutcome {
            score: *score,
            reached_by: reached.len() as u64,
            cheapest_sats: cheapest.map(|milestone| milestone.spent.sats(costs)),
            median_sats: reached.get(reached.len() / 2).map(|milestone| milestone.spent.sats(costs)),
            cheapest_gas: cheapest.map(|milestone| milestone.spent.gas),
            cheapest,
        }
    });
    #[allow(clippy::cast_precision_loss, reason = "a ratio for people")]
    let score_per_sat = (spent_sats > 0.0).then(|| score as f64 / spent_sats);
    CrowdOutcome {
        name: crowd.name().to_owned(),
        agent: crowd.agent.clone(),
        hostile: crowd.is_hostile(),
        agents: agents.len() as u64,
        wallets: agents.iter().map(|agent| agent.wallets).sum(),
        settled: agents.iter().map(|agent| agent.settled).sum(),
        score,
        highest_score: agents.iter().map(|agent| agent.highest_score).max().unwrap_or_default(),
        spent,
        spent_sats,
        score_per_sat,
        refused: agents.iter().map(|agent| agent.refused).sum(),
        milestones: milestones.collect(),
    }
}
