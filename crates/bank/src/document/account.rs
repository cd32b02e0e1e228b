//! What somebody has of a promise.

use serde_json::{Map, Value};

use super::{Error, Fields, Hash, Kind};

/// An account of its `pubkey`, the holder, at the bank that keeps the promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The pocket it is in, by its hash.
    pub pocket: Hash,
    /// What it holds, by its hash.
    pub promise: Hash,
}

impl Kind for Account {
    const NAME: &'static str = "account";

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        Ok(Self { pocket: fields.hash("pocket")?, promise: fields.hash("promise")? })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("pocket".to_owned(), Value::String(self.pocket.to_string()));
        object.insert("promise".to_owned(), Value::String(self.promise.to_string()));
    }
}
