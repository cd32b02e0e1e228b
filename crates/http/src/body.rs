//! Bodies of requests: how large they may be, and how slow.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody as _},
    http::StatusCode,
};
use http_body_util::BodyExt as _;

/// How long a body may take to arrive.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Of a body that is too large, as many bytes are read and forgotten as this many times the limit, or as this: its client, which is still
/// sending, then reads the answer rather than that the connection broke.
const DRAINED_LIMITS: usize = 4;
const DRAINED_BYTES: usize = 1024 * 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// More bytes than are read.
    #[error("the body has more than {limit} bytes, which is the most here")]
    TooLarge {
        /// The most.
        limit: usize,
    },
    /// It took longer than [`TIME_LIMIT`].
    #[error("the body took longer than {} seconds to arrive", TIME_LIMIT.as_secs())]
    TooSlow,
    /// It ended early, or is not framed as HTTP.
    #[error("the body ended before its length, or is not framed as HTTP")]
    CutOff,
}

impl BodyError {
    /// The status of an answer that says so.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::CutOff => StatusCode::BAD_REQUEST,
        }
    }
}

/// A body of at most `limit` bytes, as it came.
///
/// # Errors
/// [`BodyError`].
pub async fn read(body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    tokio::time::timeout(TIME_LIMIT, collect(body, limit)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    let drained = limit.saturating_mul(DRAINED_LIMITS).max(DRAINED_BYTES);
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > drained {
        return Err(BodyError::TooLarge { limit });
    }
    let mut collected = Vec::with_capacity(announced.min(limit));
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        // Trailers are nothing of ours.
        let Ok(data) = frame.map_err(|_| BodyError::CutOff)?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            collected.extend_from_slice(&data);
        } else if length > drained {
            break;
        }
    }
    if length > limit { Err(BodyError::TooLarge { limit }) } else { Ok(collected) }
}
