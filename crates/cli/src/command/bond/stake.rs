//! `barter bond stake`

use barter_sdk::TokenAmount;
use clap::Args;
use serde::Serialize;

use super::{Moved, active_at, money, now};
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
    show::Done,
};

/// Make your wallet a provider: declare its hub, for good, and put the first money behind it
///
/// Lets the bond contract take exactly this amount first, in a transaction of its own, where it may not yet.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond stake --hub https://hub.example 2000")]
pub(crate) struct Stake {
    /// URL of the hub in its normal form, scheme and host in small letters and no slash at its end; at most 200 bytes, public for ever
    #[arg(long, value_name = "URL")]
    hub: String,

    /// How many tokens
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: String,
}

#[derive(Debug, Serialize)]
struct Staked {
    #[serde(flatten)]
    moved: Moved,
    /// The bond then: less than was moved, where the token takes a fee.
    active: Option<TokenAmount>,
    hub: String,
    /// Transactions that let the contract take the money.
    approvals: Vec<alloy_primitives::B256>,
}

impl Stake {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let (bond, provider) = (client.bond(), client.wallet().ok_or(Error::NoWallet)?);
        let amount = waiting("reading the bond's token", bond.amount(&self.amount)).await?;
        let token = &bond.terms().await?.token;
        let staking = Box::pin(bond.stake(&self.hub, amount));
        let funded = sending("waiting for the stake to be mined", staking).await?;
        let active = active_at(&bond, provider, &funded.receipt).await;
        context.output().done(&Done {
            headline: format!("{} staked behind {provider}{}.", money(amount, token), now(active, token)),
            trade_id: None,
            subject: Staked {
                moved: Moved::new(provider, amount),
                active,
                hub: self.hub,
                approvals: funded.approvals.iter().map(|receipt| receipt.transaction_hash).collect(),
            },
            receipt: funded.receipt,
        })
    }
}
