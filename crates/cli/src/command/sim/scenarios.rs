//! `barter sim scenarios`

use barter_sim::{agent::kinds, scenario::BUILT_IN};
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, Cell, GOOD, NAME, Page},
};

/// List the built-in scenarios, and the kinds of agents that scenarios are made of
#[derive(Args)]
#[command(after_help = "Examples:
  barter sim scenarios
  barter sim scenarios --json | jq -r '.agents[] | select(.hostile) | .name'")]
pub(crate) struct Scenarios {}

#[derive(Serialize)]
struct Listed {
    scenarios: Vec<Named>,
    agents: Vec<Kind>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    summary: &'static str,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    hostile: bool,
    summary: &'static str,
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        let rows = self.scenarios.iter().map(|named| vec![Cell::new(named.name, NAME), named.summary.into()]);
        page.table(0, &["scenario", ""], &rows.collect::<Vec<_>>()).gap();
        let rows = self.agents.iter().map(|kind| {
            let side = if kind.hostile { Cell::new("hostile", BAD) } else { Cell::new("honest", GOOD) };
            vec![Cell::new(kind.name, NAME), side, kind.summary.into()]
        });
        page.table(0, &["agent", "", ""], &rows.collect::<Vec<_>>());
    }
}

impl Scenarios {
    pub(crate) fn run(self, context: &Context) -> Result<(), Error> {
        let Self {} = self;
        let scenarios = BUILT_IN.iter().map(|built_in| Named { name: built_in.name, summary: built_in.summary });
        let agents = kinds().iter().map(|kind| Kind { name: kind.name, hostile: kind.hostile, summary: kind.summary });
        context.output().result(&Listed { scenarios: scenarios.collect(), agents: agents.collect() })
    }
}
