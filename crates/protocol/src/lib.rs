#![doc = include_str!("../README.md")]
//!
//! # Modules
//! - [`limits`]: the numbers everything is bounded by.
//! - [`formula`]: what a counted trade is worth.
//! - [`terms`]: what two parties agree on, and a trade's id.
//! - [`trade`]: one trade's life, as a state machine.
//! - [`ledger`]: the whole record, as a value.
//! - [`signing`]: what wallets sign (EIP-712).
//! - [`bond`]: bonds behind providers' quality, disputes about them, and the auditors' quorum.

pub mod bond;
mod error;
pub mod formula;
mod hex32;
pub mod ledger;
pub mod level;
pub mod limits;
pub mod payment_hash;
pub mod preimage;
pub mod signing;
pub mod status;
pub mod terms;
pub mod trade;

pub use bond::BondError;
pub use error::Error;
pub use formula::{credit, credit_tokens, score};
pub use ledger::Ledger;
pub use level::Level;
pub use payment_hash::PaymentHash;
pub use preimage::Preimage;
pub use signing::{Approval, OpenTrade, SettleTrade, SigningDomain};
pub use status::{Ruling, TradeStatus};
pub use terms::{Role, Terms};
pub use trade::Trade;

/// A trade's id: see [`Terms::trade_id`].
pub type TradeId = alloy_primitives::B256;
