#![doc = include_str!("../README.md")]
//!
//! What decides is pure: [`wire`] says what is signed and how it is written, [`merkle`] what the log's root proves, [`score`] what
//! a provider's record is worth. Time, keys and the chain come in as arguments.

pub mod chain;
#[cfg(feature = "service")]
pub mod federation;
pub mod key;
mod log;
pub mod merkle;
pub mod oracle;
pub mod score;
#[cfg(feature = "service")]
pub mod service;
pub mod verify;
pub mod wire;
