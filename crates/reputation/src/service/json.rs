//! JSON from strangers.
//!
//! Beyond what `serde_json` refuses (other text than UTF-8, NaN, numbers past a double), a body must not nest deeply, because
//! whoever reads it later may do it by recursion, and must not give a key twice, because two readers would each take another.

use std::{collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};

use super::answer::{Refusal, shortened};

/// How deep arrays and objects may be in each other.
pub(super) const MAX_DEPTH: usize = 32;

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    check(body)?;
    serde_json::from_slice(body).map_err(|error| refuse(&error))
}

/// Is it JSON of the allowed depth, without a key given twice?
fn check(body: &[u8]) -> Result<(), Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    Value { depth: 0 }.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| refuse(&error))
}

pub(super) fn refuse(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    let code = if text.starts_with(TOO_DEEP) {
        "json_too_deep"
    } else if text.starts_with(TWICE) {
        "duplicate_key"
    } else if error.is_data() {
        "invalid_field"
    } else {
        "invalid_json"
    };
    Refusal::bad(code, format!("the body is not what is expected here: {}", shortened(&text)))
}

const TOO_DEEP: &str = "nested deeper than";
const TWICE: &str = "given twice:";

/// A value, of which only the structure matters.
struct Value {
    depth: usize,
}

impl Value {
    /// What is inside it.
    fn inner<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("{TOO_DEEP} {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(self.inner()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(A::Error::custom(format_args!("{TWICE} {:?}", shortened(&key))));
            }
            keys.insert(key);
            map.next_value_seed(self.inner()?)?;
        }
        Ok(())
    }
}
