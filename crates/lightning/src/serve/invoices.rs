//! `/v1/invoices`, `/v1/invoice` and `/v2/invoices`: what the node is paid.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use barter_protocol::{PaymentHash, Preimage};
use lightning_invoice::Bolt11Invoice;
use serde::{Deserialize, Serialize};

use super::{
    Service,
    answer::{Code, Refusal},
    encoding::{Binary, Long, Message},
};
use crate::{Error, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, invoice::MSATS_PER_SAT};

/// For how long an invoice can be paid of which that was not said, in seconds: a day, as with LND.
const DEFAULT_EXPIRY_SECONDS: u32 = 86_400;

/// An invoice whose preimage the node has. Unlike LND, the node makes none up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddRequest {
    r_preimage: Binary,
    #[serde(default)]
    memo: String,
    value: Long,
    #[serde(default)]
    expiry: Long,
}

/// An invoice whose preimage somebody else has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldRequest {
    hash: Binary,
    #[serde(default)]
    memo: String,
    value: Long,
    #[serde(default)]
    expiry: Long,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettleRequest {
    preimage: Binary,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelRequest {
    payment_hash: Binary,
}

#[derive(Serialize)]
pub(super) struct Added {
    r_hash: Binary,
    payment_request: String,
}

#[derive(Serialize)]
pub(super) struct HoldAdded {
    payment_request: String,
}

#[derive(Serialize)]
pub(super) struct Found {
    memo: String,
    /// Empty if the node was not given it.
    r_preimage: Binary,
    r_hash: Binary,
    value: Long,
    value_msat: Long,
    creation_date: Long,
    payment_request: String,
    expiry: Long,
    amt_paid_sat: Long,
    state: &'static str,
}

/// LND's answer where there is nothing to say.
#[derive(Serialize)]
pub(super) struct Done {}

/// Makes an invoice whose preimage the node has.
pub(super) async fn add<N: Lightning>(
    State(service): State<Arc<Service<N>>>,
    Message(request): Message<AddRequest>,
) -> Result<Json<Added>, Refusal> {
    let preimage = Preimage::new(request.r_preimage.thirty_two()?);
    let lock = InvoiceLock::Preimage(preimage);
    let invoice = make(&service, lock, request.value, request.memo, request.expiry).await?;
    let r_hash = Binary::new(invoice.payment_hash().as_bytes());
    Ok(Json(Added { r_hash, payment_request: invoice.text().to_owned() }))
}

/// Makes an invoice whose payment the node holds.
pub(super) async fn add_hold<N: Lightning>(
    State(service): State<Arc<Service<N>>>,
    Message(request): Message<HoldRequest>,
) -> Result<Json<HoldAdded>, Refusal> {
    let payment_hash = PaymentHash::new(request.hash.thirty_two()?);
    let lock = InvoiceLock::Held(payment_hash);
    let invoice = make(&service, lock, request.value, request.memo, request.expiry).await?;
    Ok(Json(HoldAdded { payment_request: invoice.text().to_owned() }))
}

/// Makes an invoice if there is none with this payment hash.
async fn make<N: Lightning>(
    service: &Service<N>,
    lock: InvoiceLock,
    Long(amount_sats): Long,
    description: String,
    Long(expiry): Long,
) -> Result<Invoice, Refusal> {
    let lifetime_seconds = match expiry {
        0 => DEFAULT_EXPIRY_SECONDS,
        seconds => seconds
            .try_into()
            .map_err(|_| Refusal::new(Code::Unknown, format!("expiry of {seconds} seconds greater than max expiry")))?,
    };
    let request = InvoiceRequest { lock, amount_sats, description, lifetime_seconds };
    let payment_hash = request.payment_hash();
    // Two who ask for the same at once are both answered by the invoice that is made.
    if service.node.invoice(payment_hash).await?.is_some() {
        return Err(Error::InvoiceExists { payment_hash }.into());
    }
    Ok(service.node.make_invoice(&request).await?)
}

/// How an invoice stands.
pub(super) async fn get<N: Lightning>(
    State(service): State<Arc<Service<N>>>,
    Path(hash): Path<String>,
) -> Result<Json<Found>, Refusal> {
    let payment_hash: PaymentHash = hash
        .parse()
        .map_err(|_| Refusal::new(Code::Unknown, "payment hash must be exactly 32 bytes in hexadecimal"))?;
    let found = service.node.invoice(payment_hash).await?;
    let found = found.ok_or_else(|| Refusal::new(Code::NotFound, "unable to locate invoice"))?;
    let (invoice, amount_sats) = (&found.invoice, found.invoice.amount_sats());
    let is_covered = matches!(found.state, InvoiceState::Held | InvoiceState::Paid);
    let lifetime = lifetime_seconds(invoice)?;
    Ok(Json(Found {
        memo: invoice.description().to_string(),
        r_preimage: found.preimage.map(|preimage| Binary::new(preimage.as_bytes())).unwrap_or_default(),
        r_hash: Binary::new(payment_hash.as_bytes()),
        value: Long(amount_sats),
        value_msat: Long(amount_sats.saturating_mul(MSATS_PER_SAT)),
        creation_date: Long(invoice.expires_at().saturating_sub(lifetime)),
        payment_request: invoice.text().to_owned(),
        expiry: Long(lifetime),
        amt_paid_sat: Long(if is_covered { amount_sats } else { 0 }),
        state: state_name(found.state),
    }))
}

/// For how long an invoice can be paid from when it was made, in seconds.
fn lifetime_seconds(invoice: &Invoice) -> Result<u64, Refusal> {
    let read: Bolt11Invoice = invoice.text().parse().map_err(|_| Refusal::new(Code::Unknown, "unreadable invoice"))?;
    Ok(read.expiry_time().as_secs())
}

const fn state_name(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Open => "OPEN",
        InvoiceState::Held => "ACCEPTED",
        InvoiceState::Paid => "SETTLED",
        InvoiceState::Cancelled => "CANCELED",
    }
}

/// Takes a payment that is held.
pub(super) async fn settle<N: Lightning>(
    State(service): State<Arc<Service<N>>>,
    Message(request): Message<SettleRequest>,
) -> Result<Json<Done>, Refusal> {
    let preimage = Preimage::new(request.preimage.thirty_two()?);
    match service.node.settle(preimage).await {
        Ok(()) => Ok(Json(Done {})),
        Err(Error::NotHeld { payment_hash }) => {
            let found = service.node.invoice(payment_hash).await?;
            let is_cancelled = found.is_some_and(|found| found.state == InvoiceState::Cancelled);
            let reason = if is_cancelled { "invoice already canceled" } else { "invoice still open" };
            Err(Refusal::new(Code::Unknown, reason))
        }
        Err(error) => Err(error.into()),
    }
}

/// Cancels an invoice, and gives back what is held for it.
pub(super) async fn cancel<N: Lightning>(
    State(service): State<Arc<Service<N>>>,
    Message(request): Message<CancelRequest>,
) -> Result<Json<Done>, Refusal> {
    service.node.cancel(PaymentHash::new(request.payment_hash.thirty_two()?)).await?;
    Ok(Json(Done {}))
}
