//! Whose bank is at an address.

use serde::{Deserialize, Serialize};

use crate::document::PublicKey;

/// What a bank speaks.
pub const PROTOCOL_VERSION: &str = "barter.game/v1";
/// Where it says so.
pub const DISCOVERY_PATHS: [&str; 2] = ["/.well-known/barter-bank.json", "/barter-bank.json"];
/// Where it is called.
pub const RPC_PATH: &str = "/rpc";
/// Most bytes of a call: a deal of a thousand records, all of one bank.
pub const MAX_CALL_BYTES: usize = 1024 * 1024;

/// What a bank says of itself. Not to be believed: a client compares it with what it has pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Its key, in base58.
    pub pubkey: String,
    /// Its address, without `/rpc`.
    pub url: String,
    /// What it calls itself.
    pub name: String,
    /// What it speaks: [`PROTOCOL_VERSION`].
    pub protocol_version: String,
}

impl Discovery {
    /// What a bank of this key says.
    pub fn new(key: PublicKey, url: String, name: String) -> Self {
        Self { pubkey: key.to_string(), url, name, protocol_version: PROTOCOL_VERSION.to_owned() }
    }
}
