//! The most memory each finding takes in the largest market, the time on a processor (so that other work on the machine
//! does not count), and what it finds: `cargo bench -p barter-compliance --bench memory`. Each runs in a process of its
//! own, as Linux counts the most for a whole process.

mod market;

use std::{collections::BTreeSet, env, fs, io, process::Command};

use barter_compliance::{RingSettings, TradeGraph, Viewpoint, ViewpointSettings, wash_rings};
use market::Market;

const FINDINGS: [&str; 6] = ["graph", "rings", "evading", "nested", "crowded", "viewpoint"];

fn main() -> io::Result<()> {
    let finding = env::args().find(|argument| FINDINGS.contains(&argument.as_str()));
    match finding.as_deref() {
        Some(finding) => measure(finding),
        // `cargo test --benches` only asks whether it runs.
        None if !env::args().any(|argument| argument == "--bench") => Ok(()),
        None => FINDINGS
            .into_iter()
            .try_for_each(|finding| Command::new(env::current_exe()?).arg(finding).status().map(|_| ())),
    }
}

fn measure(finding: &str) -> io::Result<()> {
    let size = market::SIZES[market::SIZES.len() - 1];
    let market = match finding {
        "nested" => market::nested(market::YEAR, market::SEED),
        "crowded" => market::nested(market::HOUR, market::SEED),
        "evading" => market::evading(size, market::SEED),
        _ => market::market(size, market::SEED),
    };
    let graph = market::graph(&market);
    let start = processor_ns()?;
    let found = match finding {
        "rings" | "evading" | "nested" | "crowded" => rings(&graph, &market),
        "viewpoint" => viewpoint(&graph),
        _ => String::from("without a finding"),
    };
    let milliseconds = (processor_ns()? - start) / 1_000_000;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!("{finding}: {} trades, {} wallets: {found}; {milliseconds} ms; {peak}", graph.len(), graph.wallets());
    Ok(())
}

/// Time this process has had on a processor, in nanoseconds.
fn processor_ns() -> io::Result<u64> {
    let statistics = fs::read_to_string("/proc/self/schedstat")?;
    statistics.split(' ').next().and_then(|ns| ns.parse().ok()).ok_or_else(|| io::Error::other("no time in schedstat"))
}

fn rings(graph: &TradeGraph, market: &Market) -> String {
    let rings = wash_rings(graph, &RingSettings::default());
    let planted: BTreeSet<_> = market.planted.iter().filter(|ring| !ring.is_empty()).collect();
    let in_planted: BTreeSet<_> = planted.iter().flat_map(|ring| ring.iter()).collect();
    let whole = rings.iter().filter(|ring| planted.contains(&ring.trades)).count();
    let in_rings: BTreeSet<_> = rings.iter().flat_map(|ring| &ring.trades).collect();
    let caught = in_rings.intersection(&in_planted).count();
    format!(
        "{} rings, {whole} of {} planted ones whole, {caught} of {} planted trades, {} honest ones",
        rings.len(),
        planted.len(),
        in_planted.len(),
        in_rings.len() - caught
    )
}

fn viewpoint(graph: &TradeGraph) -> String {
    match Viewpoint::new(graph, &market::trusted(), &ViewpointSettings::default()) {
        Ok(viewpoint) => {
            let ranking = viewpoint.ranking();
            let behind = ranking.iter().filter(|score| score.bridge.is_some()).count();
            format!("{} wallets seen, {behind} of them over a bridge", ranking.len())
        }
        Err(error) => error.to_string(),
    }
}
