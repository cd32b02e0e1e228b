//! `barter reputation verify`

use std::path::PathBuf;

use barter_reputation::score::Settings;
use barter_sdk::WalletInput;
use clap::Args;

use super::{Asked, settings::ScoreArguments};
use crate::{
    clock::unix_now,
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, BEST, CARE, Cell, FAINT, GOOD, NAME, Page, styled},
    progress::Bar,
    reputation::{
        self,
        log::LogFile,
        verification::{Anchors, Outcome, Verification, Verifying},
    },
    signal::Signals,
    text::printable,
};

/// As a service with a working node is never: twelve blocks and some seconds.
const MAX_BLOCK_AGE: u64 = 600;

/// Check a score with your own hands: every signature, the log's root, its anchors and the bond on the chain, and the sum
///
/// Goes through the service's whole log, or through a copy of it (barter reputation export) and what came after, reads the bond from
/// your own node at the block that the service names, and computes the score anew: as of now, by the usual rules or those that you
/// name. Says what does not hold, and exits with 1 if anything does not.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation verify https://p.example --network sepolia
  barter reputation verify https://p.example --log log.jsonl --anchored-by 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
  barter reputation verify https://p.example --network sepolia --window-days 7
  barter reputation verify https://p.example --no-chain

Whom it takes at their word: your node, and the operator for which key is which consumer's and which wallet is which provider's.")]
pub(crate) struct Verify {
    /// The provider's hub
    hub: String,

    /// A copy of the log that you kept (barter reputation export): the service's has to begin with it
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// The wallet that anchors the log [default: the one that the service names]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_chain")]
    anchored_by: Option<String>,

    /// Take the service's word for the chain: check only what is in the log
    #[arg(long)]
    no_chain: bool,

    /// Seconds that the block with the bonds may be older than your node's newest
    #[arg(long, value_name = "SECONDS", default_value_t = MAX_BLOCK_AGE, conflicts_with = "no_chain")]
    max_block_age: u64,

    #[command(flatten)]
    score: ScoreArguments,

    #[command(flatten)]
    asked: Asked,
}

impl Report for Verification {
    fn show(&self, page: &mut Page) {
        page.field("provider", Cell::new(printable(&self.hub), NAME));
        for check in &self.checks {
            let mark = match check.outcome {
                Outcome::Holds => styled("✔", GOOD),
                Outcome::Fails => styled("✘", BAD),
                Outcome::NotChecked => styled("–", CARE),
            };
            let detail = printable(&check.detail);
            let detail = if check.outcome == Outcome::Fails { detail } else { styled(detail, FAINT) };
            page.line(format!("{mark} {:<16} {detail}", check.name));
        }
        page.gap();
        let told = format!("{:.6}", self.told);
        match (self.failed(), self.computed) {
            (0, _) => page.field("score", Cell::new(format!("{told}, as the service says"), BEST)),
            (_, Some(computed)) if computed.to_bits() != self.told.to_bits() => {
                page.field("score", Cell::new(format!("{computed:.6}, and the service says {told}"), BAD))
            }
            _ => page.field("score", Cell::new(format!("{told}, which is not to be relied on"), BAD)),
        };
    }
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let service = self.asked.service(context)?;
        let client = if self.no_chain { None } else { Some(context.reading_client()?) };
        if let Some(client) = &client {
            client.deployment().barter_bond.ok_or(reputation::Error::NoBond)?;
        }
        let named = self.anchored_by.as_deref().map(WalletInput::to_checked_address).transpose()?;
        let settings = self.score.settings(Settings::default().decimals)?;
        let copy = self.log.as_deref().map(LogFile::open).transpose()?;
        let bar = Bar::new("entries", "asking the service");
        let anchors = named.map_or(Anchors::AsTheServiceSays, Anchors::Of);
        let verifying = Verifying {
            service: &service,
            client: client.as_ref(),
            anchors,
            settings,
            max_block_age: self.max_block_age,
            clock: &unix_now,
            bar: &bar,
        };
        let verified = tokio::select! {
            verified = verifying.run(&self.hub, copy) => verified?,
            signal = signals.next_not_ignored() => return Err(Error::Interrupted { signal }),
        };
        drop(bar);
        context.output().result(&verified)?;
        match verified.failed() {
            0 => Ok(()),
            failed => Err(reputation::Error::Differs { failed }.into()),
        }
    }
}
