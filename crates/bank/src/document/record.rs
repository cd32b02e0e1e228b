//! Half of a transfer.

use serde_json::{Map, Value};

use super::{Amount, Error, Fields, Hash, Kind};

/// Which half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It comes into the account.
    Credit,
    /// It leaves the account.
    Debit,
}

impl Side {
    /// As it is written: the `type` of the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }
}

/// A credit or a debit at the bank that is its `pubkey`. Nobody signs it; it is bound by the hash in a signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which half.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// Of which account, by its hash.
    pub account: Hash,
}

impl Kind for Record {
    const NAME: &'static str = "record";

    fn is_type(word: &str) -> bool {
        word == Side::Credit.word() || word == Side::Debit.word()
    }

    fn word(&self) -> &'static str {
        self.side.word()
    }

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        // The published format has these two, and no hash could be in them: it would have to be in what it is the hash of.
        for field in ["pair", "tx"] {
            let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("");
            if fields.value(field).is_ok_and(|value| !is_empty(value)) {
                return Err(fields.wrong(field, "nothing, since a hash that is part of itself cannot be made"));
            }
        }
        let side = if fields.text("type")? == Side::Credit.word() { Side::Credit } else { Side::Debit };
        Ok(Self { side, amount: fields.amount("amount")?, account: fields.hash("account")? })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("amount".to_owned(), self.amount.to_json());
        object.insert("account".to_owned(), Value::String(self.account.to_string()));
    }
}
