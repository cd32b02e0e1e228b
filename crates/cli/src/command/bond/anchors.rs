//! `barter bond anchors`

use alloy_primitives::Address;
use barter_sdk::Anchor;
use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, Page, styled},
    progress::waiting,
    text::instant,
};

/// List the anchors of a log's keeper, oldest first
#[derive(Args)]
#[command(after_help = "Example:
  barter bond anchors 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
pub(crate) struct Anchors {
    /// The keeper [default: your own wallet]
    wallet: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(serialize_with = "crate::output::address")]
    oracle: Address,
    anchors: Vec<Anchor>,
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        page.title(format!("Anchors of {}", self.oracle));
        if self.anchors.is_empty() {
            page.line(styled("none", FAINT));
            return;
        }
        let rows: Vec<Vec<Cell>> = self
            .anchors
            .iter()
            .map(|anchor| {
                vec![
                    anchor.index.to_string().into(),
                    anchor.size.to_string().into(),
                    instant(anchor.anchored_at).into(),
                    anchor.root.to_string().into(),
                ]
            })
            .collect();
        page.table(0, &["number", "leaves", "when", "root"], &rows);
    }
}

impl Anchors {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, oracle) = context.client_for(self.wallet.as_deref())?;
        let anchors = waiting("reading the anchors", async { client.bond().anchors(oracle).await }).await?;
        context.output().result(&Listed { oracle, anchors })
    }
}
