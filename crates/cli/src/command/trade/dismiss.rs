//! `barter trade dismiss`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::subject::{changed, not_ruled};
use crate::{context::Context, error::Error, progress::sending};

/// As the arbiter: send a disputed trade back to accepted, for good
///
/// Where the arbiter is the auditors' quorum, they rule with barter dispute.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade dismiss 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Dismiss {
    /// The trade
    trade_id: String,
}

impl Dismiss {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.signing_client()?;
        let receipt = sending("waiting for the ruling to be mined", client.trade().dismiss(trade_id)).await;
        let receipt = receipt.map_err(|error| not_ruled(error, &client))?;
        context.output().done(&changed(trade_id, "accepted", receipt))
    }
}
