//! Consumers and their keys. Whose word is taken is the operator's to say, and anybody's to see.

#![allow(unused_qualifications, reason = "in what `utoipa::path` makes of `params`")]

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Service,
    answer::{ErrorBody, NotTheOperator, NotWritten, Refusal},
    body::{Message, OPERATOR_BYTES},
    outcomes::unavailable,
    query::{self, Asked, check_limit},
    turn,
};
use crate::{
    key::PublicKey,
    oracle::{Oracle, RegisteredKey},
};

/// Most keys of a page.
const MAX_KEYS: usize = 1_000;

/// A consumer and its key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsumerRequest {
    /// Its name, as it signs it.
    #[schema(min_length = 1, max_length = 256)]
    consumer_hub: String,
    /// Its Ed25519 key, base64.
    #[schema(pattern = "^[A-Za-z0-9+/_-]{43}=?$")]
    public_key: String,
    /// May the key take the place of another?
    #[serde(default)]
    replace: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsumerAnswer {
    consumer_hub: String,
    public_key: String,
    /// Was it another key than the one that was registered last?
    is_new: bool,
}

/// Registers a consumer's key. With `replace`, it takes the place of the one before for what is signed from now on; what is on record
/// stays as it is.
#[utoipa::path(
    put,
    path = "/consumers",
    tag = "operator",
    security(("operator" = [])),
    request_body(content = ConsumerRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "It is registered", body = ConsumerAnswer),
        (status = 400, description = "The name or the key is wrong", body = ErrorBody),
        (status = 409, description = "The key is or was another consumer's, or the consumer has another and `replace` was not said", body = ErrorBody),
        NotTheOperator,
        NotWritten,
    )
)]
pub(super) async fn put(
    State(service): State<Arc<Service>>,
    _operator: turn::Operator,
    Message(request): Message<ConsumerRequest, OPERATOR_BYTES>,
) -> Result<Json<ConsumerAnswer>, Refusal> {
    let ConsumerRequest { consumer_hub, public_key, replace } = request;
    let key = PublicKey::parse(&public_key)?;
    let (hub, now) = (consumer_hub.clone(), service.now());
    let register = if replace { Oracle::replace_consumer } else { Oracle::register_consumer };
    let registered = service.ask(move |oracle| register(oracle, &hub, key, now)).await?;
    let is_new = registered.map_err(|error| unavailable(&error))??;
    Ok(Json(ConsumerAnswer { consumer_hub, public_key: key.to_string(), is_new }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct KeysQuery {
    /// The number of the last key of the page before; 0 if left out.
    #[serde(default, deserialize_with = "query::index")]
    #[param(maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// How many at most; 1,000 if left out.
    #[serde(default = "page")]
    #[param(minimum = 1, maximum = 1000)]
    limit: usize,
}

const fn page() -> usize {
    MAX_KEYS
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeysAnswer {
    /// In the order they were registered; a consumer's last is the one it has.
    consumers: Vec<KeyAnswer>,
    /// The number to go on after; null if there are no more.
    next: Option<u64>,
}

/// A key that a consumer has or had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyAnswer {
    /// Its number among all keys.
    number: u64,
    consumer_hub: String,
    public_key: String,
    /// When it was registered, Unix seconds.
    since: u64,
}

/// Whose word is taken, and since when.
#[utoipa::path(
    get,
    path = "/oracle/consumers",
    tag = "oracle",
    params(KeysQuery),
    responses(
        (status = 200, description = "A page of keys", body = KeysAnswer),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(
    State(service): State<Arc<Service>>,
    Asked(KeysQuery { after, limit }): Asked<KeysQuery>,
) -> Result<Json<KeysAnswer>, Refusal> {
    check_limit(limit, MAX_KEYS)?;
    let keys = service.ask(move |oracle: &Oracle| oracle.consumers(after, limit)).await?;
    let keys = keys.map_err(|error| unavailable(&error))?;
    let next = keys.last().filter(|_| keys.len() == limit).map(|key| key.number);
    let answer = |key: RegisteredKey| KeyAnswer {
        number: key.number,
        consumer_hub: key.hub,
        public_key: key.key.to_string(),
        since: key.since,
    };
    Ok(Json(KeysAnswer { consumers: keys.into_iter().map(answer).collect(), next }))
}
