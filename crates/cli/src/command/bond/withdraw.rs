//! `barter bond withdraw`

use alloy_primitives::Address;
use clap::Args;
use serde::Serialize;

use super::payee;
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
    show::Done,
};

/// Take out what has been leaving your bond for long enough, but for what open disputes can still take
#[derive(Args)]
#[command(after_help = "Example:
  barter bond withdraw --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Withdraw {
    /// Who receives it [default: your own wallet]
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

/// Whose money was paid to whom.
#[derive(Debug, Serialize)]
pub(super) struct Paid {
    #[serde(serialize_with = "crate::output::address")]
    pub(super) address: Address,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) to: Address,
}

impl Withdraw {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, address, to) = payee(context, self.to.as_deref())?;
        let bond = client.bond();
        let token = waiting("reading the bond's token", bond.terms()).await?.token.clone();
        let paying = sending("waiting for the withdrawal to be mined", bond.withdraw(to)).await;
        let receipt = paying.map_err(|error| error.in_tokens(&token))?;
        let headline = format!("What was free of the bond was paid to {to}.");
        context.output().done(&Done { headline, trade_id: None, subject: Paid { address, to }, receipt })
    }
}
