//! `barter compliance screen`

use std::path::PathBuf;

use barter_sdk::{Decision, WalletInput};
use clap::Args;

use crate::{
    context::Context,
    error::Error,
    progress::waiting,
    question::{Source, Time, ask, mind_age, read_policy},
};

/// Hold a wallet against a policy: allow or deny, with reasons. Exits with 7 where it is denied
#[derive(Args)]
#[command(after_help = "A policy is a TOML file; every key may be left out, but not all of them:
  minimum_score = 200
  minimum_counterparties = 5
  highest_risk = \"medium\"          # low or medium
  required_level = \"B\"             # A or B
  minimum_completion_rate = 90     # percent
  deny_flags = [\"isolation\", \"pair_cap_exceeded\"]

  [settings]                       # thresholds of the flags
  velocity_trades_24h = 50

  [viewpoint]                      # what must reach it from wallets that you trust
  trusted = [\"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"]
  minimum_seen_score = 10

Example:
  barter compliance screen 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --policy policy.toml")]
pub(crate) struct Screen {
    /// The wallet
    wallet: String,

    /// The policy
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,

    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    time: Time,
}

impl Screen {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let wallet = self.wallet.as_str().to_checked_address()?;
        let policy = read_policy(&self.policy)?;
        let client = self.source.client(context)?;
        let asked = self.time.of(ask(&client));
        let screening =
            waiting("looking at its trades and the wallets around it", asked.screen(wallet, &policy)).await?;
        mind_age(context, &screening.at);
        context.output().result(&screening)?;
        match screening.decision {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(Error::Denied),
        }
    }
}
