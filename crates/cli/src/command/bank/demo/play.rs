//! What happens in the demo, act by act.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use barter_bank::{
    client::{Connection, Error as ClientError, Event, Keeper, Settlement, drive},
    document::{Action, Doc, PublicKey},
    plan::Deal,
};
use serde::Serialize;
use serde_json::json;

use super::stage::{PEOPLE, Stage};
use crate::{
    command::bank::{now, plan::Plan, settle::Settled},
    error::Error,
    output::{Output, Report, print_page},
    page::{BAD, BEST, Cell, GOOD, NAME, Page, styled},
};

/// The demo as it goes along.
pub(super) struct Play<'a> {
    stage: &'a mut Stage,
    output: Output,
}

/// All that happened.
#[derive(Serialize)]
pub(super) struct DemoReport {
    deals: Vec<Act>,
    refused: Refused,
}

/// A deal that was settled.
#[derive(Serialize)]
struct Act {
    title: &'static str,
    plan: Plan,
    #[serde(flatten)]
    settled: Settled,
    balances: Vec<Balance>,
}

#[derive(Serialize)]
struct Balance {
    holder: &'static str,
    promise: &'static str,
    balance: String,
}

/// A deal whose follower refuses.
#[derive(Serialize)]
struct Refused {
    lead: &'static str,
    follower: &'static str,
    refusal: String,
    /// What proves that the follower was bound, and that the lead has settled.
    evidence: Vec<serde_json::Value>,
    balances: Vec<Balance>,
}

/// Keeps nothing, and stops once as many banks have settled.
struct UpTo {
    settled: usize,
}

impl Keeper for UpTo {
    fn keep(&mut self, settlement: &Settlement) -> Result<(), ClientError> {
        if settlement.settled().len() < self.settled {
            return Ok(());
        }
        Err(ClientError::Journal { path: PathBuf::new(), reason: "the demo stops here".to_owned() })
    }

    fn hear(&mut self, _event: Event) {}
}

impl<'a> Play<'a> {
    pub(super) const fn new(stage: &'a mut Stage, output: Output) -> Self {
        Self { stage, output }
    }

    fn show(&self, show: impl FnOnce(&mut Page)) -> Result<(), Error> {
        if self.output.is_json() {
            return Ok(());
        }
        let mut page = Page::new();
        show(&mut page);
        print_page(&page)
    }

    /// Plays it to its end.
    pub(super) async fn run(&mut self) -> Result<DemoReport, Error> {
        self.begin()?;
        let [alice, bob, carol, dave] = [0, 1, 2, 3];
        let swap = self.act("a swap over two banks", &[(alice, bob), (bob, alice)]).await?;
        let ring = [(alice, bob), (bob, carol), (carol, dave), (dave, alice)];
        let ring = self.act("a ring over four banks", &ring).await?;
        let graph = [(alice, carol), (bob, carol), (carol, dave), (dave, alice), (dave, bob)];
        let graph = self.act("two givers to one, and one bank leads", &graph).await?;
        let refused = self.refusal(alice, bob).await?;
        Ok(DemoReport { deals: vec![swap, ring, graph], refused })
    }

    fn begin(&self) -> Result<(), Error> {
        self.show(|page| {
            page.gap();
            page.line(format!("  {}  trade without money, over independent banks", styled("BARTER", BEST)));
            page.gap();
            for (number, (person, promise)) in PEOPLE.into_iter().enumerate() {
                let url = &self.stage.bank(number).pin().url;
                page.field(&format!("  {person}"), format!("promises {promise}, kept by a bank at {url}"));
            }
        })
    }

    /// Plans a deal in which everybody gives one of its own, and has everybody sign.
    async fn signed(&mut self, pairs: &[(usize, usize)]) -> Result<(Settlement, Plan), Error> {
        let mut transfers = Vec::new();
        for (giver, receiver) in pairs {
            transfers.push(self.stage.transfer(*giver, *receiver).await?);
        }
        let deal = Deal::new(transfers).map_err(crate::command::bank::Error::from)?;
        let names = (0..PEOPLE.len()).map(|number| (self.stage.bank(number).pin().key, bank_of(number))).collect();
        let (plan, leads) = Plan::new(&deal, None, &names, &self.stage.names())?;
        let pins = self.banks().into_values().map(|bank| (bank.pin().key, bank.pin().clone())).collect();
        let people: BTreeSet<usize> = pairs.iter().flat_map(|(giver, receiver)| [*giver, *receiver]).collect();
        let mut settlement = Settlement::new(&deal, &leads, &pins, self.stage.person(pairs[0].0), now())?;
        for number in people {
            settlement.confirm(self.stage.person(number), now())?;
        }
        Ok((settlement, plan))
    }

    fn banks(&self) -> BTreeMap<PublicKey, Connection> {
        (0..PEOPLE.len()).map(|number| self.stage.bank(number).clone()).map(|bank| (bank.pin().key, bank)).collect()
    }

    /// A deal from its plan to everybody's balances.
    async fn act(&mut self, title: &'static str, pairs: &[(usize, usize)]) -> Result<Act, Error> {
        let (mut settlement, plan) = self.signed(pairs).await?;
        let mut keeper = UpTo { settled: usize::MAX };
        drive(&mut settlement, &self.banks(), self.stage.person(pairs[0].0), &mut keeper).await?;
        let settled = Settled::of(&settlement);
        let balances = self.balances().await?;
        check_sums(&balances)?;
        self.show(|page| {
            page.gap();
            page.title(title);
            for (giver, receiver) in pairs {
                let ((giver, what), (receiver, _)) = (PEOPLE[*giver], PEOPLE[*receiver]);
                page.line(format!("  {giver} gives {what} to {receiver}"));
            }
            page.gap();
            plan.show(page);
            page.gap();
            settled.show(page);
            page.gap();
            show_balances(page, &balances);
        })?;
        Ok(Act { title, plan, settled, balances })
    }

    /// A swap whose follower is ended by its holder after the lead has settled: what the protocol cannot prevent.
    async fn refusal(&mut self, one: usize, other: usize) -> Result<Refused, Error> {
        let (mut settlement, _) = self.signed(&[(one, other), (other, one)]).await?;
        let proposer = self.stage.person(one);
        let banks = self.banks();
        // The proposer's machine stops after the lead has settled.
        let stopped = drive(&mut settlement, &banks, proposer, &mut UpTo { settled: 1 }).await;
        let [lead, follower] = [0, 1].map(|place| settlement.legs()[place].terms.bank);
        let (lead, follower) = (self.stage.number_of(lead), self.stage.number_of(follower));
        let unexpected = || Error::DemoFailed { what: "the lead did not settle alone".to_owned() };
        if stopped.is_ok() || settlement.settled().len() != 1 {
            return Err(unexpected());
        }
        // Whoever has an account there may end it.
        let params = json!({ "tx_hash": settlement.hash(), "reason": "changed my mind" });
        self.stage.bank(follower).call(self.stage.person(follower), "reject_leg", &params, now()).await?;
        let resumed = drive(&mut settlement, &banks, proposer, &mut UpTo { settled: usize::MAX }).await;
        let Err(ClientError::Refused { message: refusal, .. }) = resumed else { return Err(unexpected()) };
        let bound = settlement.word(banks[&settlement.legs()[1].terms.bank].pin().key, Action::Hold);
        let evidence: Vec<_> = settlement.settled().into_iter().chain(bound).map(Doc::to_json).collect();
        let balances = self.balances().await?;
        let (lead, follower) = (PEOPLE[lead].0, PEOPLE[follower].0);
        self.show(|page| {
            page.gap();
            page.title("a follower that refuses");
            page.line(format!(
                "  {lead}'s bank leads and has settled; then {follower} ends the deal at the other bank:"
            ));
            page.line(format!("  {}", styled(&refusal, BAD)));
            page.line(format!("  {lead} has given and got nothing: this is what a lead risks. In hand as evidence:"));
            let row = |word: &serde_json::Value| {
                let text = |field: &str| word[field].as_str().unwrap_or_default().to_owned();
                let ends = crate::command::bank::plan::short(&text("sig"));
                vec![Cell::new(text("action"), GOOD), Cell::new(text("pubkey"), NAME), Cell::from(ends)]
            };
            page.table(2, &["word", "of the bank", "signature"], &evidence.iter().map(row).collect::<Vec<_>>());
            page.gap();
            show_balances(page, &balances);
        })?;
        Ok(Refused { lead, follower, refusal, evidence, balances })
    }

    async fn balances(&self) -> Result<Vec<Balance>, Error> {
        let mut balances = Vec::new();
        for (person, bank, opened) in self.stage.accounts() {
            let balance = self.stage.bank(bank).balance(self.stage.person(person), opened.account, now()).await?;
            let (holder, promise) = (PEOPLE[person].0, PEOPLE[bank].1);
            balances.push(Balance { holder, promise, balance: balance.to_string() });
        }
        Ok(balances)
    }
}

fn bank_of(number: usize) -> String {
    format!("{}'s", PEOPLE[number].0)
}

/// What a promise comes to over everybody is nothing.
fn check_sums(balances: &[Balance]) -> Result<(), Error> {
    for (_, promise) in PEOPLE {
        let of = balances.iter().filter(|balance| balance.promise == promise);
        let sum: i64 = of.filter_map(|balance| balance.balance.parse::<i64>().ok()).sum();
        if sum != 0 {
            return Err(Error::DemoFailed { what: format!("{promise} comes to {sum} over everybody") });
        }
    }
    Ok(())
}

fn show_balances(page: &mut Page, balances: &[Balance]) {
    let row = |balance: &Balance| {
        vec![Cell::from(balance.holder), Cell::from(balance.promise), Cell::new(&balance.balance, NAME)]
    };
    page.table(2, &["who", "of", "has"], &balances.iter().map(row).collect::<Vec<_>>());
}

/// That it is over.
pub(super) fn show_end(took: Duration) -> Result<(), Error> {
    let mut page = Page::new();
    page.gap();
    page.line(format!(
        "  each promise comes to 0 over everybody; {:.1} s, four banks stopped and removed",
        took.as_secs_f64()
    ));
    print_page(&page)
}
