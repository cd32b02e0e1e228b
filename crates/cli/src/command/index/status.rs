//! `barter index status`

use barter_sdk::IndexStatus;
use clap::Args;

use super::Database;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, NAME, Page},
    progress::waiting,
    text::{grouped, instant},
};

/// Show what the index is of, how far it is, and what is in it. Asks the database only, not the node
#[derive(Args)]
#[command(after_help = "Example:
  barter index status --database barter.db")]
pub(crate) struct Status {
    #[command(flatten)]
    database: Database,
}

impl Report for IndexStatus {
    fn show(&self, page: &mut Page) {
        let identity = &self.identity;
        page.field("chain", identity.chain_id.to_string());
        page.field("BarterCore", Cell::new(identity.barter_core.to_string(), NAME));
        page.field("from block", grouped(identity.first_block));
        match &self.head {
            Some(head) => page
                .field("read up to", format!("block {} of {}", grouped(head.number), instant(head.timestamp)))
                .field("", Cell::new(head.hash.to_string(), FAINT)),
            None => page.field("read up to", Cell::new("nothing yet", FAINT)),
        };
        page.field("wallets", grouped(self.wallets));
        let (settled, accepted) = (grouped(self.settled), grouped(self.accepted));
        let (disputed, proposed) = (grouped(self.disputed), grouped(self.proposed));
        page.field(
            "trades",
            format!("{settled} settled, {accepted} open, {disputed} disputed, {proposed} only proposed"),
        );
        page.field("on disk", format!("{} bytes", grouped(self.bytes)));
        page.gap();
        let rows: Vec<Vec<Cell>> =
            self.rows.iter().map(|table| vec![Cell::from(table.table), Cell::from(grouped(table.rows))]).collect();
        page.table(0, &["table", "rows"], &rows);
    }
}

impl Status {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = self.database.client(context)?;
        let status = waiting("looking at the index", client.index().status()).await?;
        context.output().result(&status)
    }
}
