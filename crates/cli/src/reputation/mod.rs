//! What the commands about reputation share.

pub(crate) mod amount;
pub(crate) mod answer;
pub(crate) mod audit;
mod chain;
mod error;
mod http;
pub(crate) mod log;
pub(crate) mod verification;

use std::path::Path;

use alloy_primitives::Address;
use barter_reputation::key::{PublicKey, SecretKey};

use crate::context::Context;
pub(crate) use chain::ClientChain;
pub(crate) use error::Error;
pub(crate) use http::{Service, post_json};

/// Reads an Ed25519 key that only its owner can read.
pub(crate) fn read_key(path: &Path) -> Result<SecretKey, Error> {
    Ok(SecretKey::read(path)?)
}

/// Makes a new key in a file, and tells its public key.
pub(crate) fn make_key(path: &Path) -> Result<PublicKey, crate::error::Error> {
    let key = SecretKey::generate().map_err(|error| crate::error::Error::NoRandomness { reason: error.to_string() })?;
    key.write(path).map_err(Error::KeyNotMade)?;
    Ok(key.public())
}

/// What an environment variable holds, if it is set.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Reads a key, if there is such a file.
pub(crate) fn read_key_if_there(path: &Path) -> Result<Option<SecretKey>, Error> {
    if path.try_exists().unwrap_or(true) { read_key(path).map(Some) } else { Ok(None) }
}

/// The chain and the bond contract that the options name.
pub(crate) fn bond_contract(context: &Context) -> Result<(u64, Address), crate::error::Error> {
    let client = context.reading_client()?;
    Ok((client.network().chain_id(), client.deployment().barter_bond.ok_or(Error::NoBond)?))
}
