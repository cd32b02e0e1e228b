//! Ed25519 keys: whose signature something carries.

mod file;

use std::fmt;

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

pub use file::{FileError, FileProblem};

use crate::wire::{self, base64};

/// Why a key is none that anybody can be held to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not 32 bytes of base64.
    #[error(transparent)]
    Text(#[from] wire::Error),
    /// No point of the curve has this encoding.
    #[error("{key} is no point of the curve")]
    NotAPoint {
        /// The key.
        key: PublicKey,
    },
    /// A point of the curve, written otherwise than it is written.
    #[error("{key} is a point of the curve in an encoding that is not its own")]
    NotCanonical {
        /// The key.
        key: PublicKey,
    },
    /// One of the eight points under which anybody can sign.
    #[error("{key} is a point of small order: anybody could sign under it")]
    SmallOrder {
        /// The key.
        key: PublicKey,
    },
    /// A point outside the prime-order group, which no seed makes.
    #[error("{key} is not in the prime-order group: no seed makes it")]
    Torsion {
        /// The key.
        key: PublicKey,
    },
}

impl Error {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text(error) => error.code(),
            Self::NotAPoint { .. } => "key_not_a_point",
            Self::NotCanonical { .. } => "key_not_canonical",
            Self::SmallOrder { .. } => "key_small_order",
            Self::Torsion { .. } => "key_torsion",
        }
    }
}

/// A public key: its 32 bytes, whatever they are. [`PublicKey::checked`] says whether somebody can be held to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Any 32 bytes, such as those of a key that was checked before it was stored.
    pub const fn from_unchecked(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads base64, in the standard or the URL alphabet, padded or not.
    ///
    /// # Errors
    /// [`wire::Error::NotBase64`] or [`wire::Error::WrongLength`].
    pub fn parse(text: &str) -> Result<Self, wire::Error> {
        Self::parse_as("public key", text)
    }

    pub(crate) fn parse_as(field: &'static str, text: &str) -> Result<Self, wire::Error> {
        base64::decode(field, text).map(Self)
    }

    /// Is this a key that a seed can have made? Asked once, when a key is registered.
    ///
    /// # Errors
    /// [`Error::NotAPoint`], [`Error::NotCanonical`], [`Error::SmallOrder`] or [`Error::Torsion`].
    pub fn checked(self) -> Result<Self, Error> {
        let encoded = CompressedEdwardsY(self.0);
        let point = encoded.decompress().ok_or(Error::NotAPoint { key: self })?;
        if point.is_small_order() {
            return Err(Error::SmallOrder { key: self });
        }
        if point.compress() != encoded {
            return Err(Error::NotCanonical { key: self });
        }
        if !point.is_torsion_free() {
            return Err(Error::Torsion { key: self });
        }
        Ok(self)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Standard padded base64.
impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&base64::encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A signature: its 64 bytes, whatever they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Any 64 bytes.
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Reads base64, in the standard or the URL alphabet, padded or not.
    ///
    /// # Errors
    /// [`wire::Error::NotBase64`] or [`wire::Error::WrongLength`].
    pub fn parse(text: &str) -> Result<Self, wire::Error> {
        base64::decode("signature", text).map(Self)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

/// Standard padded base64.
impl fmt::Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&base64::encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A private key. Wiped from memory when dropped, and shown by nothing.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// A new one, from the system's source of randomness.
    ///
    /// # Errors
    /// If the system has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut())?;
        Ok(Self::from_seed(&seed))
    }

    /// The key that a seed makes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed it was made from, wiped when dropped.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretKey of {}", self.public())
    }
}
