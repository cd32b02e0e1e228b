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

use super::{Error, shown};

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
    serde_json_canonicalizer::to_string(value).map_err(refused)
}

/// The canonical text of an object.
pub(super) fn write_object(object: &Map<String, Value>) -> Result<String, Error> {
    serde_json_canonicalizer::to_string(object).map_err(refused)
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
