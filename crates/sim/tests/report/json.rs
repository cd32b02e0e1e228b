//! JSON, as a program reads it.

use barter_sim::{Scenario, report, sweep};
use serde_json::Value;

use crate::made;

fn read(bytes: &[u8]) -> Value {
    assert!(bytes.ends_with(b"}\n"));
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn a_run_says_what_it_is_and_how_to_run_it_again() {
    let outcome = made::outcome(3, 50);
    let mut bytes = Vec::new();
    report::write_json(&outcome, &mut bytes).unwrap();
    let document = read(&bytes);
    assert_eq!(document["schema"], report::SCHEMA);
    assert_eq!(document["kind"], "run");
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["seed"], 7);
    assert_eq!(document["log_hash"], format!("{:#x}", outcome.log_hash));
    let worlds: Vec<_> = outcome.world_log_hashes.iter().map(|hash| format!("{hash:#x}")).collect();
    assert_eq!(document["world_log_hashes"], serde_json::json!(worlds));
    assert_eq!(document["code_hash"].as_str().map(str::len), Some(66));
    assert_eq!(Scenario::parse(document["scenario_toml"].as_str().unwrap()).unwrap(), outcome.scenario);
    assert_eq!(document["crowds"].as_array().unwrap().len(), 4);
    assert_eq!(document["crowds"][1]["milestones"][0]["score"], 100);
    assert_eq!(document["crowds"][1]["honest_ninety"]["cheapest_sats"], Value::Null);
    assert_eq!(document["honest_scores"]["median"], outcome.honest_scores.unwrap().median);
    assert_eq!(document["findings"]["detectors"][0]["name"], "high velocity");
    assert_eq!(document["findings"]["detectors"][0]["roc"][0], serde_json::json!([0.0, 0.0]));
    // Lists of wallets are in the tables.
    assert!(document.get("wallets").is_none() && document.get("agents").is_none());
}

#[test]
fn other_parameters_are_other_code() {
    let code = |pair_cap: u64| {
        let mut outcome = made::outcome(1, 5);
        outcome.scenario.parameters.pair_cap = pair_cap;
        let mut bytes = Vec::new();
        report::write_json(&outcome, &mut bytes).unwrap();
        read(&bytes)["code_hash"].clone()
    };
    assert_eq!(code(5), code(5));
    assert_ne!(code(5), code(6));
}

#[test]
fn more_than_64_bits_are_text() {
    let mut outcome = made::outcome(1, 5);
    outcome.crowds[1].spent.gas_wei = u128::MAX;
    let mut bytes = Vec::new();
    report::write_json(&outcome, &mut bytes).unwrap();
    let spent = &read(&bytes)["crowds"][1]["spent"];
    assert_eq!(spent["gas_wei"], u128::MAX.to_string());
    assert!(spent["lightning_msat"].is_string() && spent["locked_sat_seconds"].is_string());
    assert!(spent["gas"].is_u64());
}

#[test]
fn sweeps_and_comparisons_hold_runs() {
    let sweep = made::sweep();
    let mut bytes = Vec::new();
    report::write_sweep_json(&sweep, &mut bytes).unwrap();
    let document = read(&bytes);
    assert_eq!(document["kind"], "sweep");
    assert_eq!(document["axes"][0]["key"], "parameters.pair_cap");
    assert_eq!(document["points"].as_array().unwrap().len(), sweep.points.len());
    assert_eq!(document["points"][0]["outcome"]["log_hash"], format!("{:#x}", sweep.points[0].outcome.log_hash));
    assert!(matches!(sweep.mode, sweep::Mode::OneAtATime));

    let mut bytes = Vec::new();
    report::write_comparison_json(&[made::outcome(1, 5), made::outcome(2, 5)], &mut bytes).unwrap();
    let document = read(&bytes);
    assert_eq!(document["kind"], "comparison");
    assert_eq!(document["outcomes"][1]["kind"], "run");
    assert_eq!(document["outcomes"][1]["crowds"].as_array().unwrap().len(), 3);
}
