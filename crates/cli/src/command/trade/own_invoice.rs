//! What a payee makes sure of before it agrees to a trade.

use barter_protocol::PaymentHash;
use barter_sdk::BarterClient;

use crate::{context::Context, error::Error, lightning::DealOptions, progress::waiting};

/// Refuses, where a Lightning node is named, what is no open, unpaid invoice of that node's own. Says whether one was asked.
pub(super) async fn require_own_invoice(
    options: &DealOptions,
    client: &BarterClient,
    payment_hash: PaymentHash,
    amount_sats: u64,
    context: &Context,
) -> Result<bool, Error> {
    let Some(deals) = options.deals_if_named(client, context)? else { return Ok(false) };
    waiting("looking at the invoice", deals.check_own_invoice(payment_hash, amount_sats)).await?;
    Ok(true)
}

/// Warns a payee that agrees to what somebody else wrote.
pub(super) fn warn_unchecked(context: &Context) {
    context.output().warn(
        "invoice_not_checked",
        "no Lightning node is named, so that nobody looked whether the trade is for an invoice of yours",
    );
}
