//! `barter trust score`

use alloy_primitives::Address;
use barter_protocol::Level;
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BEST, Page, styled},
    progress::waiting,
    text::grouped,
};

/// Show a wallet's score; 0 with no history
#[derive(Args)]
#[command(after_help = "Example:
  barter trust score 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Score {
    /// The wallet [default: your own]
    wallet: Option<String>,
}

#[derive(Serialize)]
struct Scored {
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    score: u64,
    level: String,
}

impl Report for Scored {
    fn show(&self, page: &mut Page) {
        page.line(styled(grouped(self.score), BEST));
    }
}

impl Score {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, address) = context.client_for(self.wallet.as_deref())?;
        let score = waiting("reading the score", client.trust().score(address)).await?;
        context.output().result(&Scored { address, score, level: Level::of(score).to_string() })
    }
}
