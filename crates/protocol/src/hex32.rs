//! Reading 32 bytes from hexadecimal text, without ever repeating the text: it may be a secret.

use alloy_primitives::hex;

use crate::Error;

const DIGITS: usize = 64;

/// Reads 64 hexadecimal digits, with `0x` or without.
pub(crate) fn parse(what: &'static str, text: &str) -> Result<[u8; 32], Error> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if let Some(index) = digits.chars().position(|digit| !digit.is_ascii_hexdigit()) {
        return Err(Error::NotHexadecimal { what, position: index + 1 });
    }
    let mut bytes = [0; 32];
    match hex::decode_to_slice(digits, &mut bytes) {
        Ok(()) => Ok(bytes),
        // Every digit is hexadecimal, so only their number can be wrong.
        Err(_) => Err(Error::WrongLength { what, digits: digits.len(), expected: DIGITS }),
    }
}
