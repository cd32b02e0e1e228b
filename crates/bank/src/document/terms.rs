//! On which terms a holder wants a deal settled at one bank.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Error, Fields, Hash, MAX_RECORDS, PublicKey, fields::list, shown};

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
    /// Which leg each of these banks has to say that it was, in its `settle` or `hold`: [`leg_hash`] of its records. Without it, a bank
    /// could be given a part of its leg, in which nothing comes to those who rely on it, and its `settle` would pass for the whole.
    pub legs: BTreeMap<PublicKey, Hash>,
    /// The records of the deal that are at this bank.
    pub records: BTreeSet<Hash>,
}

/// What names a leg to other banks without showing it: the hash of the canonical form of its records' hashes, a list in ascending order
/// of their bytes.
pub fn leg_hash(records: &BTreeSet<Hash>) -> Hash {
    Hash::of(list(records).to_string().as_bytes())
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
            legs: legs(&fields)?,
            records: distinct(&fields, "records", records)?,
        })
    }

    pub(super) fn write(&self) -> Value {
        let mut object = Map::new();
        object.insert("bank".to_owned(), Value::String(self.bank.to_string()));
        object.insert("role".to_owned(), Value::String(self.role.word().to_owned()));
        object.insert("predecessors".to_owned(), list(&self.predecessors));
        object.insert("awaits".to_owned(), list(&self.awaits));
        let leg = |(bank, leg): (&PublicKey, &Hash)| (bank.to_string(), Value::String(leg.to_string()));
        object.insert("legs".to_owned(), Value::Object(self.legs.iter().map(leg).collect()));
        object.insert("records".to_owned(), list(&self.records));
        Value::Object(object)
    }

    /// What names its leg to other banks.
    pub fn leg(&self) -> Hash {
        leg_hash(&self.records)
    }
}

/// The legs relied on: of at most as many banks as may be waited for, and awaited.
fn legs(fields: &Fields<'_>) -> Result<BTreeMap<PublicKey, Hash>, Error> {
    read_legs(fields.object("legs")?).map_err(|expected| fields.wrong("legs", expected))
}

/// An object that says of each bank, by its key, which leg it has.
///
/// # Errors
/// What was expected.
pub(crate) fn read_legs(object: &Map<String, Value>) -> Result<BTreeMap<PublicKey, Hash>, String> {
    if object.len() > 2 * MAX_BANKS {
        return Err(format!("the legs of at most {} banks, not {}", 2 * MAX_BANKS, object.len()));
    }
    let read = |(bank, leg): (&String, &Value)| {
        let bank: PublicKey =
            bank.parse().map_err(|error| format!("the key of a bank ({error}), not {}", shown(bank)))?;
        let leg = leg.as_str().and_then(|leg| leg.parse().ok());
        Ok((bank, leg.ok_or_else(|| format!("the hash of a leg for bank {bank}"))?))
    };
    object.iter().map(read).collect()
}

fn distinct<T: Ord>(fields: &Fields<'_>, field: &'static str, items: Vec<T>) -> Result<BTreeSet<T>, Error> {
    let count = items.len();
    let set: BTreeSet<T> = items.into_iter().collect();
    if set.len() == count { Ok(set) } else { Err(fields.wrong(field, "none twice")) }
}
