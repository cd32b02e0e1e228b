//! Ed25519 keys: a public key is who somebody is, person or bank.

use std::{
    fmt,
    str::FromStr,
    sync::{LazyLock, Mutex},
};

use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::{Signer as _, SigningKey, Verifier as _, VerifyingKey};
use zeroize::Zeroizing;

#[cfg(feature = "testing")]
use super::known;
use super::{Hash, base58};

/// Why a text is no key that anybody can be held to. None repeats the text: somebody may have pasted a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 32 bytes of base58.
    #[error("not a public key: expected 32 bytes in base58")]
    Text,
    /// No point of the curve has this encoding.
    #[error("not a public key: no point of the curve")]
    NotAPoint,
    /// A point of the curve, written otherwise than it is written.
    #[error("not a public key: a point of the curve in an encoding that is not its own")]
    NotCanonical,
    /// One of the eight points under which anybody can sign.
    #[error("not a public key: a point of small order, under which anybody can sign")]
    SmallOrder,
}

/// A public key, written in base58: a point of the curve in its one encoding, and none of the eight of small order.
///
/// That it lies in the prime-order group is not asked, which would take longer than a signature. A key outside is made on purpose, and
/// its signatures are judged by the one rule of [`PublicKey::verify`], which is not looser for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key that these bytes are.
    ///
    /// # Errors
    /// [`KeyError`], but for [`KeyError::Text`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        point_of(&bytes).map(|_| Self(bytes))
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Did this key sign this hash? Strict: a canonical S, no point of small order, so that nobody but the signer can make another
    /// signature of one.
    pub fn verify(&self, hash: &Hash, signature: &SignatureBytes) -> bool {
        #[cfg(feature = "testing")]
        if known::is_known(&known::signed(self.0, hash, signature)) {
            return true;
        }
        let is_right = self.is_right(hash, signature);
        #[cfg(feature = "testing")]
        if is_right {
            known::keep(known::signed(self.0, hash, signature));
        }
        is_right
    }

    fn is_right(&self, hash: &Hash, signature: &SignatureBytes) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        // What `verify_strict` asks of R beyond `verify`, without its square root: that computes R and compares bytes, so an R in
        // another encoding than its own is refused anyway.
        !SMALL_ORDER.contains(signature.r_bytes())
            && point_of(&self.0).is_ok_and(|key| key.verify(hash.as_bytes(), &signature).is_ok())
    }
}

/// The points of small order, each in its one encoding.
static SMALL_ORDER: LazyLock<[[u8; 32]; 8]> = LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress().to_bytes()));

/// Places for keys that were read lately. Whose turns out to be taken, takes it over.
const PLACES: usize = 4096;

/// Keys that were read lately, each by the first bits of it: whoever is in a deal signs in it a dozen times. Who makes keys for one
/// place gains nothing but that they are read anew.
static LATELY: [Mutex<Option<VerifyingKey>>; PLACES] = [const { Mutex::new(None) }; PLACES];

/// The point that a key is.
fn point_of(bytes: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
    let place = &LATELY[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % PLACES];
    // A place that somebody else has just now is passed over: reading the key is faster than waiting.
    if let Ok(Some(known)) = place.try_lock().as_deref()
        && known.as_bytes() == bytes
    {
        return Ok(*known);
    }
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
    if key.is_weak() {
        return Err(KeyError::SmallOrder);
    }
    if !is_reduced(bytes) {
        return Err(KeyError::NotCanonical);
    }
    if let Ok(mut place) = place.try_lock() {
        *place = Some(key);
    }
    Ok(key)
}

/// Is y less than p = 2^255 - 19? Then a point has no other encoding, but for those two whose x is 0, which are of small order: so the
/// point need not be written again, which takes as long as reading it.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    bytes[0] < 0xed || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[31] & 0x7f != 0x7f
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(base58::read_32(text).ok_or(KeyError::Text)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        base58::write_32(&self.0, formatter)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The 64 bytes of a signature, whatever they are, written in base58.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignatureBytes([u8; 64]);

/// A text that is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signature: expected 64 bytes in base58")]
pub struct NotASignature;

impl SignatureBytes {
    /// Any 64 bytes.
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl FromStr for SignatureBytes {
    type Err = NotASignature;

    fn from_str(text: &str) -> Result<Self, NotASignature> {
        base58::read_64(text).map(Self).ok_or(NotASignature)
    }
}

impl fmt::Display for SignatureBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        base58::write_64(&self.0, formatter)
    }
}

impl fmt::Debug for SignatureBytes {
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

    /// Signs a hash.
    pub fn sign(&self, hash: &Hash) -> SignatureBytes {
        let signature = SignatureBytes(self.0.sign(hash.as_bytes()).to_bytes());
        #[cfg(feature = "testing")]
        known::keep(known::signed(self.public().0, hash, &signature));
        signature
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretKey of {}", self.public())
    }
}
