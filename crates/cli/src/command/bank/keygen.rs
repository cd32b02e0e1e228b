//! `barter bank keygen`

use std::path::PathBuf;

use clap::Args;

use super::read_key;
use crate::{context::Context, error::Error, reputation, show::MadeKey};

/// Make a key for a person or a bank, in a file that only its owner can read. Never replaces a file
#[derive(Args)]
#[command(after_help = "Example:
  barter bank keygen alice.key")]
pub(crate) struct Keygen {
    /// The file to make
    file: PathBuf,
}

impl Keygen {
    pub(crate) fn run(self, context: &Context) -> Result<(), Error> {
        reputation::make_key(&self.file)?;
        let public_key = read_key(&self.file)?.public().to_string();
        context.output().result(&MadeKey { file: self.file, public_key })
    }
}
