//! `barter reputation outcomes`

use alloy_primitives::B256;
use barter_reputation::merkle::verify_inclusion;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, Cell, FAINT, GOOD, Page},
    progress::waiting,
    reputation::{Service, log::EntryJson},
    text::{counted, cut, grouped, printable},
};

/// Characters of a name that a column has room for.
const NAME_CHARS: usize = 24;

/// List a provider's outcomes, and check for each that it is in the log
///
/// A page at a time, in the order of the log. The leaf is what a complaint on the chain names as its outcome.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation outcomes https://p.example
  barter reputation outcomes https://p.example --cursor 100 --json | jq .outcomes")]
pub(crate) struct Outcomes {
    /// The provider's hub
    hub: String,

    /// Where in the log to begin: what the page before said comes next
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    cursor: u64,

    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,

    #[command(flatten)]
    asked: Asked,
}

/// A page as the service gives it.
#[derive(Serialize, Deserialize)]
pub(super) struct Listed {
    hub_url: String,
    size: u64,
    root: B256,
    pub(super) outcomes: Vec<Proven>,
    next: Option<u64>,
}

/// An outcome and where it is in the log.
#[derive(Serialize, Deserialize)]
pub(super) struct Proven {
    #[serde(flatten)]
    pub(super) entry: EntryJson,
    proof: Vec<B256>,
    /// Its leaf in the log, which a complaint on the chain names. Ours to compute.
    #[serde(default)]
    pub(super) leaf: B256,
    /// Whether the proof leads to the root. Ours to say.
    #[serde(default)]
    pub(super) proven: bool,
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        page.field("provider", printable(&self.hub_url));
        page.field("log", format!("{}, root {}", counted(self.size, "outcome"), self.root));
        page.gap();
        let text = |text: &Option<String>| cut(&printable(text.as_deref().unwrap_or_default()), NAME_CHARS);
        let rows: Vec<Vec<Cell>> = self
            .outcomes
            .iter()
            .map(|Proven { entry, leaf, proven, .. }| {
                let outcome = &entry.outcome;
                vec![
                    Cell::from(grouped(entry.index)),
                    Cell::new(text(&outcome.timestamp), FAINT),
                    Cell::from(text(&outcome.consumer_hub)),
                    Cell::from(text(&outcome.invocation_id)),
                    Cell::from(text(&outcome.status.clone().or_else(|| outcome.event.clone()))),
                    if *proven { Cell::new("in the log", GOOD) } else { Cell::new("NOT in the log", BAD) },
                    Cell::new(leaf.to_string(), FAINT),
                ]
            })
            .collect();
        page.table(0, &["index", "time", "consumer", "call", "ended", "proof", "leaf"], &rows);
        if let Some(next) = self.next {
            page.gap();
            page.field("next page", format!("--cursor {next}"));
        }
    }
}

impl Outcomes {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let service = self.asked.service(context)?;
        let listing = Listed::ask(&service, &self.hub, self.cursor, self.limit);
        let listed = waiting("asking the service", listing).await?;
        context.output().result(&listed)?;
        match listed.outcomes.iter().filter(|outcome| !outcome.proven).count() as u64 {
            0 => Ok(()),
            failed => Err(crate::reputation::Error::Differs { failed }.into()),
        }
    }
}

impl Listed {
    /// Asks for a page, computes each leaf from what was signed, and follows its proof.
    pub(super) async fn ask(
        service: &Service,
        hub: &str,
        cursor: u64,
        limit: u16,
    ) -> Result<Self, crate::reputation::Error> {
        let query = [("cursor", cursor.to_string()), ("limit", limit.to_string())];
        let mut listed: Self = service.get(&[hub, "outcomes"], &query).await?;
        for outcome in &mut listed.outcomes {
            let entry = outcome.entry.clone().read();
            let entry = entry.map_err(|error| service.invalid("GET /{hub_url}/outcomes", error.to_string()))?;
            let proof: Vec<[u8; 32]> = outcome.proof.iter().map(|hash| hash.0).collect();
            let leaf = entry.signed.leaf(&entry.key);
            outcome.leaf = leaf.into();
            outcome.proven = verify_inclusion(&leaf, entry.index, listed.size, &proof, &listed.root.0);
        }
        Ok(listed)
    }
}
