//! Values as people read them.

use alloy_primitives::{Address, B256};
use time::OffsetDateTime;

/// Text that came from somebody else, fit for a terminal: control characters, which could move the cursor or recolour what
/// was printed before, and marks that reverse the reading direction are shown as `�`.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if steers(char) { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A number with its thousands apart: `50,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount in satoshis: `50,000 sats`.
pub(crate) fn sats(amount_sats: u64) -> String {
    format!("{} sats", grouped(amount_sats))
}

/// Thousandths of a satoshi in satoshis: `1.5 sats`, `0 sats`.
pub(crate) fn msats(amount_msats: u64) -> String {
    let (whole, thousandths) = (grouped(amount_msats / 1_000), amount_msats % 1_000);
    if thousandths == 0 {
        return format!("{whole} sats");
    }
    format!("{whole}.{} sats", format!("{thousandths:03}").trim_end_matches('0'))
}

/// A Unix time as date and time of day: `2026-11-20 02:51:07 UTC`. Seconds beyond the year 9999 stay a number.
pub(crate) fn instant(seconds: u64) -> String {
    match moment(seconds) {
        Some(time) => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        ),
        None => format!("Unix time {seconds}"),
    }
}

/// The time of day of a Unix time: `02:51:07`.
pub(crate) fn time_of_day(seconds: u64) -> String {
    let second = seconds % 86_400;
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

fn moment(seconds: u64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()
}

/// A wallet's first and last digits, for where the whole was shown before: `0xf39F…2266`.
pub(crate) fn short_address(address: Address) -> String {
    ends(&address.to_string())
}

/// A hash's first and last digits, for where the whole is shown elsewhere: `0x4bb06f…94e0`.
pub(crate) fn short_hash(hash: impl Into<B256>) -> String {
    ends(&hash.into().to_string())
}

/// The first and last digits of a long number in hexadecimal.
pub(crate) fn ends(text: &str) -> String {
    // Callers give ASCII of at least 42 characters.
    format!("{}…{}", &text[..6], &text[text.len() - 4..])
}

/// At most `length` characters of a text, the rest told by `…`.
pub(crate) fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

/// The longest beginning of a text that has at most `length` bytes, and whether that is all of it.
pub(crate) fn cut_bytes(text: &str, length: usize) -> (&str, bool) {
    if text.len() <= length {
        return (text, true);
    }
    let end = (0..=length).rev().find(|index| text.is_char_boundary(*index)).unwrap_or_default();
    (&text[..end], false)
}

/// A number with its noun in the singular or the plural: `1 trade`, `2 trades`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Hexadecimal digits of a private key. Fewer are no key, and are repeated so that one sees what is meant.
const KEY_DIGITS: usize = 64;

/// A text in which whatever could be a private key is struck out: somebody may have put one where it does not belong.
pub(crate) fn without_keys(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut digits = String::new();
    for char in text.chars().chain(['\n']) {
        if char.is_ascii_hexdigit() {
            digits.push(char);
            continue;
        }
        shown.push_str(if digits.len() < KEY_DIGITS { &digits } else { "[64 digits or more, not repeated]" });
        digits.clear();
        shown.push(char);
    }
    shown.pop();
    printable(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(2_100_000_000_000_000), "2,100,000,000,000,000");
    }

    #[test]
    fn tells_thousandths_of_satoshis() {
        for (amount_msats, text) in [
            (0, "0 sats"),
            (1, "0.001 sats"),
            (1_500, "1.5 sats"),
            (2_000, "2 sats"),
            (1_234_560_070, "1,234,560.07 sats"),
        ] {
            assert_eq!(msats(amount_msats), text);
        }
    }

    #[test]
    fn tells_times() {
        assert_eq!(instant(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(instant(1_795_143_212), "2026-11-20 02:53:32 UTC");
        assert_eq!(time_of_day(1_795_143_212), "02:53:32");
        assert_eq!(instant(u64::MAX), format!("Unix time {}", u64::MAX));
    }

    #[test]
    fn takes_the_steering_out_of_foreign_text() {
        assert_eq!(printable("a\u{1b}[31mb\rc\u{9b}d\u{202e}e"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}e");
        assert_eq!(printable("Logo «design» – 設計 🙂"), "Logo «design» – 設計 🙂");
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut_bytes("aé", 2), ("a", false));
        assert_eq!(cut_bytes("aé", 3), ("aé", true));
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn strikes_out_what_could_be_a_key() {
        let key = "ac".repeat(32);
        assert_eq!(without_keys(&format!("what is 0x{key}?")), "what is 0x[64 digits or more, not repeated]?");
        assert_eq!(without_keys("unexpected argument 'abc' found"), "unexpected argument 'abc' found");
    }

    #[test]
    fn shortens_addresses_and_hashes() {
        assert_eq!(short_address(Address::repeat_byte(0x11)), "0x1111…1111");
        assert_eq!(short_hash(B256::repeat_byte(0x22)), "0x2222…2222");
    }
}
