//! On which terms a holder wants a deal settled at one bank.

use std::{collections::BTreeSet, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Error, Fields, Hash, MAX_RECORDS, PublicKey, fields::list};

/// Most banks that one waits for: those of a deal but one. Each is a point of the curve to read, and a signature to check.
pub const MAX_BANKS: usize = 64;

/// What a bank does in a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It settles first.
    Lead,
    /// It settles after its predecessors.
    Follow,
}

impl Role {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Follow => "follow",
        }
    }
}

/// A text that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role: expected lead or follow")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        [Self::Lead, Self::Follow].into_iter().find(|role| role.word() == text).ok_or(NotARole)
    }
}

/// What a bank was told of its part in a deal, and each holder signs: without it, whoever drives the deal could tell every bank that
/// it leads, or leave records out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The bank.
    pub bank: PublicKey,
    /// Does it settle first?
    pub role: Role,
    /// The banks whose `settle` it must have seen; none of a lead.
    pub predecessors: BTreeSet<PublicKey>,
    /// The banks whose `hold` it must have seen: of a lead, all others of the deal.
    pub awaits: BTreeSet<PublicKey>,
    /// The records of the deal that are at this bank.
    pub records: BTreeSet<Hash>,
}

impl Terms {
    pub(super) fn read(object: &Map<String, Value>) -> Result<Self, Error> {
        let fields = Fields::new("terms", object);
        let records = fields.hashes("records", MAX_RECORDS)?;
        Ok(Self {
            bank: fields.key("bank")?,
            role: fields.parsed("role", "a role")?,
            predecessors: distinct(&fields, "predecessors", fields.keys("predecessors", MAX_BANKS)?)?,
            awaits: distinct(&fields, "awaits", fields.keys("awaits", MAX_BANKS)?)?,
            records: distinct(&fields, "records", records)?,
        })
    }

    pub(super) fn write(&self) -> Value {
        let mut object = Map::new();
        object.insert("bank".to_owned(), Value::String(self.bank.to_string()));
        object.insert("role".to_owned(), Value::String(self.role.word().to_owned()));
        object.insert("predecessors".to_owned(), list(&self.predecessors));
        object.insert("awaits".to_owned(), list(&self.awaits));
        object.insert("records".to_owned(), list(&self.records));
        Value::Object(object)
    }
}

fn distinct<T: Ord>(fields: &Fields<'_>, field: &'static str, items: Vec<T>) -> Result<BTreeSet<T>, Error> {
    let count = items.len();
    let set: BTreeSet<T> = items.into_iter().collect();
    if set.len() == count { Ok(set) } else { Err(fields.wrong(field, "none twice")) }
}
