//! The hubs whose slashes are heard of.

use std::path::Path;

use barter_reputation::{federation::Peer, key::PublicKey};
use serde::Deserialize;

use crate::{error::Error, secret::read_text};

/// Longest file, in bytes: thousands of hubs.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A line of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    url: String,
    public_key: String,
}

/// Reads the file. Empty lines are none.
pub(super) fn read(path: &Path) -> Result<Vec<Peer>, Error> {
    let text = read_text(path, MAX_FILE_BYTES)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let wrong = |reason: String| Error::Malformed {
                what: format!("line {} of the peers in {}", number + 1, path.display()),
                reason,
            };
            let Line { url, public_key } = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            let key = PublicKey::parse(&public_key).map_err(|error| wrong(error.to_string()))?;
            Ok(Peer { url, key })
        })
        .collect()
}
