//! `barter dispute overturn`

use std::path::PathBuf;

use clap::Args;

use super::{
    rule::{of_bond, of_trade},
    signatures::{Signatures, read_all},
    subject::changed,
};
use crate::{context::Context, error::Error, progress::sending};

/// Bring the larger quorum's signatures that replace a ruling, for good, before it takes effect
///
/// Anybody can. What it says can be carried out at once, by barter dispute execute.
#[derive(Args)]
#[command(after_help = "Example:
  barter dispute overturn one.json two.json three.json")]
pub(crate) struct Overturn {
    /// Files with signatures, as `dispute sign-ruling --overturn` prints them, one or a list of them each; - for standard input
    #[arg(value_name = "FILE", required = true)]
    signatures: Vec<PathBuf>,
}

impl Overturn {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let signatures = read_all(&self.signatures)?;
        let client = context.signing_client()?;
        let (bond, what) = (client.bond(), "waiting for the ruling to be mined");
        let (about, receipt) = match &signatures {
            Signatures::Bond(signed) => (of_bond(signed), sending(what, bond.overturn(signed)).await?),
            Signatures::Trade(signed) => (of_trade(signed), sending(what, bond.overturn_trade(signed)).await?),
        };
        context.output().done(&changed(about, "overturned".to_owned(), receipt))
    }
}
