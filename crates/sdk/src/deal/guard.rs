//! What a payee accepts that was proposed without an offer.

use alloy_primitives::Address;
use barter_lightning::{InvoiceError, InvoiceState, Lightning, OwnInvoice};
use barter_protocol::TradeId;

use super::{DealClient, DealError, payee::MARGIN_SECONDS, run::unix_now};
use crate::{Error, Receipt, Trade};

/// Refuses a trade that is for no open, unpaid invoice of this node's own, of its amount and with time left.
pub(crate) fn check(trade: &Trade, invoice: Option<&OwnInvoice>, wallet: Address, now: u64) -> Result<(), Error> {
    let (trade_id, payment_hash) = (trade.trade_id, trade.payment_hash);
    if trade.payee != wallet {
        return Err(DealError::NotPayee { trade_id, wallet, payee: trade.payee }.into());
    }
    let Some(OwnInvoice { invoice, state, .. }) = invoice else {
        return Err(DealError::NotOwnInvoice { trade_id, payment_hash }.into());
    };
    if *state != InvoiceState::Open {
        return Err(DealError::InvoiceNotOpen { trade_id, state: *state }.into());
    }
    let refuse = |error: InvoiceError| Err(barter_lightning::Error::from(error).into());
    if invoice.payment_hash() != payment_hash {
        return refuse(InvoiceError::WrongPaymentHash { expected: payment_hash, found: invoice.payment_hash() });
    }
    if invoice.amount_sats() != trade.amount_sats {
        let (expected_sats, found_sats) = (trade.amount_sats, invoice.amount_sats());
        return refuse(InvoiceError::WrongAmount { expected_sats, found_sats });
    }
    if let Err(error) = invoice.check_open_at(now) {
        return refuse(error);
    }
    let needed_until = now.saturating_add(MARGIN_SECONDS);
    if invoice.expires_at() < needed_until {
        return refuse(InvoiceError::ExpiresTooSoon { expires_at: invoice.expires_at(), needed_until });
    }
    Ok(())
}

impl<L: Lightning> DealClient<L> {
    pub(super) async fn accept_guarded(&self, trade_id: TradeId) -> Result<Receipt, Error> {
        let wallet = self.owner()?.wallet;
        let trade = self.client.trade().get(trade_id).await?;
        let invoice = self.lightning.invoice(trade.payment_hash).await?;
        check(&trade, invoice.as_ref(), wallet, unix_now())?;
        self.journal.take(trade.payment_hash, trade_id)?;
        self.client.trade().accept(trade_id).await
    }
}
