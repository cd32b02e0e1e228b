//! `barter compliance isolation`

use clap::Args;

use crate::{context::Context, error::Error, progress::waiting, question::Question};

/// Show the wallets within two steps of a wallet, and how much of their trade stays among them
#[derive(Args)]
#[command(after_help = "Example:
  barter compliance isolation 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Isolation {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    question: Question,
}

impl Isolation {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = self.question.client_for(context, self.wallet.as_deref())?;
        let asked = self.question.ask(&client);
        let cluster = waiting("looking at the wallets around it", asked.isolation(wallet)).await?;
        context.output().result(&cluster)
    }
}
