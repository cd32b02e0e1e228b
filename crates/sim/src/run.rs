//! Running a scenario.

use std::{collections::BTreeMap, io, sync::atomic::AtomicBool};

use alloy_primitives::B256;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    AgentId, CrowdId, Error, Outcome,
    agent::{self, Agent},
    aimed,
    detection::{self, Measured},
    outcome::{AgentOutcome, WalletOutcome},
    scenario::Scenario,
    world::World,
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
    let mut outcome = merge(scenario, worlds);
    aimed::aim(&mut outcome, observer)?;
    Ok(outcome)
}

/// The agents of a scenario's first world, and what came of each: no log, and nothing is told of how far it is.
pub(crate) fn agents_of_one_world(scenario: &Scenario, observer: &impl Observer) -> Result<Vec<AgentOutcome>, Error> {
    Ok(run_world(scenario, 0, &Quiet(observer))?.agents)
}

/// An observer that only stops.
struct Quiet<'a, O>(&'a O);

impl<O: Observer> Observer for Quiet<'_, O> {
    fn stop(&self) -> Option<&AtomicBool> {
        self.0.stop()
    }
}

/// What came of one world. The world itself stays on its thread.
struct WorldOutcome {
    hash: B256,
    transactions: u64,
    settled: u64,
    gas: u64,
    refusals: BTreeMap<String, u64>,
    agents: Vec<AgentOutcome>,
    wallets: Vec<WalletOutcome>,
    measured: Option<Measured>,
}

fn run_world(scenario: &Scenario, index: u64, observer: &impl Observer) -> Result<WorldOutcome, Error> {
    let log = observer.log(index).map_err(Error::Log)?;
    let mut world = World::new(scenario, index, agents(scenario)?, log);
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
    finish(scenario, index, world)
}

/// An agent, and the crowd it belongs to.
pub(crate) type Member = (CrowdId, Box<dyn Agent>);

/// The agents of a scenario, crowd by crowd.
pub(crate) fn agents(scenario: &Scenario) -> Result<Vec<Member>, Error> {
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

fn finish(scenario: &Scenario, world: u64, finished: World) -> Result<WorldOutcome, Error> {
    let (agents, core) = finished.into_parts();
    let agents = core.agents.iter().zip(&agents).zip(0..).map(|((account, agent), number)| {
        let scores = || account.wallets.iter().map(|wallet| core.standings[wallet.index()].score);
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
            counted: account.counted,
            curve: account.curve.clone().unwrap_or_default(),
        }
    });
    let wallets = core.ledger.wallets.iter().zip(&core.standings).map(|(wallet, standing)| {
        let crowd = core.agents[wallet.agent.index()].crowd;
        WalletOutcome {
            world,
            address: wallet.address,
            agent: wallet.agent,
            crowd,
            hostile: scenario.crowd[crowd.index()].is_hostile(),
            score: standing.score,
            settled: standing.settled,
            counted: standing.counted,
            disputed: standing.disputed,
            credit_tokens: standing.credit_tokens,
            statistics: Vec::new(),
        }
    });
    let (agents, wallets): (_, Vec<_>) = (agents.collect(), wallets.collect());
    let is_honest: Vec<_> = wallets.iter().map(|wallet| !wallet.hostile).collect();
    let measured = core.watch.zip(core.graph.as_ref()).map(|(watch, graph)| watch.finish(graph, &is_honest));
    let hash = core.log.finish().map_err(Error::Log)?;
    let reverted = core.refusals.iter().map(|(refusal, count)| (refusal.name(), *count));
    let unsent = core.unsent.iter().map(|(unsent, count)| (unsent.name().to_owned(), *count));
    let refusals = reverted.chain(unsent).collect();
    let (transactions, settled, gas) = (core.transactions, core.settled, core.gas);
    Ok(WorldOutcome { hash, transactions, settled, gas, refusals, agents, wallets, measured })
}

fn merge(scenario: &Scenario, worlds: Vec<WorldOutcome>) -> Outcome {
    let mut hasher = Sha256::new();
    let mut outcome = Outcome {
        scenario: scenario.clone(),
        log_hash: B256::ZERO,
        world_log_hashes: Vec::with_capacity(worlds.len()),
        transactions: 0,
        settled: 0,
        gas: 0,
        refusals: BTreeMap::new(),
        honest_scores: None,
        hostile_scores: None,
        crowds: Vec::new(),
        agents: Vec::new(),
        wallets: Vec::new(),
        findings: None,
    };
    let mut measured = Vec::new();
    for world in worlds {
        hasher.update(world.hash);
        outcome.world_log_hashes.push(world.hash);
        outcome.transactions += world.transactions;
        outcome.settled += world.settled;
        outcome.gas += world.gas;
        for (reason, count) in world.refusals {
            *outcome.refusals.entry(reason).or_default() += count;
        }
        outcome.agents.extend(world.agents);
        outcome.wallets.extend(world.wallets);
        measured.extend(world.measured);
    }
    if !measured.is_empty() {
        outcome.findings = Some(detection::judge(&mut outcome.wallets, measured));
    }
    outcome.log_hash = B256::from_slice(&hasher.finalize());
    outcome.describe_crowds();
    outcome
}
