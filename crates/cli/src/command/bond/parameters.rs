//! `barter bond parameters`

use barter_sdk::{BondTerms, Quorum};
use clap::Args;
use serde::Serialize;

use super::money;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, NAME, Page},
    progress::waiting,
    text::{grouped, printable},
};

/// Show what is fixed: token, limits, times, and who the auditors are
#[derive(Args)]
#[command(after_help = "Example:
  barter bond parameters --network sepolia")]
pub(crate) struct Parameters {}

#[derive(Serialize)]
struct Fixed {
    #[serde(flatten)]
    terms: BondTerms,
    auditors: Quorum,
}

const DAY: u64 = 24 * 60 * 60;

/// A length of time: in days where it is whole days.
fn time(seconds: u64) -> String {
    if seconds > 0 && seconds.is_multiple_of(DAY) {
        format!("{} days", grouped(seconds / DAY))
    } else {
        format!("{} s", grouped(seconds))
    }
}

fn percent(ppm: u32) -> String {
    super::history::verdict(ppm).replace(" at filing", "")
}

impl Report for Fixed {
    fn show(&self, page: &mut Page) {
        let (terms, quorum) = (&self.terms, &self.auditors);
        page.title("What is fixed about bonds");
        page.field("contract", Cell::new(terms.contract.to_string(), NAME));
        let symbol = terms.token.symbol.as_deref().map(printable).unwrap_or_default();
        page.field("token", format!("{} {symbol}, {} decimals", terms.token.address, terms.token.decimals));
        page.field("to be listed", money(terms.minimum_bond, &terms.token));
        let (least, share) = (money(terms.minimum_deposit, &terms.token), percent(terms.deposit_ppm));
        page.field("deposit", format!("{least}, or {share}, the larger"));
        page.field("most slashed", format!("{} when it was filed, by one dispute", percent(terms.max_slash_ppm)));
        page.field("to leave", time(terms.unbonding_delay));
        page.field("to rule", format!("{}, then a dispute is void", time(terms.ruling_period)));
        page.field("to overturn", time(terms.overturn_window));
        let of = quorum.auditors.len();
        let (rule, overturn) = (quorum.threshold, quorum.overturn_threshold);
        page.field("auditors", format!("{rule} of {of} rule, {overturn} overturn, at {}", quorum.contract));
        for auditor in &quorum.auditors {
            page.field("", Cell::new(auditor.to_string(), NAME));
        }
    }
}

impl Parameters {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.reading_client()?;
        let bond = client.bond();
        let terms = waiting("reading what is fixed", bond.terms()).await?.clone();
        let auditors = bond.quorum().await?;
        context.output().result(&Fixed { terms, auditors })
    }
}
