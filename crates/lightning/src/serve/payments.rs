//! `/v2/router`: what the node pays, told by streams: a line of JSON each time something is new, the last one when it is decided.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use barter_protocol::PaymentHash;
use bitcoin::hex::DisplayHex;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::sleep,
};

use super::{
    Service,
    answer::{Code, Refusal, StreamRefusal},
    encoding::{Binary, Long, Message},
    info::network_name,
    stop,
};
use crate::{
    Error, FailureReason, Invoice, Lightning, PaymentLimits, PaymentStatus, clock::unix_now, invoice::MSATS_PER_SAT,
};

/// Between two looks at a payment that somebody follows. A [`Lightning`] has no way to say when it is decided but to pay again, which
/// could begin a second attempt.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// For how long attempts are made if that was not said, in seconds, as with LND.
const DEFAULT_TIMEOUT_SECONDS: u32 = 60;

/// Lines of a stream that wait for their reader: there are never more.
const MAX_LINES: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendRequest {
    payment_request: String,
    #[serde(default)]
    timeout_seconds: u32,
    /// As with LND, none means free routes only.
    #[serde(default)]
    fee_limit_sat: Long,
    #[serde(default)]
    no_inflight_updates: bool,
}

/// A line of a stream.
#[derive(Serialize)]
struct Line {
    result: Seen,
}

/// A payment as it stands.
#[derive(Serialize)]
struct Seen {
    payment_hash: String,
    payment_preimage: String,
    status: &'static str,
    fee_sat: Long,
    fee_msat: Long,
    failure_reason: &'static str,
}

/// A line, or why there are no more.
type Event = Result<Seen, StreamRefusal>;

impl Seen {
    fn new(payment_hash: PaymentHash, status: &PaymentStatus) -> Self {
        let (name, paid, failure) = match status {
            PaymentStatus::Pending => ("IN_FLIGHT", None, None),
            PaymentStatus::Paid(paid) => ("SUCCEEDED", Some(paid), None),
            PaymentStatus::Failed(reason) => ("FAILED", None, Some(*reason)),
        };
        let fee_msats = paid.map_or(0, |paid| paid.fee_msats);
        Self {
            payment_hash: payment_hash.as_bytes().to_lower_hex_string(),
            // Where none is known, LND has zeros.
            payment_preimage: paid.map_or([0; 32], |paid| *paid.preimage.as_bytes()).to_lower_hex_string(),
            status: name,
            fee_sat: Long(fee_msats / MSATS_PER_SAT),
            fee_msat: Long(fee_msats),
            failure_reason: failure_name(failure),
        }
    }
}

const fn failure_name(reason: Option<FailureReason>) -> &'static str {
    match reason {
        None => "FAILURE_REASON_NONE",
        Some(FailureReason::TimedOut) => "FAILURE_REASON_TIMEOUT",
        Some(FailureReason::NoRoute) => "FAILURE_REASON_NO_ROUTE",
        Some(FailureReason::Rejected) => "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS",
        Some(FailureReason::InsufficientLiquidity) => "FAILURE_REASON_INSUFFICIENT_BALANCE",
        Some(FailureReason::Other) => "FAILURE_REASON_ERROR",
    }
}

/// Pays an invoice. The payment goes on when nobody reads on.
pub(super) async fn send<N: Lightning + 'static>(
    State(service): State<Arc<Service<N>>>,
    request: Result<Message<SendRequest>, Refusal>,
) -> Result<Response, StreamRefusal> {
    // What is no request never reaches what begins streams.
    let request = match request {
        Ok(Message(request)) => request,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    let invoice: Invoice = request.payment_request.parse().map_err(Refusal::from)?;
    let limits = PaymentLimits {
        max_fee_sats: request.fee_limit_sat.0,
        timeout: Duration::from_secs(u64::from(match request.timeout_seconds {
            0 => DEFAULT_TIMEOUT_SECONDS,
            seconds => seconds,
        })),
    };
    check(&service, &invoice).await?;
    stream(&service, move |service, lines| async move {
        if !request.no_inflight_updates {
            tell(&lines, Ok(Seen::new(invoice.payment_hash(), &PaymentStatus::Pending))).await;
        }
        pay(&service, &invoice, &limits, &lines).await;
    })
    .await
}

/// Follows a payment until it is decided.
pub(super) async fn track<N: Lightning + 'static>(
    State(service): State<Arc<Service<N>>>,
    Path(hash): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, StreamRefusal> {
    let Some(hash) = Binary::read(&hash) else {
        let reason = "type mismatch, parameter: payment_hash, error: no base64";
        return Ok(Refusal::new(Code::InvalidArgument, reason).into_response());
    };
    let payment_hash = PaymentHash::new(hash.thirty_two()?);
    let only_decided = query.is_some_and(|query| query.split('&').any(|pair| pair == "no_inflight_updates=true"));
    stream(&service, move |service, lines| async move { follow(&service, payment_hash, only_decided, &lines).await })
        .await
}

/// Refuses what LND refuses before it looks for a route, and in the same order.
async fn check<N: Lightning>(service: &Service<N>, invoice: &Invoice) -> Result<(), StreamRefusal> {
    let node = service.node.node().await?;
    if invoice.network() != node.network {
        let reason = format!("invoice not for current active network '{}'", network_name(node.network));
        return Err(Refusal::new(Code::Unknown, reason).in_stream());
    }
    let (expires_at, now, payment_hash) = (invoice.expires_at(), unix_now(), invoice.payment_hash());
    if !invoice.is_open_at(now) {
        return Err(Error::InvoiceExpired { expires_at, now }.into());
    }
    if invoice.payee_node() == node.public_key {
        return Err(Error::OwnInvoice { payment_hash }.into());
    }
    let known = service.node.payment(payment_hash).await?;
    match known.map(|payment| payment.status) {
        Some(PaymentStatus::Pending) => Err(Refusal::new(Code::AlreadyExists, "payment is in transition").in_stream()),
        Some(PaymentStatus::Paid(_)) => Err(Refusal::new(Code::AlreadyExists, "invoice is already paid").in_stream()),
        Some(PaymentStatus::Failed(_)) | None => Ok(()),
    }
}

/// Answers by what a task tells. The answer begins with the first line, so that its status is right if that is a refusal. A task is
/// to end when nobody reads on: it has one of few places.
async fn stream<N, F, T>(service: &Arc<Service<N>>, task: F) -> Result<Response, StreamRefusal>
where
    N: Lightning + 'static,
    F: FnOnce(Arc<Service<N>>, Sender<Event>) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let place = Arc::clone(&service.streams).try_acquire_owned();
    let place = place.map_err(|_| Refusal::new(Code::ResourceExhausted, "too many payments are followed"))?;
    let (lines, mut told) = channel(MAX_LINES);
    let (service, stopping) = (Arc::clone(service), service.stopping.clone());
    tokio::spawn(async move {
        let stopped = lines.clone();
        tokio::select! {
            () = task(service, lines) => {}
            () = stop(stopping) => {
                tell(&stopped, Err(Refusal::new(Code::Unknown, "router server shutting down").in_stream())).await;
            }
        }
        drop(place);
    });
    let gone = || Refusal::new(Code::Unknown, "the stream ended before it began").in_stream();
    let first = told.recv().await.ok_or_else(gone)??;
    let lines = unfold((Some(Ok(first)), told), next_line);
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(lines)).into_response())
}

/// The first event, and then what is told.
type Told = (Option<Event>, Receiver<Event>);

async fn next_line((first, mut told): Told) -> Option<(Result<Bytes, Infallible>, Told)> {
    let event = match first {
        Some(event) => event,
        None => told.recv().await?,
    };
    let line = match event {
        Ok(result) => serde_json::to_vec(&Line { result }),
        Err(refusal) => serde_json::to_vec(&refusal.body()),
    };
    // They are texts, which are always JSON.
    let mut line = line.unwrap_or_default();
    line.push(b'\n');
    Some((Ok(line.into()), (None, told)))
}

/// Nobody may be reading any more.
async fn tell(lines: &Sender<Event>, event: Event) {
    let _ = lines.send(event).await;
}

async fn pay<N: Lightning>(service: &Service<N>, invoice: &Invoice, limits: &PaymentLimits, lines: &Sender<Event>) {
    let payment_hash = invoice.payment_hash();
    let paid = tokio::select! {
        // In this order, so that what was asked for is begun.
        biased;
        paid = service.node.pay(invoice, limits) => paid,
        // It goes on in the node, and leaves its place.
        () = lines.closed() => return,
    };
    let event = match paid {
        Ok(paid) => Ok(Seen::new(payment_hash, &PaymentStatus::Paid(paid))),
        Err(Error::PaymentFailed { reason, .. }) => Ok(Seen::new(payment_hash, &PaymentStatus::Failed(reason))),
        Err(Error::PaymentPending { .. }) => return follow(service, payment_hash, true, lines).await,
        Err(error) => Err(error.into()),
    };
    tell(lines, event).await;
}

/// Looks at a payment until it is decided or nobody reads on.
async fn follow<N: Lightning>(
    service: &Service<N>,
    payment_hash: PaymentHash,
    only_decided: bool,
    lines: &Sender<Event>,
) {
    let mut is_told = only_decided;
    loop {
        let status = match service.node.payment(payment_hash).await {
            Ok(Some(payment)) => payment.status,
            Ok(None) => {
                return tell(lines, Err(Refusal::new(Code::NotFound, "payment isn't initiated").in_stream())).await;
            }
            Err(error) => return tell(lines, Err(error.into())).await,
        };
        let is_decided = status != PaymentStatus::Pending;
        if is_decided || !is_told {
            tell(lines, Ok(Seen::new(payment_hash, &status))).await;
            is_told = true;
        }
        if is_decided {
            return;
        }
        tokio::select! {
            () = sleep(LOOK_INTERVAL) => {}
            () = lines.closed() => return,
        }
    }
}
