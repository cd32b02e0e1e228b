//! How values are written as JSON: addresses with their checksum, whole numbers that outgrow 2^53 as text.

#![allow(clippy::trivially_copy_pass_by_ref, reason = "the form serde calls these in")]

use alloy_primitives::Address;
use barter_protocol::{
    Level, PaymentHash, Preimage, Ruling, TradeStatus,
    bond::{DisputeStatus, RulingStatus},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

pub(crate) fn address<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

/// A wallet that need not be named.
#[allow(clippy::ref_option, reason = "the form serde calls these in")]
pub(crate) fn optional_address<S: Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
    address.map(|address| address.to_checksum(None)).serialize(serializer)
}

pub(crate) fn payment_hash<S: Serializer>(hash: &PaymentHash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(hash)
}

pub(crate) fn status<S: Serializer>(status: &TradeStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

pub(crate) fn ruling<S: Serializer>(ruling: &Ruling, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match ruling {
        Ruling::None => "none",
        Ruling::Dismissed => "dismissed",
        Ruling::AgainstPartyA => "against_party_a",
        Ruling::AgainstPartyB => "against_party_b",
    })
}

pub(crate) fn dispute_status<S: Serializer>(status: &DisputeStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

pub(crate) fn ruling_status<S: Serializer>(status: &RulingStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

pub(crate) fn level<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(level)
}

/// A number of wei, or any other that outgrows 2^53, as decimal text.
pub(crate) fn wei<S: Serializer>(wei: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(wei)
}

/// A preimage as text, both ways.
pub(crate) mod preimage {
    use super::{Deserialize, Deserializer, Preimage, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(preimage: &Preimage, serializer: S) -> Result<S::Ok, S::Error> {
        preimage.to_string().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Preimage, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(super::invalid::<D>)
    }
}

/// A payment hash as text, both ways.
pub(crate) mod hash {
    use super::{Deserialize, Deserializer, PaymentHash, Serializer};

    pub(crate) fn serialize<S: Serializer>(hash: &PaymentHash, serializer: S) -> Result<S::Ok, S::Error> {
        super::payment_hash(hash, serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PaymentHash, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(super::invalid::<D>)
    }
}

fn invalid<'de, D: Deserializer<'de>>(error: barter_protocol::Error) -> D::Error {
    D::Error::custom(error)
}
