//! Amounts of the token that bonds are in, exact.

use std::fmt;

use alloy_primitives::U256;
use serde::{Serialize, Serializer};

use crate::{Error, input::shorten};

/// Most decimals that a token can have here: 10^38 base units are the most that a bond's numbers hold.
pub const MAX_TOKEN_DECIMALS: u8 = 38;

/// An amount of a token, kept in its base units and never rounded.
///
/// Text and JSON are the exact decimal number of tokens, as short as it can be.
///
/// ```
/// use barter_sdk::TokenAmount;
///
/// let amount = TokenAmount::parse("12.5", 6)?;
/// assert_eq!(amount.units(), 12_500_000);
/// assert_eq!(amount.to_string(), "12.5");
/// # Ok::<(), barter_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenAmount {
    units: u128,
    decimals: u8,
}

impl TokenAmount {
    /// An amount in base units of a token with so many decimals.
    pub const fn from_units(units: u128, decimals: u8) -> Self {
        Self { units, decimals }
    }

    /// Reads a decimal number of tokens with at most `decimals` decimals; no sign, no exponent, no separators.
    ///
    /// # Errors
    /// [`Error::InvalidTokenAmount`], [`Error::TokenAmountTooLarge`].
    pub fn parse(text: &str, decimals: u8) -> Result<Self, Error> {
        let input = || shorten(text);
        let digits = base_unit_digits(text.trim(), decimals);
        let digits = digits.ok_or_else(|| Error::InvalidTokenAmount { input: input(), decimals })?;
        // Digits alone fail to be a number for one reason only.
        let largest = Self::from_units(u128::MAX, decimals);
        let units = digits.parse().map_err(|_| Error::TokenAmountTooLarge { input: input(), largest })?;
        Ok(Self { units, decimals })
    }

    /// In base units.
    pub const fn units(self) -> u128 {
        self.units
    }

    /// Decimals of the token.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// In base units, as contracts take it.
    pub(crate) fn word(self) -> U256 {
        U256::from(self.units)
    }
}

/// The number of base units that a decimal number of tokens is, not yet read.
fn base_unit_digits(text: &str, decimals: u8) -> Option<String> {
    let decimals = usize::from(decimals);
    let (tokens, rest) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if tokens.is_empty() || !all_digits(tokens) || !all_digits(rest) || rest.len() > decimals {
        return None;
    }
    Some(format!("{tokens}{rest:0<decimals$}"))
}

impl fmt::Display for TokenAmount {
    /// The decimal number of tokens: exact, without zeros at its end.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>width$}", self.units, width = decimals + 1);
        let (tokens, rest) = digits.split_at(digits.len() - decimals);
        match rest.trim_end_matches('0') {
            "" => formatter.pad(tokens),
            rest => formatter.pad(&format!("{tokens}.{rest}")),
        }
    }
}

impl Serialize for TokenAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_the_exact_number() {
        for (units, decimals, text) in [
            (0, 6, "0"),
            (1, 6, "0.000001"),
            (1_000_000, 6, "1"),
            (10_500_000, 6, "10.5"),
            (105, 0, "105"),
            (u128::MAX, 6, "340282366920938463463374607431768.211455"),
            (1, 38, "0.00000000000000000000000000000000000001"),
        ] {
            let amount = TokenAmount::from_units(units, decimals);
            assert_eq!(amount.to_string(), text);
            assert_eq!(TokenAmount::parse(text, decimals).unwrap(), amount);
            assert_eq!(serde_json::to_string(&amount).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn refuses_what_is_no_exact_amount() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0x10", "1_000", "$1", "1.0000001", "1.2.3"] {
            let error = TokenAmount::parse(text, 6).unwrap_err();
            assert_eq!(error.code(), "invalid_token_amount", "{text}");
            assert!(error.to_string().contains('6'), "{error}");
        }
        let too_large = TokenAmount::parse("340282366920938463463374607431768.211456", 6).unwrap_err();
        assert_eq!(too_large.code(), "token_amount_too_large");
        assert!(too_large.to_string().contains("at most 340282366920938463463374607431768.211455"), "{too_large}");
        assert!(TokenAmount::parse("1.0", 0).is_err());
        assert_eq!(TokenAmount::parse("007", 0).unwrap().units(), 7);
    }

    proptest! {
        #[test]
        fn text_and_amount_are_one(units: u128, decimals in 0..=MAX_TOKEN_DECIMALS) {
            let amount = TokenAmount::from_units(units, decimals);
            prop_assert_eq!(TokenAmount::parse(&amount.to_string(), decimals).unwrap(), amount);
        }
    }
}
