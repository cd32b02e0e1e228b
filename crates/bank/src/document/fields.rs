//! Taking an object apart: each field with the one sentence that says what is wrong with it.

use std::{fmt::Display, str::FromStr};

use serde_json::{Map, Value};

use super::{Amount, Error, Hash, PublicKey, SignatureBytes, Ulid, shown};

/// The largest whole number up to which a double holds each.
const MAX_INTEGER: u64 = 1 << 53;

/// The fields of a document. A field that is `null` is there, and wrong: only what is left out is left out.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    document: &'static str,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) const fn new(document: &'static str, object: &'a Map<String, Value>) -> Self {
        Self { document, object }
    }

    /// Of a field that may be left out.
    pub(super) fn optional<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&Self, &'static str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.object.contains_key(field).then(|| read(self, field)).transpose()
    }

    pub(super) fn value(&self, field: &'static str) -> Result<&'a Value, Error> {
        self.object.get(field).ok_or(Error::Missing { document: self.document, field })
    }

    /// That this field does not say what it should.
    pub(super) fn wrong(&self, field: &'static str, expected: impl Display) -> Error {
        let found = self.object.get(field).map(|value| shown(&value.to_string())).unwrap_or_default();
        Error::Wrong { document: self.document, field, found, expected: expected.to_string() }
    }

    pub(super) fn text(&self, field: &'static str) -> Result<&'a str, Error> {
        self.value(field)?.as_str().ok_or_else(|| self.wrong(field, "a text"))
    }

    /// A text that says something.
    pub(super) fn words(&self, field: &'static str) -> Result<&'a str, Error> {
        match self.text(field)? {
            "" => Err(self.wrong(field, "a text that is not empty")),
            text => Ok(text),
        }
    }

    pub(super) fn boolean(&self, field: &'static str) -> Result<bool, Error> {
        self.value(field)?.as_bool().ok_or_else(|| self.wrong(field, "true or false"))
    }

    pub(super) fn amount(&self, field: &'static str) -> Result<Amount, Error> {
        Amount::from_json(self.value(field)?).map_err(|error| self.wrong(field, error))
    }

    pub(super) fn key(&self, field: &'static str) -> Result<PublicKey, Error> {
        self.parsed(field, "a public key")
    }

    pub(super) fn hash(&self, field: &'static str) -> Result<Hash, Error> {
        self.parsed(field, "a hash")
    }

    pub(super) fn ulid(&self, field: &'static str) -> Result<Ulid, Error> {
        self.parsed(field, "a ULID")
    }

    pub(super) fn signature(&self, field: &'static str) -> Result<SignatureBytes, Error> {
        self.parsed(field, "a signature")
    }

    /// A whole number that a double holds.
    pub(super) fn integer(&self, field: &'static str) -> Result<u64, Error> {
        let number = self.value(field)?.as_u64().filter(|number| *number <= MAX_INTEGER);
        number.ok_or_else(|| self.wrong(field, format_args!("a whole number, at most {MAX_INTEGER}")))
    }

    pub(super) fn object(&self, field: &'static str) -> Result<&'a Map<String, Value>, Error> {
        self.value(field)?.as_object().ok_or_else(|| self.wrong(field, "an object"))
    }

    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, field: &'static str, what: &str) -> Result<T, Error> {
        let text = self.value(field)?.as_str().ok_or_else(|| self.wrong(field, format_args!("{what} as text")))?;
        text.parse().map_err(|error| self.wrong(field, format_args!("{what} ({error})")))
    }

    /// At most `most` hashes.
    pub(super) fn hashes(&self, field: &'static str, most: usize) -> Result<Vec<Hash>, Error> {
        self.list(field, most, "hashes")
    }

    /// At most `most` keys.
    pub(super) fn keys(&self, field: &'static str, most: usize) -> Result<Vec<PublicKey>, Error> {
        self.list(field, most, "public keys")
    }

    fn list<T: FromStr>(&self, field: &'static str, most: usize, what: &str) -> Result<Vec<T>, Error> {
        let items = self.value(field)?.as_array().filter(|items| items.len() <= most);
        let read = items.and_then(|items| items.iter().map(|item| item.as_str()?.parse().ok()).collect());
        read.ok_or_else(|| self.wrong(field, format_args!("a list of at most {most} {what}")))
    }
}

/// A list of hashes or keys, as it is written.
pub(super) fn list<'a, T: Display + 'a>(items: impl IntoIterator<Item = &'a T>) -> Value {
    items.into_iter().map(|item| Value::String(item.to_string())).collect()
}
