//! Parameters behind a path's question mark.

use axum::{
    extract::{FromRequestParts, Query},
    http::{Uri, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

use super::answer::{Refusal, shortened};

/// The parameters, of which none is unknown and none is given twice.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        read(&parts.uri).map(Self)
    }
}

/// The parameters of a path.
pub(super) fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, Refusal> {
    let read = Query::try_from_uri(uri);
    read.map(|Query(asked)| asked).map_err(|error| Refusal::bad("invalid_parameter", shortened(&error.body_text())))
}

/// Highest index or number that is asked for: what every reader of JSON has exactly.
const MAX_INDEX: u64 = 9_007_199_254_740_991;

/// Reads an index of the log, or a number of what is in it.
pub(super) fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let index = u64::deserialize(deserializer)?;
    if index > MAX_INDEX {
        return Err(D::Error::custom(format_args!("{index} is more than {MAX_INDEX}")));
    }
    Ok(index)
}

/// Is this a size that a page may have?
pub(super) fn check_limit(limit: usize, maximum: usize) -> Result<(), Refusal> {
    if (1..=maximum).contains(&limit) {
        return Ok(());
    }
    Err(Refusal::bad("invalid_parameter", format!("limit is {limit}, expected 1 to {maximum}")))
}
