//! The key to an LND node.

use std::{fmt, fs::File, io::Read, path::Path};

use bitcoin::hex::{DisplayHex, FromHex};

use super::{refusal::shown_path, settings::invalid};
use crate::Error;

/// Nothing shorter is a macaroon, or a secret.
const MIN_BYTES: usize = 16;

/// Longest macaroon that is read. LND's own have about 200 bytes.
const MAX_BYTES: usize = 16_384;

/// A macaroon: whoever has it may do with the node what it allows. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Macaroon(Vec<u8>);

impl Macaroon {
    /// Reads a macaroon file, as LND writes them or in hexadecimal.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if it cannot be read or holds no macaroon. The path is not shown if it looks like a macaroon
    /// itself.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let setting = shown_path(path.as_ref(), "the macaroon file");
        let mut bytes = Vec::new();
        // Twice the bytes in hexadecimal, and one more than is allowed.
        let limit = 2 * MAX_BYTES as u64 + 2;
        let read = File::open(path.as_ref()).and_then(|file| file.take(limit).read_to_end(&mut bytes));
        read.map_err(|error| invalid(&setting, format!("cannot be read: {error}")))?;
        let text = std::str::from_utf8(&bytes).map(str::trim).ok();
        let hex = text.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match hex {
            Some(hex) => Self::parse(&setting, hex),
            None => Self::of_bytes(&setting, bytes),
        }
    }

    /// Reads a macaroon in hexadecimal.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`], which does not repeat it.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        Self::parse("the macaroon", text)
    }

    /// Reads one in hexadecimal. Errors name the setting.
    pub(super) fn parse(setting: &str, text: &str) -> Result<Self, Error> {
        let bytes = Vec::from_hex(text.trim())
            .map_err(|_| invalid(setting, "is not in hexadecimal, expected two digits for each byte of a macaroon"))?;
        Self::of_bytes(setting, bytes)
    }

    fn of_bytes(setting: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        if !(MIN_BYTES..=MAX_BYTES).contains(&bytes.len()) {
            let found = bytes.len();
            return Err(invalid(
                setting,
                format!("is no macaroon: {found} bytes, expected {MIN_BYTES} to {MAX_BYTES}"),
            ));
        }
        Ok(Self(bytes))
    }

    /// As LND's interface wants it.
    pub(super) fn to_hex(&self) -> String {
        self.0.to_lower_hex_string()
    }
}

impl fmt::Debug for Macaroon {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Macaroon(hidden)")
    }
}
