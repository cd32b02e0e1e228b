//! `barter compliance report`

use clap::Args;

use crate::{
    context::Context,
    error::Error,
    progress::waiting,
    question::{Question, mind_age},
};

/// Show everything about a wallet, at one point in the chain: risk, flags, velocity, cluster
#[derive(Args)]
#[command(after_help = "Example:
  barter compliance report 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --json | jq -r .risk_level")]
pub(crate) struct FullReport {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    question: Question,
}

impl FullReport {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (asked, wallet) = self.question.about(context, self.wallet.as_deref())?;
        let report = waiting("looking at its trades and the wallets around it", asked.full_report(wallet)).await?;
        mind_age(context, &report.at);
        context.output().result(&report)
    }
}
