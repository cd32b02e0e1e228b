//! Invoices of the node's own.

use barter_protocol::{PaymentHash, Preimage};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bitcoin::hex::DisplayHex;
use serde::Serialize;

use super::{
    http::{Failure, Http},
    refusal::{NOT_FOUND, Refusal, quote},
    wire::{AddHeldInvoice, AddInvoice, AddedInvoice, Cancel, Nothing, Settle, StoredInvoice},
};
use crate::{Error, Invoice, InvoiceDescription, InvoiceLock, InvoiceRequest, InvoiceState, OwnInvoice};

/// Makes an invoice, or finds the one that was made by the same request before: the node has one for a hash at most.
pub(super) async fn make(http: &Http, request: &InvoiceRequest) -> Result<Invoice, Error> {
    request.check()?;
    let refusal = match add(http, request).await {
        Ok(added) => return read_made(&added.payment_request, request),
        Err(Failure::Refused(refusal)) => refusal,
        Err(Failure::Failed(error)) => return Err(error),
    };
    if refusal.is_of_macaroon() {
        return Err(http.explain(&refusal).await);
    }
    match lookup(http, request.payment_hash()).await? {
        Some(found) => found.as_answer_to(request),
        None => Err(http.explain(&refusal).await),
    }
}

/// An invoice of the node's own, and how it stands.
pub(super) async fn find(http: &Http, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
    let Some(found) = lookup(http, payment_hash).await? else { return Ok(None) };
    Ok(Some(OwnInvoice::new(found.read()?, found.state).with_preimage(found.preimage()?)))
}

/// Takes a payment that is held.
pub(super) async fn settle(http: &Http, preimage: Preimage) -> Result<(), Error> {
    let payment_hash = preimage.payment_hash();
    let body = Settle { preimage: STANDARD.encode(preimage.as_bytes()) };
    let explains = |state| state != InvoiceState::Held;
    match order(http, "/v2/invoices/settle", &body, payment_hash, explains).await? {
        None | Some(InvoiceState::Paid) => Ok(()),
        Some(_) => Err(Error::NotHeld { payment_hash }),
    }
}

/// Cancels an invoice.
pub(super) async fn cancel(http: &Http, payment_hash: PaymentHash) -> Result<(), Error> {
    let body = Cancel { payment_hash: STANDARD.encode(payment_hash.as_bytes()) };
    let explains = |state| matches!(state, InvoiceState::Paid | InvoiceState::Cancelled);
    match order(http, "/v2/invoices/cancel", &body, payment_hash, explains).await? {
        None | Some(InvoiceState::Cancelled) => Ok(()),
        Some(_) => Err(Error::AlreadyPaid { payment_hash }),
    }
}

/// Orders something of an invoice. If the node refuses, returns how the invoice stands, where that explains it. Where it does not,
/// the invoice may have changed between refusal and look, as by a payment that arrived: the order is given once more.
async fn order(
    http: &Http,
    path: &str,
    body: &impl Serialize,
    payment_hash: PaymentHash,
    explains: impl Fn(InvoiceState) -> bool,
) -> Result<Option<InvoiceState>, Error> {
    let mut is_last = false;
    loop {
        let refusal = match http.post(path, body).await {
            Ok(Nothing {}) => return Ok(None),
            Err(Failure::Refused(refusal)) => refusal,
            Err(Failure::Failed(error)) => return Err(error),
        };
        let state = state_despite(http, &refusal, payment_hash).await?;
        if explains(state) {
            return Ok(Some(state));
        }
        if is_last {
            return Err(http.explain(&refusal).await);
        }
        is_last = true;
    }
}

/// An invoice as the node has it.
struct Found {
    payment_hash: PaymentHash,
    stored: StoredInvoice,
    state: InvoiceState,
}

impl Found {
    fn read(&self) -> Result<Invoice, Error> {
        read(&self.stored.payment_request, self.payment_hash)
    }

    /// The preimage, if the node has it.
    fn preimage(&self) -> Result<Option<Preimage>, Error> {
        if self.stored.r_preimage.is_empty() {
            return Ok(None);
        }
        let read = STANDARD.decode(&self.stored.r_preimage).ok().and_then(|bytes| bytes.try_into().ok());
        let preimage = read.map(Preimage::new).filter(|preimage| preimage.payment_hash() == self.payment_hash);
        let wrong = || format!("invoice {} has another preimage than its own", self.payment_hash);
        preimage.map(Some).ok_or_else(|| Error::InvalidAnswer { reason: wrong() })
    }

    /// The invoice, if the request is the one it was made by.
    fn as_answer_to(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        let payment_hash = self.payment_hash;
        // One that we do not even read, say for a lack of an amount, is none of ours.
        let Ok(invoice) = self.read() else { return Err(Error::InvoiceExists { payment_hash }) };
        let has_preimage = !self.stored.r_preimage.is_empty();
        let is_held = matches!(request.lock, InvoiceLock::Held(_));
        let is_same = asks_for(&invoice, request)
            && self.stored.expiry == u64::from(request.lifetime_seconds)
            // Once it is paid, the node has the preimage of either kind.
            && (self.state == InvoiceState::Paid || is_held != has_preimage);
        if is_same { Ok(invoice) } else { Err(Error::InvoiceExists { payment_hash }) }
    }
}

async fn lookup(http: &Http, payment_hash: PaymentHash) -> Result<Option<Found>, Error> {
    let path = format!("/v1/invoice/{}", payment_hash.as_bytes().to_lower_hex_string());
    let stored: StoredInvoice = match http.get(&path).await {
        Ok(stored) => stored,
        Err(Failure::Refused(refusal)) if refusal.code() == Some(NOT_FOUND) => return Ok(None),
        Err(failure) => return Err(failure.explain(http).await),
    };
    let state = match stored.state.as_str() {
        "OPEN" => InvoiceState::Open,
        "ACCEPTED" => InvoiceState::Held,
        "SETTLED" => InvoiceState::Paid,
        "CANCELED" => InvoiceState::Cancelled,
        other => return Err(Error::InvalidAnswer { reason: format!("an invoice's state is '{}'", quote(other)) }),
    };
    Ok(Some(Found { payment_hash, stored, state }))
}

async fn add(http: &Http, request: &InvoiceRequest) -> Result<AddedInvoice, Failure> {
    let memo = request.description.as_str();
    let value = request.amount_sats.to_string();
    let expiry = request.lifetime_seconds.to_string();
    match request.lock {
        InvoiceLock::Preimage(preimage) => {
            let r_preimage = STANDARD.encode(preimage.as_bytes());
            http.post("/v1/invoices", &AddInvoice { memo, r_preimage, value, expiry }).await
        }
        InvoiceLock::Held(payment_hash) => {
            let hash = STANDARD.encode(payment_hash.as_bytes());
            http.post("/v2/invoices/hodl", &AddHeldInvoice { memo, hash, value, expiry }).await
        }
    }
}

/// Reads an invoice that the node made, which has to ask for what was requested.
fn read_made(text: &str, request: &InvoiceRequest) -> Result<Invoice, Error> {
    let invoice = read(text, request.payment_hash())?;
    if !asks_for(&invoice, request) {
        let reason = format!(
            "the new invoice asks for {} sats for '{}', expected {} sats for '{}'",
            invoice.amount_sats(),
            quote(&invoice.description().to_string()),
            request.amount_sats,
            request.description,
        );
        return Err(Error::InvalidAnswer { reason });
    }
    Ok(invoice)
}

/// Whether an invoice asks for the amount, and for what, that was requested.
fn asks_for(invoice: &Invoice, request: &InvoiceRequest) -> bool {
    invoice.amount_sats() == request.amount_sats
        && matches!(invoice.description(), InvoiceDescription::Text(text) if *text == request.description)
}

/// Reads an invoice of the node's, which has to be the one that was asked for.
fn read(text: &str, payment_hash: PaymentHash) -> Result<Invoice, Error> {
    let invoice: Invoice = text.parse()?;
    if invoice.payment_hash() != payment_hash {
        let reason = format!("an invoice has payment hash {}, expected {payment_hash}", invoice.payment_hash());
        return Err(Error::InvalidAnswer { reason });
    }
    Ok(invoice)
}

/// How an invoice stands that the node refused to settle or cancel: LND has no codes for why.
async fn state_despite(http: &Http, refusal: &Refusal, payment_hash: PaymentHash) -> Result<InvoiceState, Error> {
    if refusal.is_of_macaroon() {
        return Err(http.explain(refusal).await);
    }
    let found = lookup(http, payment_hash).await?;
    found.map(|found| found.state).ok_or(Error::UnknownInvoice { payment_hash })
}
