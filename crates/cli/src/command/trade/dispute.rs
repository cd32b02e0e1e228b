//! `barter trade dispute`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::subject::changed;
use crate::{context::Context, error::Error, progress::sending};

/// Dispute an accepted trade, as either party
///
/// Final, unless the deployment has an arbiter and it rules.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade dispute 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Dispute {
    /// The trade
    trade_id: String,
}

impl Dispute {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.signing_client()?;
        let receipt = sending("waiting for the dispute to be mined", client.trade().dispute(trade_id)).await?;
        context.output().done(&changed(trade_id, "disputed", receipt))
    }
}
