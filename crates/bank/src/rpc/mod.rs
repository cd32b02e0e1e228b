//! What travels between clients and banks: JSON-RPC over HTTP, each call signed and made once.

pub mod answer;
mod discovery;
mod envelope;
mod failure;
mod invitation;
mod request;

pub use discovery::{DISCOVERY_PATHS, Discovery, MAX_CALL_BYTES, PROTOCOL_VERSION, RPC_PATH};
pub use envelope::Call;
pub use failure::{Failure, code};
pub use invitation::{Invitation, InvitationError, Leg};
pub use request::{Asked, Request};
