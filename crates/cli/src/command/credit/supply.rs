//! `barter credit supply`

use barter_sdk::CreditAmount;
use clap::Args;
use serde::Serialize;

use crate::{context::Context, error::Error, output::Report, page::Page, progress::waiting};

/// Show how much BTR-Credit there is
#[derive(Args)]
#[command(after_help = "Example:
  barter credit supply --network sepolia")]
pub(crate) struct Supply {}

#[derive(Serialize)]
struct Supplied {
    /// In tokens: exact.
    total_supply: CreditAmount,
    /// In smallest units (1e-18 tokens).
    total_supply_units: String,
}

impl Report for Supplied {
    fn show(&self, page: &mut Page) {
        page.line(format!("{} BTR-C", self.total_supply));
    }
}

impl Supply {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.reading_client()?;
        let total_supply = waiting("reading the supply", client.credit().total_supply()).await?;
        context.output().result(&Supplied { total_supply, total_supply_units: total_supply.units().to_string() })
    }
}
