//! Who may ask.

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use bitcoin::hashes::{Hash, sha256};

use super::answer::{Code, Refusal};

/// Bytes of a macaroon of ours.
pub(super) const MACAROON_BYTES: usize = 32;

/// The header that carries it, in hexadecimal.
const HEADER: &str = "grpc-metadata-macaroon";

/// Lets in who shows the macaroon.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    /// sha256 of the macaroon in hexadecimal. Compared instead of it: how far two hashes agree tells nothing of what was hashed.
    expected: sha256::Hash,
}

impl Gate {
    pub(super) fn new(macaroon: &[u8; MACAROON_BYTES]) -> Self {
        use bitcoin::hex::DisplayHex;
        Self { expected: sha256::Hash::hash(macaroon.to_lower_hex_string().as_bytes()) }
    }

    /// LND gives these errors no code of their own, and so has them as HTTP status 500.
    fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut shown = headers.get_all(HEADER).iter();
        let (Some(macaroon), None) = (shown.next(), shown.next()) else {
            let count = headers.get_all(HEADER).iter().count();
            return Err(Refusal::new(Code::Unknown, format!("expected 1 macaroon, got {count}")));
        };
        if sha256::Hash::hash(&macaroon.as_bytes().to_ascii_lowercase()) != self.expected {
            let reason = "verification failed: signature mismatch after caveat verification";
            return Err(Refusal::new(Code::Unknown, reason));
        }
        Ok(())
    }
}

/// Guards requests with one answer.
pub(super) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match gate.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Guards requests that are answered by a stream.
pub(super) async fn guard_stream(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match gate.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.in_stream().into_response(),
    }
}
