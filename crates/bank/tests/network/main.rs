//! Banks on the network, and a client that carries deals from one to the other. Each on every store there is.

#![allow(clippy::unwrap_used, reason = "a test")]

mod at_once;
mod damage;
mod deals;
mod envelope;
mod place;
mod published;
mod refusals;
mod rows;
mod support;
mod visibility;
