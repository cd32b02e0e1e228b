//! Numbers as Python prints them, because the published canonical strings hold what Python printed.

/// The text that Python's `repr` gives a double: the shortest digits that read back as the same number, the nearest of those, a tie
/// going to the even digit; with an exponent below 1e-4 and from 1e16 on.
///
/// Rust's own shortest form sends such ties up, so it prints 1658206780088562.25 otherwise than Python does. `zmij` does as Python.
pub fn python_repr(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    let mut buffer = zmij::Buffer::new();
    let (sign, digits, point) = digits(buffer.format_finite(value));
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if !(-3..=16).contains(&point) {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent = point - 1;
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{dot}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if point <= 0 {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{sign}{digits}{}.0", zeros(point - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        format!("{sign}{whole}.{fraction}")
    }
}

/// Takes a number apart, however it is laid out: its sign, its digits without zeros around them, and where the point is among them.
fn digits(text: &str) -> (&'static str, String, i32) {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |text| ("-", text));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let digits = all.trim_start_matches('0');
    let leading = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return (sign, "0".to_owned(), 1);
    }
    let offset = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    (sign, digits.to_owned(), offset(whole.len()) - offset(leading) + exponent.parse().unwrap_or(0))
}

/// Python's `round(value, 6)`: the true value of the double, written out in full, rounded to six digits after the point; a tie
/// goes to the even digit.
pub fn round6(value: f64) -> f64 {
    // Rust writes a given number of digits from the exact value, ties to even. Reading back is correctly rounded.
    format!("{value:.6}").parse().unwrap_or(value)
}
