//! Bodies of calls: how large they may be, and how slow.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody as _},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;

use super::json_response;
use crate::rpc::{Failure, MAX_CALL_BYTES, code};

/// Most bytes of a body that is too large which are read and forgotten, so that its client, which is still sending, reads the answer
/// rather than that the connection broke.
const DRAINED_BYTES: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_LIMIT: Duration = Duration::from_secs(10);

/// Why a body was not read.
pub(super) enum Refused {
    TooLarge,
    TooSlow,
    CutOff,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::TooLarge => {
                let message = format!("the call has more than {MAX_CALL_BYTES} bytes, which is the most here");
                (StatusCode::PAYLOAD_TOO_LARGE, message)
            }
            Self::TooSlow => {
                let message = format!("the call took longer than {} seconds to arrive", BODY_LIMIT.as_secs());
                (StatusCode::REQUEST_TIMEOUT, message)
            }
            Self::CutOff => {
                (StatusCode::BAD_REQUEST, "the call ended before its length, or is not framed as HTTP".to_owned())
            }
        };
        json_response(status, &Failure::envelope(code::SHAPE, message, None).to_json())
    }
}

/// The body, of at most [`MAX_CALL_BYTES`].
pub(super) async fn collect(body: Body) -> Result<Vec<u8>, Refused> {
    tokio::time::timeout(BODY_LIMIT, read(body)).await.unwrap_or(Err(Refused::TooSlow))
}

async fn read(mut body: Body) -> Result<Vec<u8>, Refused> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > DRAINED_BYTES {
        return Err(Refused::TooLarge);
    }
    let mut collected = Vec::with_capacity(announced.min(MAX_CALL_BYTES));
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        // Trailers are nothing of ours.
        let Ok(data) = frame.map_err(|_| Refused::CutOff)?.into_data() else { continue };
        length += data.len();
        if length <= MAX_CALL_BYTES {
            collected.extend_from_slice(&data);
        } else if length > DRAINED_BYTES {
            break;
        }
    }
    if length > MAX_CALL_BYTES { Err(Refused::TooLarge) } else { Ok(collected) }
}
