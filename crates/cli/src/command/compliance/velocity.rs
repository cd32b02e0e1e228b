//! `barter compliance velocity`

use clap::Args;

use crate::{context::Context, error::Error, progress::waiting, question::Question};

/// Show how often a wallet trades: in 24 hours, 7 days and 30 days
#[derive(Args)]
#[command(after_help = "Example:
  barter compliance velocity 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Velocity {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    question: Question,
}

impl Velocity {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (asked, wallet) = self.question.about(context, self.wallet.as_deref())?;
        let velocity = waiting("looking at its trades", asked.velocity(wallet)).await?;
        context.output().result(&velocity)
    }
}
