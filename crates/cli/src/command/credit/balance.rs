//! `barter credit balance`

use barter_sdk::CreditBalance;
use clap::Args;

use crate::{context::Context, error::Error, output::Report, page::Page, progress::waiting};

/// Show what a wallet holds
#[derive(Args)]
#[command(after_help = "Example:
  barter credit balance 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Balance {
    /// The wallet [default: your own]
    wallet: Option<String>,
}

impl Report for CreditBalance {
    fn show(&self, page: &mut Page) {
        page.line(format!("{} {}", self.balance, self.symbol));
    }
}

impl Balance {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = context.client_for(self.wallet.as_deref())?;
        let balance = waiting("reading the balance", client.credit().balance(wallet)).await?;
        context.output().result(&balance)
    }
}
