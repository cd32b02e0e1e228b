//! `barter bank confirm`

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use barter_bank::{
    client::{Connection, Holding, Journal, Leg, Pin, Settlement},
    document::{Doc, Hash, PublicKey, Record, Role, SecretKey},
};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, OwnBanks, ask_to_sign, now, plan::short};
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
/// Somebody else wrote the journal, so nothing in it is believed: your own banks, which you name, say which accounts are yours and of what;
/// and a bank where you give has to wait for every bank where you get, unless it leads. Shows what you give and get, who leads and who
/// waits for whom. Signs for every bank on which terms it settles, and puts the signatures into the journal; nothing is sent to a bank.
#[derive(Args)]
#[command(after_help = "Example:
  barter bank confirm swap.journal --key bob.key --bank KEY@https://one.example --bank KEY@https://two.example")]
pub(crate) struct Confirm {
    /// The deal's journal, as its proposer handed it on
    journal: PathBuf,

    #[command(flatten)]
    key: Key,

    #[command(flatten)]
    banks: OwnBanks,

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
    key: String,
    role: Role,
    /// Keys of the banks whose settlement it has to be shown.
    waits_for: Vec<String>,
    record: &'static str,
    amount: String,
    account: String,
    /// Whether it is an account of who signs.
    own: bool,
    promise: Option<String>,
    name: Option<String>,
}

/// What who signs has at banks of theirs, as these say.
#[derive(Default)]
struct Own {
    accounts: BTreeMap<PublicKey, BTreeSet<Hash>>,
    holdings: BTreeMap<Hash, Holding>,
}

impl Own {
    /// Asks a bank, if it is one of the deal's. Where it is, its holder knows, and not the journal.
    async fn ask(&mut self, settlement: &Settlement, pin: Pin, key: &SecretKey) -> Result<(), Stopped> {
        let Some(leg) = settlement.legs().iter().find(|leg| leg.terms.bank == pin.key) else { return Ok(()) };
        if leg.pin.url != pin.url {
            let (bank, found, expected) = (pin.key.to_string(), leg.pin.url.clone(), pin.url);
            return Err(Error::OtherAddress { bank, found, expected }.into());
        }
        let bank = pin.key;
        let asked = async { Connection::open(pin).await?.holdings(key, now()).await };
        let holdings = waiting("asking what is promised", asked).await?;
        self.accounts.insert(bank, holdings.iter().map(|holding| holding.account).collect());
        self.holdings.extend(holdings.into_iter().map(|holding| (holding.account, holding)));
        Ok(())
    }

    fn row(&self, leg: &Leg, record: &Doc<Record>) -> Row {
        let holding = self.holdings.get(&record.account);
        Row {
            bank: leg.pin.url.clone(),
            key: leg.terms.bank.to_string(),
            role: leg.terms.role,
            waits_for: leg.terms.predecessors.iter().map(ToString::to_string).collect(),
            record: record.side.word(),
            amount: record.amount.to_string(),
            account: record.account.to_string(),
            own: holding.is_some(),
            promise: holding.map(|holding| holding.promise.hash().to_string()),
            name: holding.map(|holding| holding.promise.name.clone()),
        }
    }
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
            Cell::from(printable(&row.bank)),
            Cell::from(row.role.word()),
        ]
    };
    page.table(2, &["", "amount", "of", "at", "which is to"], &rows.iter().map(row).collect::<Vec<_>>());
    page.gap();
    let turn = |leg: &Leg| {
        let waits: Vec<String> = leg.terms.predecessors.iter().map(|bank| short(&bank.to_string())).collect();
        let (role, waits) = match leg.terms.role {
            Role::Lead => (Cell::new("leads", CARE), Cell::new("nobody", FAINT)),
            Role::Follow => (Cell::new("follows", GOOD), Cell::from(waits.join(", "))),
        };
        vec![Cell::new(short(&leg.terms.bank.to_string()), NAME), Cell::from(printable(&leg.pin.url)), role, waits]
    };
    page.table(2, &["bank", "at", "", "waits for"], &settlement.legs().iter().map(turn).collect::<Vec<_>>());
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
        let mut own = Own::default();
        for pin in self.banks.pins()? {
            own.ask(&settlement, pin, &key).await?;
        }
        settlement.check_part(key.public(), &own.accounts).map_err(Error::from)?;
        let asked = |leg: &&Leg| leg.holders.contains(&key.public());
        let rows: Vec<Row> = settlement
            .legs()
            .iter()
            .filter(asked)
            .flat_map(|leg| leg.records.iter().map(|record| own.row(leg, record)))
            .collect();
        if rows.is_empty() {
            return Err(Error::NotInDeal { key: key.public().to_string() }.into());
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
