//! Invoices of the node's own.

use barter_protocol::{PaymentHash, Preimage};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bitcoin::hex::DisplayHex;

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
        Ok(added) => return read(&added.payment_request, request.payment_hash()),
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
    Ok(Some(OwnInvoice::new(found.read()?, found.state)))
}

/// Takes a payment that is held.
pub(super) async fn settle(http: &Http, preimage: Preimage) -> Result<(), Error> {
    let payment_hash = preimage.payment_hash();
    let body = Settle { preimage: STANDARD.encode(preimage.as_bytes()) };
    let Some(refusal) = refused(http.post("/v2/invoices/settle", &body).await)? else { return Ok(()) };
    match state_despite(http, &refusal, payment_hash).await? {
        InvoiceState::Paid => Ok(()),
        InvoiceState::Open | InvoiceState::Cancelled => Err(Error::NotHeld { payment_hash }),
        InvoiceState::Held => Err(http.explain(&refusal).await),
    }
}

/// Cancels an invoice.
pub(super) async fn cancel(http: &Http, payment_hash: PaymentHash) -> Result<(), Error> {
    let body = Cancel { payment_hash: STANDARD.encode(payment_hash.as_bytes()) };
    let Some(refusal) = refused(http.post("/v2/invoices/cancel", &body).await)? else { return Ok(()) };
    match state_despite(http, &refusal, payment_hash).await? {
        InvoiceState::Cancelled => Ok(()),
        InvoiceState::Paid => Err(Error::AlreadyPaid { payment_hash }),
        InvoiceState::Open | InvoiceState::Held => Err(http.explain(&refusal).await),
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

    /// The invoice, if the request is the one it was made by.
    fn as_answer_to(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        let payment_hash = self.payment_hash;
        // One that we do not even read, say for a lack of an amount, is none of ours.
        let Ok(invoice) = self.read() else { return Err(Error::InvoiceExists { payment_hash }) };
        let has_preimage = self.stored.r_preimage.as_deref().is_some_and(|preimage| !preimage.is_empty());
        let is_held = matches!(request.lock, InvoiceLock::Held(_));
        let is_same = invoice.amount_sats() == request.amount_sats
            && matches!(invoice.description(), InvoiceDescription::Text(text) if *text == request.description)
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

/// Reads an invoice of the node's, which has to be the one that was asked for.
fn read(text: &str, payment_hash: PaymentHash) -> Result<Invoice, Error> {
    let invoice: Invoice = text.parse()?;
    if invoice.payment_hash() != payment_hash {
        let reason = format!("an invoice has payment hash {}, expected {payment_hash}", invoice.payment_hash());
        return Err(Error::InvalidAnswer { reason });
    }
    Ok(invoice)
}

/// What the node said against a request that has no answer of worth.
fn refused(outcome: Result<Nothing, Failure>) -> Result<Option<Refusal>, Error> {
    match outcome {
        Ok(Nothing {}) => Ok(None),
        Err(Failure::Refused(refusal)) => Ok(Some(refusal)),
        Err(Failure::Failed(error)) => Err(error),
    }
}

/// How an invoice stands that the node refused to settle or cancel: LND has no codes for why.
async fn state_despite(http: &Http, refusal: &Refusal, payment_hash: PaymentHash) -> Result<InvoiceState, Error> {
    if refusal.is_of_macaroon() {
        return Err(http.explain(refusal).await);
    }
    let found = lookup(http, payment_hash).await?;
    found.map(|found| found.state).ok_or(Error::UnknownInvoice { payment_hash })
}
