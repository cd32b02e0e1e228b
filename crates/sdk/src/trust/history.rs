//! A wallet's score, step by step.

use alloy_primitives::{Address, B256};
use barter_protocol::TradeId;
use serde::Serialize;

use crate::json;

/// A counted trade that raised a wallet's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScoreEvent {
    /// The block it settled in.
    pub block_number: u64,
    /// The transaction that settled it.
    pub transaction_hash: B256,
    /// When, in Unix seconds.
    pub timestamp: u64,
    /// By how much the score rose.
    pub delta: u64,
    /// The score after it.
    pub new_score: u64,
    /// The trade.
    pub trade_id: TradeId,
    /// Whom it was with.
    #[serde(serialize_with = "json::address")]
    pub counterparty: Address,
    /// Its amount in satoshis.
    pub amount_sats: u64,
}
