//! Numbers as Python prints them, because the published canonical strings hold what Python printed.

/// The text that Python's `repr` gives a double: the shortest digits that read back as the same number, the nearest of those,
/// with an exponent below 1e-4 and from 1e16 on.
///
/// The digits are those of Rust's own shortest form. Only the layout differs.
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
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let positional = format!("{value}");
        return if positional.contains('.') { positional } else { positional + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Python's `round(value, 6)`: the true value of the double, written out in full, rounded to six digits after the point; a tie
/// goes to the even digit.
pub fn round6(value: f64) -> f64 {
    // Rust writes a given number of digits from the exact value, ties to even. Reading back is correctly rounded.
    format!("{value:.6}").parse().unwrap_or(value)
}
