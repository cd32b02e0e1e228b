//! `barter reputation keygen`

use std::path::PathBuf;

use clap::Args;

use crate::{context::Context, error::Error, reputation, show::MadeKey};

/// Make an Ed25519 key in a file that only its owner can read. Never replaces a file
#[derive(Args)]
#[command(after_help = "Example:
  barter reputation keygen consumer.key

Give the public key to the operator of the service, who registers it with barter reputation register consumer.")]
pub(crate) struct Keygen {
    /// The file to make
    file: PathBuf,
}

impl Keygen {
    pub(crate) fn run(self, context: &Context) -> Result<(), Error> {
        let public = reputation::make_key(&self.file)?;
        context.output().result(&MadeKey { file: self.file, public_key: public.to_string() })
    }
}
