//! Many rows at once, by `COPY` in its binary form.

use std::io::Write as _;

use postgres::{Client, Statement};

use crate::{Table, Value};

/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In place of a row's number of columns: there are no more rows.
const TRAILER: i16 = -1;
/// In place of a value's length: it is null.
const NULL: i32 = -1;

/// The statement that takes a table's rows.
pub(super) fn sql(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    format!("COPY {} ({}) FROM STDIN (FORMAT binary)", table.name, names.join(", "))
}

/// Puts rows in.
pub(super) fn rows(
    client: &mut Client,
    statement: &Statement,
    table: &Table,
    values: &[Value<'_>],
) -> Result<(), postgres::Error> {
    let mut writer = client.copy_in(statement)?;
    // The writer only takes the bytes, which cannot fail; finishing sends them.
    let _ = writer.write_all(&encode(table.columns.len(), values));
    writer.finish().map(drop)
}

fn encode(width: usize, values: &[Value<'_>]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    for row in values.chunks_exact(width) {
        bytes.extend(i16::try_from(width).unwrap_or(i16::MAX).to_be_bytes());
        for value in row {
            match value {
                Value::Null => bytes.extend(NULL.to_be_bytes()),
                Value::Integer(number) => field(&mut bytes, &number.to_be_bytes()),
                Value::Bytes(value) => field(&mut bytes, value),
                Value::Text(text) => field(&mut bytes, text.as_bytes()),
            }
        }
    }
    bytes.extend(TRAILER.to_be_bytes());
    bytes
}

fn field(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend(i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
    bytes.extend(value);
}
