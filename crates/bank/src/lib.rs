#![doc = include_str!("../README.md")]
//!
//! What decides is pure: [`document`] says what is signed and how it is written, [`ledger`] what a bank does with it, [`plan`] who
//! settles when and what leading puts at risk, [`rpc`] what travels. Time, randomness and the store come in as arguments. Around that,
//! `store` keeps a bank, `audit` looks through what it keeps, `server` puts it on the network, and `client` carries deals from bank to bank.

pub mod audit;
#[cfg(feature = "client")]
pub mod client;
pub mod document;
pub mod ledger;
pub mod plan;
pub mod rpc;
#[cfg(feature = "server")]
pub mod server;
pub mod store;
