//! What a node answers, as far as this crate reads it. Fields nobody reads are not parsed, so that a chain with its own kinds
//! of transactions and receipts is no obstacle.

use alloy_primitives::{Address, B256, Bytes, U64, U128};
use serde::Deserialize;

/// A block's header.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) number: U64,
    pub(crate) hash: B256,
    pub(crate) parent_hash: B256,
    pub(crate) timestamp: U64,
    pub(crate) base_fee_per_gas: Option<U128>,
}

impl Header {
    pub(crate) fn number(&self) -> u64 {
        self.number.to()
    }
}

/// A log of a mined transaction.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    pub(crate) address: Address,
    pub(crate) topics: Vec<B256>,
    pub(crate) data: Bytes,
    pub(crate) block_number: Option<U64>,
    pub(crate) block_hash: Option<B256>,
    pub(crate) transaction_hash: Option<B256>,
    pub(crate) log_index: Option<U64>,
    pub(crate) block_timestamp: Option<U64>,
    #[serde(default)]
    pub(crate) removed: bool,
}

/// A transaction's receipt.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    pub(crate) transaction_hash: B256,
    pub(crate) block_number: U64,
    pub(crate) block_hash: B256,
    pub(crate) gas_used: U64,
    pub(crate) effective_gas_price: Option<U128>,
    pub(crate) status: Option<U64>,
}

/// A transaction's receipt, as far as it is read for its logs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockReceipt {
    pub(crate) block_number: U64,
    pub(crate) block_hash: B256,
    pub(crate) logs: Vec<Log>,
}

impl Receipt {
    /// Only a status of zero says that it was reverted; a chain that does not say has none that can.
    pub(crate) fn is_reverted(&self) -> bool {
        self.status.is_some_and(|status| status.is_zero())
    }
}
