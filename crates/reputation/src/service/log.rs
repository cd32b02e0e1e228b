//! The log as a whole: its head, all that is in it in order, and proofs that it only grew.

#![allow(unused_qualifications, reason = "in what `utoipa::path` makes of `params`")]

use std::sync::Arc;

use alloy_primitives::hex;
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Service,
    answer::{ErrorBody, Refusal},
    chain::{AnchorAnswer, ChainAnswer},
    outcomes::{EntryAnswer, unavailable},
    query::{self, Asked},
};
use crate::{oracle::Oracle, wire::Domain};

/// Most entries of a page of the log.
pub(super) const MAX_ENTRIES: usize = 1_000;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogAnswer {
    /// Outcomes in it.
    size: u64,
    /// Root of its Merkle tree (RFC 6962, SHA-256).
    root: String,
    /// The chain that outcomes in our own form are bound to.
    chain_id: Option<u64>,
    /// The bond contract that they are bound to.
    bond: Option<String>,
    /// The wallet that anchors this log.
    oracle: Option<String>,
    /// Its last anchor that is known.
    last_anchor: Option<AnchorAnswer>,
    chain: ChainAnswer,
}

/// The log's head, and the last time it was anchored.
#[utoipa::path(
    get,
    path = "/oracle/log",
    tag = "oracle",
    responses(
        (status = 200, description = "The head", body = LogAnswer),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn head(State(service): State<Arc<Service>>) -> Result<Json<LogAnswer>, Refusal> {
    let (size, root) = service.ask(Oracle::tree_head).await?.map_err(|error| unavailable(&error))?;
    let known = service.known.borrow();
    let domain = service.oracle.settings().domain;
    let follow = service.follow.as_ref();
    Ok(Json(LogAnswer {
        size,
        root: hex::encode_prefixed(root),
        chain_id: domain.map(|Domain { chain_id, .. }| chain_id),
        bond: domain.map(|Domain { bond, .. }| bond.to_string()),
        oracle: follow.and_then(|follow| follow.settings.oracle).map(|oracle| oracle.to_string()),
        last_anchor: known.view.as_ref().and_then(|view| view.anchor.as_ref()).map(AnchorAnswer::of),
        chain: ChainAnswer::of(&service, &known, service.now()),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EntriesQuery {
    /// Index of the first; 0 if left out.
    #[serde(default, deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    from: u64,
    /// How many at most; 100 if left out.
    #[serde(default = "page")]
    #[param(minimum = 1, maximum = 1000)]
    limit: usize,
}

const fn page() -> usize {
    100
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntriesAnswer {
    /// Outcomes in the log.
    size: u64,
    /// In the order of the log, without gaps.
    entries: Vec<EntryAnswer>,
}

/// The log itself, of all providers: whoever has all of it can compute its root and every score.
#[utoipa::path(
    get,
    path = "/oracle/log/entries",
    tag = "oracle",
    params(EntriesQuery),
    responses(
        (status = 200, description = "Entries; none past the end", body = EntriesAnswer),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 429, description = "Too many of these from this client", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn entries(
    State(service): State<Arc<Service>>,
    Asked(EntriesQuery { from, limit }): Asked<EntriesQuery>,
) -> Result<Json<EntriesAnswer>, Refusal> {
    query::check_limit(limit, MAX_ENTRIES)?;
    let read = service.ask(move |oracle| oracle.entries(from, limit)).await?;
    let (size, entries) = read.map_err(|error| unavailable(&error))?;
    Ok(Json(EntriesAnswer { size, entries: entries.into_iter().map(|entry| EntryAnswer::of(&entry, None)).collect() }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsistencyQuery {
    /// The smaller size, at least 1.
    #[serde(deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    from: u64,
    /// The larger size, at most that of the log.
    #[serde(deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    to: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsistencyAnswer {
    from: u64,
    to: u64,
    /// The hashes of RFC 6962's consistency proof.
    proof: Vec<String>,
}

/// A proof that the log of one size begins with that of a smaller one.
#[utoipa::path(
    get,
    path = "/oracle/log/consistency",
    tag = "oracle",
    params(ConsistencyQuery),
    responses(
        (status = 200, description = "The proof", body = ConsistencyAnswer),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 404, description = "A size that the log does not have, or not in order", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn consistency(
    State(service): State<Arc<Service>>,
    Asked(ConsistencyQuery { from, to }): Asked<ConsistencyQuery>,
) -> Result<Json<ConsistencyAnswer>, Refusal> {
    let proof = service.ask(move |oracle| oracle.consistency(from, to)).await?.map_err(|error| unavailable(&error))?;
    let none = || {
        let message =
            format!("no proof from {from} to {to}: expected 1 or more, in order, and no more than the log has");
        Refusal::not_found("no_such_size", message)
    };
    let proof = proof.ok_or_else(none)?;
    Ok(Json(ConsistencyAnswer { from, to, proof: proof.iter().map(hex::encode_prefixed).collect() }))
}
