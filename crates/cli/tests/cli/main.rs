//! The program as its users meet it: started as a process, against a real anvil with the real contracts.
//!
//! One file a subject. What is printed is compared by its fields and exit codes, not by its prose, except where the prose is
//! the promise: an error names the value and what was expected, and no output ever shows a secret.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

mod bank;
mod bond;
mod card_and_credit;
mod demo;
mod devnet;
mod dispute;
mod errors;
mod fields;
mod help;
mod indexing;
mod interruptions;
mod keystore;
mod lightning;
mod reputation;
mod screening;
mod secrets;
mod set_up_errors;
mod signatures;
mod sim;
mod support;
mod trades;
mod watch;
