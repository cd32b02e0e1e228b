//! `barter reputation keygen`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, NAME, Page},
    reputation,
};

/// Make an Ed25519 key in a file that only its owner can read. Never replaces a file
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation keygen consumer.key

Give the public key to the operator of the service, who registers it with barter reputation register consumer.")]
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
        let public = reputation::make_key(&self.file)?;
        context.output().result(&Made { file: self.file, public_key: public.to_string() })
    }
}
