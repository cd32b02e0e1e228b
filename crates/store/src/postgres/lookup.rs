//! A statement for many keys at once.

use postgres::types::{ToSql, Type};

use crate::Value;

/// One column of the keys, as the array it is sent as.
pub(super) enum Column<'a> {
    Integers(Vec<Option<i64>>),
    Bytes(Vec<Option<&'a [u8]>>),
    Texts(Vec<Option<&'a str>>),
}

impl<'a> Column<'a> {
    /// The values at `place` of each key. They are of the first one's kind; what is not is sent as null and finds nothing.
    pub(super) fn new(keys: &[Value<'a>], width: usize, place: usize) -> Self {
        let column = keys.iter().skip(place).step_by(width);
        match keys.get(place) {
            Some(Value::Bytes(_)) => Self::Bytes(column.map(bytes).collect()),
            Some(Value::Text(_)) => Self::Texts(column.map(text).collect()),
            _ => Self::Integers(column.map(integer).collect()),
        }
    }

    pub(super) const fn array(&self) -> Type {
        match self {
            Self::Integers(_) => Type::INT8_ARRAY,
            Self::Bytes(_) => Type::BYTEA_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
        }
    }

    pub(super) fn bound(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Integers(values) => values,
            Self::Bytes(values) => values,
            Self::Texts(values) => values,
        }
    }
}

const fn integer(value: &Value<'_>) -> Option<i64> {
    if let Value::Integer(number) = value { Some(*number) } else { None }
}

const fn bytes<'a>(value: &Value<'a>) -> Option<&'a [u8]> {
    if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
}

const fn text<'a>(value: &Value<'a>) -> Option<&'a str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

/// The statement for many keys, out of `sql`, the one for a single key: a row for each that is found, the key's number
/// before it. `OFFSET 0` keeps the planner from reading whole tables instead of looking each key up, which it takes for
/// cheaper as soon as a page is large.
pub(super) fn sql(sql: &str, columns: usize) -> String {
    let mut one = sql.to_owned();
    // From the last, so that `$1` is not found in `$12`.
    for place in (1..=columns).rev() {
        one = one.replace(&format!("${place}"), &format!("wanted.key{place}"));
    }
    let list = |name: fn(usize) -> String| (1..=columns).map(name).collect::<Vec<_>>().join(", ");
    let (arrays, keys) = (list(|place| format!("${place}")), list(|place| format!("key{place}")));
    format!(
        "SELECT wanted.number, found.* FROM unnest({arrays}) WITH ORDINALITY AS wanted ({keys}, number), \
         LATERAL ({one} OFFSET 0) AS found ORDER BY wanted.number"
    )
}
