//! `barter bond claim`

use clap::Args;

use super::{payee, withdraw::Paid};
use crate::{context::Context, error::Error, progress::sending, show::Done};

/// Take what disputes made your own: a slash, a deposit
#[derive(Args)]
#[command(after_help = "Example:
  barter bond claim")]
pub(crate) struct Claim {
    /// Who receives it [default: your own wallet]
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

impl Claim {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, address, to) = payee(context, self.to.as_deref())?;
        let receipt = sending("waiting for the claim to be mined", async { client.bond().claim(to).await }).await?;
        let headline = format!("What disputes made yours was paid to {to}.");
        context.output().done(&Done { headline, trade_id: None, subject: Paid { address, to }, receipt })
    }
}
