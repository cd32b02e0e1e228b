//! `barter dispute execute`

use clap::Args;

use super::subject::{About, Subject, changed};
use crate::{context::Context, error::Error, progress::sending};

/// End a dispute about a bond, or carry out a ruling on a trade, once nobody can overturn it any more
///
/// Anybody can. A dispute about a bond that nobody ruled on in time ends as void, and its deposit goes back. What it made
/// somebody's own is taken with barter bond claim.
#[derive(Args)]
#[command(after_help = "Examples:
  barter dispute execute 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3
  barter dispute execute --trade 0x4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0")]
pub(crate) struct Execute {
    #[command(flatten)]
    subject: Subject,
}

impl Execute {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let (bond, about) = (client.bond(), self.subject.about());
        let what = "waiting for it to be mined";
        match about {
            About::Bond { dispute_id } => {
                let receipt = sending(what, bond.execute(dispute_id)).await?;
                // Of the block it was mined in; where that cannot be read, it is done all the same.
                let ended = bond.at_number(receipt.block_number).dispute(dispute_id).await;
                let status = ended.map_or_else(|_| "ended".to_owned(), |dispute| dispute.status.to_string());
                context.output().done(&changed(about, status, receipt))
            }
            About::Trade { trade_id } => {
                let receipt = sending(what, bond.execute_trade(trade_id)).await?;
                context.output().done(&changed(about, "executed".to_owned(), receipt))
            }
        }
    }
}
