//! Payments the node makes.

use std::time::Duration;

use barter_protocol::{PaymentHash, Preimage, limits::MAX_AMOUNT_SATS};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use tokio::time::{Instant, timeout_at};

use super::{
    Lnd,
    http::{Failure, Http},
    refusal::{ALREADY_EXISTS, NOT_FOUND, quote},
    updates::Updates,
    wire::{PaymentUpdate, SendPayment},
};
use crate::{
    Error, FailureReason, Invoice, Lightning as _, Paid, Payment, PaymentLimits, PaymentStatus, clock::unix_now,
};

/// So much longer than the node tries is it waited for, so that it can say itself that the time was not enough.
const GRACE: Duration = Duration::from_secs(2);

/// Nobody waits longer. Clocks cannot tell every time that limits can.
const LONGEST_WAIT: Duration = Duration::from_hours(365 * 24);

/// Pays an invoice, once.
///
/// What makes it once is the node: it takes no second payment for a hash while one is under way or after one has arrived. All
/// that is done here is to look first, and to wait for what is there.
pub(super) async fn pay(node: &Lnd, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
    let wait = Wait { http: &node.http, payment_hash: invoice.payment_hash(), begun: Instant::now(), limits };
    if let Some((status, updates)) = track(wait.http, wait.payment_hash).await? {
        match status {
            PaymentStatus::Paid(paid) => return Ok(paid),
            PaymentStatus::Pending => return wait.until_decided(status, updates).await,
            PaymentStatus::Failed(_) => {}
        }
    }
    check_payable(node, invoice).await?;
    let refusal = match send(wait.http, invoice, limits).await {
        Ok((status, updates)) => return wait.until_decided(status, updates).await,
        Err(Failure::Refused(refusal)) => refusal,
        Err(Failure::Failed(error)) => return Err(error),
    };
    let is_known = refusal.code() == Some(ALREADY_EXISTS);
    let expiry = check_open(invoice);
    if is_known || expiry.is_err() {
        match track(wait.http, wait.payment_hash).await? {
            // Another of us was faster.
            Some((status, updates)) if is_known || !matches!(status, PaymentStatus::Failed(_)) => {
                return wait.until_decided(status, updates).await;
            }
            // It ran out after it was looked at.
            _ => expiry?,
        }
    }
    Err(wait.http.explain(&refusal).await)
}

/// How a payment stands.
pub(super) async fn find(http: &Http, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
    let found = track(http, payment_hash).await?;
    Ok(found.map(|(status, _)| Payment::new(payment_hash, status)))
}

/// A wait for a payment to be decided.
struct Wait<'a> {
    http: &'a Http,
    payment_hash: PaymentHash,
    begun: Instant,
    limits: &'a PaymentLimits,
}

impl Wait<'_> {
    async fn until_decided(&self, mut status: PaymentStatus, mut updates: Updates<'_>) -> Result<Paid, Error> {
        let deadline = self.begun + self.limits.timeout.min(LONGEST_WAIT) + GRACE;
        loop {
            match status {
                PaymentStatus::Paid(paid) => return Ok(paid),
                PaymentStatus::Failed(reason) => {
                    return Err(Error::PaymentFailed { payment_hash: self.payment_hash, reason });
                }
                PaymentStatus::Pending => {}
            }
            match timeout_at(deadline, next(self.http, &mut updates, self.payment_hash)).await {
                Ok(Ok(next)) => status = next,
                // Whatever it says against going on, the payment was begun, and this is no word about it.
                Ok(Err(Failure::Refused(refusal))) => {
                    return Err(self.http.lost(format!("the node says no more of the payment: {}", refusal.reason())));
                }
                Ok(Err(Failure::Failed(error))) => return Err(error),
                Err(_) => {
                    return Err(Error::PaymentPending {
                        payment_hash: self.payment_hash,
                        waited: self.begun.elapsed(),
                    });
                }
            }
        }
    }
}

/// Refuses what the node would refuse without a code.
async fn check_payable(node: &Lnd, invoice: &Invoice) -> Result<(), Error> {
    let payer = node.node().await?;
    let (expected, found) = (payer.network, invoice.network());
    if found != expected {
        return Err(Error::WrongNetwork { expected, found });
    }
    check_open(invoice)?;
    if payer.public_key == invoice.payee_node() {
        return Err(Error::OwnInvoice { payment_hash: invoice.payment_hash() });
    }
    Ok(())
}

/// Refuses what has run out.
fn check_open(invoice: &Invoice) -> Result<(), Error> {
    let (expires_at, now) = (invoice.expires_at(), unix_now());
    if invoice.is_open_at(now) { Ok(()) } else { Err(Error::InvoiceExpired { expires_at, now }) }
}

/// Begins a payment.
async fn send<'a>(
    http: &'a Http,
    invoice: &Invoice,
    limits: &PaymentLimits,
) -> Result<(PaymentStatus, Updates<'a>), Failure> {
    let body = SendPayment {
        payment_request: invoice.text(),
        // At least one: none means LND's own limit.
        timeout_seconds: u32::try_from(limits.timeout.as_secs()).unwrap_or(u32::MAX).clamp(1, i32::MAX.unsigned_abs()),
        fee_limit_sat: limits.max_fee_sats.min(MAX_AMOUNT_SATS).to_string(),
        no_inflight_updates: false,
    };
    first(http, http.post_stream("/v2/router/send", &body).await?, invoice.payment_hash()).await
}

/// How a payment stands, and what will become of it; `None` if there never was one.
async fn track(http: &Http, payment_hash: PaymentHash) -> Result<Option<(PaymentStatus, Updates<'_>)>, Error> {
    let path = format!("/v2/router/track/{}", URL_SAFE.encode(payment_hash.as_bytes()));
    let found = match http.get_stream(&path).await {
        Ok(updates) => first(http, updates, payment_hash).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Refused(refusal)) if refusal.code() == Some(NOT_FOUND) => Ok(None),
        Err(failure) => Err(failure.explain(http).await),
    }
}

/// The first of a stream's answers, which says how the payment stands now and comes at once.
async fn first<'a>(
    http: &'a Http,
    mut updates: Updates<'a>,
    payment_hash: PaymentHash,
) -> Result<(PaymentStatus, Updates<'a>), Failure> {
    let first = tokio::time::timeout(http.timeout(), next(http, &mut updates, payment_hash));
    let status = first.await.unwrap_or_else(|_| Err(http.no_answer().into()))?;
    Ok((status, updates))
}

async fn next(http: &Http, updates: &mut Updates<'_>, payment_hash: PaymentHash) -> Result<PaymentStatus, Failure> {
    let update: Option<PaymentUpdate> = updates.next().await?;
    let Some(update) = update else {
        return Err(http.lost("the connection ended before the payment was decided".to_owned()).into());
    };
    Ok(read(&update, payment_hash)?)
}

/// Reads how a payment stands. A preimage that is not the hash's is no proof, whatever the node says.
fn read(update: &PaymentUpdate, payment_hash: PaymentHash) -> Result<PaymentStatus, Error> {
    let invalid = |reason: String| Error::InvalidAnswer { reason };
    if update.payment_hash.parse() != Ok(payment_hash) {
        return Err(invalid(format!("it is about another payment than {payment_hash}")));
    }
    match update.status.as_str() {
        "INITIATED" | "IN_FLIGHT" => Ok(PaymentStatus::Pending),
        "FAILED" => Ok(PaymentStatus::Failed(failure_reason(&update.failure_reason))),
        "SUCCEEDED" => {
            let preimage: Option<Preimage> = update.payment_preimage.parse().ok();
            let preimage = preimage
                .filter(|preimage| preimage.payment_hash() == payment_hash)
                .ok_or_else(|| invalid(format!("payment {payment_hash} arrived, without its preimage")))?;
            Ok(PaymentStatus::Paid(Paid::new(preimage, update.fee_msat)))
        }
        other => Err(invalid(format!("a payment's status is '{}'", quote(other)))),
    }
}

fn failure_reason(code: &str) -> FailureReason {
    match code {
        "FAILURE_REASON_TIMEOUT" => FailureReason::TimedOut,
        "FAILURE_REASON_NO_ROUTE" => FailureReason::NoRoute,
        "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS" => FailureReason::Rejected,
        "FAILURE_REASON_INSUFFICIENT_BALANCE" => FailureReason::InsufficientLiquidity,
        _ => FailureReason::Other,
    }
}
