//! A holder's own grouping of accounts.

use serde_json::{Map, Value};

use super::{Error, Fields, Kind};

/// A pocket. Banks keep it and make nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pocket {
    /// What the holder calls it; may be empty.
    pub name: String,
}

impl Kind for Pocket {
    const NAME: &'static str = "pocket";

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        Ok(Self { name: fields.text("name")?.to_owned() })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("name".to_owned(), Value::String(self.name.clone()));
    }
}
