//! How far a client goes to get a transaction mined.

use std::time::Duration;

/// How far a client goes to get a transaction mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendPolicy {
    /// Most that is paid for a unit of gas, tip included, in wei: of the first transaction and of every replacement.
    pub(crate) max_fee_per_gas_wei: u128,
    /// How long a transaction may wait before one with higher fees replaces it.
    pub(crate) bump_after: Duration,
    /// How long to wait in all.
    pub(crate) confirmation_timeout: Duration,
    /// Longest time between two looks for the receipt. The first looks are quicker.
    pub(crate) poll_interval: Duration,
    /// Blocks, counting the transaction's own, until it is taken for mined.
    pub(crate) confirmations: u64,
}

impl Default for SendPolicy {
    fn default() -> Self {
        Self {
            max_fee_per_gas_wei: 100_000_000_000,
            bump_after: Duration::from_mins(1),
            confirmation_timeout: Duration::from_mins(10),
            poll_interval: Duration::from_secs(2),
            confirmations: 1,
        }
    }
}
