//! Bodies of requests: how large they may be, and what they are.

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use barter_http::BodyError;
use serde::de::DeserializeOwned;

use super::{answer::Refusal, json};

/// Most bytes of a batch: a hundred outcomes with every text as long as it may be.
pub(super) const BATCH_BYTES: usize = 256 * 1024;
/// Most bytes of a dispute: evidence and reason may take six characters for each of theirs.
pub(super) const DISPUTE_BYTES: usize = 160 * 1024;
/// Most bytes of what an operator sends.
pub(super) const OPERATOR_BYTES: usize = 64 * 1024;

/// A body of at most this many bytes, as it came.
pub(super) struct Bytes<const LIMIT: usize>(pub(super) Vec<u8>);

/// The same, as JSON.
pub(super) struct Message<T, const LIMIT: usize>(pub(super) T);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Bytes<LIMIT> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        Ok(Self(barter_http::read(body, LIMIT).await?))
    }
}

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Message<T, LIMIT> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Bytes(body) = Bytes::<LIMIT>::from_request(request, state).await?;
        json::read(&body).map(Self)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let code = match error {
            BodyError::TooLarge { .. } => "body_too_large",
            BodyError::TooSlow => "body_too_slow",
            _ => "body_cut_off",
        };
        Self::new(error.status(), code, error.to_string())
    }
}

/// JSON, or nothing said, as the published client does.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(found) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let media = found.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    if media.trim_ascii().eq_ignore_ascii_case(b"application/json") {
        return Ok(());
    }
    let message = "the body's content type is not application/json";
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message))
}
