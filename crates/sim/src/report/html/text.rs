//! Text that is safe in HTML, and numbers as people write them.

use std::fmt::Display;

const SECONDS_PER_MINUTE: u64 = 60;
const SECONDS_PER_HOUR: u64 = 3_600;
const SECONDS_PER_DAY: u64 = 86_400;
/// From here on whole numbers are rounded.
const ROUNDED_FROM: u64 = 10_000_000;

/// Text that came from outside, as HTML: in an element, or in an attribute in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Not allowed in HTML at all; what turns text around would turn the page around.
            control if control.is_control() && !matches!(control, '\n' | '\t') => escaped.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// At most so many characters of a text, for where there is little room. Not escaped.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A whole number: 1,234,567, and from ten million on 12.3 million.
pub(super) fn count(number: u64) -> String {
    if number >= ROUNDED_FROM {
        #[allow(clippy::cast_precision_loss, reason = "rounded to three digits anyway")]
        return large(number as f64);
    }
    grouped(number)
}

/// Any number, to three digits.
pub(super) fn real(number: f64) -> String {
    if number < 0.0 {
        return format!("−{}", real(-number));
    }
    if !number.is_finite() {
        return "∞".to_owned();
    }
    if number >= 1e7 {
        return large(number);
    }
    if number >= 999.5 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below ten million")]
        return grouped(libm::round(number) as u64);
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if number < 1e-6 {
        return format!("{number:.1e}");
    }
    let mut decimals = 2_usize;
    let mut bound = 10.0;
    // 9.995 is 10.0 and not 10.00.
    while number >= bound - 5.0 / 10_f64.powi(i32::try_from(decimals).unwrap_or(0) + 1) && decimals > 0 {
        decimals -= 1;
        bound *= 10.0;
    }
    let mut below = 1.0;
    while number < below {
        decimals += 1;
        below /= 10.0;
    }
    trimmed(&format!("{number:.decimals$}"))
}

/// An amount.
pub(super) fn sats(amount: f64) -> String {
    let amount = real(amount);
    let unit = if amount == "1" { "sat" } else { "sats" };
    format!("{amount} {unit}")
}

/// A share of all, as a percentage.
pub(super) fn percent(share: f64) -> String {
    let percentage = share * 100.0;
    match percentage {
        zero if zero <= 0.0 => "0%".to_owned(),
        tiny if tiny < 0.1 => "below 0.1%".to_owned(),
        much if much > 1_000.0 => format!("{}%", real(much)),
        // All is said of all only.
        nearly if (99.95..100.0).contains(&nearly) => "above 99.9%".to_owned(),
        other => format!("{}%", trimmed(&format!("{other:.1}"))),
    }
}

/// A share of 1 to three decimals, as is usual of an AUC.
pub(super) fn share(share: f64) -> String {
    format!("{share:.3}")
}

/// A time, in the unit that suits it.
pub(super) fn duration(seconds: u64) -> String {
    let unit = match seconds {
        0..SECONDS_PER_MINUTE => 1,
        SECONDS_PER_MINUTE..SECONDS_PER_HOUR => SECONDS_PER_MINUTE,
        SECONDS_PER_HOUR..SECONDS_PER_DAY => SECONDS_PER_HOUR,
        _ => SECONDS_PER_DAY,
    };
    let name = match unit {
        1 => "second",
        SECONDS_PER_MINUTE => "minute",
        SECONDS_PER_HOUR => "hour",
        _ => "day",
    };
    #[allow(clippy::cast_precision_loss, reason = "for people")]
    let amount = trimmed(&format!("{:.1}", seconds as f64 / unit as f64));
    format!("{amount} {name}{}", if amount == "1" { "" } else { "s" })
}

/// Things: `1 wallet`, `2 wallets`.
pub(super) fn things(number: u64, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A number of an axis, as short as can be: 10k, 3M.
pub(super) fn short(number: f64) -> String {
    for (size, letter) in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")] {
        if number >= size {
            return format!("{}{letter}", trimmed(&format!("{:.1}", number / size)));
        }
    }
    real(number)
}

/// What there may be none of.
pub(super) fn or_none<T>(value: Option<T>, as_text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), as_text)
}

/// `a, b and c`.
pub(super) fn list(items: &[impl Display]) -> String {
    joined(items, "and")
}

/// `a, b or c`.
pub(super) fn alternatives(items: &[impl Display]) -> String {
    joined(items, "or")
}

fn joined(items: &[impl Display], word: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(ToString::to_string).collect();
            format!("{} {word} {last}", first.join(", "))
        }
    }
}

fn large(number: f64) -> String {
    for (size, name) in [(1e15, "quadrillion"), (1e12, "trillion"), (1e9, "billion"), (1e6, "million")] {
        // 999.96 million is 1 billion.
        if number >= size * 0.9995 {
            return format!("{} {name}", real(number / size));
        }
    }
    real(number)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Without zeros at the end that say nothing.
fn trimmed(number: &str) -> String {
    if number.contains('.') {
        return number.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    number.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(
            escape("<a href=\"x\">'&'</a>\u{0}\u{202e}"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\u{fffd}\u{fffd}"
        );
        assert_eq!(cut("äöüß", 4), "äöüß");
        assert_eq!(cut("äöüßx", 4), "äöü…");
    }

    #[test]
    fn numbers_are_as_people_write_them() {
        assert_eq!(
            [0, 999, 1_000, 9_999_999, 12_345_678].map(count),
            ["0", "999", "1,000", "9,999,999", "12.3 million"]
        );
        assert_eq!(count(u64::MAX), "18,447 quadrillion");
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (1.234, "1.23"),
            (9.994, "9.99"),
            (9.996, "10"),
            (12.34, "12.3"),
            (99.96, "100"),
            (123.4, "123"),
            (999.6, "1,000"),
            (1_234.5, "1,235"),
            (999_960_000.0, "1 billion"),
            (0.5, "0.5"),
            (0.123_456, "0.123"),
            (0.001_234, "0.00123"),
            (0.000_000_012, "1.2e-8"),
            (-2.5, "−2.5"),
            (f64::INFINITY, "∞"),
        ];
        for (number, text) in cases {
            assert_eq!(real(number), text);
        }
        assert_eq!(
            [0.0, 0.000_5, 0.123, 0.9999, 1.0].map(percent),
            ["0%", "below 0.1%", "12.3%", "above 99.9%", "100%"]
        );
        assert_eq!([1, 90, 3_600, 200_000].map(duration), ["1 second", "1.5 minutes", "1 hour", "2.3 days"]);
        assert_eq!([0.5, 10_000.0, 2_500_000.0].map(short), ["0.5", "10k", "2.5M"]);
        assert_eq!(
            [sats(1.0), sats(0.25), things(1, "wallet"), things(0, "wallet")],
            ["1 sat", "0.25 sats", "1 wallet", "0 wallets"]
        );
        assert_eq!([list(&["a"]), list(&["a", "b"]), list(&["a", "b", "c"])], ["a", "a and b", "a, b and c"]);
    }
}
