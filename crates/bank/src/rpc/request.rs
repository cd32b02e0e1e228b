//! What a call asks for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Call, Failure, code};
use crate::{
    document::{Doc, Error as DocumentError, Hash, Kind, MAX_BANKS, MAX_RECORDS, PublicKey, Ulid, read_legs, shown},
    ledger::{Command, Proposal},
};

/// Most words of other banks that are shown at once: of each, its `hold` and its `settle`.
const MAX_SHOWN: usize = 2 * MAX_BANKS;

/// A call whose parameters were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The call's id, spent whatever comes of it.
    pub id: Ulid,
    /// Who asks.
    pub caller: PublicKey,
    /// For what, or what is wrong with that: said once the id is spent.
    pub asked: Result<Asked, Failure>,
}

/// One of the methods, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One of those that change something.
    Command(Box<Command>),
    /// `get_promise`
    Promise(Hash),
    /// `get_account_balance`
    Balance(Hash),
    /// `list_accounts`
    Accounts,
    /// `list_legs`, which published banks do not have
    Legs {
        /// The last deal of the page before.
        after: Option<Hash>,
    },
}

impl Request {
    /// Reads the parameters. The signatures in them are checked.
    pub fn read(call: Call) -> Self {
        let Call { id, method, params, caller } = call;
        let asked = match Params(&params).read(&method) {
            None => Err(Failure::no_method(&method, id)),
            Some(asked) => asked.map_err(|Wrong { code, reason }| {
                Failure::refused(code, format!("parameters of {method}: {reason}"), id)
            }),
        };
        Self { id, caller, asked }
    }
}

/// What is wrong with parameters, by number and in a sentence.
struct Wrong {
    code: i32,
    reason: String,
}

/// Not of the method's form.
impl From<String> for Wrong {
    fn from(reason: String) -> Self {
        Self { code: code::PARAMETERS, reason }
    }
}

impl Wrong {
    /// A parameter that is no document, or that its signer did not sign.
    fn document(field: &str, error: &DocumentError) -> Self {
        let code = match error {
            DocumentError::BadSignature { .. } => code::UNAUTHORIZED,
            _ => code::VALIDATION,
        };
        Self { code, reason: format!("{field}: {error}") }
    }
}

struct Params<'a>(&'a Map<String, Value>);

impl Params<'_> {
    /// None if there is no such method.
    fn read(&self, method: &str) -> Option<Result<Asked, Wrong>> {
        let command = match method {
            "mint_promise" => self.mint(),
            "open_account" => self.open(),
            "propose_leg" => self.propose(),
            "hold_leg" => self.tx().map(|tx| Command::Hold { tx }),
            "confirm_receipt" => self.confirm(),
            "settle_leg" => self.settle(),
            "reject_leg" => self.reject(),
            "get_promise" => return Some(self.parsed("promise_hash").map(Asked::Promise)),
            "get_account_balance" => return Some(self.parsed("account_hash").map(Asked::Balance)),
            "list_accounts" => return Some(Ok(Asked::Accounts)),
            "list_legs" => return Some(self.optional("after", Self::parsed).map(|after| Asked::Legs { after })),
            _ => return None,
        };
        Some(command.map(|command| Asked::Command(Box::new(command))))
    }

    fn mint(&self) -> Result<Command, Wrong> {
        Ok(Command::Mint { promise: self.document("promise")?, pocket: self.optional("pocket", Self::document)? })
    }

    fn open(&self) -> Result<Command, Wrong> {
        Ok(Command::Open { account: self.document("account")?, pocket: self.optional("pocket", Self::document)? })
    }

    fn propose(&self) -> Result<Command, Wrong> {
        Ok(Command::Propose(Box::new(Proposal {
            tx: self.document("tx")?,
            records: self.documents("records", MAX_RECORDS)?,
            approve: self.document("proposer_approve")?,
            role: self.parsed("role")?,
            predecessors: self.optional("predecessors", Self::keys)?.unwrap_or_default(),
            awaits: self.optional("awaits", Self::keys)?.unwrap_or_default(),
            legs: self.optional("legs", Self::legs)?.unwrap_or_default(),
        })))
    }

    fn confirm(&self) -> Result<Command, Wrong> {
        Ok(Command::Confirm { tx: self.tx()?, confirmation: self.document("user_confirm")? })
    }

    fn settle(&self) -> Result<Command, Wrong> {
        Ok(Command::Settle {
            tx: self.tx()?,
            shown: self
                .optional("upstream_settles", |params, field| params.documents(field, MAX_SHOWN))?
                .unwrap_or_default(),
        })
    }

    fn reject(&self) -> Result<Command, Wrong> {
        let reason = self.optional("reason", |params, field| params.text(field).map(str::to_owned))?;
        Ok(Command::Reject { tx: self.tx()?, reason })
    }

    fn tx(&self) -> Result<Hash, Wrong> {
        self.parsed("tx_hash")
    }

    fn value(&self, field: &str) -> Result<&Value, Wrong> {
        self.0.get(field).ok_or_else(|| format!("{field} is missing").into())
    }

    fn text(&self, field: &str) -> Result<&str, Wrong> {
        self.value(field)?.as_str().ok_or_else(|| format!("{field} is no text").into())
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, field: &str) -> Result<T, Wrong> {
        self.text(field)?.parse().map_err(|error| format!("{field} is {error}").into())
    }

    fn document<T: Kind>(&self, field: &str) -> Result<Doc<T>, Wrong> {
        Doc::read(self.value(field)?).map_err(|error| Wrong::document(field, &error))
    }

    fn documents<T: Kind>(&self, field: &str, most: usize) -> Result<Vec<Doc<T>>, Wrong> {
        let read = |item: &Value| Doc::read(item).map_err(|error| Wrong::document(field, &error));
        self.items(field, most)?.iter().map(read).collect()
    }

    fn keys(&self, field: &str) -> Result<BTreeSet<PublicKey>, Wrong> {
        let read = |item: &Value| -> Result<PublicKey, Wrong> {
            let text = item.as_str().ok_or_else(|| format!("{field}: {} is no text", shown(&item.to_string())))?;
            text.parse().map_err(|error| format!("{field}: {error}").into())
        };
        self.items(field, MAX_BANKS)?.iter().map(read).collect()
    }

    fn legs(&self, field: &str) -> Result<BTreeMap<PublicKey, Hash>, Wrong> {
        let object = self.value(field)?.as_object().ok_or_else(|| format!("{field} is no object"))?;
        read_legs(object).map_err(|expected| format!("{field}: expected {expected}").into())
    }

    /// At most so many: counted before any of them is read, since reading one may take as long as checking a signature.
    fn items(&self, field: &str, most: usize) -> Result<&Vec<Value>, Wrong> {
        let items = self.value(field)?.as_array().ok_or_else(|| format!("{field} is no list"))?;
        let count = items.len();
        if count <= most {
            Ok(items)
        } else {
            Err(format!("{field} has {count} items, expected at most {most}").into())
        }
    }

    /// One that may be left out, or be null as published clients write it.
    fn optional<T>(&self, field: &str, read: impl FnOnce(&Self, &str) -> Result<T, Wrong>) -> Result<Option<T>, Wrong> {
        if self.0.get(field).is_none_or(Value::is_null) { Ok(None) } else { read(self, field).map(Some) }
    }
}
