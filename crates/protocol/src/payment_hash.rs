//! sha256 of a preimage.

use std::{fmt, str::FromStr};

use alloy_primitives::{B256, hex};

use crate::{Error, hex32};

/// sha256 over the 32 bytes of a preimage: what a Lightning invoice carries, and what a trade names.
///
/// ```
/// use barter_protocol::PaymentHash;
///
/// let hash: PaymentHash = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0".parse()?;
/// assert_eq!(hash.as_bytes()[0], 0x4b);
/// # Ok::<(), barter_protocol::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentHash([u8; 32]);

impl PaymentHash {
    /// The payment hash with these bytes. Nothing is checked: no 32 bytes are known not to be one.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PaymentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PaymentHash({self})")
    }
}

impl fmt::Display for PaymentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&hex::encode_prefixed(self.0))
    }
}

impl FromStr for PaymentHash {
    type Err = Error;

    /// Reads 64 hexadecimal digits, with `0x` (as Ethereum tools write) or without (as Lightning tools do).
    fn from_str(text: &str) -> Result<Self, Error> {
        hex32::parse("payment hash", text).map(Self)
    }
}

impl From<[u8; 32]> for PaymentHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<B256> for PaymentHash {
    fn from(word: B256) -> Self {
        Self(word.0)
    }
}

impl From<PaymentHash> for B256 {
    fn from(hash: PaymentHash) -> Self {
        Self(hash.0)
    }
}
