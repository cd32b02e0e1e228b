//! `barter bank canonical`

use std::path::PathBuf;

use barter_bank::document::{Document, canonical};
use clap::Args;
use serde::Serialize;

use super::Error;
use crate::{
    context::Context,
    error::Error as Stopped,
    output::Report,
    page::{Cell, NAME, Page},
    secret::read_text,
};

/// Longest document that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Write a document in canonical form, as it is hashed and signed, and check it
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank canonical promise.json
  cat promise.json | barter bank canonical - --json | jq -r .hash")]
pub(crate) struct Canonical {
    /// The document; - is standard input
    file: PathBuf,
}

/// A document, checked.
#[derive(Serialize)]
struct Checked {
    #[serde(rename = "type")]
    kind: &'static str,
    hash: String,
    canonical: String,
}

impl Report for Checked {
    fn show(&self, page: &mut Page) {
        page.field("type", self.kind);
        page.field("hash", Cell::new(&self.hash, NAME));
        page.field("canonical", &self.canonical);
    }
}

impl Canonical {
    pub(crate) fn run(self, context: &Context) -> Result<(), Stopped> {
        let text = read_text(&self.file, MAX_BYTES)?;
        let read = canonical::read(text.as_bytes()).and_then(Document::read).map_err(Error::from)?;
        let (kind, hash) = (read.kind(), read.hash().to_string());
        context.output().result(&Checked { kind, hash, canonical: read.text().to_owned() })
    }
}
