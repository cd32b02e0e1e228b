//! How values are written as JSON, as everywhere in Barter: addresses with their checksum, whole numbers that can
//! outgrow 2^53 as text.

#![allow(clippy::trivially_copy_pass_by_ref, reason = "the form serde calls these in")]

use alloy_primitives::{Address, U256, utils::format_ether};
use barter_protocol::Level;
use serde::{Serializer, ser::SerializeSeq as _};

pub(crate) fn address<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

pub(crate) fn addresses<S: Serializer>(addresses: &[Address], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(addresses.len()))?;
    for address in addresses {
        list.serialize_element(&address.to_checksum(None))?;
    }
    list.end()
}

pub(crate) fn level<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(level)
}

/// A sum of satoshis. One trade is below 2^53, sums of trades with oneself need not be.
pub(crate) fn sats<S: Serializer>(sats: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(sats)
}

/// Credit as the exact decimal number of tokens, as short as it can be.
pub(crate) fn credit<S: Serializer>(units: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    let tokens = format_ether(*units);
    serializer.serialize_str(tokens.trim_end_matches('0').trim_end_matches('.'))
}
