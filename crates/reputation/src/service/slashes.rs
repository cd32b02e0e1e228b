//! Slashes that this hub attests, and those it heard of.

#![allow(unused_qualifications, reason = "in what `utoipa::path` makes of `params`")]

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Service,
    answer::{ErrorBody, Refusal},
    outcomes::unavailable,
    path,
    query::{self, Asked, check_limit},
};
use crate::{
    oracle::{Attestation, Worth},
    score::federated_penalty,
    wire::AttestationEnvelope,
};

/// Most attestations of a page.
pub(super) const MAX_SLASHES: usize = 1_000;
/// Attestations of a page that nobody asked the size of: however long their texts are, they stay under the 2 MB that the published
/// package's hubs read.
const USUAL_SLASHES: usize = 100;
/// Attestations about a provider of a page, where nobody asked for more or fewer.
const USUAL_ABOUT: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SlashesQuery {
    /// The `seq` of the last one that is known. Left out, the newest are told, which is what the published package's hubs take over.
    #[serde(default, deserialize_with = "after")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
    /// How many at most; 100 if left out.
    #[serde(default = "page")]
    #[param(minimum = 1, maximum = 1000)]
    limit: usize,
}

fn after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    query::index(deserializer).map(Some)
}

const fn page() -> usize {
    USUAL_SLASHES
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlashesAnswer {
    /// This hub.
    hub_url: String,
    /// Its key, base64.
    public_key: String,
    /// In the order of their `seq`.
    slashes: Vec<AttestationEnvelope>,
    /// The `seq` to go on after; null if there are no more.
    next: Option<u64>,
}

/// This hub's attestations of slashes, signed, for other hubs to take over.
#[utoipa::path(
    get,
    path = "/slashes",
    tag = "slashes",
    params(SlashesQuery),
    responses(
        (status = 200, description = "A page of attestations", body = SlashesAnswer),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 429, description = "Too many of these from this client", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(
    State(service): State<Arc<Service>>,
    Asked(SlashesQuery { after, limit }): Asked<SlashesQuery>,
) -> Result<Json<SlashesAnswer>, Refusal> {
    check_limit(limit, MAX_SLASHES)?;
    let found = service.ask(move |oracle| oracle.attestations(after, limit)).await?;
    let found = found.map_err(|error| unavailable(&error))?;
    let next = found.last().filter(|_| after.is_some() && found.len() == limit).map(|last| last.seq);
    Ok(Json(SlashesAnswer {
        hub_url: service.settings.hub_url.clone(),
        public_key: service.settings.hub_key.public().to_string(),
        slashes: found,
        next,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AboutQuery {
    /// The `number` of the last one that is known; 0 if left out.
    #[serde(default, deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// How many at most; 200 if left out.
    #[serde(default = "page_about")]
    #[param(minimum = 1, maximum = 1000)]
    limit: usize,
}

const fn page_about() -> usize {
    USUAL_ABOUT
}

/// What is known of a provider's slashes. This hub's own are in the list; its score has them from the chain, so that only other
/// issuers make the penalty. Of those that are no peers of this hub any more, nothing is told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AboutAnswer {
    provider_hub: String,
    /// How many attestations there are, ours and others'.
    slash_count: u64,
    /// Other hubs that attest one with a consumer's proof, by their keys.
    strong_issuer_keys: u64,
    /// Other hubs that do without.
    weak_issuer_keys: u64,
    /// Other hubs, by the names they go by.
    issuers: Vec<String>,
    federated_penalty: f64,
    /// In the order they came.
    attestations: Vec<AttestedAnswer>,
    /// The `number` to go on after; null if there are no more.
    next: Option<u64>,
}

/// An attestation on record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttestedAnswer {
    /// Its number among all attestations here.
    number: u64,
    /// Is it this hub's own?
    own: bool,
    /// `strong` with a consumer's proof, `weak` without; a proof of what was dismissed or given up here is none. `none` where it counts
    /// nothing: what it shows was upheld here, and the chain has it.
    tier: &'static str,
    envelope: AttestationEnvelope,
}

impl AttestedAnswer {
    fn of(attestation: Attestation) -> Self {
        let Attestation { number, envelope, own, worth } = attestation;
        let tier = match worth {
            _ if own => "strong",
            Worth::Strong => "strong",
            Worth::Weak => "weak",
            Worth::Nothing => "none",
        };
        Self { number, own, tier, envelope }
    }
}

/// Slashes of a provider, here and elsewhere.
#[utoipa::path(
    get,
    path = "/slashes/by-provider/{hub_url}",
    tag = "slashes",
    params(
        ("hub_url" = String, Path, description = "The provider, encoded, or raw with its slashes", example = "https://provider.example.com"),
        AboutQuery,
    ),
    responses(
        (status = 200, description = "What is known; nothing if there is nothing", body = AboutAnswer),
        (status = 400, description = "The hub or a parameter is wrong", body = ErrorBody),
        (status = 429, description = "Too many of these from this client", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn by_provider(State(service): State<Arc<Service>>, uri: Uri) -> Result<Json<AboutAnswer>, Refusal> {
    about(&service, path::slashes(&uri)?, &uri).await
}

pub(super) async fn about(service: &Arc<Service>, hub: String, uri: &Uri) -> Result<Json<AboutAnswer>, Refusal> {
    let AboutQuery { after, limit } = query::read(uri)?;
    check_limit(limit, MAX_SLASHES)?;
    let asked = hub.clone();
    let found = service.ask(move |oracle| oracle.attestations_about(&asked, after, limit)).await?;
    let found = found.map_err(|error| unavailable(&error))?;
    Ok(Json(AboutAnswer {
        provider_hub: hub,
        slash_count: found.count,
        strong_issuer_keys: found.strong_issuers,
        weak_issuer_keys: found.weak_issuers,
        issuers: found.issuers,
        federated_penalty: federated_penalty(found.strong_issuers, found.weak_issuers),
        next: found.attestations.last().filter(|_| found.attestations.len() == limit).map(|last| last.number),
        attestations: found.attestations.into_iter().map(AttestedAnswer::of).collect(),
    }))
}
