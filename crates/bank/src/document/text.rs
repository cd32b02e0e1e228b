//! What is one text in JSON: written as it is displayed, read as it is parsed.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::de;

/// `Serialize` and `Deserialize` by `Display` and `FromStr`.
macro_rules! as_text {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(super::text::Parsed(std::marker::PhantomData))
            }
        }
    )+};
}

as_text!(super::Hash, super::PublicKey, super::SignatureBytes, super::Ulid, super::Decimal);

/// Parses a text where it is, without a copy of it.
pub(super) struct Parsed<T>(pub(super) PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
