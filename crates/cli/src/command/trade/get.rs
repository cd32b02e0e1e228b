//! `barter trade get`

use barter_sdk::TradeIdInput;
use clap::Args;

use crate::{context::Context, error::Error, progress::waiting};

/// Show a trade
#[derive(Args)]
#[command(after_help = "Example:
  barter trade get 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Get {
    /// The trade
    trade_id: String,
}

impl Get {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.reading_client()?;
        let trade = waiting("reading the trade", client.trade().get(trade_id)).await?;
        context.output().result(&trade)
    }
}
