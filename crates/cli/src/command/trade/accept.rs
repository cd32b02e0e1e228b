//! `barter trade accept`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::subject::changed;
use crate::{context::Context, error::Error, progress::sending};

/// Accept a proposal made to your wallet
#[derive(Args)]
#[command(after_help = "Example:
  barter trade accept 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Accept {
    /// The trade
    trade_id: String,
}

impl Accept {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.signing_client()?;
        let receipt = sending("waiting for the acceptance to be mined", client.trade().accept(trade_id)).await?;
        context.output().done(&changed(trade_id, "accepted", receipt))
    }
}
