//! A deal: the hashes of its records, and nothing but hashes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Error, Fields, Hash, Kind, fields::list};

/// Most records of a deal.
pub const MAX_RECORDS: usize = 1_000;

/// A deal as its proposer, the `pubkey`, made it. No bank learns from it what is at another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tx {
    /// Its records at all banks, 1 to [`MAX_RECORDS`], each once.
    pub records: Vec<Hash>,
    /// An order that it fulfils. Kept, and nothing made of it.
    pub order: Option<String>,
}

impl Kind for Tx {
    const NAME: &'static str = "tx";

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        let records = fields.hashes("records", MAX_RECORDS)?;
        let distinct: BTreeSet<_> = records.iter().collect();
        if records.is_empty() || distinct.len() != records.len() {
            return Err(fields.wrong("records", "at least one hash, and none twice"));
        }
        Ok(Self { records, order: fields.optional("order", Fields::text)?.map(str::to_owned) })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("records".to_owned(), list(&self.records));
        object.extend(self.order.clone().map(|order| ("order".to_owned(), Value::String(order))));
    }
}
