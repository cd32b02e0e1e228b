//! Ten million settled trades in two worlds on two cores, the time and the memory they take:
//! `cargo bench -p barter-sim --bench ten_million`. A number after `--` asks for so many trades instead.
//!
//! Memory is that of the process (Linux), each time another quarter of the time of the scenario has passed. The first has
//! wallets and pairs that are new, which the contracts keep for ever; trades that are over they do not. All accepted trades
//! are paid here: one that is not can still be settled, so it is kept.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::{
    env, fs,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use barter_sim::{Observer, Scenario, run};

const TRADES: u64 = 10_000_000;
const WORLDS: u64 = 2;
const WALLETS: u64 = 300;
const TRADES_PER_DAY: u64 = 50;
const QUARTERS: f64 = 4.0;

struct Watching {
    quarter: AtomicU64,
    start: Instant,
}

impl Observer for Watching {
    fn progress(&self, world: u64, settled: u64, share: f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 4")]
        let quarter = (share * QUARTERS) as u64;
        if world == 0 && self.quarter.fetch_max(quarter, Ordering::Relaxed) < quarter {
            self.say(&format!("{quarter}/4 of world 0, {settled} trades"));
        }
    }
}

impl Watching {
    fn say(&self, what: &str) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
        let memory: Vec<_> = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        println!("{:7.1} s: {what}; {}", self.start.elapsed().as_secs_f64(), memory.join(", "));
    }
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let trades = env::args().filter_map(|argument| argument.parse().ok()).next_back().unwrap_or(TRADES);
    // A part of the proposals is never settled.
    let days = trades * 6 / 5 / (WORLDS * WALLETS * TRADES_PER_DAY) + 2;
    let text = format!(
        "name = \"many\"\ndays = {days}\nworlds = {WORLDS}\n[chain]\nblock_gas_limit = 1000000000\n[detection]\nenabled = \
         false\n[[crowd]]\nagent = \"trader\"\ncount = {WALLETS}\ntrades_per_day = \
         {TRADES_PER_DAY}.0\nunpaid_share = 0.0\n"
    );
    let scenario = Scenario::parse(&text).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let watching = Watching { quarter: AtomicU64::new(0), start: Instant::now() };
    let outcome = pool.install(|| run(&scenario, &watching)).unwrap();
    watching.say(&format!("{} trades in {WORLDS} worlds, {} transactions", outcome.settled, outcome.transactions));
}
