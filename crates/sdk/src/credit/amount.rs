//! Amounts of BTR-Credit, exact.

use std::{fmt, str::FromStr};

use alloy_primitives::U256;
use barter_protocol::formula::CREDIT_UNIT;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Error, input::shorten};

/// Decimals of BTR-Credit.
pub const CREDIT_DECIMALS: usize = 18;

/// An amount of BTR-Credit, kept in its smallest units of 1e-18 tokens and never rounded.
///
/// Text and JSON are the exact decimal number of tokens, as short as it can be.
///
/// ```
/// use barter_sdk::CreditAmount;
///
/// let amount: CreditAmount = "12.5".parse()?;
/// assert_eq!(amount.units().to_string(), "12500000000000000000");
/// assert_eq!(amount.to_string(), "12.5");
/// # Ok::<(), barter_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditAmount(U256);

impl CreditAmount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// An amount in smallest units (1e-18 tokens).
    pub const fn from_units(units: U256) -> Self {
        Self(units)
    }

    /// An amount in whole tokens.
    pub fn from_tokens(tokens: u64) -> Self {
        Self(U256::from(tokens) * U256::from(CREDIT_UNIT))
    }

    /// In smallest units (1e-18 tokens).
    pub const fn units(self) -> U256 {
        self.0
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl fmt::Display for CreditAmount {
    /// The decimal number of tokens: exact, without zeros at its end.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tokens, rest) = self.0.div_rem(U256::from(CREDIT_UNIT));
        if rest.is_zero() {
            return formatter.pad(&tokens.to_string());
        }
        let decimals = format!("{:0>CREDIT_DECIMALS$}", rest.to_string());
        formatter.pad(&format!("{tokens}.{}", decimals.trim_end_matches('0')))
    }
}

impl FromStr for CreditAmount {
    type Err = Error;

    /// Reads a decimal number of tokens with at most 18 decimals; no sign, no exponent, no separators.
    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text.trim()).map(Self).ok_or_else(|| Error::InvalidCreditAmount { input: shorten(text) })
    }
}

fn parse(text: &str) -> Option<U256> {
    let (tokens, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    if !all_digits(tokens) || !all_digits(decimals) || decimals.len() > CREDIT_DECIMALS {
        return None;
    }
    let tokens = U256::from_str_radix(tokens, 10).ok()?;
    let rest = U256::from_str_radix(&format!("{decimals:0<CREDIT_DECIMALS$}"), 10).ok()?;
    tokens.checked_mul(U256::from(CREDIT_UNIT))?.checked_add(rest)
}

impl Serialize for CreditAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CreditAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_the_exact_number() {
        for (units, text) in [
            ("0", "0"),
            ("1", "0.000000000000000001"),
            ("1000000000000000000", "1"),
            ("10000000000000000000", "10"),
            ("10500000000000000000", "10.5"),
            ("9007199254740993000000000000000001", "9007199254740993.000000000000000001"),
        ] {
            let amount = CreditAmount::from_units(units.parse().unwrap());
            assert_eq!(amount.to_string(), text);
            assert_eq!(text.parse::<CreditAmount>().unwrap(), amount);
            assert_eq!(serde_json::to_string(&amount).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn refuses_what_is_no_exact_amount() {
        let too_large = format!("{}", U256::MAX);
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "0x10",
            "1_000",
            "1.0000000000000000001",
            "1.2.3",
            &too_large,
        ] {
            assert_eq!(text.parse::<CreditAmount>().unwrap_err().code(), "invalid_credit_amount", "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_amount_are_one(limbs: [u64; 4]) {
            let amount = CreditAmount::from_units(U256::from_limbs(limbs));
            prop_assert_eq!(amount.to_string().parse::<CreditAmount>().unwrap(), amount);
        }
    }
}
