//! `barter trade accept`

use barter_sdk::TradeIdInput;
use clap::Args;

use super::{own_invoice::Guard, subject::changed};
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
};

/// Accept a proposal made to your wallet
///
/// Where you are the one to be paid, only if the trade is for an open, unpaid invoice of your Lightning node, over the trade's amount,
/// that belongs to no other trade: else somebody could settle it who never paid you.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade accept 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3")]
pub(crate) struct Accept {
    /// The trade
    trade_id: String,

    #[command(flatten)]
    guard: Guard,
}

impl Accept {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let trade_id = self.trade_id.to_trade_id()?;
        let client = context.signing_client()?;
        let payee = waiting("reading the trade", client.trade().get(trade_id)).await?.payee;
        let is_payee = client.wallet() == Some(payee);
        let guard = if is_payee { self.guard.deals(&client, context)? } else { None };
        let mined = "waiting for the acceptance to be mined";
        let receipt = match guard {
            Some(deals) => Box::pin(sending(mined, deals.accept(trade_id))).await?,
            None => sending(mined, client.trade().accept(trade_id)).await?,
        };
        context.output().done(&changed(trade_id, "accepted", receipt))
    }
}
