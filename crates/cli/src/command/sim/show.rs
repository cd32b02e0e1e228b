//! `barter sim show`

use clap::Args;

use super::input::text;
use crate::{error::Error, output::print};

/// Print a scenario, with its comments, to be changed
#[derive(Args)]
#[command(after_help = "Example:
  barter sim show siege > mine.toml")]
pub(crate) struct Show {
    /// The scenario: a built-in one by its name, or a file
    scenario: String,
}

impl Show {
    pub(crate) fn run(self) -> Result<(), Error> {
        print(text(&self.scenario)?.as_bytes())
    }
}
