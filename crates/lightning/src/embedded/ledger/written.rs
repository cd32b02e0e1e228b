//! How a ledger is written down: rows of what LDK writes already, so that no other form is needed.

use barter_protocol::{PaymentHash, Preimage};
use lightning::{
    ln::msgs::DecodeError,
    util::ser::{Readable, Writeable},
};

use super::{InvoiceEntry, Ledger, PaymentEntry};
use crate::{FailureReason, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, OwnInvoice, Paid, PaymentStatus};

/// What an invoice was made by, then its text, its state's number, its preimage, and whether it is being taken.
type InvoiceRow = ((LockRow, u64, String, u32), (String, u8, PreimageRow, bool));

/// Whether the node was given the preimage, and that or else the payment hash.
type LockRow = (bool, [u8; 32]);

/// Whether there is one, and that or else zeros.
type PreimageRow = (bool, [u8; 32]);

/// Payment hash, amount in satoshis, status.
type PaymentRow = ([u8; 32], (u64, StatusRow));

/// The status's number, the preimage and the fee of what was paid, the number of the reason of what failed.
type StatusRow = (u8, [u8; 32], u64, u8);

impl Ledger {
    /// What is on the node's disk of it.
    pub(in crate::embedded) fn write(&self) -> Vec<u8> {
        let invoices: Vec<_> = self.invoices.values().map(invoice_row).collect();
        let payments: Vec<_> = self.payments.iter().map(|(hash, entry)| payment_row(*hash, entry)).collect();
        (invoices, payments).encode()
    }

    /// Reads what was written, all of it.
    pub(in crate::embedded) fn read(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let (invoices, payments): (Vec<InvoiceRow>, Vec<PaymentRow>) = Readable::read(&mut bytes)?;
        if !bytes.is_empty() {
            return Err(DecodeError::InvalidValue);
        }
        let invoices = invoices.into_iter().map(invoice_entry).collect::<Result<_, _>>()?;
        let payments = payments.into_iter().map(payment_entry).collect::<Result<_, _>>()?;
        Ok(Self { invoices, payments })
    }
}

fn invoice_row(entry: &InvoiceEntry) -> InvoiceRow {
    let InvoiceRequest { lock, amount_sats, description, lifetime_seconds } = &entry.request;
    let lock = match lock {
        InvoiceLock::Preimage(preimage) => (true, *preimage.as_bytes()),
        InvoiceLock::Held(payment_hash) => (false, *payment_hash.as_bytes()),
    };
    let OwnInvoice { invoice, state, preimage } = &entry.own;
    let preimage = preimage.map_or((false, [0; 32]), |preimage| (true, *preimage.as_bytes()));
    let made_by = (lock, *amount_sats, description.clone(), *lifetime_seconds);
    (made_by, (invoice.text().to_owned(), state_number(*state), preimage, entry.is_settling))
}

fn invoice_entry(row: InvoiceRow) -> Result<(PaymentHash, InvoiceEntry), DecodeError> {
    let (((is_given, lock), amount_sats, description, lifetime_seconds), its) = row;
    let (text, state, (has_preimage, preimage), is_settling) = its;
    let lock =
        if is_given { InvoiceLock::Preimage(Preimage::new(lock)) } else { InvoiceLock::Held(PaymentHash::new(lock)) };
    let request = InvoiceRequest { lock, amount_sats, description, lifetime_seconds };
    let invoice: Invoice = text.parse().map_err(|_| DecodeError::InvalidValue)?;
    let preimage = has_preimage.then(|| Preimage::new(preimage));
    let own = OwnInvoice::new(invoice, state_of(state)?).with_preimage(preimage);
    Ok((request.payment_hash(), InvoiceEntry { request, own, is_settling }))
}

fn payment_row(payment_hash: PaymentHash, entry: &PaymentEntry) -> PaymentRow {
    let status = match entry.status {
        PaymentStatus::Pending => (0, [0; 32], 0, 0),
        PaymentStatus::Paid(Paid { preimage, fee_msats }) => (1, *preimage.as_bytes(), fee_msats, 0),
        PaymentStatus::Failed(reason) => (2, [0; 32], 0, reason_number(reason)),
    };
    (*payment_hash.as_bytes(), (entry.amount_sats, status))
}

fn payment_entry(
    (payment_hash, (amount_sats, status)): PaymentRow,
) -> Result<(PaymentHash, PaymentEntry), DecodeError> {
    let status = match status {
        (0, ..) => PaymentStatus::Pending,
        (1, preimage, fee_msats, _) => PaymentStatus::Paid(Paid::new(Preimage::new(preimage), fee_msats)),
        (2, _, _, reason) => PaymentStatus::Failed(reason_of(reason)?),
        _ => return Err(DecodeError::InvalidValue),
    };
    Ok((PaymentHash::new(payment_hash), PaymentEntry { amount_sats, status }))
}

const fn state_number(state: InvoiceState) -> u8 {
    match state {
        InvoiceState::Open => 0,
        InvoiceState::Held => 1,
        InvoiceState::Paid => 2,
        InvoiceState::Cancelled => 3,
    }
}

const fn state_of(number: u8) -> Result<InvoiceState, DecodeError> {
    match number {
        0 => Ok(InvoiceState::Open),
        1 => Ok(InvoiceState::Held),
        2 => Ok(InvoiceState::Paid),
        3 => Ok(InvoiceState::Cancelled),
        _ => Err(DecodeError::InvalidValue),
    }
}

const fn reason_number(reason: FailureReason) -> u8 {
    match reason {
        FailureReason::NoRoute => 0,
        FailureReason::InsufficientLiquidity => 1,
        FailureReason::Rejected => 2,
        FailureReason::TimedOut => 3,
        FailureReason::Other => 4,
    }
}

const fn reason_of(number: u8) -> Result<FailureReason, DecodeError> {
    match number {
        0 => Ok(FailureReason::NoRoute),
        1 => Ok(FailureReason::InsufficientLiquidity),
        2 => Ok(FailureReason::Rejected),
        3 => Ok(FailureReason::TimedOut),
        4 => Ok(FailureReason::Other),
        _ => Err(DecodeError::InvalidValue),
    }
}
