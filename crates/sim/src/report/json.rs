//! Results as JSON.
//!
//! A document is one object:
//!
//! | key | what |
//! |---|---|
//! | `schema` | [`SCHEMA`]; its number changes when a key changes its meaning or goes |
//! | `kind` | `run`, `sweep` or `comparison` |
//! | `version` | of this crate |
//! | `code_hash` | keccak256 of `BarterCore`'s creation code with the scenario's parameters and no arbiter |
//! | `seed` | the scenario's |
//! | `scenario_toml` | the scenario as a file that runs |
//!
//! A run has the fields of [`Outcome`] beside these, a sweep those of [`SweepOutcome`]. A comparison has `outcomes`, a list
//! of runs, and neither code hash, seed nor scenario of its own.
//!
//! Amounts of more than 64 bits (wei, millisatoshis and satoshi-seconds in `spent`) are text in decimal, because many readers
//! keep 53 bits of a number. All else is numbers. Only a seed can be above 2^53 among them; who must have it exactly and
//! reads with such a reader takes it from `scenario_toml`. What there is none of is `null`.

use std::io::{self, Write};

use alloy_primitives::{Address, B256, keccak256};
use serde::Serialize;

use super::Error;
use crate::{Outcome, Scenario, sweep::SweepOutcome};

/// Name and number of the JSON's form.
pub const SCHEMA: &str = "barter-sim/1";

#[derive(Serialize)]
struct Document<'a, T> {
    schema: &'static str,
    kind: &'static str,
    version: &'static str,
    code_hash: B256,
    seed: u64,
    scenario_toml: String,
    #[serde(flatten)]
    results: &'a T,
}

#[derive(Serialize)]
struct Comparison<'a> {
    schema: &'static str,
    kind: &'static str,
    version: &'static str,
    outcomes: Vec<Document<'a, Outcome>>,
}

/// Writes the results of a run.
///
/// # Errors
/// [`Error::Write`].
pub fn write_json(outcome: &Outcome, writer: impl Write) -> Result<(), Error> {
    write(&document("run", &outcome.scenario, outcome), writer)
}

/// Writes the results of a sweep.
///
/// # Errors
/// [`Error::Write`].
pub fn write_sweep_json(sweep: &SweepOutcome, writer: impl Write) -> Result<(), Error> {
    write(&document("sweep", &sweep.scenario, sweep), writer)
}

/// Writes the results of runs beside each other.
///
/// # Errors
/// [`Error::Write`].
pub fn write_comparison_json(outcomes: &[Outcome], writer: impl Write) -> Result<(), Error> {
    let outcomes = outcomes.iter().map(|outcome| document("run", &outcome.scenario, outcome)).collect();
    write(&Comparison { schema: SCHEMA, kind: "comparison", version: super::VERSION, outcomes }, writer)
}

fn document<'a, T>(kind: &'static str, scenario: &Scenario, results: &'a T) -> Document<'a, T> {
    Document {
        schema: SCHEMA,
        kind,
        version: super::VERSION,
        code_hash: keccak256(scenario.parameters.init_code(Address::ZERO)),
        seed: scenario.seed,
        scenario_toml: scenario.to_toml(),
        results,
    }
}

fn write(document: &impl Serialize, writer: impl Write) -> Result<(), Error> {
    let mut writer = io::BufWriter::new(writer);
    serde_json::to_writer_pretty(&mut writer, document).map_err(io::Error::from)?;
    writer.write_all(b"\n")?;
    Ok(writer.flush()?)
}
