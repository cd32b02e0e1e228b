//! `barter wallet`

use clap::Args;

use crate::{
    context::Context,
    error::Error,
    progress::waiting,
    question::{Question, mind_age},
};

/// Show a wallet at a glance: score, trades, completion, counterparties, credit, risk
#[derive(Args)]
#[command(after_help = "Example:
  barter wallet 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Wallet {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    question: Question,
}

impl Wallet {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (asked, wallet) = self.question.about(context, self.wallet.as_deref())?;
        let summary = waiting("looking at its trades", asked.wallet_summary(wallet)).await?;
        mind_age(context, &summary.at);
        context.output().result(&summary)
    }
}
