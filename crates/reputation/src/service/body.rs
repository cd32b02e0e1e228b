//! Bodies of requests: how large they may be, and how slow.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use super::{answer::Refusal, json};

/// Most bytes of a batch: a hundred outcomes with every text as long as it may be.
pub(super) const BATCH_BYTES: usize = 256 * 1024;
/// Most bytes of a dispute: evidence and reason may take six characters for each of theirs.
pub(super) const DISPUTE_BYTES: usize = 160 * 1024;
/// Most bytes of what an operator sends.
pub(super) const OPERATOR_BYTES: usize = 64 * 1024;
/// Most bytes of a body that is too large which are read and forgotten, so that its client, which is still sending, reads the answer
/// rather than that the connection broke.
const DRAINED_BYTES: usize = 1024 * 1024;
/// How long a body may take to arrive.
pub(super) const BODY_LIMIT: Duration = Duration::from_secs(10);

/// A body of at most this many bytes, as it came.
pub(super) struct Bytes<const LIMIT: usize>(pub(super) Vec<u8>);

/// The same, as JSON.
pub(super) struct Message<T, const LIMIT: usize>(pub(super) T);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Bytes<LIMIT> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        let slow = || {
            let message = format!("the body took longer than {} seconds to arrive", BODY_LIMIT.as_secs());
            Refusal::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", message)
        };
        tokio::time::timeout(BODY_LIMIT, collect(body, LIMIT)).await.unwrap_or_else(|_| Err(slow())).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Message<T, LIMIT> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Bytes(body) = Bytes::<LIMIT>::from_request(request, state).await?;
        json::read(&body).map(Self)
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

async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let too_large = || {
        let message = format!("the body has more than {limit} bytes, which is the most here");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > DRAINED_BYTES {
        return Err(too_large());
    }
    let mut collected = Vec::with_capacity(announced.min(limit));
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let cut_off = |_| Refusal::bad("body_cut_off", "the body ended before its length, or is not framed as HTTP");
        // Trailers are nothing of ours.
        let Ok(data) = frame.map_err(cut_off)?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            collected.extend_from_slice(&data);
        } else if length > DRAINED_BYTES {
            break;
        }
    }
    if length > limit { Err(too_large()) } else { Ok(collected) }
}
