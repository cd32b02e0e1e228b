//! Base58 in Bitcoin's alphabet. Leading ones stand for leading zero bytes, so of a given length there is one text for each value.

/// Longest text read: 64 bytes make at most 88 characters. Decoding takes the square of the length.
const MAX_TEXT: usize = 90;

/// The text of these bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    bs58::encode(bytes).into_string()
}

/// Reads exactly `N` bytes.
pub(super) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut bytes = [0; N];
    (bs58::decode(text).onto(&mut bytes) == Ok(N)).then_some(bytes)
}
