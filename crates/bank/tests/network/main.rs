//! Banks on the network, and a client that carries deals from one to the other.

#![allow(clippy::unwrap_used, reason = "a test")]

mod deals;
mod envelope;
mod support;
