//! `barter bank confirm`

use std::path::PathBuf;

use barter_bank::{
    client::{Connection, Error as ClientError, Holding, Journal, Leg, Settlement},
    document::{Doc, Record, Role, SecretKey},
};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, ask_to_sign, now, plan::short};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::{Report, print_page},
    page::{CARE, Cell, FAINT, GOOD, NAME, Page, styled},
    progress::waiting,
    text::printable,
};

/// Sign a deal that somebody else proposed, as one of its holders
///
/// Shows what you give and get by the names of promises, which your banks are asked for, what else happens at these banks, and whether one
/// leads. Signs for every bank on which terms it settles, and puts the signatures into the journal; nothing is sent to a bank.
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
    /// Whether it is an account of who signs.
    own: bool,
    promise: Option<String>,
    name: Option<String>,
}

impl Row {
    fn new(leg: &Leg, record: &Doc<Record>, mine: &[Holding]) -> Self {
        let holding = mine.iter().find(|holding| holding.account == record.account);
        Self {
            bank: leg.pin.url.clone(),
            role: leg.terms.role,
            record: record.side.word(),
            amount: record.amount.to_string(),
            account: record.account.to_string(),
            own: holding.is_some(),
            promise: holding.map(|holding| holding.promise.hash().to_string()),
            name: holding.map(|holding| holding.promise.name.clone()),
        }
    }
}

/// What who signs has at a bank. Nothing where the bank does not say: then accounts are told by their hashes.
async fn holdings(context: &Context, leg: &Leg, key: &SecretKey) -> Vec<Holding> {
    let asked = async { Connection::open(leg.pin.clone()).await?.holdings(key, now()).await };
    asked.await.unwrap_or_else(|error: ClientError| {
        let what = "which accounts there are yours, and of what, is not known";
        context.output().warn("no_names", &format!("{error}; {what}"));
        Vec::new()
    })
}

fn show(settlement: &Settlement, rows: &[Row]) -> Result<(), Stopped> {
    let mut page = Page::new();
    page.title(format!("deal {}", settlement.hash()));
    let row = |row: &Row| {
        let (what, style) = match (row.own, row.record) {
            (true, "debit") => ("you give", CARE),
            (true, _) => ("you get", GOOD),
            (false, "debit") => ("somebody gives", FAINT),
            (false, _) => ("somebody gets", FAINT),
        };
        let of = row.name.as_ref().map_or_else(
            || format!("account {}", short(&row.account)),
            |name| format!("\u{201c}{}\u{201d}", printable(name)),
        );
        vec![
            Cell::new(what, style),
            Cell::from(&row.amount),
            Cell::new(of, NAME),
            Cell::from(&row.bank),
            Cell::from(row.role.word()),
        ]
    };
    page.table(2, &["", "amount", "of", "at", "which is to"], &rows.iter().map(row).collect::<Vec<_>>());
    if rows.iter().any(|row| row.own && row.record == "debit" && row.role == Role::Lead) {
        page.line(styled(
            "  a bank where you give leads: if another refuses after it, you have given and may get nothing",
            CARE,
        ));
    }
    print_page(&page)
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
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let journal = Journal::new(&self.journal);
        let found = journal.read()?;
        let mut settlement = found.ok_or_else(|| Error::NoJournal { path: self.journal.display().to_string() })?;
        let own: Vec<Leg> =
            settlement.legs().iter().filter(|leg| leg.holders.contains(&key.public())).cloned().collect();
        if own.is_empty() {
            return Err(Error::NotInDeal { key: key.public().to_string() }.into());
        }
        let mut rows = Vec::new();
        for leg in &own {
            let mine = waiting("asking what is promised", holdings(context, leg, &key)).await;
            rows.extend(leg.records.iter().map(|record| Row::new(leg, record, &mine)));
        }
        if !context.output().is_json() {
            show(&settlement, &rows)?;
        }
        ask_to_sign("sign this deal?", self.yes)?;
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
