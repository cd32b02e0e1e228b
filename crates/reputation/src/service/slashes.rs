//! Slashes that this hub attests, and those it heard of.

#![allow(unused_qualifications, reason = "in what `utoipa::path` makes of `params`")]

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

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
    key::PublicKey,
    oracle::{self, Attestation, Oracle},
    score::federated_penalty,
    wire::AttestationEnvelope,
};

/// Most attestations of a page.
pub(super) const MAX_SLASHES: usize = 1_000;
/// Attestations of a page that nobody asked the size of: however long their texts are, they stay under the 2 MB that the published
/// package's hubs read.
const USUAL_SLASHES: usize = 100;
/// Most attestations about a provider that are looked at, and that are listed.
const MAX_ABOUT: usize = 1_000;
const MAX_LISTED: usize = 200;

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
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(
    State(service): State<Arc<Service>>,
    Asked(SlashesQuery { after, limit }): Asked<SlashesQuery>,
) -> Result<Json<SlashesAnswer>, Refusal> {
    check_limit(limit, MAX_SLASHES)?;
    let found = service
        .ask(move |oracle| match after {
            Some(after) => oracle.attestations(after, limit),
            None => newest(oracle, limit),
        })
        .await?;
    let found = found.map_err(|error| unavailable(&error))?;
    let next = found.last().filter(|_| after.is_some() && found.len() == limit).map(|last| last.seq);
    Ok(Json(SlashesAnswer {
        hub_url: service.settings.hub_url.clone(),
        public_key: service.settings.hub_key.public().to_string(),
        slashes: found,
        next,
    }))
}

/// The last ones, in the order of their `seq`.
fn newest(oracle: &Oracle, limit: usize) -> Result<Vec<AttestationEnvelope>, oracle::Error> {
    let mut last: VecDeque<AttestationEnvelope> = VecDeque::new();
    loop {
        let after = last.back().map_or(0, |envelope| envelope.seq);
        let page = oracle.attestations(after, oracle::MAX_PAGE)?;
        let is_last = page.len() < oracle::MAX_PAGE;
        last.extend(page);
        last.drain(..last.len().saturating_sub(limit));
        if is_last {
            return Ok(last.into());
        }
    }
}

/// What is known of a provider's slashes. This hub's own are in the list; its score has them from the chain, so that only other
/// issuers make the penalty.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AboutAnswer {
    provider_hub: String,
    /// How many attestations there are, ours and others'.
    slash_count: usize,
    /// Other hubs that attest one with a consumer's proof, by their keys.
    strong_issuer_keys: usize,
    /// Other hubs that do without.
    weak_issuer_keys: usize,
    /// Other hubs, by the names they go by.
    issuers: BTreeSet<String>,
    federated_penalty: f64,
    /// The oldest first, at most 200.
    attestations: Vec<AttestedAnswer>,
}

/// An attestation on record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttestedAnswer {
    /// Is it this hub's own?
    own: bool,
    /// `strong` or `weak`.
    tier: &'static str,
    envelope: AttestationEnvelope,
}

/// Slashes of a provider, here and elsewhere.
#[utoipa::path(
    get,
    path = "/slashes/by-provider/{hub_url}",
    tag = "slashes",
    params(("hub_url" = String, Path, description = "The provider, encoded, or raw with its slashes", example = "https://provider.example.com")),
    responses(
        (status = 200, description = "What is known; nothing if there is nothing", body = AboutAnswer),
        (status = 400, description = "The hub is wrong", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn by_provider(State(service): State<Arc<Service>>, uri: Uri) -> Result<Json<AboutAnswer>, Refusal> {
    about(&service, path::slashes(&uri)?).await
}

pub(super) async fn about(service: &Arc<Service>, hub: String) -> Result<Json<AboutAnswer>, Refusal> {
    let asked = hub.clone();
    let found = service.ask(move |oracle| oracle.attestations_about(&asked, MAX_ABOUT)).await?;
    let found = found.map_err(|error| unavailable(&error))?;
    let others = || found.iter().filter(|attestation| !attestation.own);
    // By the key itself: its text can be spelled in several ways.
    let key = |attestation: &Attestation| PublicKey::parse(&attestation.envelope.issuer_pubkey_b64).ok();
    let strong: BTreeSet<_> = others().filter(|attestation| attestation.strong).filter_map(key).collect();
    let weak = others().filter_map(key).collect::<BTreeSet<_>>().difference(&strong).count();
    Ok(Json(AboutAnswer {
        provider_hub: hub,
        slash_count: found.len(),
        strong_issuer_keys: strong.len(),
        weak_issuer_keys: weak,
        issuers: others().map(|attestation| attestation.envelope.issuer_hub.clone()).collect(),
        federated_penalty: federated_penalty(strong.len() as u64, weak as u64),
        attestations: found
            .into_iter()
            .take(MAX_LISTED)
            .map(|Attestation { envelope, own, strong }| AttestedAnswer {
                own,
                tier: if strong { "strong" } else { "weak" },
                envelope,
            })
            .collect(),
    }))
}
