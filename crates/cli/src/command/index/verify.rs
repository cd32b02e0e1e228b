//! `barter index verify`

use barter_sdk::IndexVerification;
use clap::Args;

use super::Database;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, FAINT, GOOD, Page, styled},
    progress::Bar,
    signal::Signals,
    text::{counted, grouped, printable},
};

/// Read the whole log from the node again and compare every row of the index with it
///
/// Exits with 1 where anything differs.
#[derive(Args)]
#[command(after_help = "Example:
  barter index verify --database barter.db")]
pub(crate) struct Verify {
    #[command(flatten)]
    database: Database,
}

impl Report for IndexVerification {
    fn show(&self, page: &mut Page) {
        let of = match &self.head {
            Some(head) => format!("{} up to block {}", counted(self.rows, "row"), grouped(head.number)),
            None => "an empty index".to_owned(),
        };
        if self.is_right() {
            page.line(format!("{}  {of}: as the chain says", styled("right", GOOD)));
            return;
        }
        let different = grouped(self.different);
        page.line(format!("{}  {different} of {of} not as the chain says", styled("different", BAD)));
        let row = |row: &Option<String>| row.as_deref().map_or_else(|| "no row".to_owned(), printable);
        for difference in &self.differences {
            page.line(format!("  {} {}", difference.table, difference.key));
            page.line(format!("    index: {}", row(&difference.index)));
            page.line(format!("    chain: {}", row(&difference.chain)));
        }
        let left_out = self.different.saturating_sub(self.differences.len() as u64);
        if left_out > 0 {
            page.line(styled(format!("  and {} more", grouped(left_out)), FAINT));
        }
    }
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let client = self.database.client(context)?;
        let bar = Bar::new("blocks", "asking the node for the first blocks");
        let mut signal = None;
        let stop = async {
            signal = Some(signals.next().await);
        };
        let index = client.index();
        let verified = index.verify(stop, move |block, last| bar.show(block, last, "compared")).await?;
        let Some(verified) = verified else {
            return Err(match signal {
                Some(signal) => Error::Interrupted { signal },
                None => Error::System { what: "verifying", reason: "it was stopped".to_owned() },
            });
        };
        context.output().result(&verified)?;
        if verified.is_right() { Ok(()) } else { Err(Error::IndexDiffers { rows: verified.different }) }
    }
}
