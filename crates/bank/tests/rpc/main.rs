//! What travels between clients and banks, without a network.

#![allow(clippy::unwrap_used, reason = "a test")]

mod envelope;
mod invitation;
