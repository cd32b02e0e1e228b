//! What a deal comes to, before anybody signs it.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{PublicKey, Role},
    plan::{Deal, Step, Transfer},
};
use serde::Serialize;

use super::Error;
use crate::{
    output::Report,
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page},
    text::printable,
};

/// Most other choices of a lead that are shown.
const MAX_OTHERS: usize = 8;
/// Characters of a key or hash in a table.
const SHORT: usize = 12;

/// Who settles when, and what that puts at risk.
#[derive(Serialize)]
pub(super) struct Plan {
    /// In the order in which they settle.
    steps: Vec<Turn>,
    /// Whether these are known to be as few leads as there can be.
    fewest_leads: bool,
    /// What a bank alone would put at risk, where it could lead alone.
    alone: Vec<Choice>,
}

/// A bank's turn.
#[derive(Serialize)]
struct Turn {
    bank: String,
    name: String,
    role: Role,
    waits_for: Vec<PublicKey>,
    at_risk: Vec<Given>,
}

/// What somebody gives.
#[derive(Serialize)]
pub(super) struct Given {
    pub(super) giver: String,
    pub(super) promise: String,
    pub(super) amount: String,
}

/// A bank that could lead alone.
#[derive(Serialize)]
struct Choice {
    bank: String,
    name: String,
    at_risk: usize,
}

impl From<&Transfer> for Given {
    fn from(transfer: &Transfer) -> Self {
        Self {
            giver: transfer.giver.to_string(),
            promise: transfer.promise.to_string(),
            amount: transfer.amount.to_string(),
        }
    }
}

impl Plan {
    /// Of these leads, or of the fewest. Names say which bank is which.
    pub(super) fn new(
        deal: &Deal,
        leads: Option<&BTreeSet<PublicKey>>,
        names: &BTreeMap<PublicKey, String>,
    ) -> Result<(Self, BTreeSet<PublicKey>), Error> {
        let fewest = deal.smallest_leads();
        let leads = leads.cloned().unwrap_or_else(|| fewest.banks.clone());
        let name = |bank: &PublicKey| names.get(bank).cloned().unwrap_or_else(|| short(&bank.to_string()));
        let turn = |step: Step<'_>| Turn {
            bank: step.bank.to_string(),
            name: name(&step.bank),
            role: step.role,
            waits_for: step.predecessors,
            at_risk: step.at_risk.into_iter().map(Given::from).collect(),
        };
        let steps = deal.order(&leads)?.into_iter().map(turn).collect();
        let could = |bank: &&PublicKey| deal.order(&BTreeSet::from([**bank])).is_ok();
        let alone = deal.banks().iter().filter(could).take(MAX_OTHERS);
        let alone =
            alone.map(|bank| Choice { bank: bank.to_string(), name: name(bank), at_risk: deal.at_risk(bank).len() });
        let fewest_leads = fewest.is_smallest && leads.len() <= fewest.banks.len();
        Ok((Self { steps, fewest_leads, alone: alone.collect() }, leads))
    }
}

impl Report for Plan {
    fn show(&self, page: &mut Page) {
        page.title("the plan");
        let names: BTreeMap<&str, &str> =
            self.steps.iter().map(|step| (step.bank.as_str(), step.name.as_str())).collect();
        let row = |(place, step): (usize, &Turn)| {
            let waits: Vec<String> = step
                .waits_for
                .iter()
                .map(|bank| printable(names.get(bank.to_string().as_str()).copied().unwrap_or_default()))
                .collect();
            let role = match step.role {
                Role::Lead => Cell::new("leads", CARE),
                Role::Follow => Cell::new("follows", GOOD),
            };
            let waits = if waits.is_empty() { Cell::new("nobody", FAINT) } else { Cell::from(waits.join(", ")) };
            vec![Cell::from(format!("{}", place + 1)), Cell::new(printable(&step.name), NAME), role, waits]
        };
        let rows: Vec<_> = self.steps.iter().enumerate().map(row).collect();
        page.table(2, &["", "bank", "", "waits for"], &rows);
        page.gap();
        let at_risk: Vec<_> =
            self.steps.iter().flat_map(|step| step.at_risk.iter().map(move |given| (step, given))).collect();
        if at_risk.is_empty() {
            page.line("  nothing is at risk: nobody gives before it has what it is to get");
        } else {
            page.line("  if a bank refuses after a lead has settled, these givers get nothing for it:");
            let row = |(step, given): &(&Turn, &Given)| {
                let what = format!("{} of {}", given.amount, short(&given.promise));
                vec![Cell::from(short(&given.giver)), Cell::new(what, BAD), Cell::from(printable(&step.name))]
            };
            page.table(2, &["giver", "gives", "at"], &at_risk.iter().map(row).collect::<Vec<_>>());
        }
        let fewest = if self.fewest_leads { "no fewer banks can lead" } else { "perhaps fewer banks could lead" };
        page.line(format!("  {fewest}; leads get no proof before they settle, and there is no way back"));
        if self.alone.len() > 1 {
            let choice = |choice: &Choice| format!("{} ({} at risk)", printable(&choice.name), choice.at_risk);
            let others: Vec<String> = self.alone.iter().map(choice).collect();
            page.line(format!("  could lead alone: {}", others.join(", ")));
        }
    }
}

/// The beginning of a key or hash, which is enough to tell it from the few others of a deal.
pub(super) fn short(text: &str) -> String {
    let start: String = text.chars().take(SHORT).collect();
    if start.len() == text.len() { start } else { format!("{start}…") }
}
