//! What holds of bonds whatever happens, and every refusal of theirs with its values.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;
mod properties;
mod refusals;
