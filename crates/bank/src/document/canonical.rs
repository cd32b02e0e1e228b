//! The one text of a JSON value: RFC 8785.
//!
//! Keys in UTF-16 order, numbers as ECMAScript prints doubles, no space. Read strictly: what two readers could take for two things
//! (a key twice, half a surrogate pair, a number beyond a double) is refused, so that what is signed is what is read.

use std::fmt;

use serde::{
    Deserializer as _,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::{Error, Hash, SignatureBytes, shown};

/// Reads JSON, strictly. At most 128 levels deep.
///
/// # Errors
/// [`Error::Json`].
pub fn read(json: &[u8]) -> Result<Value, Error> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = reader.deserialize_any(Strict).map_err(refused)?;
    reader.end().map_err(refused)?;
    Ok(value)
}

/// The canonical text of a value.
///
/// # Errors
/// [`Error::Json`], for a number that is no finite double.
pub fn write(value: &Value) -> Result<String, Error> {
    let mut text = String::new();
    put(&mut text, value)?;
    Ok(text)
}

/// A document or a call as it is signed: its canonical text without `sig`, and where in it `sig` belongs.
pub(crate) struct Preimage {
    text: String,
    place: usize,
    hash: Hash,
}

impl Preimage {
    /// Of an object, whether it has a `sig` or not.
    pub(crate) fn of(object: &Map<String, Value>) -> Result<Self, Error> {
        let (mut text, mut place) = (String::with_capacity(PREIMAGE_BYTES), None);
        text.push('{');
        for (key, value) in entries(object) {
            // ASCII comes before whatever else there is, in UTF-8 as in UTF-16.
            if key.as_str() >= SIG {
                place.get_or_insert(text.len());
            }
            if key != SIG {
                put_entry(&mut text, key, value)?;
            }
        }
        let place = place.unwrap_or(text.len());
        text.push('}');
        let hash = Hash::of(text.as_bytes());
        Ok(Self { text, place, hash })
    }

    /// What is signed, and what names a document.
    pub(crate) const fn hash(&self) -> Hash {
        self.hash
    }

    /// The text that is hashed.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The canonical text of the object with this `sig`.
    pub(crate) fn signed(self, signature: &SignatureBytes) -> String {
        let Self { mut text, place, .. } = self;
        // Behind `pubkey`, which both a document and a call have.
        text.insert_str(place, &format!(",\"{SIG}\":\"{signature}\""));
        text
    }
}

/// The field that a signature is in.
const SIG: &str = "sig";
/// About as long as most documents are.
const PREIMAGE_BYTES: usize = 512;

/// An object's entries in the order of their keys as UTF-16.
fn entries(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    entries
}

fn put_entry(text: &mut String, key: &str, value: &Value) -> Result<(), Error> {
    if !text.ends_with('{') {
        text.push(',');
    }
    put_text(text, key);
    text.push(':');
    put(text, value)
}

fn put(text: &mut String, value: &Value) -> Result<(), Error> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        // The one part that is hard.
        Value::Number(number) => text.push_str(&serde_json_canonicalizer::to_string(number).map_err(refused)?),
        Value::String(string) => put_text(text, string),
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                put(text, item)?;
            }
            text.push(']');
        }
        Value::Object(object) => {
            text.push('{');
            for (key, value) in entries(object) {
                put_entry(text, key, value)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// A text in quotes. What ECMAScript escapes: quotes, backslashes and controls, five of them by a letter.
fn put_text(text: &mut String, string: &str) {
    text.push('"');
    let mut rest = string;
    while let Some(place) = rest.find(|character| matches!(character, '"' | '\\' | '\0'..='\x1f')) {
        let (plain, from) = rest.split_at(place);
        text.push_str(plain);
        let mut characters = from.chars();
        match characters.next() {
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some('\x08') => text.push_str("\\b"),
            Some('\t') => text.push_str("\\t"),
            Some('\n') => text.push_str("\\n"),
            Some('\x0c') => text.push_str("\\f"),
            Some('\r') => text.push_str("\\r"),
            Some(control) => {
                text.push_str("\\u00");
                let digits = [u32::from(control) >> 4, u32::from(control) & 15];
                text.extend(digits.into_iter().filter_map(|digit| char::from_digit(digit, 16)));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    text.push_str(rest);
    text.push('"');
}

fn refused(error: impl fmt::Display) -> Error {
    Error::Json { reason: error.to_string() }
}

/// As `serde_json` reads a value, but for a key that is there twice: it takes the last, and others the first.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number beyond a double"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("the key {} is there twice", shown(&format!("{key:?}")))));
            }
            let value = entries.next_value_seed(Self)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
