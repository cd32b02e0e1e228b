//! `barter credit earned`

use alloy_primitives::Address;
use barter_sdk::CreditAmount;
use clap::Args;
use serde::Serialize;

use crate::{context::Context, error::Error, output::Report, page::Page, progress::waiting};

/// Show what a wallet ever earned by trading, whatever it holds now
#[derive(Args)]
#[command(after_help = "Example:
  barter credit earned 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Earned {
    /// The wallet [default: your own]
    wallet: Option<String>,
}

#[derive(Serialize)]
struct TotalEarned {
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    /// In tokens: exact.
    earned: CreditAmount,
    /// In smallest units (1e-18 tokens).
    earned_units: String,
}

impl Report for TotalEarned {
    fn show(&self, page: &mut Page) {
        page.line(format!("{} BTR-C", self.earned));
    }
}

impl Earned {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, address) = context.client_for(self.wallet.as_deref())?;
        let earned = waiting("reading what was earned", client.credit().total_earned(address)).await?;
        context.output().result(&TotalEarned { address, earned, earned_units: earned.units().to_string() })
    }
}
