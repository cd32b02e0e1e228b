//! The client against a real node with the real contracts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bond_deployments;
mod bond_tokens;
mod bonds;
mod chain;
mod compliance;
mod deployments;
mod endpoints;
#[cfg(feature = "index")]
mod indexing;
mod lifecycle;
mod lists;
mod market;
mod nodes;
#[cfg(feature = "index")]
mod postgres;
#[cfg(feature = "index")]
mod reading;
mod refusals;
mod secrets;
mod sending;
mod settings;
#[cfg(feature = "index")]
mod unmined;
mod watching;
