//! `barter trust profile`

use clap::Args;

use crate::{context::Context, error::Error, progress::waiting};

/// Show a wallet's profile: score, trades, credit
#[derive(Args)]
#[command(after_help = "Example:
  barter trust profile 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Profile {
    /// The wallet [default: your own]
    wallet: Option<String>,
}

impl Profile {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = context.client_for(self.wallet.as_deref())?;
        let profile = waiting("reading the profile", client.trust().profile(wallet)).await?;
        context.output().result(&profile)
    }
}
