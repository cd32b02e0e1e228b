//! `barter bank keygen`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::read_key;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, NAME, Page},
    reputation,
};

/// Make a key for a person or a bank, in a file that only its owner can read. Never replaces a file
#[derive(Args)]
#[command(after_help = "Example:
  barter bank keygen alice.key")]
pub(crate) struct Keygen {
    /// The file to make
    file: PathBuf,
}

/// A key that was made.
#[derive(Serialize)]
struct Made {
    file: PathBuf,
    public_key: String,
}

impl Report for Made {
    fn show(&self, page: &mut Page) {
        page.field("key file", self.file.display().to_string());
        page.field("public key", Cell::new(&self.public_key, NAME));
    }
}

impl Keygen {
    pub(crate) fn run(self, context: &Context) -> Result<(), Error> {
        reputation::make_key(&self.file)?;
        let public_key = read_key(&self.file)?.public().to_string();
        context.output().result(&Made { file: self.file, public_key })
    }
}
