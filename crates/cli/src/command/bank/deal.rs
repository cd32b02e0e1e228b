//! `barter bank deal`

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use barter_bank::{
    client::{Journal, Pin, Settlement},
    document::{Amount, Hash, PublicKey},
    plan::{self, Transfer},
};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::{Error, Key, ask_to_sign, names::Names, now, pin, plan::Plan, read_key, settle};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::{Report, print_page},
    page::{CARE, Cell, NAME, Page},
    progress::waiting,
    secret::read_document,
};

/// Make a deal over any number of banks: shows who leads and what that puts at risk, signs, and carries it to its end
///
/// The deal is a file: `{"banks": ["KEY@URL", …], "transfers": […]}`, each transfer with `bank` (its key), `promise`, `amount` (a text),
/// `giver`, `from` (the account), `receiver` and `to`; and, if you like, `people`: whom you call what, `{"Alice": KEY, …}`. Everything
/// signed is kept in a journal. Where others have to sign first, it is handed to them (barter bank confirm) and the deal goes on with barter bank settle, as it does after any interruption.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank deal swap.json --key alice.key --journal swap.journal
  barter bank deal swap.json --key alice.key --plan
  barter bank deal ring.json --key alice.key --also bob.key --also carol.key --journal ring.journal --yes")]
pub(crate) struct Deal {
    /// The deal; - is standard input
    file: PathBuf,

    #[command(flatten)]
    key: Key,

    /// File with the key of another holder, who signs too
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,

    /// A bank that leads, by its key, instead of the fewest that can
    #[arg(long, value_name = "KEY")]
    lead: Vec<String>,

    /// File to keep what is signed in
    #[arg(long, value_name = "FILE", default_value = "deal.journal")]
    journal: PathBuf,

    /// Show the plan, and sign nothing
    #[arg(long)]
    plan: bool,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// A deal as a person writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    banks: Vec<String>,
    transfers: Vec<WrittenTransfer>,
    #[serde(default)]
    people: BTreeMap<String, PublicKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTransfer {
    bank: PublicKey,
    promise: Hash,
    amount: String,
    giver: PublicKey,
    from: Hash,
    receiver: PublicKey,
    to: Hash,
}

/// A deal that waits for others to sign.
#[derive(Serialize)]
struct Waiting {
    deal: String,
    journal: PathBuf,
    unsigned: Vec<String>,
}

impl Report for Waiting {
    fn show(&self, page: &mut Page) {
        page.field("deal", Cell::new(&self.deal, NAME));
        page.field("journal", self.journal.display().to_string());
        for holder in &self.unsigned {
            page.field("has to sign", Cell::new(holder, CARE));
        }
        page.line("hand the journal on (barter bank confirm), then barter bank settle");
    }
}

impl Deal {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let others = self.also.iter().map(|file| read_key(file)).collect::<Result<Vec<_>, _>>()?;
        let written: Written = read_document(&self.file, "the deal")?;
        let pins = written.banks.iter().map(|bank| pin(bank)).collect::<Result<Vec<Pin>, _>>()?;
        let pins: BTreeMap<PublicKey, Pin> = pins.into_iter().map(|pin| (pin.key, pin)).collect();
        let deal = read(written.transfers)?;
        let key_of = |lead: &String| {
            let wrong = |error: barter_bank::document::KeyError| Stopped::Usage {
                message: format!("--lead {lead}: {error}"),
                tip: None,
            };
            lead.parse::<PublicKey>().map_err(wrong)
        };
        let leads = self.lead.iter().map(key_of).collect::<Result<BTreeSet<_>, _>>()?;
        let leads = (!leads.is_empty()).then_some(leads);
        let banks = pins.values().map(|pin| (pin.key, pin.url.clone())).collect();
        let mut names = Names::of_people(written.people);
        // Before anybody is asked: what cannot be settled is said at once.
        Plan::new(&deal, leads.as_ref(), &banks, &names)?;
        if !context.output().is_json() {
            let promises = deal.transfers().iter().map(|transfer| (transfer.bank, transfer.promise)).collect();
            waiting("asking what is promised", names.ask(context, pins.values(), &promises, &key)).await;
        }
        let (plan, leads) = Plan::new(&deal, leads.as_ref(), &banks, &names)?;
        if self.plan {
            return context.output().result(&plan);
        }
        if !context.output().is_json() {
            let mut page = Page::new();
            plan.show(&mut page);
            print_page(&page)?;
        }
        let journal = Journal::new(&self.journal);
        if journal.read()?.is_some() {
            return Err(Error::JournalExists { path: self.journal.display().to_string() }.into());
        }
        let mut settlement = Settlement::new(&deal, &leads, &pins, &key, now())?;
        ask_to_sign("sign this deal?", self.yes)?;
        settlement.confirm(&key, now())?;
        for other in &others {
            settlement.confirm(other, now())?;
        }
        journal.write(&settlement)?;
        let unsigned = settlement.unsigned();
        if unsigned.is_empty() {
            return settle::carry(context, settlement, &journal, &key).await;
        }
        context.output().result(&Waiting {
            deal: settlement.hash().to_string(),
            journal: self.journal,
            unsigned: unsigned.iter().map(ToString::to_string).collect(),
        })
    }
}

fn read(transfers: Vec<WrittenTransfer>) -> Result<plan::Deal, Error> {
    let transfer = |written: WrittenTransfer| {
        let WrittenTransfer { bank, promise, amount, giver, from, receiver, to } = written;
        let amount: Amount = amount.parse()?;
        Ok(Transfer { bank, promise, amount, giver, from, receiver, to })
    };
    let transfers = transfers.into_iter().map(transfer).collect::<Result<Vec<_>, Error>>()?;
    Ok(plan::Deal::new(transfers)?)
}
