//! `barter bond top-up`

use barter_sdk::{TokenAmount, WalletInput};
use clap::Args;
use serde::Serialize;

use super::{Moved, active_at, money, now};
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
    show::Done,
};

/// Add to a provider's bond
///
/// After an error with a transaction, look that transaction up before trying again: a second top-up adds again.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond top-up 500")]
pub(crate) struct TopUp {
    /// How many tokens
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: String,

    /// The provider [default: your own wallet]
    #[arg(long, value_name = "ADDRESS")]
    provider: Option<String>,
}

#[derive(Debug, Serialize)]
struct ToppedUp {
    #[serde(flatten)]
    moved: Moved,
    /// The bond then: it grew by less than was moved, where the token takes a fee.
    active: Option<TokenAmount>,
}

impl TopUp {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let named = self.provider.as_deref().map(WalletInput::to_checked_address).transpose()?;
        let client = context.signing_client()?;
        let provider = named.or(client.wallet()).ok_or(Error::NoWallet)?;
        let bond = client.bond();
        let amount = waiting("reading the bond's token", bond.amount(&self.amount)).await?;
        let token = &bond.terms().await?.token;
        let adding = Box::pin(bond.top_up(provider, amount));
        let funded = sending("waiting for the top-up to be mined", adding).await?;
        let active = active_at(&bond, provider, &funded.receipt).await;
        context.output().done(&Done {
            headline: format!("{} added to the bond of {provider}{}.", money(amount, token), now(active, token)),
            trade_id: None,
            subject: ToppedUp { moved: Moved::new(provider, amount), active },
            receipt: funded.receipt,
        })
    }
}
