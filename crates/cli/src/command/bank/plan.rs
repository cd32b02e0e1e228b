//! What a deal comes to, before anybody signs it.

use std::collections::{BTreeMap, BTreeSet};

use barter_bank::{
    document::{PublicKey, Role},
    plan::{Deal, Step, Transfer},
};
use serde::Serialize;

use super::{Error, names::Names};
use crate::{
    output::Report,
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page},
    text::printable,
};

/// Most other choices of leads that are shown.
const MAX_OTHERS: usize = 8;
/// Most choices that are looked at.
const MAX_TRIED: usize = 2_000;
/// Characters of a key or hash in a table.
const SHORT: usize = 12;

/// Who settles when, and what that puts at risk.
#[derive(Serialize)]
pub(super) struct Plan {
    /// In the order in which they settle.
    steps: Vec<Turn>,
    /// Whether these are known to be as few leads as there can be.
    fewest_leads: bool,
    /// As many other leads, and what they would put at risk.
    others: Vec<Choice>,
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
struct Given {
    giver: String,
    promise: String,
    amount: String,
    #[serde(skip)]
    giver_name: String,
    #[serde(skip)]
    promise_name: String,
}

/// Banks that could lead instead.
#[derive(Serialize)]
struct Choice {
    leads: Vec<String>,
    #[serde(skip)]
    names: Vec<String>,
    at_risk: Vec<Given>,
}

impl Given {
    fn new(transfer: &Transfer, names: &Names) -> Self {
        Self {
            giver: transfer.giver.to_string(),
            promise: transfer.promise.to_string(),
            amount: transfer.amount.to_string(),
            giver_name: names.person(&transfer.giver),
            promise_name: names.promise(&transfer.promise),
        }
    }

    /// What is given, in words.
    fn told(&self) -> String {
        format!("{} of {}", self.amount, self.promise_name)
    }
}

impl Plan {
    /// Of these leads, or of the fewest. `banks` and `names` say which is which.
    pub(super) fn new(
        deal: &Deal,
        leads: Option<&BTreeSet<PublicKey>>,
        banks: &BTreeMap<PublicKey, String>,
        names: &Names,
    ) -> Result<(Self, BTreeSet<PublicKey>), Error> {
        let fewest = deal.smallest_leads();
        let leads = leads.cloned().unwrap_or_else(|| fewest.banks.clone());
        let name = |bank: &PublicKey| banks.get(bank).cloned().unwrap_or_else(|| short(&bank.to_string()));
        let given =
            |transfers: Vec<&Transfer>| transfers.into_iter().map(|transfer| Given::new(transfer, names)).collect();
        let turn = |step: Step<'_>| Turn {
            bank: step.bank.to_string(),
            name: name(&step.bank),
            role: step.role,
            waits_for: step.predecessors,
            at_risk: given(step.at_risk),
        };
        let steps: Vec<Turn> = deal.order(&leads)?.into_iter().map(turn).collect();
        let chosen: BTreeSet<PublicKey> = leading(deal, &leads).unwrap_or_default();
        let choice = |leads: BTreeSet<PublicKey>| Choice {
            leads: leads.iter().map(ToString::to_string).collect(),
            names: leads.iter().map(name).collect(),
            at_risk: given(leads.iter().flat_map(|bank| deal.at_risk(bank)).collect()),
        };
        let others = others(deal, fewest.banks.len(), &chosen).into_iter().map(choice).collect();
        let fewest_leads = fewest.is_smallest && chosen.len() <= fewest.banks.len();
        Ok((Self { steps, fewest_leads, others }, leads))
    }
}

/// All that lead with these named: banks that wait for nobody do, too. None if that breaks not every circle.
fn leading(deal: &Deal, leads: &BTreeSet<PublicKey>) -> Option<BTreeSet<PublicKey>> {
    let steps = deal.order(leads).ok()?;
    Some(steps.into_iter().filter(|step| step.role == Role::Lead).map(|step| step.bank).collect())
}

/// Other sets of as many leads that would do, those first that put the fewest transfers at risk.
fn others(deal: &Deal, count: usize, chosen: &BTreeSet<PublicKey>) -> Vec<BTreeSet<PublicKey>> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut found = Vec::new();
    for _ in 0..MAX_TRIED {
        let leads: BTreeSet<PublicKey> = places.iter().filter_map(|place| deal.banks().get(*place).copied()).collect();
        if leads != *chosen && leading(deal, &leads).as_ref() == Some(&leads) {
            found.push(leads);
        }
        // The next choice of as many places in ascending order.
        let can_move = |place: &usize| places[*place] + count - place < deal.banks().len();
        let Some(moved) = (0..count).rfind(can_move) else { break };
        let start = places[moved] + 1;
        for (place, next) in (moved..count).zip(start..) {
            places[place] = next;
        }
    }
    found.sort_by_key(|leads| leads.iter().map(|bank| deal.at_risk(bank).len()).sum::<usize>());
    found.truncate(MAX_OTHERS);
    found
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
                vec![Cell::from(&given.giver_name), Cell::new(given.told(), BAD), Cell::from(printable(&step.name))]
            };
            page.table(2, &["giver", "gives", "at"], &at_risk.iter().map(row).collect::<Vec<_>>());
        }
        let fewest = if self.fewest_leads { "no fewer banks can lead" } else { "perhaps fewer banks could lead" };
        page.line(format!("  {fewest}; leads get no proof before they settle, and there is no way back"));
        if self.others.is_empty() {
            return;
        }
        page.line("  with as many other leads, who would lose what:");
        let row = |choice: &Choice| {
            let told = |given: &Given| format!("{} {}", given.giver_name, given.told());
            let lost: Vec<String> = choice.at_risk.iter().map(told).collect();
            let lost =
                if lost.is_empty() { Cell::new("nobody anything", GOOD) } else { Cell::new(lost.join(", "), CARE) };
            vec![Cell::from(printable(&choice.names.join(", "))), lost]
        };
        page.table(2, &["led by", "at risk"], &self.others.iter().map(row).collect::<Vec<_>>());
    }
}

/// The beginning of a key or hash, which is enough to tell it from the few others of a deal.
pub(super) fn short(text: &str) -> String {
    let start: String = text.chars().take(SHORT).collect();
    if start.len() == text.len() { start } else { format!("{start}…") }
}
