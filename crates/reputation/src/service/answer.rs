//! Answers that say no.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::{key, wire};

/// Characters of a text from outside that a message repeats.
const SHOWN: usize = 160;

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// When it may be tried again, in seconds.
    retry_after: Option<u64>,
}

/// Why a request was not carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// A stable name, for programs.
    #[schema(example = "invalid_json")]
    error: &'static str,
    /// One sentence, for people. It may change.
    message: String,
    /// After how many seconds it may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

/// What every route that writes may say: for the document.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers, and is none")]
pub(super) enum NotWritten {
    /// The body took too long.
    #[response(status = 408)]
    TooSlow(ErrorBody),
    /// The body, or a part of it, is too large.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body is not JSON.
    #[response(status = 415)]
    NotJson(ErrorBody),
    /// Too many of these from this client.
    #[response(status = 429)]
    TooMany(ErrorBody),
    /// The log, or what else this needs, cannot be used now; nothing of this was written.
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// What every route of the operator's may say, as well: for the document.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers, and is none")]
pub(super) enum NotTheOperator {
    /// Not the operator's token.
    #[response(status = 401)]
    OtherToken(ErrorBody),
    /// This service has no operator.
    #[response(status = 403)]
    NoOperator(ErrorBody),
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Something of ours is in the way. What, is in the log and not in the answer.
    pub(super) fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message) }
    }

    pub(super) fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub(super) const fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// A text from outside, short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, code, message, retry_after } = self;
        let body = Json(ErrorBody { error: code, message, retry_after_seconds: retry_after });
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The access log says why.
        response.extensions_mut().insert(Reason(code));
        response
    }
}

/// Why a response says no, for the access log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reason(pub(super) &'static str);

impl From<wire::Error> for Refusal {
    fn from(error: wire::Error) -> Self {
        match error {
            wire::Error::TooLong { field: "evidence", .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "evidence_too_large", error.to_string())
            }
            error => Self::bad(error.code(), shortened(&error.to_string())),
        }
    }
}

impl From<key::Error> for Refusal {
    fn from(error: key::Error) -> Self {
        Self::bad(error.code(), error.to_string())
    }
}
