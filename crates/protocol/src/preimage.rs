//! The 32 bytes a Lightning payment reveals.

use std::{fmt, str::FromStr};

use alloy_primitives::{B256, hex};
use sha2::{Digest, Sha256};

use crate::{Error, PaymentHash, hex32};

/// The 32 bytes a Lightning payment reveals to its payer.
///
/// A secret until the trade is settled: whoever holds it before the payer has paid can take the payment. `Debug` does
/// not show it; `Display` does, for where it is asked for by name.
///
/// ```
/// use barter_protocol::Preimage;
///
/// let preimage = Preimage::new([7; 32]);
/// assert_eq!(format!("{preimage:?}"), "Preimage(hidden)");
/// assert_eq!(
///     preimage.payment_hash().to_string(),
///     "0x4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Preimage([u8; 32]);

impl Preimage {
    /// The preimage with these bytes. Any 32 bytes are one.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// sha256 over the 32 bytes: what the invoice carries and the trade names.
    pub fn payment_hash(&self) -> PaymentHash {
        PaymentHash::new(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for Preimage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Preimage(hidden)")
    }
}

impl fmt::Display for Preimage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&hex::encode_prefixed(self.0))
    }
}

impl FromStr for Preimage {
    type Err = Error;

    /// Reads 64 hexadecimal digits, with `0x` or without. The error never shows what was given.
    fn from_str(text: &str) -> Result<Self, Error> {
        hex32::parse("preimage", text).map(Self)
    }
}

impl From<[u8; 32]> for Preimage {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<B256> for Preimage {
    fn from(word: B256) -> Self {
        Self(word.0)
    }
}

impl From<Preimage> for B256 {
    fn from(preimage: Preimage) -> Self {
        Self(preimage.0)
    }
}
