//! The same seed gives the same event log, byte for byte, on any number of threads and on any machine.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use alloy_primitives::{B256, b256};
use barter_sim::{Observer, Outcome, Scenario, run};
use rayon::ThreadPoolBuilder;

/// Honest traders and attackers, an arbiter, gas that changes its price, and three worlds.
const SCENARIO: &str = include_str!("determinism.toml");

/// What [`SCENARIO`] comes to. A change of this is right where the commit means to change what happens in a world (an agent,
/// a default, the contracts, the log's format): run the test, look at what else is different, and copy the new hash here. It is
/// wrong where the commit means to make something faster or tidier.
const LOG_HASH: B256 = b256!("6a4170fae098422e8575a912f314db27af05da2148c54b5016d875a65047c155");

fn scenario() -> Scenario {
    Scenario::parse(SCENARIO).unwrap()
}

fn on_threads(threads: usize, scenario: &Scenario, observer: &impl Observer) -> Outcome {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| run(scenario, observer)).unwrap()
}

/// All that a report shows, as text.
fn told(outcome: &Outcome) -> String {
    let wallets: Vec<_> =
        outcome.wallets.iter().map(|wallet| (wallet.address, wallet.score, &wallet.statistics)).collect();
    let agents: Vec<_> = outcome.agents.iter().map(|agent| (agent.score, agent.spent, agent.refused)).collect();
    format!("{} {wallets:?} {agents:?}", serde_json::to_string(outcome).unwrap())
}

#[derive(Default)]
struct Watching {
    logs: Mutex<Vec<u64>>,
    calls: AtomicU64,
}

impl Observer for Watching {
    fn progress(&self, _world: u64, _settled: u64, share: f64) {
        assert!((0.0..=1.0).contains(&share));
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    fn log(&self, world: u64) -> io::Result<Option<Box<dyn io::Write + Send>>> {
        self.logs.lock().unwrap().push(world);
        Ok(Some(Box::new(io::sink())))
    }
}

#[test]
fn the_hash_is_the_one_it_was() {
    let outcome = on_threads(2, &scenario(), &());
    assert!(outcome.settled > 500, "{}", outcome.settled);
    assert!(outcome.refusals.len() > 2, "{:?}", outcome.refusals);
    assert_eq!(outcome.log_hash, LOG_HASH);
}

#[test]
fn threads_and_observers_change_nothing() {
    let alone = told(&on_threads(1, &scenario(), &()));
    for threads in [2, 7] {
        let watching = Watching::default();
        assert!(alone == told(&on_threads(threads, &scenario(), &watching)), "on {threads} threads");
        let mut logs = watching.logs.into_inner().unwrap();
        logs.sort_unstable();
        assert_eq!(logs, [0, 1, 2]);
        assert!(watching.calls.into_inner() > 10);
    }
}

#[test]
fn another_seed_is_another_world() {
    let other = Scenario { seed: scenario().seed + 1, ..scenario() };
    let (one, other) = (on_threads(2, &scenario(), &()), on_threads(2, &other, &()));
    assert_ne!(one.log_hash, other.log_hash);
    assert_ne!(one.settled, other.settled);
}
