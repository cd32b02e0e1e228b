//! What a node knows of its invoices and payments beside what LDK keeps. It decides; others do.

mod written;

use std::collections::HashMap;

use barter_protocol::{PaymentHash, Preimage};

use crate::{
    Error, FailureReason, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, OwnInvoice, Paid, Payment, PaymentStatus,
};

/// A node's invoices and payments, by payment hash.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    invoices: HashMap<PaymentHash, InvoiceEntry>,
    payments: HashMap<PaymentHash, PaymentEntry>,
}

#[derive(Debug, PartialEq, Eq)]
struct InvoiceEntry {
    request: InvoiceRequest,
    own: OwnInvoice,
    /// What has arrived is being taken, which cannot be taken back. There is a preimage then.
    is_settling: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct PaymentEntry {
    amount_sats: u64,
    status: PaymentStatus,
}

/// What to do with a payment that arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Take it with this preimage.
    Take(Preimage),
    /// Leave it where it is.
    Hold,
    /// Give it back.
    GiveBack,
}

impl Ledger {
    /// The invoice that was made for a request. Once it is paid it no longer matters who was to hold the preimage.
    pub(super) fn made(&self, request: &InvoiceRequest) -> Result<Option<Invoice>, Error> {
        let payment_hash = request.payment_hash();
        let Some(entry) = self.invoices.get(&payment_hash) else { return Ok(None) };
        let is_paid = entry.own.state == InvoiceState::Paid;
        let compared =
            InvoiceRequest { lock: if is_paid { entry.request.lock } else { request.lock }, ..request.clone() };
        if compared != entry.request {
            return Err(Error::InvoiceExists { payment_hash });
        }
        Ok(Some(entry.own.invoice.clone()))
    }

    /// Notes an invoice that was made.
    pub(super) fn make(&mut self, request: InvoiceRequest, invoice: Invoice) {
        let preimage = match request.lock {
            InvoiceLock::Preimage(preimage) => Some(preimage),
            InvoiceLock::Held(_) => None,
        };
        let own = OwnInvoice::new(invoice, InvoiceState::Open).with_preimage(preimage);
        self.invoices.insert(request.payment_hash(), InvoiceEntry { request, own, is_settling: false });
    }

    /// One of the node's own invoices.
    pub(super) fn invoice(&self, payment_hash: PaymentHash) -> Option<OwnInvoice> {
        self.invoices.get(&payment_hash).map(|entry| entry.own.clone())
    }

    /// A payment has arrived at `now`, Unix time. The same one may be told again after a restart.
    pub(super) fn arrived(&mut self, payment_hash: PaymentHash, now: u64) -> Arrival {
        let Some(entry) = self.invoices.get_mut(&payment_hash) else { return Arrival::GiveBack };
        match (entry.own.state, entry.own.preimage) {
            (InvoiceState::Paid | InvoiceState::Cancelled, _) => Arrival::GiveBack,
            (InvoiceState::Open | InvoiceState::Held, Some(preimage)) if entry.is_settling => Arrival::Take(preimage),
            (InvoiceState::Held, _) => Arrival::Hold,
            (InvoiceState::Open, _) if !entry.own.is_open_at(now) => Arrival::GiveBack,
            (InvoiceState::Open, Some(preimage)) => {
                entry.is_settling = true;
                Arrival::Take(preimage)
            }
            (InvoiceState::Open, None) => {
                entry.own.state = InvoiceState::Held;
                Arrival::Hold
            }
        }
    }

    /// A payment was taken.
    pub(super) fn taken(&mut self, payment_hash: PaymentHash) {
        if let Some(entry) = self.invoices.get_mut(&payment_hash) {
            entry.own.state = InvoiceState::Paid;
        }
    }

    /// Decides to take what is held. Returns whether there is something to take; not if it was taken before, or is taken anyway.
    pub(super) fn settle(&mut self, preimage: Preimage) -> Result<bool, Error> {
        let payment_hash = preimage.payment_hash();
        let entry = self.invoices.get_mut(&payment_hash).ok_or(Error::UnknownInvoice { payment_hash })?;
        match entry.own.state {
            InvoiceState::Held => {
                entry.own.preimage = Some(preimage);
                entry.is_settling = true;
                Ok(true)
            }
            InvoiceState::Paid => Ok(false),
            InvoiceState::Open if entry.is_settling => Ok(false),
            InvoiceState::Open | InvoiceState::Cancelled => Err(Error::NotHeld { payment_hash }),
        }
    }

    /// Cancels an invoice. Returns whether there is something to give back.
    pub(super) fn cancel(&mut self, payment_hash: PaymentHash) -> Result<bool, Error> {
        let entry = self.invoices.get_mut(&payment_hash).ok_or(Error::UnknownInvoice { payment_hash })?;
        if entry.is_settling || entry.own.state == InvoiceState::Paid {
            return Err(Error::AlreadyPaid { payment_hash });
        }
        let was_held = entry.own.state == InvoiceState::Held;
        entry.own.state = InvoiceState::Cancelled;
        Ok(was_held)
    }

    /// A payment is begun, maybe anew.
    pub(super) fn begin(&mut self, payment_hash: PaymentHash, amount_sats: u64) {
        self.payments.insert(payment_hash, PaymentEntry { amount_sats, status: PaymentStatus::Pending });
    }

    /// A payment has arrived at its payee.
    pub(super) fn paid(&mut self, payment_hash: PaymentHash, paid: Paid) {
        if let Some(entry) = self.payments.get_mut(&payment_hash) {
            entry.status = PaymentStatus::Paid(paid);
        }
    }

    /// A payment has failed. `reason` is asked with the payment's amount in satoshis.
    pub(super) fn failed(&mut self, payment_hash: PaymentHash, reason: impl FnOnce(u64) -> FailureReason) {
        if let Some(entry) = self.payments.get_mut(&payment_hash) {
            entry.status = PaymentStatus::Failed(reason(entry.amount_sats));
        }
    }

    /// One of the node's own payments.
    pub(super) fn payment(&self, payment_hash: PaymentHash) -> Option<Payment> {
        self.payments.get(&payment_hash).map(|entry| Payment::new(payment_hash, entry.status.clone()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
