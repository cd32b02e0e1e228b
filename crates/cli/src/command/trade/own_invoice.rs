//! What a payee makes sure of before it agrees to a trade.

use barter_lightning::lnd::Lnd;
use barter_protocol::{Role, Terms};
use barter_sdk::{BarterClient, DealClient};
use clap::Args;

use crate::{context::Context, error::Error, lightning::DealOptions, progress::waiting};

/// What a payee makes sure of before it agrees to a trade: that it is for an open, unpaid invoice of its own Lightning node, which
/// belongs to no other trade. Else somebody could settle who never paid.
#[derive(Args)]
pub(super) struct Guard {
    /// Where you are paid: do not look whether the trade is for an open, unpaid invoice of your Lightning node. For invoices of
    /// other nodes; make sure of it yourself
    #[arg(long)]
    unchecked: bool,

    #[command(flatten)]
    options: DealOptions,
}

impl Guard {
    /// What looks; `None` if that is not wanted.
    ///
    /// # Errors
    /// [`Error::InvoiceUnchecked`] if no Lightning node is named that could be asked.
    pub(super) fn deals(&self, client: &BarterClient, context: &Context) -> Result<Option<DealClient<Lnd>>, Error> {
        if self.unchecked {
            return Ok(None);
        }
        Ok(Some(self.options.deals_if_named(client, context)?.ok_or(Error::InvoiceUnchecked)?))
    }

    /// Looks, and writes down that the invoice belongs to the trade on these terms, before they are agreed to.
    pub(super) async fn bind(
        &self,
        client: &BarterClient,
        terms: &Terms,
        proposer: Role,
        context: &Context,
    ) -> Result<(), Error> {
        if let Some(deals) = self.deals(client, context)? {
            waiting("looking at the invoice", deals.bind_own_invoice(terms, proposer)).await?;
        }
        Ok(())
    }
}
