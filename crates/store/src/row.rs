//! Reading rows. What is not as it was written, somebody else wrote: [`Error::Damaged`], whose location is filled in by who
//! knows it.

use crate::{Error, Value};

/// A row that nobody here wrote.
pub fn damaged(table: &'static str) -> Error {
    Error::Damaged { location: String::from("the database"), table }
}

/// What a query's row is called where no table is to blame.
const ROW: &str = "a table";

/// A number.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn integer(row: &[Value<'_>], place: usize) -> Result<i64, Error> {
    match row.get(place) {
        Some(Value::Integer(number)) => Ok(*number),
        _ => Err(damaged(ROW)),
    }
}

/// A number that is never negative.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn unsigned(row: &[Value<'_>], place: usize) -> Result<u64, Error> {
    u64::try_from(integer(row, place)?).map_err(|_| damaged(ROW))
}

/// A number that is never negative, or none.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn optional(row: &[Value<'_>], place: usize) -> Result<Option<u64>, Error> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { unsigned(row, place).map(Some) }
}

/// Bytes of a length that is known.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn array<const LENGTH: usize>(row: &[Value<'_>], place: usize) -> Result<[u8; LENGTH], Error> {
    match row.get(place) {
        Some(Value::Bytes(bytes)) => (*bytes).try_into().map_err(|_| damaged(ROW)),
        _ => Err(damaged(ROW)),
    }
}

/// Bytes of a length that is known, or none.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn optional_array<const LENGTH: usize>(row: &[Value<'_>], place: usize) -> Result<Option<[u8; LENGTH]>, Error> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { array(row, place).map(Some) }
}

/// A text.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn text<'a>(row: &[Value<'a>], place: usize) -> Result<&'a str, Error> {
    optional_text(row, place)?.ok_or_else(|| damaged(ROW))
}

/// A text, or none.
///
/// # Errors
/// [`Error::Damaged`] for anything else.
pub fn optional_text<'a>(row: &[Value<'a>], place: usize) -> Result<Option<&'a str>, Error> {
    match row.get(place) {
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(Value::Null) => Ok(None),
        _ => Err(damaged(ROW)),
    }
}
