//! A deterministic simulation: banks, clients, a network and disks under one seed. Messages are lost, doubled, reordered and late; banks
//! crash at their writes and clients at their steps, clocks are apart, and one person lies. After each step, what must hold is looked
//! for in all books; in the end everything honest has ended, and nothing is held.
//!
//! A seed that fails names itself: `BARTER_BANK_SEED=n` runs it alone and tells what happens. `BARTER_BANK_SEEDS=n` runs that many, from
//! `BARTER_BANK_FIRST=n` on.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../ledger_world/mod.rs"]
mod ledger_world;

mod bank;
mod check;
mod client;
mod failing;
mod journal;
mod liar;
mod network;
mod random;
mod store;
mod town;
mod world;

use std::{env, num::NonZero, panic, thread};

use barter_bank::document::remember_signatures;
use world::Found;

/// Seeds that are run where nobody says how many.
const SEEDS: u64 = 100;
/// Seeds among which everything has to come up, or it was not tried.
const ENOUGH: u64 = 1_000;
/// One seed in so many checks every signature wherever it is read; the others, once.
const CHECKED: u64 = 100;
/// Between two seeds that are told of as they begin.
const TOLD: u64 = 10_000;
/// Seeds that fail before a thread stops.
const MAX_FAILED: usize = 5;

fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, expected a number")))
}

/// Runs these seeds, each on one thread alone. What they came upon, and those that failed.
fn run(seeds: impl Iterator<Item = u64>) -> (Found, Vec<u64>) {
    let (mut found, mut failed) = (Found::default(), Vec::new());
    for seed in seeds {
        if seed > 0 && seed.is_multiple_of(TOLD) {
            eprintln!("seed {seed}");
        }
        remember_signatures(!seed.is_multiple_of(CHECKED));
        if let Ok(more) = panic::catch_unwind(|| world::run(seed, false)) {
            found.add(&more);
        } else {
            eprintln!("seed {seed} fails: BARTER_BANK_SEED={seed} runs it alone");
            failed.push(seed);
        }
        if failed.len() >= MAX_FAILED {
            break;
        }
    }
    (found, failed)
}

#[test]
fn whatever_happens_what_must_hold_holds() {
    if let Some(seed) = variable("BARTER_BANK_SEED") {
        println!("{:?}", world::run(seed, true));
        return;
    }
    let seeds = variable("BARTER_BANK_SEEDS").unwrap_or(SEEDS);
    let first = variable("BARTER_BANK_FIRST").unwrap_or(0);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (mut found, mut failed) = (Found::default(), Vec::new());
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads as u64)
            .map(|thread| scope.spawn(move || run((first + thread..first + seeds).step_by(threads))))
            .collect();
        for thread in running {
            let (more, more_failed) = thread.join().unwrap();
            found.add(&more);
            failed.extend(more_failed);
        }
    });
    let told: Vec<String> = found.all().iter().map(|(what, count)| format!("{count} {what}")).collect();
    println!("{seeds} seeds from {first} on: {}", told.join(", "));
    for (what, count) in found.all() {
        assert!(
            count > 0 || seeds < ENOUGH || !failed.is_empty(),
            "{what}: none in {seeds} seeds, so nothing was tried"
        );
    }
    assert!(failed.is_empty(), "of {seeds} seeds, these fail: {failed:?}");
}

#[test]
fn a_seed_is_the_same_every_time() {
    for seed in 0..5 {
        let [once, again] = [false, true].map(|remembers| {
            remember_signatures(remembers);
            format!("{:?}", world::run(seed, false))
        });
        assert_eq!(once, again);
    }
}
