//! A key that was made, on a page.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    output::Report,
    page::{Cell, NAME, Page},
};

/// A key that was made.
#[derive(Serialize)]
pub(crate) struct MadeKey {
    pub(crate) file: PathBuf,
    pub(crate) public_key: String,
}

impl Report for MadeKey {
    fn show(&self, page: &mut Page) {
        page.field("key file", self.file.display().to_string());
        page.field("public key", Cell::new(&self.public_key, NAME));
    }
}
