//! ULIDs: 48 bits of time and 80 of randomness, in 26 characters.

use std::{fmt, str::FromStr};

/// Crockford's alphabet: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of the time.
const TIME: usize = 10;
/// Characters in all.
const LENGTH: usize = 26;
/// Bits of a character.
const BITS: u32 = 5;

/// 26 characters of Crockford's alphabet, upper case.
///
/// The published pattern lets the first character be above 7, which is more than 128 bits; such a text is kept as it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ulid([u8; LENGTH]);

/// A text that is no ULID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a ULID: expected 26 characters of 0-9 and A-Z without I, L, O and U")]
pub struct NotAUlid;

impl Ulid {
    /// The ULID of a time, in Unix milliseconds, and randomness. Of either, what does not fit in is left out.
    pub fn new(time_ms: u64, randomness: [u8; 10]) -> Self {
        let random = randomness.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let mut bits = u128::from(time_ms) << 80 | random;
        let mut text = [0; LENGTH];
        for character in text.iter_mut().rev() {
            *character = ALPHABET[(bits & 31) as usize];
            bits >>= BITS;
        }
        Self(text)
    }

    /// A new one, with randomness of the system.
    ///
    /// # Errors
    /// If the system has none.
    pub fn generate(time_ms: u64) -> Result<Self, getrandom::Error> {
        let mut randomness = [0; 10];
        getrandom::fill(&mut randomness)?;
        Ok(Self::new(time_ms, randomness))
    }

    /// Its time, in Unix milliseconds.
    pub fn time_ms(&self) -> u64 {
        self.0[..TIME].iter().fold(0, |time, character| time << BITS | value(*character).unwrap_or_default())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        // ASCII since it was made: no other text is let in.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn value(character: u8) -> Option<u64> {
    ALPHABET.iter().zip(0..).find_map(|(known, value)| (*known == character).then_some(value))
}

impl FromStr for Ulid {
    type Err = NotAUlid;

    fn from_str(text: &str) -> Result<Self, NotAUlid> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotAUlid)?;
        if bytes.iter().all(|character| value(*character).is_some()) { Ok(Self(bytes)) } else { Err(NotAUlid) }
    }
}

impl fmt::Display for Ulid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Ulid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
