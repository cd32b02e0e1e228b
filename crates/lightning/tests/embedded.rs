//! The suite of scenarios on the embedded network.
#![cfg(feature = "embedded")]

#[allow(dead_code, unused_imports, unused_macros, reason = "the network they run on is to come")]
mod scenarios;
