//! Numbers of the contracts, which are 256 bits wide, as this crate has them.

use alloy_primitives::U256;

use crate::{Error, node::Node};

/// A number that the contracts keep below 2^64, unless the node is lying or the addresses are another contract's.
pub(crate) fn to_u64(node: &Node, name: &str, value: U256) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| node.invalid("eth_call", format!("{name} is {value}, more than 64 bits hold")))
}
