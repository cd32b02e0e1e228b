//! `barter bank audit`

use barter_bank::audit::{Audited, Counts, audit};
use clap::Args;
use serde::Serialize;

use super::{Error, database::Database};
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{BAD, BEST, CARE, Cell, NAME, Page, styled},
    progress::Bar,
    signal::Signals,
    text::{counted, grouped, printable},
};

/// Between two times that the bar is drawn, in rows.
const ROWS_PER_LOOK: u64 = 512;

/// Check a bank's whole store: every document and signature, every sum, every state
///
/// Reads and writes nothing, also while the bank runs. Says of each row what is wrong with it, and exits with 1 if anything is. What
/// nothing in a store can show, such as that it is an older copy, docs/settlement.md lists.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank audit
  barter bank audit --database bank.db --json | jq .findings
  barter bank audit --database postgres://localhost/bank")]
pub(crate) struct Audit {
    #[command(flatten)]
    database: Database,
}

/// What was looked through.
#[derive(Serialize)]
struct Looked {
    database: String,
    bank: String,
    documents: u64,
    signatures: u64,
    promises: u64,
    accounts: u64,
    legs: u64,
    settled: u64,
    confirmations_without_terms: u64,
    holds: u64,
    records: u64,
    calls: u64,
    findings: Vec<Finding>,
    more_findings: u64,
}

#[derive(Serialize)]
struct Finding {
    table: &'static str,
    row: String,
    problem: String,
}

impl Looked {
    fn new(database: String, audited: Audited) -> Self {
        let Audited { bank, counts, findings, more } = audited;
        let Counts { documents, signatures, promises, accounts, legs, settled, without_terms, holds, records, calls } =
            counts;
        let finding = |finding: barter_bank::audit::Finding| Finding {
            table: finding.table,
            row: finding.row,
            problem: finding.problem.to_string(),
        };
        Self {
            database,
            bank: bank.to_string(),
            documents,
            signatures,
            promises,
            accounts,
            legs,
            settled,
            confirmations_without_terms: without_terms,
            holds,
            records,
            calls,
            findings: findings.into_iter().map(finding).collect(),
            more_findings: more,
        }
    }

    fn wrong(&self) -> u64 {
        self.findings.len() as u64 + self.more_findings
    }
}

impl Report for Looked {
    fn show(&self, page: &mut Page) {
        page.field("bank", Cell::new(&self.bank, NAME));
        page.field("store", printable(&self.database));
        page.field("documents", format!("{}, {} signed", grouped(self.documents), grouped(self.signatures)));
        page.field("promises", grouped(self.promises));
        page.field("accounts", format!("{}, {} held", grouped(self.accounts), grouped(self.holds)));
        let records = counted(self.records, "record");
        page.field("deals", format!("{}, {} settled, of {records}", grouped(self.legs), grouped(self.settled)));
        page.field("calls", grouped(self.calls));
        if self.confirmations_without_terms > 0 {
            let without = counted(self.confirmations_without_terms, "confirmation");
            page.field("terms", Cell::new(format!("{without} by holders who did not sign any"), CARE));
        }
        for Finding { table, row, problem } in &self.findings {
            page.line(format!("{} {table} {}: {}", styled("✘", BAD), printable(row), printable(problem)));
        }
        if self.more_findings > 0 {
            page.line(styled(format!("and {}", counted(self.more_findings, "more finding")), BAD));
        }
        if self.findings.is_empty() {
            page.line(styled("✔ every signature is right, every sum and every state follows", BEST));
        }
    }
}

impl Audit {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let mut signals = Signals::listen()
            .map_err(|error| Stopped::System { what: "listening to signals", reason: error.to_string() })?;
        let location = self.database.location(context)?;
        let name = location.to_string();
        let bar = Bar::new("rows", "opening the store");
        // On a thread that may wait: PostgreSQL's connection does.
        let looked = tokio::task::spawn_blocking(move || {
            audit(&location, |done, all| {
                if done % ROWS_PER_LOOK == 0 || done == all {
                    bar.show(done, all, "looking");
                }
            })
        });
        let audited = tokio::select! {
            looked = looked => looked.map_err(|error| Stopped::System { what: "looking through the store", reason: error.to_string() })?,
            signal = signals.next_not_ignored() => return Err(Stopped::Interrupted { signal }),
        };
        let looked = Looked::new(name, audited.map_err(Error::from)?);
        context.output().result(&looked)?;
        match looked.wrong() {
            0 => Ok(()),
            wrong => Err(Error::StoreDiffers { wrong }.into()),
        }
    }
}
