//! The client of LND's REST interface against servers that say odd things.
#![cfg(feature = "lnd")]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "rest/answering.rs"]
mod answering;
#[path = "rest/invoicing.rs"]
mod invoicing;
#[path = "rest/paying.rs"]
mod paying;
#[path = "rest/said.rs"]
mod said;
#[path = "rest/server.rs"]
mod server;
#[path = "rest/trusting.rs"]
mod trusting;
