//! What a page is made of: the scenario, and how to make it again.

use alloy_primitives::{Address, keccak256};

use super::{
    Cell, section, table,
    text::{count, escape},
};
use crate::{Outcome, Scenario, compare, sweep::SweepOutcome};

pub(super) fn of_run(outcome: &Outcome) -> String {
    let scenario = &outcome.scenario;
    let rows: Vec<_> = outcome
        .refusals
        .iter()
        .map(|(reason, number)| vec![Cell::Name(escape(reason)), Cell::Value(count(*number))])
        .collect();
    let refusals = if rows.is_empty() {
        "<p>The contracts refused no transaction.</p>\n".to_owned()
    } else {
        format!(
            "<details><summary>Why the contracts refused transactions</summary>\n{}</details>\n",
            table(&["Reason", "Transactions"], &rows)
        )
    };
    let mut own = vec![("Log hash", format!("{:#x}", outcome.log_hash))];
    own.extend(outcome.world_log_hashes.iter().map(|hash| ("Of a world", format!("{hash:#x}"))));
    own.push(("Gas", count(outcome.gas)));
    let facts = [facts(scenario, &own), refusals];
    again("barter sim run scenario.toml", &(facts.concat() + &file(scenario, "")))
}

pub(super) fn of_sweep(sweep: &SweepOutcome) -> String {
    let axes: String = sweep
        .axes
        .iter()
        .map(|axis| {
            let values: Vec<_> = axis.values.iter().map(ToString::to_string).collect();
            format!("\"{}\" = [{}]\n", axis.key, values.join(", "))
        })
        .collect();
    let mode = serde_json::to_string(&sweep.mode).unwrap_or_default();
    let facts = facts(&sweep.scenario, &[("Points", count(sweep.points.len() as u64))]);
    again(
        "barter sim sweep scenario.toml",
        &(facts + &file(&sweep.scenario, &format!("\n[sweep]\nmode = {mode}\n{axes}"))),
    )
}

pub(super) fn of_comparison(outcomes: &[Outcome]) -> String {
    let each = outcomes.iter().zip(compare::labels(outcomes)).map(|(outcome, label)| {
        let hash = format!("{:#x}", outcome.log_hash);
        format!(
            "<h3>{}</h3>\n{}{}",
            escape(&label),
            facts(&outcome.scenario, &[("Log hash", hash)]),
            file(&outcome.scenario, "")
        )
    });
    again("barter sim compare first.toml second.toml", &each.collect::<String>())
}

fn again(command: &str, content: &str) -> String {
    section(
        "Run it again",
        "Everything on this page comes from the scenario below and its seed. Save it as a file and run the command: the log has \
         the same hash, byte for byte, on any machine and any number of threads.",
        "",
        &format!("<pre>{}</pre>\n{content}{}", escape(command), glossary()),
    )
}

fn facts(scenario: &Scenario, more: &[(&str, String)]) -> String {
    let code = keccak256(scenario.parameters.init_code(Address::ZERO));
    let mut facts = vec![("Seed", scenario.seed.to_string())];
    facts.extend(more.iter().cloned());
    facts.push(("Code hash", format!("{code:#x}")));
    facts.push(("Version", format!("barter-sim {}", super::super::VERSION)));
    let items: String =
        facts.iter().map(|(what, value)| format!("<dt>{what}</dt><dd><code>{}</code></dd>\n", escape(value))).collect();
    format!("<dl>\n{items}</dl>\n")
}

fn file(scenario: &Scenario, more: &str) -> String {
    format!(
        "<details open><summary>The scenario, scenario.toml</summary>\n<pre>{}{}</pre></details>\n",
        escape(&scenario.to_toml()),
        escape(more)
    )
}

/// What the words mean.
fn glossary() -> String {
    let words = [
        ("sat", "A satoshi: a hundred millionth of a bitcoin, the unit of all amounts here."),
        ("Score", "Points of a wallet's trust profile. Each settled trade that counts adds some for both parties."),
        ("Pair cap", "How many trades of one and the same pair of wallets count. Later ones settle and add nothing."),
        ("Gas", "What the chain charges for, turned into satoshis by the scenario's prices."),
        (
            "Log hash",
            "sha256 over the hashes of the worlds' event logs, in order. Two runs with the same hash are the same run. Replaying \
             a world's log gives that world's hash.",
        ),
        ("Code hash", "keccak256 of the contract's creation code: which bytecode was run."),
    ];
    let items: String = words.iter().map(|(word, meaning)| format!("<dt>{word}</dt><dd>{meaning}</dd>\n")).collect();
    format!("<h3>Words</h3>\n<dl>\n{items}</dl>\n")
}
