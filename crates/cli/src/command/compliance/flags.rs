//! `barter compliance flags`

use alloy_primitives::Address;
use barter_sdk::AnomalyFlag;
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{GOOD, Page, styled},
    progress::waiting,
    question::Question,
    show::flag,
};

/// Show the flags that a wallet's settled trades raise, with what each rests on
#[derive(Args)]
#[command(after_help = "Example:
  barter compliance flags 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Flags {
    /// The wallet [default: your own]
    wallet: Option<String>,

    #[command(flatten)]
    question: Question,
}

#[derive(Serialize)]
struct Raised {
    #[serde(serialize_with = "crate::output::address")]
    wallet: Address,
    flags: Vec<AnomalyFlag>,
}

impl Report for Raised {
    fn show(&self, page: &mut Page) {
        page.title(format!("Flags of {}", self.wallet));
        if self.flags.is_empty() {
            page.line(styled("none", GOOD));
        }
        for raised in &self.flags {
            flag(raised, page);
        }
    }
}

impl Flags {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (asked, wallet) = self.question.about(context, self.wallet.as_deref())?;
        let flags = waiting("looking at its trades", asked.flags(wallet)).await?;
        context.output().result(&Raised { wallet, flags })
    }
}
