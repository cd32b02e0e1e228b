//! What a payee agrees to that was proposed without an offer.

use barter_lightning::{InvoiceError, InvoiceState, Lightning, OwnInvoice};
use barter_protocol::{PaymentHash, Role, Terms, TradeId, TradeStatus};

use super::{DealClient, DealError, payee::MARGIN_SECONDS, run::unix_now};
use crate::{Error, Receipt};

/// Refuses what is no open, unpaid invoice of this node's own, of the trade's amount and with time left.
pub(crate) fn check(
    payment_hash: PaymentHash,
    amount_sats: u64,
    invoice: Option<&OwnInvoice>,
    now: u64,
) -> Result<(), Error> {
    let Some(OwnInvoice { invoice, state, .. }) = invoice else {
        return Err(DealError::NotOwnInvoice { payment_hash }.into());
    };
    if *state != InvoiceState::Open {
        return Err(DealError::InvoiceNotOpen { payment_hash, state: *state }.into());
    }
    let refuse = |error: InvoiceError| Err(barter_lightning::Error::from(error).into());
    if invoice.payment_hash() != payment_hash {
        return refuse(InvoiceError::WrongPaymentHash { expected: payment_hash, found: invoice.payment_hash() });
    }
    if invoice.amount_sats() != amount_sats {
        return refuse(InvoiceError::WrongAmount { expected_sats: amount_sats, found_sats: invoice.amount_sats() });
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
        if trade.payee != wallet {
            return Err(DealError::NotPayee { trade_id, wallet, payee: trade.payee }.into());
        }
        if trade.status != TradeStatus::Proposed {
            let (actual, required) = (trade.status, TradeStatus::Proposed);
            return Err(barter_protocol::Error::WrongStatus { trade_id, actual, required }.into());
        }
        let invoice = self.lightning.invoice(trade.payment_hash).await?;
        check(trade.payment_hash, trade.amount_sats, invoice.as_ref(), unix_now())?;
        // From here on the invoice is this trade's, should the answer to what follows be lost, too.
        self.journal.take(trade.payment_hash, trade_id)?;
        self.client.trade().accept(trade_id).await
    }

    pub(super) async fn bind_invoice(&self, terms: &Terms, proposer: Role) -> Result<TradeId, Error> {
        let (trade_id, wallet) = (terms.trade_id(proposer), self.owner()?.wallet);
        if terms.payee() != wallet {
            return Err(DealError::NotPayee { trade_id, wallet, payee: terms.payee() }.into());
        }
        let invoice = self.lightning.invoice(terms.payment_hash()).await?;
        check(terms.payment_hash(), terms.amount_sats(), invoice.as_ref(), unix_now())?;
        self.journal.take(terms.payment_hash(), trade_id)?;
        Ok(trade_id)
    }
}
