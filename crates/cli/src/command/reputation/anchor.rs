//! `barter reputation anchor`

use alloy_primitives::{Address, B256};
use barter_sdk::Receipt;
use clap::Args;
use serde::Serialize;

use super::Asked;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, NAME, Page},
    progress::{sending, waiting},
    reputation::{self, log},
    text::grouped,
};

/// Put the size and the root of a service's log on the chain, as the wallet that keeps it
///
/// From then on nobody can change what is in it without everybody seeing. Run it now and then, from a timer; a log that has not grown is
/// not anchored again. Start the service with --anchored-by and this wallet, so that those who verify know where to look.
#[derive(Args)]
#[command(
    name = "anchor",
    after_help = "Example:
  barter reputation anchor --network sepolia"
)]
pub(crate) struct AnchorCommand {
    #[command(flatten)]
    asked: Asked,
}

/// What was anchored.
#[derive(Serialize)]
struct Anchored {
    #[serde(serialize_with = "crate::output::address")]
    oracle: Address,
    size: u64,
    root: B256,
    #[serde(flatten)]
    receipt: Receipt,
}

impl Report for Anchored {
    fn show(&self, page: &mut Page) {
        page.field("oracle", Cell::new(self.oracle.to_string(), NAME));
        page.field("entries", grouped(self.size));
        page.field("root", self.root.to_string());
        page.field("transaction", Cell::new(self.receipt.transaction_hash.to_string(), FAINT));
    }
}

impl AnchorCommand {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let service = self.asked.service(context)?;
        let client = context.signing_client()?;
        let oracle = client.wallet().ok_or(barter_sdk::Error::NoSigner)?;
        client.deployment().barter_bond.ok_or(reputation::Error::NoBond)?;
        let head = waiting("asking the service", log::head(&service)).await?;
        let last = waiting("looking at the last anchor", client.bond().last_anchor(oracle)).await?;
        let anchored = last.map_or(0, |anchor| anchor.size);
        if u128::from(head.size) <= anchored {
            return Err(reputation::Error::NothingToAnchor { size: head.size, anchored }.into());
        }
        let bond = client.bond();
        let receipt = sending("anchoring", bond.anchor(head.root, head.size)).await?;
        context.output().result(&Anchored { oracle, size: head.size, root: head.root, receipt })
    }
}
