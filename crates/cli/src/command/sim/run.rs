//! `barter sim run`

use std::{path::PathBuf, sync::Arc};

use barter_sim::{Outcome, Scenario, report};
use clap::Args;

use super::{
    Out, Settings, Threads,
    folder::{Folder, log_name},
    input::scenario,
    table,
    work::{Watched, failed, work},
};
use crate::{context::Context, error::Error, output::print, page::Page};

/// Run a scenario: a file, or a built-in one by its name (see barter sim scenarios)
///
/// Prints what each crowd gained and spent, and how the detectors did. With --json what is printed is results.json.
#[derive(Args)]
#[command(after_help = "Examples:
  barter sim run
  barter sim run siege --seed 7 --out results
  barter sim run siege --set parameters.pair_cap=1 --set parameters.formula=square-root
  barter sim run open-market --days 10 --out results --log
  barter sim run siege --json | jq .crowds

A folder of results has results.json, report.html (open it in a browser), the tables wallets.parquet, agents.parquet, curves.parquet and
detectors.parquet, and with --log the event log of each world, events-0.log and so on, which barter sim replay checks. To change a scenario, print it:
barter sim show siege > mine.toml, edit it, and barter sim run mine.toml.")]
pub(crate) struct Run {
    /// The scenario
    #[arg(default_value = "siege")]
    scenario: String,

    #[command(flatten)]
    settings: Settings,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    out: Out,

    /// Keep the event log of each world, too; a settled trade takes about 150 bytes
    #[arg(long, requires = "out")]
    log: bool,
}

const RESULTS: &str = "results.json";
const REPORT: &str = "report.html";
const WALLETS: &str = "wallets.parquet";
const AGENTS: &str = "agents.parquet";
const CURVES: &str = "curves.parquet";
const DETECTORS: &str = "detectors.parquet";

impl Run {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let named = self.scenario.clone();
        let scenario = Scenario { sweep: None, ..scenario(&named, &self.settings)? };
        let folder = self.out.folder(&self.names(&scenario))?;
        let mut watched = Watched::worlds(&vec![scenario.days; usize::try_from(scenario.worlds).unwrap_or_default()]);
        if let Some(folder) = folder.as_ref().filter(|_| self.log) {
            watched = watched.with_logs(folder.log_opener());
        }
        let job = move |watched: &Watched| {
            let outcome = barter_sim::run(&scenario, watched).map_err(|error| failed(&named, error))?;
            watched.begin_writing()?;
            let files = folder.map(|folder| write(&folder, &outcome)).transpose()?.unwrap_or_default();
            Ok((outcome, files))
        };
        let (outcome, files) = work(&self.threads, Arc::new(watched), job).await?;
        if context.output().is_json() {
            let mut json = Vec::new();
            report::write_json(&outcome, &mut json).map_err(|error| Error::Output(std::io::Error::other(error)))?;
            return print(&json);
        }
        let mut page = Page::new();
        table::outcome(&outcome, &mut page);
        table::files(&files, &mut page);
        crate::output::print_page(&page)
    }

    /// The files that there will be.
    fn names(&self, scenario: &Scenario) -> Vec<String> {
        let logs = (0..scenario.worlds).filter(|_| self.log).map(log_name);
        [RESULTS, REPORT, WALLETS, AGENTS, CURVES, DETECTORS].map(str::to_owned).into_iter().chain(logs).collect()
    }
}

/// The results are last: where they are, all is.
fn write(folder: &Folder, outcome: &Outcome) -> Result<Vec<PathBuf>, Error> {
    let mut files = folder.keep_logs()?;
    files.push(folder.write(WALLETS, |writer| report::write_wallets(outcome, writer))?);
    files.push(folder.write(AGENTS, |writer| report::write_agents(outcome, writer))?);
    files.push(folder.write(CURVES, |writer| report::write_curves(outcome, writer))?);
    files.push(folder.write(DETECTORS, |writer| report::write_detectors(outcome, writer))?);
    files.push(folder.write(REPORT, |writer| report::write_html(outcome, writer))?);
    files.push(folder.write(RESULTS, |writer| report::write_json(outcome, writer))?);
    Ok(files)
}
