//! Times, in the one spelling that the published canonical strings allow: `YYYY-MM-DDTHH:MM:SSZ`. UTC, whatever zone the machine is
//! in.

use time::{Date, Month, OffsetDateTime};

use super::Error;

/// The layout: digits stand for digits.
const LAYOUT: &[u8; 20] = b"0000-00-00T00:00:00Z";
/// Last second that can be written so, Unix time.
pub const LAST_SECOND: u64 = 253_402_300_799;

/// Reads a time.
///
/// # Errors
/// [`Error::BadTime`] for any other layout, a day that no calendar has, a leap second, or a time before 1970.
pub fn parse(field: &'static str, text: &str) -> Result<u64, Error> {
    read(text).ok_or_else(|| Error::BadTime { field, found: super::shortened(text) })
}

fn read(text: &str) -> Option<u64> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let fits = |(found, wanted): (&u8, &u8)| if *wanted == b'0' { found.is_ascii_digit() } else { found == wanted };
    if !bytes.iter().zip(LAYOUT).all(fits) {
        return None;
    }
    let digits = |from: usize, to: usize| {
        bytes[from..to].iter().fold(0_u16, |number, digit| number * 10 + u16::from(digit - b'0'))
    };
    let small = |from: usize| u8::try_from(digits(from, from + 2)).ok();
    let date = Date::from_calendar_date(i32::from(digits(0, 4)), Month::try_from(small(5)?).ok()?, small(8)?).ok()?;
    let time = date.with_hms(small(11)?, small(14)?, small(17)?).ok()?;
    u64::try_from(time.assume_utc().unix_timestamp()).ok()
}

/// Writes a time, Unix seconds; past the year 9999 the last second of that year.
pub fn write(seconds: u64) -> String {
    let seconds = i64::try_from(seconds.min(LAST_SECOND)).unwrap_or_default();
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = time.to_hms();
    let (year, month, day) = time.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month))
}
