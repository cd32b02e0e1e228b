//! Money and shares as people write them.

use barter_reputation::wire::{self, Fraction, Number, Price};

use super::Error;

/// Digits after the point of a dollar, and of a share in millionths.
const DIGITS: usize = 6;

/// A decimal in millionths, exactly: `0.4` is 400,000. More than a number holds is the most that it holds.
fn millionths(argument: &'static str, text: &str) -> Result<u64, Error> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() > DIGITS {
        return Err(Error::InvalidNumber {
            argument,
            found: text.to_owned(),
            expected: "a decimal with at most 6 digits after the point, such as 0.40",
        });
    }
    // Of digits alone, only what is too large cannot be read.
    Ok(format!("{whole}{part:0<DIGITS$}").parse().unwrap_or(u64::MAX))
}

/// A number as Python's JSON reads it: `1` is an integer, `1.0` is not.
fn number(argument: &'static str, text: &str) -> Result<Number, Error> {
    serde_json::from_str(text).map_err(|_| Error::InvalidNumber {
        argument,
        found: text.to_owned(),
        expected: "a number as JSON writes it, such as 0.4",
    })
}

/// What the rules of a form say of a number, in the words of the command line. `most` is the largest there, in the units that the
/// argument has.
fn said(error: wire::Error, argument: &'static str, text: &str, most: Option<f64>) -> Error {
    match error {
        wire::Error::OutOfRange { maximum, .. } => {
            let expected = format!("0 to {}", most.unwrap_or(maximum));
            Error::OutOfRange { argument, found: text.to_owned(), expected }
        }
        wire::Error::NotWholeUnits { .. } => {
            Error::InvalidNumber { argument, found: text.to_owned(), expected: "a whole number of millionths" }
        }
        other => other.into(),
    }
}

/// A price: in a published form the very number that is written, in ours a whole number of base units.
pub(crate) fn price(argument: &'static str, text: &str, is_published: bool) -> Result<Price, Error> {
    let price = if is_published {
        Price::from_number(number(argument, text)?)
    } else {
        Price::from_units(millionths(argument, text)?)
    };
    price.map_err(|error| said(error, argument, text, None))
}

/// A share, 0 to 1: in a published form the very number that is written, in ours a whole number of millionths.
pub(crate) fn share(
    argument: &'static str,
    field: &'static str,
    text: &str,
    is_published: bool,
) -> Result<Fraction, Error> {
    let share = if is_published {
        Fraction::from_number(field, number(argument, text)?)
    } else {
        Fraction::from_ppm(field, u32::try_from(millionths(argument, text)?).unwrap_or(u32::MAX))
    };
    share.map_err(|error| said(error, argument, text, Some(1.0)))
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
        for text in ["", ".5", "1.", "-1", "+1", "1e3", "0.1234567", "1,5", "0x1"] {
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
    fn what_is_too_much_is_named_as_it_was_written_and_how_much_can_be() {
        let said = |error: Error| {
            assert!(matches!(error, Error::OutOfRange { .. }), "{error:?}");
            error.to_string()
        };
        for is_published in [true, false] {
            let quality = share("--quality", "quality_score", "1.5", is_published);
            assert_eq!(said(quality.unwrap_err()), "--quality is 1.5, expected 0 to 1");
            let cost = price("--price-usd", "99999999999999", is_published);
            assert_eq!(said(cost.unwrap_err()), "--price-usd is 99999999999999, expected 0 to 1000000000");
        }
        let most = price("--price-usd", "1000000000", false).unwrap();
        assert_eq!(most.units(), 1_000_000_000_000_000);
        assert!(price("--price-usd", "1000000000.000001", false).is_err());
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
