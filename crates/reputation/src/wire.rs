//! What is signed, and how it is written.
//!
//! An outcome comes in three forms: the two that the published package `aimarket-hub` signs, and ours. A dispute comes in two.
//! [`Outcome::signed_bytes`] and its like give back exactly what was signed from what is stored, to the last digit, so nothing
//! signed has to be kept beside it. Everything read here is held to limits and rules; that a signature is right is for
//! [`verify`](crate::verify) to say.

pub mod attestation;
pub mod base64;
pub mod dispute;
mod error;
pub mod float;
pub mod form;
pub mod hub;
pub mod json;
pub mod number;
pub mod outcome;
pub mod ruling;
pub mod status;
pub mod time;

pub use attestation::{AttestationEnvelope, Judged, ProofOfMisbehavior, SlashAttestation};
pub use dispute::{Dispute, DisputeClaim, DisputeFields, SignedDispute};
pub use error::Error;
pub use form::{DisputeForm, Domain, Form};
pub use json::{DisputeJson, OutcomeJson};
pub use number::{Fraction, Number, Price};
pub use outcome::{Outcome, OutcomeFields, SignedOutcome};
pub use ruling::Ruling;
pub use status::Status;

/// Most bytes of the name of a hub.
pub const MAX_HUB_BYTES: usize = 256;
/// Most bytes of the id of an invocation, a capability, a product or a dispute.
pub const MAX_ID_BYTES: usize = 128;
/// Most bytes of the reason of a dispute or a slash.
pub const MAX_REASON_BYTES: usize = 4_096;
/// Most bytes of the evidence of a dispute or a slash.
pub const MAX_EVIDENCE_BYTES: usize = 16_384;
/// Most bytes that a dispute's signature can cover: its texts, and room for the names and numbers between them.
pub const MAX_DISPUTE_BYTES: usize = 2 * MAX_HUB_BYTES + 2 * MAX_ID_BYTES + MAX_REASON_BYTES + 512;
/// Characters of a wrong text that an error repeats.
const SHOWN: usize = 64;

/// A text that somebody sent, short enough for an error.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
