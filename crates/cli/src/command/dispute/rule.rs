//! `barter dispute rule`

use std::path::PathBuf;

use clap::Args;

use super::{
    signatures::{Signatures, read_all},
    subject::{About, changed},
};
use crate::{context::Context, error::Error, progress::sending};

/// Bring auditors' signatures of a ruling on a dispute about a bond, or on a trade
///
/// Anybody can. The ruling takes effect once nobody can overturn it any more, by barter dispute execute.
#[derive(Args)]
#[command(after_help = "Example:
  barter dispute rule one.json two.json")]
pub(crate) struct Rule {
    /// Files with signatures, as `dispute sign-ruling` prints them, one or a list of them each; - for standard input
    #[arg(value_name = "FILE", required = true)]
    signatures: Vec<PathBuf>,
}

impl Rule {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let signatures = read_all(&self.signatures)?;
        let client = context.signing_client()?;
        let (bond, what) = (client.bond(), "waiting for the ruling to be mined");
        let (about, receipt) = match &signatures {
            Signatures::Bond(signed) => (of_bond(signed), sending(what, bond.rule(signed)).await?),
            Signatures::Trade(signed) => (of_trade(signed), sending(what, bond.rule_trade(signed)).await?),
        };
        context.output().done(&changed(about, "ruled".to_owned(), receipt))
    }
}

/// What signatures are about: all of the same, as the client saw to.
pub(super) fn of_bond(signed: &[barter_sdk::SignedRuling]) -> About {
    About::Bond { dispute_id: signed.first().map(|signed| signed.dispute_id).unwrap_or_default() }
}

/// As [`of_bond`], of a trade.
pub(super) fn of_trade(signed: &[barter_sdk::SignedTradeRuling]) -> About {
    About::Trade { trade_id: signed.first().map(|signed| signed.trade_id).unwrap_or_default() }
}
