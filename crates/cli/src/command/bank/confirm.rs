//! `barter bank confirm`

use std::path::PathBuf;

use barter_bank::{client::Journal, document::Role};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, now, plan::short};
use crate::{
    confirm::confirm,
    context::Context,
    error::Error as Stopped,
    output::{Report, print_page},
    page::{CARE, Cell, NAME, Page},
};

/// Sign a deal that somebody else proposed, as one of its holders
///
/// Shows what the deal does to accounts at the banks where yours are, and whether such a bank leads. Signs for every bank on which terms it
/// settles, and puts the signatures into the journal.
#[derive(Args)]
#[command(after_help = "Example:
  barter bank confirm swap.journal --key bob.key")]
pub(crate) struct Confirm {
    /// The deal's journal, as its proposer handed it on
    journal: PathBuf,

    #[command(flatten)]
    key: Key,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// A deal, signed.
#[derive(Serialize)]
struct Signed {
    deal: String,
    holder: String,
    records: Vec<Row>,
    unsigned: Vec<String>,
}

/// What happens to an account.
#[derive(Serialize)]
struct Row {
    bank: String,
    role: Role,
    record: &'static str,
    amount: String,
    account: String,
}

impl Report for Signed {
    fn show(&self, page: &mut Page) {
        page.field("signed", Cell::new(&self.deal, NAME));
        for holder in &self.unsigned {
            page.field("has to sign", Cell::new(holder, CARE));
        }
    }
}

impl Confirm {
    pub(crate) fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let journal = Journal::new(&self.journal);
        let found = journal.read()?;
        let mut settlement = found.ok_or_else(|| Error::NoJournal { path: self.journal.display().to_string() })?;
        let own = settlement.legs().iter().filter(|leg| leg.holders.contains(&key.public()));
        let rows: Vec<Row> = own
            .flat_map(|leg| {
                leg.records.iter().map(|record| Row {
                    bank: leg.pin.url.clone(),
                    role: leg.terms.role,
                    record: record.side.word(),
                    amount: record.amount.to_string(),
                    account: record.account.to_string(),
                })
            })
            .collect();
        if rows.is_empty() {
            return Err(Error::NotInDeal { key: key.public().to_string() }.into());
        }
        if !context.output().is_json() {
            let mut page = Page::new();
            page.title(format!("deal {}", settlement.hash()));
            let row = |row: &Row| {
                vec![
                    Cell::from(&row.bank),
                    Cell::from(row.role.word()),
                    Cell::from(row.record),
                    Cell::from(&row.amount),
                    Cell::new(short(&row.account), NAME),
                ]
            };
            page.table(2, &["bank", "", "", "amount", "account"], &rows.iter().map(row).collect::<Vec<_>>());
            print_page(&page)?;
        }
        confirm("sign this deal?", self.yes)?;
        settlement.confirm(&key, now())?;
        journal.write(&settlement)?;
        context.output().result(&Signed {
            deal: settlement.hash().to_string(),
            holder: key.public().to_string(),
            records: rows,
            unsigned: settlement.unsigned().iter().map(ToString::to_string).collect(),
        })
    }
}
