//! `barter bond unbond`

use clap::Args;
use serde::Serialize;

use super::{Moved, money};
use crate::{
    context::Context,
    error::Error,
    progress::{sending, waiting},
    show::Done,
    text::instant,
};

/// Start taking money out of your bond
///
/// It stops counting at once, disputes filed until the delay is over can take from it, and it can be withdrawn then. The delay starts
/// again for all that is leaving. After an error with a transaction, look that transaction up before trying again.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond unbond 500")]
pub(crate) struct Unbond {
    /// How many tokens
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: String,
}

#[derive(Debug, Serialize)]
struct Leaving {
    #[serde(flatten)]
    moved: Moved,
    /// From when on all that is leaving can be withdrawn.
    release_at: Option<u64>,
}

impl Unbond {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let (bond, provider) = (client.bond(), client.wallet().ok_or(Error::NoWallet)?);
        let amount = waiting("reading the bond's token", bond.amount(&self.amount)).await?;
        let token = &bond.terms().await?.token;
        let receipt =
            sending("waiting for it to be mined", bond.unbond(amount)).await.map_err(|error| error.in_tokens(token))?;
        // Of the block it was mined in; where that cannot be read, it is done all the same.
        let release_at = bond.at_number(receipt.block_number).of(provider).await.ok().and_then(|bond| bond.release_at);
        let until = release_at.map(|time| format!(", to be withdrawn from {} on", instant(time))).unwrap_or_default();
        context.output().done(&Done {
            headline: format!("{} is leaving the bond{until}.", money(amount, token)),
            trade_id: None,
            subject: Leaving { moved: Moved::new(provider, amount), release_at },
            receipt,
        })
    }
}
