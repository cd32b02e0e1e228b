//! `barter trade sign-settle`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::{deadline::DeadlineArguments, settle::PreimageArguments};
use crate::{context::Context, error::Error, progress::waiting};

/// As the payer: sign a settlement that anybody can then send
///
/// Prints the signed settlement as JSON, preimage included. Sends nothing, and needs no ether.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade sign-settle 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 \\
    --preimage-file preimage.txt > settlement.json")]
pub(crate) struct SignSettle {
    /// The trade
    #[arg(requires = "preimage_source")]
    trade_id: String,

    #[command(flatten)]
    preimage: PreimageArguments,

    #[command(flatten)]
    deadline: DeadlineArguments,
}

impl SignSettle {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let preimage = self.preimage.read()?;
        let client = context.signing_client()?;
        let (trade, deadline) = (client.trade(), self.deadline.deadline(&client).await);
        let signing = trade.sign_settle(trade_id, preimage, deadline);
        let signed = waiting("signing", signing).await?;
        context.output().say("Hand this to whoever shall send it with: barter trade settle --signed FILE");
        context.output().document(&signed)
    }
}
