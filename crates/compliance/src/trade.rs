//! A settled trade.

use alloy_primitives::Address;
use barter_protocol::TradeId;
use serde::Serialize;

use crate::json;

/// A settled trade as far as findings need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SettledTrade {
    /// The trade.
    pub trade_id: TradeId,
    /// Who paid.
    #[serde(serialize_with = "json::address")]
    pub payer: Address,
    /// Who was paid.
    #[serde(serialize_with = "json::address")]
    pub payee: Address,
    /// What was paid, in satoshis.
    pub amount_sats: u64,
    /// When it settled: the time of the block, Unix seconds.
    pub settled_at: u64,
}
