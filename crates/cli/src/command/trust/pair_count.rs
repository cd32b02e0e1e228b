//! `barter trust pair-count`

use alloy_primitives::Address;
use barter_protocol::limits::MAX_PAIR_COUNT;
use clap::Args;
use serde::Serialize;

use crate::{context::Context, error::Error, output::Report, page::Page, progress::waiting};

/// Show how many settled trades of two wallets counted for score and credit
#[derive(Args)]
#[command(after_help = "Example:
  barter trust pair-count 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct PairCount {
    /// One wallet
    wallet_a: String,

    /// The other
    wallet_b: String,
}

#[derive(Serialize)]
struct Counted {
    #[serde(serialize_with = "crate::output::address")]
    address_a: Address,
    #[serde(serialize_with = "crate::output::address")]
    address_b: Address,
    pair_count: u64,
    /// Most that count.
    maximum: u64,
}

impl Report for Counted {
    fn show(&self, page: &mut Page) {
        page.line(format!("{} of at most {}", self.pair_count, self.maximum));
    }
}

impl PairCount {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (address_a, address_b) = (context.wallet_to_read(&self.wallet_a)?, context.wallet_to_read(&self.wallet_b)?);
        let client = context.reading_client()?;
        let pair_count = waiting("reading the count", client.trust().pair_count(address_a, address_b)).await?;
        context.output().result(&Counted { address_a, address_b, pair_count, maximum: MAX_PAIR_COUNT })
    }
}
