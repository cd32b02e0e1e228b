//! Signed outcomes: in by batches, out with their proofs.

#![allow(unused_qualifications, reason = "in what `utoipa::path` makes of `params`")]

use std::sync::Arc;

use alloy_primitives::hex;
use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    Service,
    answer::{ErrorBody, NotWritten, Refusal, shortened},
    body::{BATCH_BYTES, Message},
    metrics,
    path::{self, Target},
    query::{self, check_limit},
    schema, score, turn,
};
use crate::{
    merkle::Hash,
    oracle::{self, Entry, Oracle, Verdict},
    wire::{Form, OutcomeJson, SignedOutcome},
};

/// Most outcomes of a batch.
pub(super) const MAX_BATCH: usize = 100;
/// Most outcomes of a page.
pub(super) const MAX_PAGE: usize = 100;

/// What is wrong with the log, for the service's own log; a stranger is told that it is not their fault, and when to try again.
pub(super) fn unavailable(error: &oracle::Error) -> Refusal {
    if error.code() == "busy" {
        return Refusal::unavailable("busy", "more is being written than can be just now; nothing of this was");
    }
    tracing::error!(code = error.code(), %error, "the log could not be used");
    Refusal::unavailable("log_unavailable", "the service cannot use its log now; its operator can see why")
}

#[derive(Debug, Deserialize)]
pub(super) struct OutcomesRequest {
    outcomes: Vec<Box<RawValue>>,
}

/// A batch of signed outcomes.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the schema of the request, of which each outcome is read apart")]
pub(super) struct Outcomes {
    /// In the published form or in ours.
    #[schema(schema_with = schema::entries)]
    outcomes: Vec<OutcomeJson>,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchAnswer {
    /// How many are on record now that were not before.
    received: usize,
    rejected: usize,
    /// How many were on record before.
    replayed: usize,
    /// What became of each, in the batch's order.
    results: Vec<ResultAnswer>,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResultAnswer {
    /// `received`, `rejected` or `replayed`.
    #[schema(example = "received")]
    status: &'static str,
    /// Its index in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// Why it was rejected: a stable name, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    /// Why it was rejected: one sentence, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Puts signed outcomes on record. Each is answered for by itself: one that is wrong does not keep the others out. Once this is
/// answered, what was received is on the disk.
#[utoipa::path(
    post,
    path = "/outcomes",
    tag = "outcomes",
    request_body(content = Outcomes, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of each", body = BatchAnswer),
        (status = 400, description = "The batch is not what is expected", body = ErrorBody),
        NotWritten,
    )
)]
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    _turn: turn::Batch,
    Message(OutcomesRequest { outcomes }): Message<OutcomesRequest, BATCH_BYTES>,
) -> Result<Json<BatchAnswer>, Refusal> {
    record(&service, "outcomes", outcomes, |signed| match signed.outcome.form() {
        Form::Event => Err(Refusal::bad("is_an_event", "an event goes to /events")),
        Form::Published | Form::Bound(_) => Ok(signed),
    })
    .await
    .map(Json)
}

/// Puts a batch on record, of which `admit` takes those that belong there.
pub(super) async fn record(
    service: &Arc<Service>,
    name: &'static str,
    batch: Vec<Box<RawValue>>,
    admit: impl Fn(SignedOutcome) -> Result<SignedOutcome, Refusal> + Send + 'static,
) -> Result<BatchAnswer, Refusal> {
    if !(1..=MAX_BATCH).contains(&batch.len()) {
        let message = format!("{name} has {} entries, expected 1 to {MAX_BATCH}", batch.len());
        return Err(Refusal::bad("batch_size", message));
    }
    let now = service.now();
    let answer = service.ask(move |oracle| write(oracle, &batch, admit, now)).await?;
    let answer = answer.map_err(|error| unavailable(&error))?;
    for result in &answer.results {
        let result = result.error.unwrap_or(result.status);
        service.metrics.records.get_or_create(&metrics::Outcome { result }).inc();
    }
    Ok(answer)
}

fn write(
    oracle: &Oracle,
    batch: &[Box<RawValue>],
    admit: impl Fn(SignedOutcome) -> Result<SignedOutcome, Refusal>,
    now: u64,
) -> Result<BatchAnswer, oracle::Error> {
    let mut readable = Vec::with_capacity(batch.len());
    // What cannot be read is answered at once, and leaves a gap that the oracle's verdicts go around.
    let unreadable: Vec<Option<Refusal>> =
        batch.iter().map(|raw| read(raw).and_then(&admit).map(|signed| readable.push(signed)).err()).collect();
    let mut verdicts = oracle.record(readable, now)?.into_iter();
    let results = unreadable
        .into_iter()
        .map(|unreadable| match unreadable {
            Some(refusal) => ResultAnswer::rejected(refusal.code(), refusal.message().to_owned()),
            None => verdicts.next().map_or_else(ResultAnswer::lost, ResultAnswer::of),
        })
        .collect();
    Ok(BatchAnswer::of(results))
}

fn read(raw: &RawValue) -> Result<SignedOutcome, Refusal> {
    let outcome: OutcomeJson =
        serde_json::from_str(raw.get()).map_err(|error| Refusal::bad("invalid_json", shortened(&error.to_string())))?;
    Ok(outcome.read()?)
}

impl BatchAnswer {
    fn of(results: Vec<ResultAnswer>) -> Self {
        let count = |status| results.iter().filter(|result| result.status == status).count();
        Self { received: count("received"), rejected: count("rejected"), replayed: count("replayed"), results }
    }
}

impl ResultAnswer {
    fn of(verdict: Verdict) -> Self {
        let known = |status, index| Self { status, index: Some(index), error: None, message: None };
        match verdict {
            Verdict::Recorded { index } => known("received", index),
            Verdict::Replayed { index } => known("replayed", index),
            Verdict::Rejected(refusal) => Self::rejected(refusal.code(), shortened(&refusal.to_string())),
        }
    }

    fn rejected(code: &'static str, message: String) -> Self {
        Self { status: "rejected", index: None, error: Some(code), message: Some(message) }
    }

    /// The oracle has a verdict for each; should it ever not, nobody is told that something was received.
    fn lost() -> Self {
        Self::rejected("broken", "the service did not say what became of this one".to_owned())
    }
}

/// An outcome on record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryAnswer {
    #[serde(flatten)]
    outcome: OutcomeJson,
    /// Fields of it that its consumer did not sign, if there are any: an event's are as whoever passed it on wrote them. Which consumer
    /// it is of, the key says.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unsigned_fields: &'static [&'static str],
    /// The index of its leaf in the log.
    index: u64,
    /// The key that the signature was checked with, base64.
    consumer_key: String,
    /// The hash of its leaf.
    leaf: String,
    /// The hashes that lead from its leaf to the root, from below; not in a page of the whole log.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Vec<String>>,
}

impl EntryAnswer {
    pub(super) fn of(entry: &Entry, proof: Option<&[Hash]>) -> Self {
        Self {
            outcome: OutcomeJson::write(&entry.signed),
            unsigned_fields: entry.signed.outcome.form().unsigned_fields(),
            index: entry.index,
            consumer_key: entry.key.to_string(),
            leaf: hex::encode_prefixed(entry.leaf),
            proof: proof.map(|proof| proof.iter().map(hex::encode_prefixed).collect()),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Index in the log to begin at: `next` of the page before; 0 if left out.
    #[serde(default, deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    cursor: u64,
    /// How many at most; 100 if left out.
    #[serde(default = "page")]
    #[param(minimum = 1, maximum = 100)]
    limit: usize,
}

const fn page() -> usize {
    MAX_PAGE
}

/// A page of a provider's outcomes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageAnswer {
    hub_url: String,
    /// Outcomes in the log, for which the proofs are.
    size: u64,
    /// Root of the log of this size.
    root: String,
    outcomes: Vec<EntryAnswer>,
    /// Where the next page begins; null on the last.
    next: Option<u64>,
}

/// A provider's outcomes in the order of the log, each with the proof that it is in it.
#[utoipa::path(
    get,
    path = "/{hub_url}/outcomes",
    tag = "outcomes",
    params(("hub_url" = String, Path, description = "The provider, encoded, or raw with its slashes", example = "https://provider.example.com"), PageQuery),
    responses(
        (status = 200, description = "A page", body = PageAnswer),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 404, description = "A provider never seen", body = ErrorBody),
        (status = 429, description = "Too many of these from this client", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(State(service): State<Arc<Service>>, uri: Uri) -> Result<Response, Refusal> {
    match path::read(path::whole(&uri))? {
        Target::Outcomes(hub) => page_of(&service, hub, &uri).await.map(IntoResponse::into_response),
        // `https:/outcomes`, which a proxy made of `https://outcomes`, and like it nothing else.
        Target::Provider(hub) | Target::Slashes(hub) => score::of(&service, hub).await.map(IntoResponse::into_response),
    }
}

/// A page, with the parameters behind the path.
pub(super) async fn page_of(service: &Arc<Service>, hub: String, uri: &Uri) -> Result<Json<PageAnswer>, Refusal> {
    let PageQuery { cursor, limit } = query::read(uri)?;
    check_limit(limit, MAX_PAGE)?;
    let asked = hub.clone();
    let page = service.ask(move |oracle| oracle.outcomes(&asked, cursor, limit)).await?;
    let page = page.map_err(|error| unavailable(&error))?.ok_or_else(|| never_seen(&hub))?;
    Ok(Json(PageAnswer {
        hub_url: hub,
        size: page.size,
        root: hex::encode_prefixed(page.root),
        outcomes: page.entries.iter().map(|(entry, proof)| EntryAnswer::of(entry, Some(proof))).collect(),
        next: page.next,
    }))
}

pub(super) fn never_seen(hub: &str) -> Refusal {
    Refusal::not_found("unknown_provider", format!("no provider {:?} was ever seen here", shortened(hub)))
}
