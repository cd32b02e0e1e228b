//! Reading rows. What is not as the index wrote it, somebody else wrote.

use crate::{Error, engine::Value};

/// A row that the index did not write. The location is filled in by who knows it.
pub(crate) fn damaged(table: &'static str) -> Error {
    Error::Damaged { location: String::from("the index"), table }
}

/// What a query's row is called where no table is to blame.
const ROW: &str = "a table";

/// A number.
pub(crate) fn integer(row: &[Value<'_>], place: usize) -> Result<i64, Error> {
    match row.get(place) {
        Some(Value::Integer(number)) => Ok(*number),
        _ => Err(damaged(ROW)),
    }
}

/// A number that is never negative.
pub(crate) fn unsigned(row: &[Value<'_>], place: usize) -> Result<u64, Error> {
    u64::try_from(integer(row, place)?).map_err(|_| damaged(ROW))
}

/// A number that is never negative, or none.
pub(crate) fn optional(row: &[Value<'_>], place: usize) -> Result<Option<u64>, Error> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { unsigned(row, place).map(Some) }
}

/// Bytes of a length that is known.
pub(crate) fn array<const LENGTH: usize>(row: &[Value<'_>], place: usize) -> Result<[u8; LENGTH], Error> {
    match row.get(place) {
        Some(Value::Bytes(bytes)) => (*bytes).try_into().map_err(|_| damaged(ROW)),
        _ => Err(damaged(ROW)),
    }
}

/// Bytes of a length that is known, or none.
pub(crate) fn optional_array<const LENGTH: usize>(
    row: &[Value<'_>],
    place: usize,
) -> Result<Option<[u8; LENGTH]>, Error> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { array(row, place).map(Some) }
}

/// A text.
pub(crate) fn text<'a>(row: &[Value<'a>], place: usize) -> Result<&'a str, Error> {
    optional_text(row, place)?.ok_or_else(|| damaged(ROW))
}

/// A text, or none.
pub(crate) fn optional_text<'a>(row: &[Value<'a>], place: usize) -> Result<Option<&'a str>, Error> {
    match row.get(place) {
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(Value::Null) => Ok(None),
        _ => Err(damaged(ROW)),
    }
}
