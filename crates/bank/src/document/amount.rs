//! Decimals, exact: what is transferred and what somebody has.
//!
//! A number of JSON is a double, and what was signed is its shortest text. That text is the amount, as a decimal: 0.1 is one tenth. Sums
//! of such are exact whatever the exponents: a sum of doubles has at most 309 digits before the point and 324 after it.

use std::{
    cmp::Ordering,
    fmt,
    iter::Sum,
    ops::{Add, Neg, Sub},
    str::FromStr,
};

use num_bigint::{BigInt, Sign};
use serde_json::{Number, Value};

use super::canonical;

/// Digits that a decimal may have when it is read: those of the longest sum of doubles, and room for 10^17 terms.
const MAX_DIGITS: usize = 650;

/// An exact decimal, of either sign.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// Without zeros at its end, so that there is one pair for each value; zero has the exponent 0.
    digits: BigInt,
    exponent: i32,
}

/// A text that is no decimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal: expected digits with at most one point, {MAX_DIGITS} at most, and no exponent")]
pub struct NotADecimal;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { digits: BigInt::ZERO, exponent: 0 };

    fn new(mut digits: BigInt, mut exponent: i32) -> Self {
        if digits == BigInt::ZERO {
            return Self::ZERO;
        }
        let text = digits.magnitude().to_string();
        let zeros = text.len() - text.trim_end_matches('0').len();
        if zeros > 0 {
            let zeros = u32::try_from(zeros).unwrap_or_default();
            digits /= BigInt::from(10).pow(zeros);
            exponent += zeros.cast_signed();
        }
        Self { digits, exponent }
    }

    /// Less than nothing?
    pub fn is_negative(&self) -> bool {
        self.digits.sign() == Sign::Minus
    }

    /// Nothing?
    pub fn is_zero(&self) -> bool {
        self.digits.sign() == Sign::NoSign
    }

    /// Nothing behind the point?
    pub const fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The number of JSON that is nearest: itself where that is a double. `null` beyond all of them.
    pub fn to_json(&self) -> Value {
        self.to_string().parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
    }

    /// Both over the smaller of the two exponents.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i32) {
        let exponent = self.exponent.min(other.exponent);
        let over = |value: &Self| &value.digits * BigInt::from(10).pow((value.exponent - exponent).unsigned_abs());
        (over(self), over(other), exponent)
    }

    /// Reads digits, a point, and perhaps an exponent.
    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (sign, unsigned) = mantissa.strip_prefix('-').map_or(("", mantissa), |unsigned| ("-", unsigned));
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let has_digits = !whole.is_empty() && !unsigned.ends_with('.');
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !has_digits || !are_digits(whole) || !are_digits(fraction) || whole.len() + fraction.len() > MAX_DIGITS {
            return None;
        }
        let digits = format!("{sign}{whole}{fraction}").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self::new(digits, exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?))
    }
}

/// Reads a decimal without an exponent, as it is displayed.
impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        if text.contains('e') {
            return Err(NotADecimal);
        }
        Self::read(text).ok_or(NotADecimal)
    }
}

impl Add for &Decimal {
    type Output = Decimal;

    fn add(self, other: Self) -> Decimal {
        let (left, right, exponent) = self.aligned(other);
        Decimal::new(left + right, exponent)
    }
}

impl Sub for &Decimal {
    type Output = Decimal;

    fn sub(self, other: Self) -> Decimal {
        let (left, right, exponent) = self.aligned(other);
        Decimal::new(left - right, exponent)
    }
}

impl Neg for Decimal {
    type Output = Self;

    fn neg(self) -> Self {
        Self { digits: -self.digits, exponent: self.exponent }
    }
}

impl<'a> Sum<&'a Self> for Decimal {
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.fold(Self::ZERO, |sum, term| &sum + term)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right, _) = self.aligned(other);
        left.cmp(&right)
    }
}

/// All digits, without an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.digits.magnitude().to_string();
        let count = self.exponent.unsigned_abs() as usize;
        if self.exponent >= 0 {
            return write!(formatter, "{sign}{digits}{:0<count$}", "");
        }
        let padded = format!("{digits:0>width$}", width = count + 1);
        let (whole, fraction) = padded.split_at(padded.len() - count);
        write!(formatter, "{sign}{whole}.{fraction}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What is transferred: a decimal over zero that is the shortest text of a double, so that it can be written in a document.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(Decimal);

/// A number that is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Not a number.
    #[error("not an amount: expected a number over zero")]
    NotANumber,
    /// Nothing, or less.
    #[error("the amount is {found}, expected more than zero")]
    NotPositive {
        /// The number.
        found: String,
    },
    /// More digits than the double nearest to it has: it would be written as another amount.
    #[error("the amount {found} cannot be written in a document, the nearest that can is {nearest}")]
    NotADouble {
        /// The amount.
        found: String,
        /// The nearest one.
        nearest: String,
    },
}

impl Amount {
    /// The amount that a number of JSON is.
    ///
    /// # Errors
    /// [`AmountError::NotANumber`] or [`AmountError::NotPositive`].
    pub fn from_json(value: &Value) -> Result<Self, AmountError> {
        if !value.is_number() {
            return Err(AmountError::NotANumber);
        }
        // The text that is signed, so that the two cannot differ.
        let text = canonical::write(value).map_err(|_| AmountError::NotANumber)?;
        let decimal = Decimal::read(&text).ok_or(AmountError::NotANumber)?;
        if decimal.is_zero() || decimal.is_negative() {
            return Err(AmountError::NotPositive { found: text });
        }
        Ok(Self(decimal))
    }

    /// As it is written in a document.
    pub fn to_json(&self) -> Value {
        // A decimal that is the text of a double reads as that double.
        self.0.to_json()
    }

    /// As a decimal.
    pub const fn decimal(&self) -> &Decimal {
        &self.0
    }
}

/// Reads a decimal without an exponent, as somebody types it.
impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let decimal: Decimal = text.parse().map_err(|_| AmountError::NotANumber)?;
        if decimal.is_zero() || decimal.is_negative() {
            return Err(AmountError::NotPositive { found: decimal.to_string() });
        }
        let not_a_double = |nearest: String| AmountError::NotADouble { found: decimal.to_string(), nearest };
        let double: f64 = text.parse().map_err(|_| AmountError::NotANumber)?;
        let number = Number::from_f64(double).ok_or_else(|| not_a_double(f64::MAX.to_string()))?;
        let nearest = Self::from_json(&Value::Number(number)).map_err(|_| not_a_double("0".to_owned()))?;
        if nearest.0 == decimal { Ok(nearest) } else { Err(not_a_double(nearest.to_string())) }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
