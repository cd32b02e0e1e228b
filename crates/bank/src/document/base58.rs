//! Base58 in Bitcoin's alphabet, of exactly 32 or 64 bytes. Leading ones stand for leading zero bytes, so there is one text for each
//! value.

use std::fmt;

/// The text of these bytes.
pub(super) fn write_32(bytes: &[u8; 32], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; five8::BASE58_ENCODED_32_MAX_LEN];
    let length = five8::encode_32(bytes, &mut text);
    write(&text[..length.into()], formatter)
}

/// The text of these bytes.
pub(super) fn write_64(bytes: &[u8; 64], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; five8::BASE58_ENCODED_64_MAX_LEN];
    let length = five8::encode_64(bytes, &mut text);
    write(&text[..length.into()], formatter)
}

/// Reads exactly 32 bytes.
pub(super) fn read_32(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    five8::decode_32(text, &mut bytes).is_ok().then_some(bytes)
}

/// Reads exactly 64 bytes.
pub(super) fn read_64(text: &str) -> Option<[u8; 64]> {
    let mut bytes = [0; 64];
    five8::decode_64(text, &mut bytes).is_ok().then_some(bytes)
}

fn write(text: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    // The alphabet is ASCII.
    formatter.write_str(str::from_utf8(text).map_err(|_| fmt::Error)?)
}
