//! `barter sim sweep`

use std::sync::Arc;

use barter_sim::{report, sweep};
use clap::Args;

use super::{
    Out, Settings, Threads,
    input::scenario,
    table,
    work::{Watched, failed, work},
};
use crate::{context::Context, error::Error, output::print, page::Page};

/// Run a scenario again and again with its values varied as its table sweep says
///
/// All points have the same seed, unless the seed is varied: what differs between them is what the values did.
#[derive(Args)]
#[command(
    name = "sweep",
    after_help = "Examples:
  barter sim sweep
  barter sim sweep parameters --worlds 4 --out sweep
  barter sim sweep mine.toml --json

A scenario says what is varied in a table of keys and values:
  [sweep]
  mode = \"one-at-a-time\"                # or \"grid\": each value with each of the others
  parameters.pair_cap = [1, 2, 5, 10]
  crowd.circle.count = [10, 20]"
)]
pub(crate) struct SweepCommand {
    /// The scenario: a file, or a built-in one by its name
    #[arg(default_value = "parameters")]
    scenario: String,

    #[command(flatten)]
    settings: Settings,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    out: Out,
}

const RESULTS: &str = "sweep.json";
const REPORT: &str = "sweep.html";
const TABLE: &str = "sweep.parquet";

impl SweepCommand {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let named = self.scenario.clone();
        let scenario = scenario(&named, &self.settings)?;
        let points = sweep::points(&scenario).map_err(|error| failed(&named, error))?;
        let folder = self.out.folder(&[RESULTS, REPORT, TABLE].map(str::to_owned))?;
        let worlds = points.iter().flat_map(|point| (0..point.scenario.worlds).map(|_| point.scenario.days));
        let watched = Watched::worlds(&worlds.collect::<Vec<_>>());
        let job = move |watched: &Watched| {
            let outcome = sweep::sweep(&scenario, watched).map_err(|error| failed(&named, error))?;
            watched.begin_writing()?;
            let mut files = Vec::new();
            if let Some(folder) = folder {
                files.push(folder.write(TABLE, |writer| report::write_sweep(&outcome, writer))?);
                files.push(folder.write(REPORT, |writer| report::write_sweep_html(&outcome, writer))?);
                files.push(folder.write(RESULTS, |writer| report::write_sweep_json(&outcome, writer))?);
            }
            Ok((outcome, files))
        };
        let (outcome, files) = work(&self.threads, Arc::new(watched), job).await?;
        if context.output().is_json() {
            let mut json = Vec::new();
            report::write_sweep_json(&outcome, &mut json)
                .map_err(|error| Error::Output(std::io::Error::other(error)))?;
            return print(&json);
        }
        let mut page = Page::new();
        table::sweep(&outcome, &mut page);
        table::files(&files, &mut page);
        crate::output::print_page(&page)
    }
}
