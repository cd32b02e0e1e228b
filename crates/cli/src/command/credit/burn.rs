//! `barter credit burn`

use alloy_primitives::Address;
use barter_sdk::CreditAmount;
use clap::Args;
use serde::Serialize;

use crate::{context::Context, error::Error, progress::sending, show::Done};

/// Destroy credit of your own, for good
///
/// What your wallet ever earned stays on record. After an error with a transaction, look that transaction up before trying
/// again: a second burn burns again.
#[derive(Args)]
#[command(after_help = "Example:
  barter credit burn 12.5")]
pub(crate) struct Burn {
    /// How many tokens, with at most 18 decimals
    #[arg(value_name = "TOKENS", allow_negative_numbers = true)]
    amount: String,
}

#[derive(Serialize)]
struct Burned {
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    /// In tokens: exact.
    burned: CreditAmount,
    /// In smallest units (1e-18 tokens).
    burned_units: String,
}

impl Burn {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let burned: CreditAmount = self.amount.parse()?;
        let client = context.signing_client()?;
        let address = client.wallet().ok_or(Error::NoWallet)?;
        let receipt = sending("waiting for the burn to be mined", client.credit().burn(burned)).await?;
        context.output().done(&Done {
            headline: format!("{burned} BTR-C burned."),
            trade_id: None,
            subject: Burned { address, burned, burned_units: burned.units().to_string() },
            receipt,
        })
    }
}
