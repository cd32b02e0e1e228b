//! Keys and signatures as text.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Error;

/// Written standard and padded; read with or without the padding.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The longest text read: 64 bytes and their padding.
const MAX_TEXT: usize = 88;

/// Standard padded base64.
pub fn encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Reads exactly `N` bytes, in the standard or the URL alphabet, padded or not.
///
/// # Errors
/// [`Error::NotBase64`] or [`Error::WrongLength`]. Neither repeats the text: somebody may have pasted a private key.
pub fn decode<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N], Error> {
    if text.len() > MAX_TEXT {
        // Not decoded, so what it would have come to is only known to be too much.
        return Err(Error::WrongLength { field, bytes: text.len() / 4 * 3, expected: N });
    }
    let standard: String = text
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    let bytes = ENGINE.decode(standard).map_err(|_| Error::NotBase64 { field })?;
    let length = bytes.len();
    bytes.try_into().map_err(|_| Error::WrongLength { field, bytes: length, expected: N })
}
