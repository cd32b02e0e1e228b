//! `barter compliance isolation`

use clap::Args;

use crate::{
    context::Context,
    error::Error,
    progress::waiting,
    question::{Source, Thresholds, ask},
};

/// Show the wallets within two steps of a wallet, and how much of their trade stays among them
///
/// A share near 1 says that they trade with hardly anybody else. Where two steps reach nearly all wallets there are, that is so
/// of everybody and says nothing: there, set `cluster_depth` to 1 or `cluster_wallets` lower in a policy's settings.
#[derive(Args)]
#[command(after_help = "Examples:
  barter compliance isolation 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
  barter compliance isolation 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --policy policy.toml")]
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
