//! Deals: a real chain, two real Lightning nodes, and both sides killed wherever they can be.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "shared with other tests, which use all of it")]
#[path = "../it/chain.rs"]
mod chain;
mod cheats;
#[allow(dead_code, reason = "shared with other tests, which use all of it")]
#[path = "../it/endpoints.rs"]
mod endpoints;
mod fate;
mod flows;
mod kills;
mod market;
mod strict;
