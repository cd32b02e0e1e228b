//! The service: what it follows, what it answers, whom it hears.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod chain;
#[path = "../common/mod.rs"]
mod common;
mod defects;
mod disputes;
mod fake_chain;
mod federation;
mod fresh_keys;
mod health;
mod input;
mod limits;
mod openapi;
mod outcomes;
mod peer;
mod routes;
mod support;
