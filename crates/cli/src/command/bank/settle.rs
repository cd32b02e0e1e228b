//! `barter bank settle`

use std::{collections::BTreeMap, path::PathBuf};

use barter_bank::{
    client::{Connection, Error as ClientError, Event, Journal, Keeper, Settlement, drive},
    document::{Hash, PublicKey, SecretKey},
};
use clap::Args;
use serde::Serialize;

use super::{Error, Key, plan::short};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::{Output, Report},
    page::{Cell, GOOD, NAME, Page},
    progress::{Bar, waiting},
};

/// Carry a deal on from where it is, as often as it takes
#[derive(Args)]
#[command(after_help = "Example:
  barter bank settle swap.journal --key alice.key")]
pub(crate) struct Settle {
    /// The deal's journal
    journal: PathBuf,

    #[command(flatten)]
    key: Key,
}

/// A deal that is settled.
#[derive(Serialize)]
pub(super) struct Settled {
    deal: String,
    settled: Vec<Proof>,
}

/// A bank's word that it settled, and what it cites.
#[derive(Serialize)]
pub(super) struct Proof {
    bank: String,
    url: String,
    settle: Hash,
    seen: Vec<Hash>,
}

impl Settled {
    pub(super) fn of(settlement: &Settlement) -> Self {
        let url = |bank: PublicKey| {
            let leg = settlement.legs().iter().find(|leg| leg.terms.bank == bank);
            leg.map_or_else(String::new, |leg| leg.pin.url.clone())
        };
        let proof = |settle: &barter_bank::document::Doc<barter_bank::document::Signature>| Proof {
            bank: settle.pubkey().to_string(),
            url: url(settle.pubkey()),
            settle: settle.hash(),
            seen: settle.seen.clone().unwrap_or_default(),
        };
        Self { deal: settlement.hash().to_string(), settled: settlement.settled().into_iter().map(proof).collect() }
    }
}

impl Report for Settled {
    fn show(&self, page: &mut Page) {
        page.field("settled", Cell::new(&self.deal, NAME));
        let row = |proof: &Proof| {
            let seen: Vec<String> = proof.seen.iter().map(|hash| short(&hash.to_string())).collect();
            let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
            vec![Cell::from(&proof.url), Cell::new(short(&proof.settle.to_string()), GOOD), Cell::from(seen)]
        };
        page.table(2, &["bank", "its word", "having seen"], &self.settled.iter().map(row).collect::<Vec<_>>());
    }
}

impl Settle {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let key = self.key.read()?;
        let journal = Journal::new(&self.journal);
        let found = journal.read()?;
        let settlement = found.ok_or_else(|| Error::NoJournal { path: self.journal.display().to_string() })?;
        carry(context, settlement, &journal, &key).await
    }
}

/// Carries a deal to its end, and tells.
pub(super) async fn carry(
    context: &Context,
    mut settlement: Settlement,
    journal: &Journal,
    key: &SecretKey,
) -> Result<(), Stopped> {
    let mut banks = BTreeMap::new();
    for leg in settlement.legs() {
        let opened = waiting("asking the banks who they are", Connection::open(leg.pin.clone()));
        banks.insert(leg.terms.bank, opened.await?);
    }
    let mut told = Told::new(&settlement, journal, context.output());
    drive(&mut settlement, &banks, key, &mut told).await?;
    drop(told);
    context.output().result(&Settled::of(&settlement))
}

/// Keeps a deal in its journal, and shows how far it is.
struct Told<'a> {
    journal: &'a Journal,
    output: Output,
    bar: Bar,
    names: BTreeMap<PublicKey, String>,
    done: u64,
}

/// Steps of each bank: it approves, holds, is confirmed, settles.
const STEPS: u64 = 4;

impl<'a> Told<'a> {
    fn new(settlement: &Settlement, journal: &'a Journal, output: Output) -> Self {
        let names = settlement.legs().iter().map(|leg| (leg.terms.bank, leg.pin.url.clone())).collect();
        let bar = if output.is_json() { Bar::hidden() } else { Bar::new("steps", "asking the banks") };
        Self { journal, output, bar, names, done: 0 }
    }
}

impl Keeper for Told<'_> {
    fn keep(&mut self, settlement: &Settlement) -> Result<(), ClientError> {
        self.journal.write(settlement)
    }

    fn hear(&mut self, event: Event) {
        let (word, bank) = match event {
            Event::Approved(bank) => ("approved", bank),
            Event::Held(bank) => ("held", bank),
            Event::Confirmed(bank) => ("confirmed", bank),
            Event::Settled(bank) => ("settled", bank),
            Event::Released(bank) => ("released", bank),
        };
        self.done += 1;
        let message = format!("{word} at {}", self.names.get(&bank).map_or("", String::as_str));
        self.bar.show(self.done, STEPS * self.names.len() as u64, &message);
        self.bar.aside(|| self.output.say(&message));
    }
}
