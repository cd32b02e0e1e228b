//! LND's messages, as far as they are used. Numbers of 64 bits come as texts, bytes in base64, payment hashes and preimages of
//! payments in hexadecimal.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

/// `/v1/getinfo`.
#[derive(Deserialize)]
pub(super) struct NodeInfo {
    pub(super) identity_pubkey: String,
    #[serde(default)]
    pub(super) alias: String,
    pub(super) chains: Vec<Chain>,
}

/// A chain that the node is on.
#[derive(Deserialize)]
pub(super) struct Chain {
    pub(super) network: String,
}

/// `/v1/state`, which needs no macaroon.
#[derive(Deserialize)]
pub(super) struct State {
    pub(super) state: String,
}

/// Asks for an invoice whose preimage the node is given: `/v1/invoices`.
#[derive(Serialize)]
pub(super) struct AddInvoice<'a> {
    pub(super) memo: &'a str,
    pub(super) r_preimage: String,
    pub(super) value: String,
    pub(super) expiry: String,
}

/// Asks for an invoice whose preimage the node is not given: `/v2/invoices/hodl`.
#[derive(Serialize)]
pub(super) struct AddHeldInvoice<'a> {
    pub(super) memo: &'a str,
    pub(super) hash: String,
    pub(super) value: String,
    pub(super) expiry: String,
}

/// An invoice that was made.
#[derive(Deserialize)]
pub(super) struct AddedInvoice {
    pub(super) payment_request: String,
}

/// `/v2/invoices/settle`.
#[derive(Serialize)]
pub(super) struct Settle {
    pub(super) preimage: String,
}

/// `/v2/invoices/cancel`.
#[derive(Serialize)]
pub(super) struct Cancel {
    pub(super) payment_hash: String,
}

/// An answer that says nothing.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// An invoice of the node's own: `/v1/invoice/{hash}`.
#[derive(Deserialize)]
pub(super) struct StoredInvoice {
    /// Empty while the node has not been given it.
    #[serde(default)]
    pub(super) r_preimage: String,
    pub(super) payment_request: String,
    #[serde(deserialize_with = "number")]
    pub(super) expiry: u64,
    pub(super) state: String,
}

/// Asks for a payment: `/v2/router/send`.
#[derive(Serialize)]
pub(super) struct SendPayment<'a> {
    pub(super) payment_request: &'a str,
    pub(super) timeout_seconds: u32,
    pub(super) fee_limit_sat: String,
    pub(super) no_inflight_updates: bool,
}

/// How a payment stands: `/v2/router/send` and `/v2/router/track/{hash}`, one after another.
#[derive(Deserialize)]
pub(super) struct PaymentUpdate {
    pub(super) payment_hash: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) payment_preimage: String,
    #[serde(default, deserialize_with = "number")]
    pub(super) fee_msat: u64,
    #[serde(default)]
    pub(super) failure_reason: String,
}

/// Reads a number that LND writes as a text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = u64;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a whole number, also as a text")
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
            Ok(value)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            text.parse().map_err(|_| E::invalid_value(de::Unexpected::Other("another text"), &self))
        }
    }
    deserializer.deserialize_any(Number)
}
