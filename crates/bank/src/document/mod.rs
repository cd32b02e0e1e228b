//! What is signed, and how it is written.
//!
//! Six documents: a [`Promise`], a [`Pocket`], an [`Account`], a [`Record`] (credit or debit), a [`Tx`] and a [`Signature`]. Each is
//! a JSON object with `type`, `pubkey` and `ulid`. Its *preimage* is its canonical form ([`canonical`]) without the top-level `sig`; its
//! [`Hash`](struct@Hash) is the SHA-256 of that, and what signs it signs the 32 bytes of the hash.
//!
//! A document is read from what was received and keeps it: a field that nobody here knows stays part of the hash.

mod account;
mod amount;
mod base58;
pub mod canonical;
mod doc;
mod error;
mod fields;
mod hash;
mod key;
#[cfg(feature = "testing")]
mod known;
mod pocket;
mod promise;
mod record;
mod signature;
mod terms;
mod text;
mod tx;
mod ulid;

use std::borrow::Borrow;

use serde_json::Value;

#[cfg(feature = "testing")]
pub use self::known::remember_signatures;
pub use self::{
    account::Account,
    amount::{Amount, AmountError, Decimal, NotADecimal},
    doc::{Doc, Header, Kind, MAX_BYTES},
    error::Error,
    fields::Fields,
    hash::{Hash, NotAHash},
    key::{KeyError, NotASignature, PublicKey, SecretKey, SignatureBytes},
    pocket::Pocket,
    promise::Promise,
    record::{Record, Side},
    signature::{Action, Signature},
    terms::{MAX_BANKS, NotARole, Role, Terms, leg_hash},
    tx::{MAX_RECORDS, Tx},
    ulid::{NotAUlid, Ulid},
};
pub(crate) use self::{error::shown, terms::read_legs};

/// Any of the six.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// What somebody gives, kept by one bank.
    Promise(Doc<Promise>),
    /// A holder's own grouping of accounts.
    Pocket(Doc<Pocket>),
    /// What somebody has of a promise.
    Account(Doc<Account>),
    /// Half of a transfer.
    Record(Doc<Record>),
    /// A deal: the hashes of its records.
    Tx(Doc<Tx>),
    /// Somebody's word on a document.
    Signature(Doc<Signature>),
}

impl Document {
    /// Reads a document of whatever type.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read(value: impl Borrow<Value>) -> Result<Self, Error> {
        let value = value.borrow();
        let (word, _) = doc::typed(value)?;
        match word {
            "promise" => Doc::read(value).map(Self::Promise),
            "pocket" => Doc::read(value).map(Self::Pocket),
            "account" => Doc::read(value).map(Self::Account),
            "credit" | "debit" => Doc::read(value).map(Self::Record),
            "tx" => Doc::read(value).map(Self::Tx),
            "signature" => Doc::read(value).map(Self::Signature),
            _ => Err(Error::WrongType {
                found: shown(word),
                expected: "promise, pocket, account, credit, debit, tx or signature",
            }),
        }
    }

    /// What names it.
    pub const fn hash(&self) -> Hash {
        match self {
            Self::Promise(doc) => doc.hash(),
            Self::Pocket(doc) => doc.hash(),
            Self::Account(doc) => doc.hash(),
            Self::Record(doc) => doc.hash(),
            Self::Tx(doc) => doc.hash(),
            Self::Signature(doc) => doc.hash(),
        }
    }

    /// Its canonical form, with the signature if it has one.
    pub fn text(&self) -> &str {
        match self {
            Self::Promise(doc) => doc.text(),
            Self::Pocket(doc) => doc.text(),
            Self::Account(doc) => doc.text(),
            Self::Record(doc) => doc.text(),
            Self::Tx(doc) => doc.text(),
            Self::Signature(doc) => doc.text(),
        }
    }

    /// Its `type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Promise(_) => Promise::NAME,
            Self::Pocket(_) => Pocket::NAME,
            Self::Account(_) => Account::NAME,
            Self::Record(doc) => doc.fields().side.word(),
            Self::Tx(_) => Tx::NAME,
            Self::Signature(_) => Signature::NAME,
        }
    }
}
