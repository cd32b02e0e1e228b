//! Auditors' signatures in files.

use std::path::{Path, PathBuf};

use barter_sdk::{SignedRuling, SignedTradeRuling};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{error::Error, secret::read_document};

/// Most signatures that are taken from one file: more than a quorum has auditors.
const MAX_SIGNATURES: usize = 100;

/// One auditor's signature.
pub(super) enum Signature {
    Bond(Box<SignedRuling>),
    Trade(Box<SignedTradeRuling>),
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What tells the two apart is the trade; trying both would hide what is wrong with the one that was meant.
        let document = serde_json::Value::deserialize(deserializer)?;
        if document.get("trade_id").is_some() {
            let ruling = SignedTradeRuling::deserialize(document).map_err(D::Error::custom)?;
            return Ok(Self::Trade(ruling.into()));
        }
        let ruling = SignedRuling::deserialize(document).map_err(D::Error::custom)?;
        Ok(Self::Bond(ruling.into()))
    }
}

/// One signature, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Several(Vec<serde_json::Value>),
    One(serde_json::Value),
}

/// Signatures of rulings of one of the two kinds.
pub(super) enum Signatures {
    Bond(Vec<SignedRuling>),
    Trade(Vec<SignedTradeRuling>),
}

/// Reads one signature.
pub(super) fn read_one(path: &Path) -> Result<Signature, Error> {
    read_document(path, "the signature")
}

/// Reads files that hold a signature or a list of them each, `-` being standard input.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Signatures, Error> {
    let (mut of_bonds, mut of_trades) = (Vec::new(), Vec::new());
    for path in paths {
        let from = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        let malformed = |reason: String| Error::Malformed { what: format!("a signature in {from}"), reason };
        let documents = match read_document(path, "a signature")? {
            Document::Several(documents) => documents,
            Document::One(document) => vec![document],
        };
        if documents.len() > MAX_SIGNATURES {
            return Err(malformed(format!("there are more than {MAX_SIGNATURES}")));
        }
        for document in documents {
            match Signature::deserialize(document).map_err(|_| malformed("it is not of its form".to_owned()))? {
                Signature::Bond(signed) => of_bonds.push(*signed),
                Signature::Trade(signed) => of_trades.push(*signed),
            }
        }
    }
    if of_trades.is_empty() {
        return Ok(Signatures::Bond(of_bonds));
    }
    if of_bonds.is_empty() {
        return Ok(Signatures::Trade(of_trades));
    }
    let reason = "some are of a dispute about a bond, and some of a trade".to_owned();
    Err(Error::Malformed { what: "the signatures".to_owned(), reason })
}
