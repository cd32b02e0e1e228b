//! What is printed.

use serde_json::Value;

use super::{SMALL, sim};
use crate::support::Barter;

/// What came of a run, within its document.
fn hash(document: &Value) -> String {
    let text = document.to_string();
    let (_, rest) = text.split_once("\"log_hash\":\"").unwrap_or_else(|| panic!("no log_hash: {document}"));
    rest[..66].to_owned()
}

#[test]
fn a_seed_gives_the_same_on_any_number_of_threads() {
    let outcome = |line: &str| sim(line).json();
    let first = outcome("run small.toml --threads 1");
    assert_eq!(first, outcome("run small.toml --threads 3"));
    assert_eq!(first, outcome("run small.toml"));
    assert_eq!(first, outcome("run small.toml --seed 5 --set crowd.circle.count=2"));
    assert!(hash(&first).starts_with("0x"), "{first}");
    for other in ["--seed 6", "--set seed=6", "--worlds 1", "--days 2", "--set crowd.circle.count=3"] {
        let other = outcome(&format!("run small.toml {other}"));
        assert_ne!(hash(&first), hash(&other));
    }
}

#[test]
fn people_see_crowds_detectors_seed_and_hash() {
    let document = sim("run small.toml").json();
    let outcome = sim("run small.toml").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
    for part in
        ["small", "seed            5", "trader", "circle", "hostile", "isolation", "wash rings", &hash(&document)]
    {
        assert!(outcome.stdout.contains(part), "no {part}: {}", outcome.stdout);
    }
}

#[test]
fn neither_node_nor_network_nor_key_is_looked_at() {
    // Each of these would stop any other command.
    let call = sim("run small.toml --network nowhere --rpc-url nonsense").env("DEPLOYER_PRIVATE_KEY", "nonsense");
    let outcome = call.file(".env", "=").env("BARTER_DEPLOYMENT", "/nowhere").run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn a_sweep_tells_each_point() {
    let document = sim("sweep small.toml").json();
    let points = document.pointer("/result/points").or_else(|| document.get("points")).unwrap_or(&document["points"]);
    let values: Vec<&Value> = points.as_array().unwrap().iter().map(|point| &point["values"][0]).collect();
    assert_eq!(values, [5, 1, 2]);
    let hashes: std::collections::BTreeSet<_> = points.as_array().unwrap().iter().map(hash).collect();
    assert_eq!(hashes.len(), 3);
    let outcome = sim("sweep small.toml --threads 2").run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for part in ["parameters.pair_cap", "circle", "honest score", "seed            5"] {
        assert!(outcome.stdout.contains(part), "no {part}: {}", outcome.stdout);
    }
}

#[test]
fn a_sweep_tells_of_trades_that_never_happen() {
    // Smaller ones are refused, so of those that are left as large a share counts as before.
    let text = SMALL.replace("parameters.pair_cap = [1, 2]", "parameters.minimum_sats = [100000]");
    let call = || sim("sweep minimum.toml").file("minimum.toml", &text);
    let document = call().json();
    let honest = |point: usize, what: &str| document["points"][point]["outcome"]["crowds"][0][what].as_f64().unwrap();
    let shown = call().run();
    for what in ["settled", "counted"] {
        let (before, after) = (honest(0, what), honest(1, what));
        assert!(after < before, "{document}");
        let told = format!("{after} ({:+.1}%)", (after / before - 1.0) * 100.0);
        assert!(shown.stdout.contains(&told), "no {told}: {}", shown.stdout);
    }
}

#[test]
fn a_comparison_shows_what_differs() {
    let other = SMALL.replace("count = 2\n", "count = 3\n").replace("\"small\"", "\"other\"");
    let outcome = sim("compare small.toml other.toml").file("other.toml", &other).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for part in ["small", "other", "circle", "wallets", "(+50.0%)"] {
        assert!(outcome.stdout.contains(part), "no {part}: {}", outcome.stdout);
    }
    let same = sim("compare small.toml small.toml").run();
    assert!(same.stdout.contains("no number differs"), "{same:?}");
    let document = sim("compare small.toml other.toml").file("other.toml", &other).json();
    assert_eq!(document["outcomes"].as_array().unwrap().len(), 2, "{document}");
}

#[test]
fn every_built_in_scenario_is_listed_shown_and_can_be_run() {
    let listed = Barter::words("sim scenarios").json();
    let names: Vec<&str> =
        listed["scenarios"].as_array().unwrap().iter().map(|listed| listed["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["open-market", "siege", "cheapest", "parameters", "spam", "disputes"]);
    let agents = listed["agents"].as_array().unwrap();
    assert!(agents.iter().any(|kind| kind["name"] == "trader" && kind["hostile"] == false), "{listed}");
    for name in names {
        let shown = Barter::words(&format!("sim show {name}")).run();
        assert!(shown.stdout.starts_with('#') && shown.stdout.contains("[[crowd]]"), "{shown:?}");
        // A day of one world, and the same from the file as by the name.
        let short = "--days 1 --worlds 1 --set crowd.trader.count=100";
        let built_in = Barter::words(&format!("sim run {name} {short}")).json();
        let edited =
            Barter::words(&format!("sim run ./{name}.toml {short}")).file(&format!("{name}.toml"), &shown.stdout);
        assert_eq!(built_in, edited.json(), "{name}");
    }
    let people = Barter::words("sim scenarios").run();
    assert!(people.stdout.contains("siege") && people.stdout.contains("hostile"), "{people:?}");
}

#[test]
fn a_bar_is_seen_at_a_terminal() {
    let mut terminal = sim("run endless.toml").at_terminal(100, 30);
    terminal.wait_for("days");
    terminal.press_interrupt();
    let (code, text) = terminal.end();
    assert_eq!(code, 130, "{text}");
    assert!(text.contains("stopped by a signal"), "{text}");
}
