//! `barter trade uphold`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::subject::{changed, not_ruled};
use crate::{context::Context, error::Error, progress::sending};

/// As the arbiter: end a disputed trade and record a fault against one of its parties
///
/// Where the arbiter is the auditors' quorum, they rule with barter dispute.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade uphold 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 \\
    --at-fault 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Uphold {
    /// The trade
    trade_id: String,

    /// The party at fault
    #[arg(long, value_name = "ADDRESS")]
    at_fault: String,
}

impl Uphold {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.signing_client()?;
        let trade = client.trade();
        let ruling = trade.uphold(trade_id, self.at_fault.as_str());
        let receipt = sending("waiting for the ruling to be mined", ruling).await;
        let receipt = receipt.map_err(|error| not_ruled(error, &client))?;
        context.output().done(&changed(trade_id, "disputed", receipt))
    }
}
