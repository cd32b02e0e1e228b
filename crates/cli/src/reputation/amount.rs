//! Money and shares as people write them.

use barter_reputation::wire::{self, Fraction, Number, Price};

use super::Error;

/// Digits after the point of a dollar, and of a share in millionths.
const DIGITS: usize = 6;

/// A decimal in millionths, exactly: `0.4` is 400,000.
pub(crate) fn millionths(argument: &'static str, text: &str) -> Result<u64, Error> {
    let invalid = || Error::InvalidNumber {
        argument,
        found: text.to_owned(),
        expected: "a decimal with at most 6 digits after the point, such as 0.40",
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() > DIGITS {
        return Err(invalid());
    }
    format!("{whole}{part:0<DIGITS$}").parse().map_err(|_| invalid())
}

/// A number as Python's JSON reads it: `1` is an integer, `1.0` is not.
fn number(argument: &'static str, text: &str) -> Result<Number, Error> {
    serde_json::from_str(text).map_err(|_| Error::InvalidNumber {
        argument,
        found: text.to_owned(),
        expected: "a number as JSON writes it, such as 0.4",
    })
}

/// A price: in a published form the very number that is written, in ours a whole number of base units.
pub(crate) fn price(argument: &'static str, text: &str, is_published: bool) -> Result<Price, Error> {
    Ok(if is_published {
        Price::from_number(number(argument, text)?)?
    } else {
        Price::from_units(millionths(argument, text)?)?
    })
}

/// A share, 0 to 1: in a published form the very number that is written, in ours a whole number of millionths.
pub(crate) fn share(
    argument: &'static str,
    field: &'static str,
    text: &str,
    is_published: bool,
) -> Result<Fraction, Error> {
    if is_published {
        return Ok(Fraction::from_number(field, number(argument, text)?)?);
    }
    let ppm = u32::try_from(millionths(argument, text)?).unwrap_or(u32::MAX);
    Ok(Fraction::from_ppm(field, ppm)?)
}

/// Base units as dollars: `2,000`, `0.40`, `1,234.567891`.
pub(crate) fn dollars(units: u128) -> String {
    let (whole, part) = (units / 1_000_000, units % 1_000_000);
    let whole = u64::try_from(whole).map_or_else(|_| whole.to_string(), crate::text::grouped);
    if part == 0 {
        return whole;
    }
    let part = format!("{part:06}");
    let shown = part.trim_end_matches('0');
    format!("{whole}.{shown:0<2}")
}

/// A time as it is signed: as given, else now.
pub(crate) fn time(given: Option<&str>) -> Result<u64, wire::Error> {
    given.map_or_else(|| Ok(crate::clock::unix_now()), |text| wire::time::parse("timestamp", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, units) in
            [("0", 0), ("0.4", 400_000), ("0.40", 400_000), ("1", 1_000_000), ("12.345678", 12_345_678)]
        {
            assert_eq!(millionths("--price-usd", text).unwrap(), units, "{text}");
        }
        for text in ["", ".5", "1.", "-1", "+1", "1e3", "0.1234567", "1,5", "0x1", "99999999999999999999"] {
            let error = millionths("--price-usd", text).unwrap_err().to_string();
            assert!(error.contains("--price-usd") && error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_published_number_keeps_its_spelling() {
        assert!(price("--price-usd", "1", true).unwrap().is_integer());
        assert!(!price("--price-usd", "1.0", true).unwrap().is_integer());
        assert!(!price("--price-usd", "1", false).unwrap().is_integer());
        assert!(price("--price-usd", "1.0000001", true).is_err());
        assert!(share("--quality", "quality_score", "1.1", true).is_err());
        assert!(share("--quality", "quality_ppm", "1.000001", false).is_err());
    }

    #[test]
    fn dollars_show_cents_or_none() {
        for (units, text) in
            [(2_000_000_000, "2,000"), (400_000, "0.40"), (1_234_567_891, "1,234.567891"), (1, "0.000001")]
        {
            assert_eq!(dollars(units), text);
        }
    }
}
