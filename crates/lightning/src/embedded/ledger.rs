//! What a node knows of its invoices and payments beside what LDK keeps. It decides; others do.

use std::collections::HashMap;

use barter_protocol::{PaymentHash, Preimage};

use crate::{
    Error, FailureReason, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, OwnInvoice, Paid, Payment, PaymentStatus,
};

/// A node's invoices and payments, by payment hash.
#[derive(Default)]
pub(super) struct Ledger {
    invoices: HashMap<PaymentHash, InvoiceEntry>,
    payments: HashMap<PaymentHash, PaymentEntry>,
}

struct InvoiceEntry {
    request: InvoiceRequest,
    own: OwnInvoice,
    /// What is held is being taken, which cannot be taken back.
    is_settling: bool,
}

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
    /// The invoice that was made for a request.
    pub(super) fn made(&self, request: &InvoiceRequest) -> Result<Option<Invoice>, Error> {
        match self.invoices.get(&request.payment_hash()) {
            None => Ok(None),
            Some(entry) if entry.request == *request => Ok(Some(entry.own.invoice.clone())),
            Some(_) => Err(Error::InvoiceExists { payment_hash: request.payment_hash() }),
        }
    }

    /// Notes an invoice that was made.
    pub(super) fn make(&mut self, request: InvoiceRequest, invoice: Invoice) {
        let own = OwnInvoice::new(invoice, InvoiceState::Open);
        self.invoices.insert(request.payment_hash(), InvoiceEntry { request, own, is_settling: false });
    }

    /// One of the node's own invoices.
    pub(super) fn invoice(&self, payment_hash: PaymentHash) -> Option<OwnInvoice> {
        let entry = self.invoices.get(&payment_hash)?;
        let preimage = match entry.request.lock {
            InvoiceLock::Preimage(preimage) => Some(preimage),
            InvoiceLock::Held(_) => None,
        };
        Some(entry.own.clone().with_preimage(preimage))
    }

    /// A payment has arrived at `now`, Unix time. The same one may be told again after a restart.
    pub(super) fn arrived(&mut self, payment_hash: PaymentHash, now: u64) -> Arrival {
        let Some(entry) = self.invoices.get_mut(&payment_hash) else { return Arrival::GiveBack };
        match (entry.own.state, entry.request.lock) {
            (InvoiceState::Held, _) => Arrival::Hold,
            (InvoiceState::Open, _) if !entry.own.is_open_at(now) => Arrival::GiveBack,
            (InvoiceState::Open, InvoiceLock::Preimage(preimage)) => Arrival::Take(preimage),
            (InvoiceState::Open, InvoiceLock::Held(_)) => {
                entry.own.state = InvoiceState::Held;
                Arrival::Hold
            }
            (InvoiceState::Paid | InvoiceState::Cancelled, _) => Arrival::GiveBack,
        }
    }

    /// A payment was taken.
    pub(super) fn taken(&mut self, payment_hash: PaymentHash) {
        if let Some(entry) = self.invoices.get_mut(&payment_hash) {
            entry.own.state = InvoiceState::Paid;
        }
    }

    /// Decides to take what is held. Returns whether there is something to take; not if it was taken before.
    pub(super) fn settle(&mut self, payment_hash: PaymentHash) -> Result<bool, Error> {
        let entry = self.invoices.get_mut(&payment_hash).ok_or(Error::UnknownInvoice { payment_hash })?;
        match entry.own.state {
            InvoiceState::Held => {
                entry.is_settling = true;
                Ok(true)
            }
            InvoiceState::Paid => Ok(false),
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
