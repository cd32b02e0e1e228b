//! `barter sim compare`

use std::sync::Arc;

use barter_sim::{Scenario, compare::Comparison, report};
use clap::Args;
use rayon::prelude::*;

use super::{
    Out, Settings, Threads,
    input::scenario,
    table,
    work::{Watched, failed, work},
};
use crate::{context::Context, error::Error, output::print, page::Page};

/// Run scenarios and put them side by side
///
/// The first is what the others are measured against. What is set is set in each.
#[derive(Args)]
#[command(after_help = "Examples:
  barter sim compare open-market siege
  barter sim show siege > mine.toml
  barter sim compare siege mine.toml --days 10
  barter sim compare siege mine.toml --json --out comparison")]
pub(crate) struct Compare {
    /// The scenarios: files, or built-in ones by their names
    #[arg(required = true, num_args = 2..=20, value_name = "SCENARIO")]
    scenarios: Vec<String>,

    #[command(flatten)]
    settings: Settings,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    out: Out,
}

const RESULTS: &str = "comparison.json";
const REPORT: &str = "comparison.html";

impl Compare {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let scenarios = self.scenarios.iter().map(|named| {
            let scenario = scenario(named, &self.settings)?;
            Ok((named.clone(), Scenario { sweep: None, ..scenario }))
        });
        let scenarios: Vec<(String, Scenario)> = scenarios.collect::<Result<_, Error>>()?;
        let folder = self.out.folder(&[RESULTS, REPORT].map(str::to_owned))?;
        let worlds = scenarios.iter().flat_map(|(_, scenario)| (0..scenario.worlds).map(|_| scenario.days));
        let watched = Watched::worlds(&worlds.collect::<Vec<_>>());
        let job = move |watched: &Watched| {
            let mut first_world = 0;
            let mut places = Vec::new();
            for (named, scenario) in scenarios {
                let worlds = scenario.worlds;
                places.push((first_world, named, scenario));
                first_world += worlds;
            }
            let outcomes = places.into_par_iter().map(|(first_world, named, scenario)| {
                let observer = barter_sim::sweep::PointObserver::new(watched, first_world);
                let mut outcome = barter_sim::run(&scenario, &observer).map_err(|error| failed(&named, error))?;
                outcome.forget_lists();
                Ok(outcome)
            });
            let outcomes = outcomes.collect::<Result<Vec<_>, Error>>()?;
            watched.begin_writing()?;
            let mut files = Vec::new();
            if let Some(folder) = folder {
                files.push(folder.write(REPORT, |writer| report::write_comparison_html(&outcomes, writer))?);
                files.push(folder.write(RESULTS, |writer| report::write_comparison_json(&outcomes, writer))?);
            }
            Ok((outcomes, files))
        };
        let (outcomes, files) = work(&self.threads, Arc::new(watched), job).await?;
        if context.output().is_json() {
            let mut json = Vec::new();
            report::write_comparison_json(&outcomes, &mut json)
                .map_err(|error| Error::Output(std::io::Error::other(error)))?;
            return print(&json);
        }
        let mut page = Page::new();
        table::comparison(&Comparison::new(&outcomes), &mut page);
        table::files(&files, &mut page);
        crate::output::print_page(&page)
    }
}
