//! The service: what it follows, what it answers, whom it hears.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod chain;
mod fake_chain;
mod outcomes;
mod support;
