//! Any bytes as decimals, against whole numbers of 10^-1100: large enough for every double and every decimal.

use barter_bank::document::{Amount, Decimal};
use num_bigint::{BigInt, Sign};
use serde_json::Value;

use super::check_error;

/// Digits behind the point.
const SCALE: usize = 1_100;
/// Most texts of an input: each is compared with the one before it.
const MAX_TEXTS: usize = 16;

/// Texts between spaces, and a double of the first eight bytes.
pub(crate) fn check(bytes: &[u8]) {
    if let Some(first) = bytes.first_chunk() {
        double(f64::from_be_bytes(*first));
        integer(u64::from_be_bytes(*first));
    }
    let text = String::from_utf8_lossy(bytes);
    let texts: Vec<&str> = text.split(' ').take(MAX_TEXTS).collect();
    let decimals: Vec<Decimal> = texts.iter().filter_map(|text| decimal(text)).collect();
    for pair in decimals.windows(2) {
        compute(&pair[0], &pair[1]);
    }
}

/// As many 10^-1100 as a text of digits, perhaps with a sign and a point, says.
fn exact(text: &str) -> Option<BigInt> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (unsigned, "0"),
    };
    let is_number = |digits: &str| !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > SCALE {
        return None;
    }
    let digits: BigInt = format!("{whole}{fraction:0<SCALE$}").parse().unwrap();
    Some(if unsigned.len() < text.len() { -digits } else { digits })
}

fn of(decimal: &Decimal) -> BigInt {
    exact(&decimal.to_string()).expect("a decimal is displayed as one")
}

fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let read: Result<Decimal, _> = text.parse();
    let expected = exact(text).filter(|_| digits <= 650);
    assert_eq!(read.as_ref().ok().map(of), expected, "{text:?}");
    let amount: Result<Amount, _> = text.parse();
    // An amount is what the shortest text of the nearest double says.
    let nearest = || text.parse().ok().filter(|double: &f64| double.is_finite()).map(shortest);
    let is_amount =
        expected.as_ref().is_some_and(|exact| exact.sign() == Sign::Plus && Some(exact) == nearest().as_ref());
    match &amount {
        Ok(amount) => {
            assert!(is_amount, "{text:?} is {amount}");
            assert_eq!(Amount::from_json(&amount.to_json()).as_ref(), Ok(amount));
        }
        Err(error) => {
            assert!(!is_amount, "{text:?}: {error}");
            check_error(error);
        }
    }
    read.inspect_err(check_error).ok()
}

fn compute(left: &Decimal, right: &Decimal) {
    let (exact_left, exact_right) = (of(left), of(right));
    assert_eq!(of(&(left + right)), &exact_left + &exact_right, "{left} + {right}");
    assert_eq!(of(&(left - right)), &exact_left - &exact_right, "{left} - {right}");
    assert_eq!(of(&-left.clone()), -&exact_left, "-{left}");
    assert_eq!([left, right].into_iter().sum::<Decimal>(), left + right);
    assert_eq!(&(&(left + right) - right), left);
    assert_eq!(left.cmp(right), exact_left.cmp(&exact_right), "{left} and {right}");
    assert_eq!(left == right, exact_left == exact_right);
    assert_eq!(left.is_negative(), exact_left.sign() == Sign::Minus);
    assert_eq!(left.is_zero(), exact_left.sign() == Sign::NoSign);
    assert_eq!(left.is_integer(), exact_left % BigInt::from(10).pow(u32::try_from(SCALE).unwrap()) == BigInt::ZERO);
    let shown = left.to_string();
    // A sum may have more digits than are read.
    assert_eq!(shown.parse().ok().as_ref().filter(|_| shown.len() <= 640), Some(left).filter(|_| shown.len() <= 640));
}

/// What the shortest text of a double says; of several as short, the nearest; of two as near, the even one. That is ECMAScript's, and
/// Rust's but for the last: it takes either of two.
fn shortest(double: f64) -> BigInt {
    let text = format!("{double}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zeros = if fraction.is_empty() { whole.len() - whole.trim_end_matches('0').len() } else { 0 };
    let unit = BigInt::from(10).pow(u32::try_from(SCALE + zeros - fraction.len()).unwrap());
    let (near, is) = (exact(&text).unwrap(), exact(&format!("{double:.SCALE$}")).unwrap());
    let reads_back = |candidate: &BigInt| {
        let digits = format!("{:0>width$}", candidate.magnitude(), width = SCALE + 1);
        let (whole, fraction) = digits.split_at(digits.len() - SCALE);
        format!("{whole}.{fraction}").parse() == Ok(double.abs())
    };
    let distance = |candidate: &BigInt| ((candidate - &is).magnitude().clone(), (candidate / &unit).bit(0));
    let candidates = [&near - &unit, near.clone(), &near + &unit];
    candidates.into_iter().filter(reads_back).min_by_key(distance).unwrap()
}

fn double(double: f64) {
    let read = Amount::from_json(&Value::from(double));
    assert_eq!(read.is_ok(), double.is_finite() && double > 0.0, "{double}");
    match read {
        Err(error) => check_error(&error),
        Ok(amount) => {
            assert_eq!(of(amount.decimal()), shortest(double), "{double} is {amount}");
            assert_eq!(amount.to_json().as_f64().map(f64::to_bits), Some(double.to_bits()));
            assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}

/// A whole number of JSON is the double nearest to it.
#[expect(clippy::cast_precision_loss, reason = "as everybody does who reads it")]
fn integer(integer: u64) {
    if let Ok(amount) = Amount::from_json(&Value::from(integer)) {
        assert_eq!(of(amount.decimal()), shortest(integer as f64), "{integer} is {amount}");
    }
}
