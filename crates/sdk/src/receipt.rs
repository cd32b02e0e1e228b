//! What became of a sent transaction.

use alloy_primitives::B256;
use serde::Serialize;

use crate::{json, node};

/// A mined transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// Its hash.
    pub transaction_hash: B256,
    /// The block it is in.
    pub block_number: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// Gas it used.
    pub gas_used: u64,
    /// What a unit of gas cost, in wei.
    #[serde(serialize_with = "json::wei")]
    pub gas_price_wei: u128,
    /// What it cost, in wei. A rollup's charge for its data is not in it.
    #[serde(serialize_with = "json::wei")]
    pub fee_wei: u128,
}

impl Receipt {
    pub(crate) fn read(receipt: &node::Receipt) -> Self {
        let gas_used: u64 = receipt.gas_used.to();
        let gas_price_wei: u128 = receipt.effective_gas_price.map_or(0, |price| price.to());
        Self {
            transaction_hash: receipt.transaction_hash,
            block_number: receipt.block_number.to(),
            block_hash: receipt.block_hash,
            gas_used,
            gas_price_wei,
            fee_wei: u128::from(gas_used).saturating_mul(gas_price_wei),
        }
    }
}
