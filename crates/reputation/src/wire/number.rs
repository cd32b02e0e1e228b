//! Numbers that were signed: what they come to, and how they were written.

use serde::{Deserialize, Serialize};

use super::{Error, float::python_repr};

/// Most a price may be, in base units: a billion dollars. Below 2^33 dollars the double nearest to a number of base units belongs
/// to no other number of them.
pub const MAX_PRICE_UNITS: u64 = 1_000_000_000 * UNITS;
/// Base units of a dollar.
const UNITS: u64 = 1_000_000;
const UNITS_F64: f64 = 1e6;
/// Millionths in the whole.
const PPM: u32 = 1_000_000;

/// A number of JSON as Python reads it: `1` and `1.0` are printed differently, so they are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// Written without a point or an exponent.
    Integer(u64),
    /// Written with one of them, or negative.
    Float(f64),
}

/// A price in base units of the token (millionths of a dollar), and whether it was written as an integer of dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    units: u64,
    integer: bool,
}

impl Price {
    /// A price written as Python writes a float.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] over [`MAX_PRICE_UNITS`].
    pub fn from_units(units: u64) -> Result<Self, Error> {
        Self::from_parts(units, false)
    }

    /// A price as it was stored. `integer`: it was written as an integer, which it then has to be.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] over [`MAX_PRICE_UNITS`], [`Error::NotWholeUnits`] if it cannot have been written as an integer.
    pub fn from_parts(units: u64, integer: bool) -> Result<Self, Error> {
        if units > MAX_PRICE_UNITS {
            return Err(out_of_range("price", units.to_string(), dollars(MAX_PRICE_UNITS)));
        }
        if integer && !units.is_multiple_of(UNITS) {
            return Err(Error::NotWholeUnits { field: "price", found: dollars(units) });
        }
        Ok(Self { units, integer })
    }

    /// Reads a published price, in dollars.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for what is negative (the negative zero too) or over [`MAX_PRICE_UNITS`],
    /// [`Error::NotWholeUnits`] for a double that is not the one nearest to a number of base units.
    pub fn from_number(number: Number) -> Result<Self, Error> {
        let field = "price_usd";
        let maximum = dollars(MAX_PRICE_UNITS);
        match number {
            Number::Integer(found) => match found.checked_mul(UNITS) {
                Some(units) if units <= MAX_PRICE_UNITS => Ok(Self { units, integer: true }),
                _ => Err(out_of_range(field, found.to_string(), maximum)),
            },
            Number::Float(found) if found.is_sign_negative() || found.is_nan() || found > maximum => {
                Err(out_of_range(field, python_repr(found), maximum))
            }
            Number::Float(found) => {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1e15, checked above")]
                let units = (found * UNITS_F64).round() as u64;
                // The bits, because a price near this one has another text.
                if dollars(units).to_bits() == found.to_bits() {
                    Ok(Self { units, integer: false })
                } else {
                    Err(Error::NotWholeUnits { field, found })
                }
            }
        }
    }

    /// In base units, millionths of a dollar.
    pub const fn units(self) -> u64 {
        self.units
    }

    /// Was it written as an integer of dollars?
    pub const fn is_integer(self) -> bool {
        self.integer
    }

    /// As it was written in JSON.
    pub fn number(self) -> Number {
        if self.integer { Number::Integer(self.units / UNITS) } else { Number::Float(dollars(self.units)) }
    }
}

/// A share, 0 to 1: the very double that was signed, and whether it was written as an integer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction {
    value: f64,
    integer: bool,
}

impl Fraction {
    /// A share in millionths, written as Python writes a float.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] over 1,000,000.
    pub fn from_ppm(field: &'static str, ppm: u32) -> Result<Self, Error> {
        if ppm > PPM {
            return Err(out_of_range(field, ppm.to_string(), f64::from(PPM)));
        }
        Ok(Self { value: share(ppm), integer: false })
    }

    /// Reads a published share.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 to 1, the negative zero included.
    pub fn from_number(field: &'static str, number: Number) -> Result<Self, Error> {
        match number {
            Number::Integer(found @ 0..=1) => Ok(Self { value: if found == 1 { 1.0 } else { 0.0 }, integer: true }),
            Number::Integer(found) => Err(out_of_range(field, found.to_string(), 1.0)),
            Number::Float(found) if found.is_sign_negative() || found.is_nan() || found > 1.0 => {
                Err(out_of_range(field, python_repr(found), 1.0))
            }
            Number::Float(value) => Ok(Self { value, integer: false }),
        }
    }

    /// A share as it was stored: its bits, and whether it was written as an integer, which it then has to be.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 to 1, or for an integer other than these two.
    pub fn from_parts(field: &'static str, value: f64, integer: bool) -> Result<Self, Error> {
        let number = if !integer {
            Number::Float(value)
        } else if value.to_bits() == 0 {
            Number::Integer(0)
        } else if value.to_bits() == 1.0_f64.to_bits() {
            Number::Integer(1)
        } else {
            return Err(out_of_range(field, python_repr(value), 1.0));
        };
        Self::from_number(field, number)
    }

    /// The double.
    pub const fn value(self) -> f64 {
        self.value
    }

    /// Was it written as an integer?
    pub const fn is_integer(self) -> bool {
        self.integer
    }

    /// In millionths, to the nearest.
    pub fn rounded_ppm(self) -> u32 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1,000,000: value is 0 to 1")]
        let ppm = (self.value * f64::from(PPM)).round() as u32;
        ppm
    }

    /// In millionths, if it is exactly so many, which every share of our own form is.
    pub fn ppm(self) -> Option<u32> {
        let ppm = self.rounded_ppm();
        (!self.integer && share(ppm).to_bits() == self.value.to_bits()).then_some(ppm)
    }

    /// As it was written in JSON.
    pub fn number(self) -> Number {
        match self.integer {
            true if self.value == 0.0 => Number::Integer(0),
            true => Number::Integer(1),
            false => Number::Float(self.value),
        }
    }
}

impl Number {
    /// As Python prints it.
    pub fn python(self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => python_repr(value),
        }
    }

    /// As Python's `float` reads it.
    #[allow(clippy::cast_precision_loss, reason = "to the nearest double, as Python does")]
    pub const fn float(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

fn share(ppm: u32) -> f64 {
    f64::from(ppm) / f64::from(PPM)
}

/// The double nearest to a number of base units: both numbers are exact, and division rounds once.
#[allow(clippy::cast_precision_loss, reason = "callers stay under 2^53")]
fn dollars(units: u64) -> f64 {
    units as f64 / UNITS_F64
}

fn out_of_range(field: &'static str, found: String, maximum: f64) -> Error {
    Error::OutOfRange { field, found, minimum: 0.0, maximum }
}
