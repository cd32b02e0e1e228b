//! `barter bond faucet`

use clap::Args;

use super::{Moved, money};
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
    show::Done,
};

/// Make test dollars for your wallet, where bonds are in those: on test networks
#[derive(Args)]
#[command(after_help = "Example:
  barter bond faucet 10000")]
pub(crate) struct Faucet {
    /// How many, at most 100,000 at once
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true, default_value = "10000")]
    amount: String,
}

impl Faucet {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let (bond, wallet) = (client.bond(), client.wallet().ok_or(Error::NoWallet)?);
        let amount = waiting("reading the bond's token", bond.amount(&self.amount)).await?;
        let token = &bond.terms().await?.token;
        let receipt = sending("waiting for it to be mined", bond.mint_test_dollars(amount)).await?;
        context.output().done(&Done {
            headline: format!("{} made for {wallet}.", money(amount, token)),
            trade_id: None,
            subject: Moved::new(wallet, amount),
            receipt,
        })
    }
}
