//! What travels between clients and banks: JSON-RPC over HTTP, each call signed and made once.

mod envelope;
mod failure;
mod invitation;

pub use envelope::Call;
pub use failure::{Failure, code};
pub use invitation::{Invitation, InvitationError, Leg};
