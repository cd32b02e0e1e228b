//! Numbers with a smallest and a largest, as settings and policies have them. The refusal names the value and both limits, and
//! comes from within deserialization, so that it can be said where it stands in a file.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error, Expected, Unexpected, Visitor},
};

use crate::Error as OutOfRange;

/// A whole number within limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) minimum: u64,
    pub(crate) maximum: u64,
}

impl Whole {
    fn contains(self, value: u64) -> bool {
        (self.minimum..=self.maximum).contains(&value)
    }

    /// Refuses a value outside the limits, both of which are allowed.
    pub(crate) fn check(self, name: &'static str, value: u64) -> Result<(), OutOfRange> {
        let Self { minimum, maximum } = self;
        let error = OutOfRange::SettingOutOfRange { name, value, minimum, maximum };
        self.contains(value).then_some(()).ok_or(error)
    }

    pub(crate) fn read<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_u64(self)
    }
}

impl Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from {} to {}", self.minimum, self.maximum)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        if self.contains(value) { Ok(value) } else { Err(E::invalid_value(Unexpected::Unsigned(value), &self)) }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<u64, E> {
        Err(too_long(value, &self))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<u64, E> {
        Err(too_long(value, &self))
    }
}

/// Numbers of more than 64 bits are within no limits here. Left to serde, the refusal names Rust's type too.
fn too_long<E: Error>(value: impl fmt::Display, expected: &dyn Expected) -> E {
    E::invalid_value(Unexpected::Other(&format!("integer `{value}`")), expected)
}

/// A number above 0, up to a largest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Positive {
    pub(crate) maximum: u32,
}

impl Positive {
    pub(crate) fn read<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_f64(self)
    }
}

impl Visitor<'_> for Positive {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a number above 0, up to {}", self.maximum)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        // Not a number is in no range.
        if 0.0 < value && value <= self.maximum.into() {
            Ok(value)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        match u32::try_from(value) {
            Ok(whole) if (1..=self.maximum).contains(&whole) => Ok(whole.into()),
            _ => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<f64, E> {
        Err(too_long(value, &self))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<f64, E> {
        Err(too_long(value, &self))
    }
}
