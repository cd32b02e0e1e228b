//! `barter dispute show`

use barter_protocol::bond::{DisputeStatus, RulingStatus};
use barter_sdk::{BondToken, Dispute, TradeRuling};
use clap::Args;
use futures_util::future;
use serde::Serialize;

use super::subject::{About, Subject};
use crate::{
    command::bond::{fault, money, verdict},
    context::Context,
    error::Error,
    output::Report,
    page::{BAD, CARE, Cell, FAINT, GOOD, NAME, Page},
    progress::waiting,
    text::{instant, printable},
};

/// Show a dispute about a bond, or the auditors' ruling on a trade
///
/// The outcome and the provider's hub are read from the event log, from the deployment's block on, which takes a while on a long chain.
#[derive(Args)]
#[command(after_help = "Examples:
  barter dispute show 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3
  barter dispute show --trade 0x4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0")]
pub(crate) struct Show {
    #[command(flatten)]
    subject: Subject,
}

/// A dispute and the token its money is in.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pub(super) dispute: Dispute,
    /// The provider's hub, as the event of its first stake has it.
    pub(super) hub: Option<String>,
    pub(super) token: BondToken,
}

/// A dispute's status in its colour.
pub(super) fn status(status: DisputeStatus) -> Cell {
    let style = match status {
        DisputeStatus::Filed | DisputeStatus::Ruled | DisputeStatus::Overturned => CARE,
        DisputeStatus::Upheld => BAD,
        DisputeStatus::Dismissed => GOOD,
        DisputeStatus::None | DisputeStatus::Void => FAINT,
    };
    Cell::new(status.as_str(), style)
}

impl Report for Shown {
    fn show(&self, page: &mut Page) {
        let (dispute, amount) = (&self.dispute, |amount| money(amount, &self.token));
        page.title(format!("Dispute {}", dispute.dispute_id));
        page.field("status", status(dispute.status));
        page.field("provider", Cell::new(dispute.provider.to_string(), NAME));
        page.field_if("hub", self.hub.as_deref().map(printable));
        page.field("consumer", Cell::new(dispute.consumer.to_string(), NAME));
        page.field("filed", format!("{}, by {}", instant(dispute.filed_at), dispute.filer));
        page.field("evidence", dispute.evidence.to_string());
        page.field_if("outcome", dispute.outcome.map(|outcome| outcome.to_string()));
        page.field("bond at filing", amount(dispute.bond_at_filing));
        page.field("deposit", amount(dispute.deposit));
        page.field_if("ruling", dispute.slash_ppm.map(verdict));
        match (dispute.status, dispute.executable_at) {
            (DisputeStatus::Filed, _) => {
                page.field("to be ruled on", format!("until {}", instant(dispute.ruling_until)))
            }
            (DisputeStatus::Ruled | DisputeStatus::Overturned, Some(time)) => {
                page.field("takes effect", format!("from {} on, when executed", instant(time)))
            }
            _ => page.field("slashed", amount(dispute.slashed)),
        };
    }
}

impl Report for TradeRuling {
    fn show(&self, page: &mut Page) {
        page.title(format!("Auditors' ruling on trade {}", self.trade_id));
        page.field("status", self.status.as_str());
        if self.status != RulingStatus::None {
            page.field("ruling", fault(self.at_fault));
        }
        if matches!(self.status, RulingStatus::Ruled | RulingStatus::Overturned) {
            page.field_if(
                "takes effect",
                self.executable_at.map(|time| format!("from {} on, when executed", instant(time))),
            );
        }
    }
}

impl Show {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.reading_client()?;
        let bond = client.bond();
        match self.subject.about() {
            About::Bond { dispute_id } => {
                let reading = async {
                    let mut dispute = bond.dispute(dispute_id).await?;
                    let (outcome, hub) =
                        future::try_join(bond.outcome_of(dispute_id), bond.hub_of(dispute.provider)).await?;
                    dispute.outcome = outcome;
                    Ok::<_, barter_sdk::Error>((dispute, hub))
                };
                let (dispute, hub) = Box::pin(waiting("reading the dispute", reading)).await?;
                context.output().result(&Shown { dispute, hub, token: bond.terms().await?.token.clone() })
            }
            About::Trade { trade_id } => {
                // A trade that is not there has no ruling either.
                client.trade().get(trade_id).await?;
                context.output().result(&waiting("reading the ruling", bond.trade_ruling(trade_id)).await?)
            }
        }
    }
}
