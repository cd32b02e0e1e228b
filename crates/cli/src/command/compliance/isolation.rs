//! `barter compliance isolation`

use clap::Args;

use crate::{
    context::Context,
    error::Error,
    progress::waiting,
    question::{Source, Thresholds, ask},
};

/// Show the wallets within two steps of a wallet, and how much of their trade stays among them
#[derive(Args)]
#[command(after_help = "Example:
  barter compliance isolation 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Isolation {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    thresholds: Thresholds,
}

impl Isolation {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = self.source.client_for(context, self.wallet.as_deref())?;
        let asked = self.thresholds.of(ask(&client))?;
        let cluster = waiting("looking at the wallets around it", asked.isolation(wallet)).await?;
        context.output().result(&cluster)
    }
}
