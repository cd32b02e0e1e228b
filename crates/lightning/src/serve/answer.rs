//! Answers that say no.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{Error, InvoiceError};

/// gRPC's kinds of errors, as far as they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// LND's own errors, most of which it gives no kind.
    Unknown = 2,
    /// The request is not of its form.
    InvalidArgument = 3,
    /// There is no such thing.
    NotFound = 5,
    /// There is one already.
    AlreadyExists = 6,
    /// It is too large, or there are too many.
    ResourceExhausted = 8,
    /// Nothing like it is served.
    Unimplemented = 12,
    /// The node cannot be reached.
    Unavailable = 14,
}

impl Code {
    /// The HTTP status that gRPC's gateway gives it.
    const fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidArgument => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::AlreadyExists => StatusCode::CONFLICT,
            Self::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    code: Code,
    message: String,
}

/// A refusal where a stream was to begin, or in the midst of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamRefusal(Refusal);

/// A refusal's body.
#[derive(Serialize)]
struct Status<'a> {
    code: u8,
    message: &'a str,
    /// Always empty: LND has no use for them.
    details: [(); 0],
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn body(&self) -> Status<'_> {
        Status { code: self.code as u8, message: &self.message, details: [] }
    }

    /// The same where a stream was to be.
    pub(super) const fn in_stream(self) -> StreamRefusal {
        StreamRefusal(self)
    }
}

impl StreamRefusal {
    /// As an item of a stream.
    pub(super) fn body(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Item<'a> {
            error: Status<'a>,
        }
        Item { error: self.0.body() }
    }
}

impl From<Refusal> for StreamRefusal {
    fn from(refusal: Refusal) -> Self {
        refusal.in_stream()
    }
}

impl From<Error> for StreamRefusal {
    fn from(error: Error) -> Self {
        Refusal::from(error).in_stream()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.code.status(), Json(self.body())).into_response()
    }
}

impl IntoResponse for StreamRefusal {
    fn into_response(self) -> Response {
        (self.0.code.status(), Json(self.body())).into_response()
    }
}

impl From<Error> for Refusal {
    /// What LND says of the same: its words, where there are words of its own.
    fn from(error: Error) -> Self {
        let (code, message) = match error {
            Error::InvoiceExists { .. } => (Code::Unknown, "invoice with payment hash already exists".to_owned()),
            Error::UnknownInvoice { .. } => (Code::Unknown, "unable to locate invoice".to_owned()),
            Error::NotHeld { .. } => (Code::Unknown, "invoice still open".to_owned()),
            Error::AlreadyPaid { .. } => (Code::Unknown, "invoice already settled".to_owned()),
            Error::OwnInvoice { .. } => (Code::Unknown, "self-payments not allowed".to_owned()),
            Error::InvalidRequest { reason } => (Code::Unknown, reason),
            Error::WrongNetwork { expected, .. } => {
                (Code::Unknown, format!("invoice not for current active network '{expected}'"))
            }
            Error::InvoiceExpired { expires_at, .. } => {
                (Code::Unknown, format!("invoice expired. Valid until {expires_at}"))
            }
            error @ (Error::Unreachable { .. } | Error::NotReady { .. }) => (Code::Unavailable, error.to_string()),
            error => (Code::Unknown, error.to_string()),
        };
        Self { code, message }
    }
}

impl From<InvoiceError> for Refusal {
    fn from(error: InvoiceError) -> Self {
        Self::new(Code::Unknown, error.to_string())
    }
}
