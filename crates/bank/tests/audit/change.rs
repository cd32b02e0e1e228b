//! Every change of one value of one row.

use std::{fmt::Write as _, path::Path, time::Duration};

use barter_bank::document::{Hash, PublicKey};
use barter_store::{Access, Durability, Engine, Error, Location, Purpose, Value, connect, in_transaction};

use crate::town::person;

const TABLES: [(&str, &[&str]); 9] = [
    ("barter_bank", &["id", "schema_version", "public_key", "forgotten_ms"]),
    ("calls", &["ulid", "caller"]),
    ("documents", &["hash", "text"]),
    ("accounts", &["hash", "holder", "balance", "state"]),
    ("minted", &["promise", "state"]),
    ("holds", &["account", "tx", "state"]),
    ("legs", &["tx", "until_ms", "state"]),
    ("records", &["record", "tx"]),
    // In the town here, everybody has one deal at most that waits.
    ("waiting", &["holder", "tx"]),
];

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

pub(crate) struct Table {
    pub(crate) name: &'static str,
    columns: &'static [&'static str],
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// The column of a change that is a row more.
pub(crate) const MORE: &str = "+";

/// One value that is another, a row that is gone, or a row more.
pub(crate) struct Change {
    pub(crate) table: &'static str,
    /// Empty for a row that is gone, [`MORE`] for a row that is like another but for its key.
    pub(crate) column: &'static str,
    key: (&'static str, Cell),
    /// What is there; of a row that is gone, its last value.
    pub(crate) before: Cell,
    pub(crate) after: Option<Cell>,
}

fn open(path: &Path) -> Box<dyn Engine<Error>> {
    let purpose = Purpose {
        mark: "barter_bank",
        application: "test",
        durability: Durability::Late,
        patience: Duration::from_secs(1),
        write_cache_kib: 1024,
        read_cache_kib: 1024,
    };
    connect(&Location::file(path), Access::Write, &purpose).unwrap()
}

impl Table {
    pub(crate) fn all(path: &Path) -> Vec<Self> {
        let mut engine = open(path);
        let read = |(name, columns): (&'static str, &'static [&'static str])| {
            let mut rows = Vec::new();
            let sql = format!("SELECT {} FROM {name} ORDER BY {}", columns.join(", "), columns[0]);
            let cell = |value: &Value<'_>| match value {
                Value::Integer(number) => Cell::Integer(*number),
                Value::Text(text) => Cell::Text((*text).to_owned()),
                Value::Bytes(bytes) => Cell::Bytes(bytes.to_vec()),
                Value::Null => Cell::Null,
            };
            let mut take = |row: &[Value<'_>]| {
                rows.push(row.iter().map(cell).collect());
                Ok(())
            };
            engine.query(&sql, &[], &mut take).unwrap();
            Self { name, columns, rows }
        };
        TABLES.into_iter().map(read).collect()
    }

    /// Accounts that have one of these balances, with another.
    pub(crate) fn moved(&self, from: &[&str], to: &[&str]) -> Vec<Change> {
        let change = |(before, after): (&&str, &&str)| {
            let is_it = |row: &&Vec<Cell>| row[2] == Cell::Text((*before).to_owned());
            let row = self.rows.iter().find(is_it)?;
            let after = Some(Cell::Text((*after).to_owned()));
            Some(Change {
                table: self.name,
                column: "balance",
                key: ("hash", row[0].clone()),
                before: row[2].clone(),
                after,
            })
        };
        from.iter().zip(to).filter_map(change).collect()
    }
}

/// Runs a statement. How many rows it changed.
pub(crate) fn execute(path: &Path, sql: &str, values: &[Value<'_>]) -> u64 {
    in_transaction(&mut *open(path), Access::Write, |engine| engine.execute(sql, values)).unwrap()
}

impl Change {
    pub(crate) fn make(&self, path: &Path) {
        let (table, (key, row)) = (self.table, &self.key);
        let mut engine = open(path);
        let changed = in_transaction(&mut *engine, Access::Write, |engine| match &self.after {
            None => engine.execute(&format!("DELETE FROM {table} WHERE {key} = $1"), &[row.value()]),
            Some(after) if self.column == MORE => {
                let columns = TABLES.iter().find(|(name, _)| *name == table).unwrap().1;
                let rest = columns[1..].iter().flat_map(|column| [", ", *column]).collect::<String>();
                let sql = format!("INSERT INTO {table} ({key}{rest}) SELECT $1{rest} FROM {table} WHERE {key} = $2");
                engine.execute(&sql, &[after.value(), row.value()])
            }
            Some(after) => {
                let sql = format!("UPDATE {table} SET {} = $1 WHERE {key} = $2", self.column);
                engine.execute(&sql, &[after.value(), row.value()])
            }
        });
        assert_eq!(changed.unwrap(), 1, "{}", self.told());
    }

    pub(crate) fn told(&self) -> String {
        let mut told = format!("{} {}", self.table, self.column);
        write!(told, " of {:?}: {:?} -> {:?}", self.key.1, self.before, self.after).unwrap();
        told
    }
}

fn place_of(columns: &[&str], column: &str) -> usize {
    columns.iter().position(|name| *name == column).unwrap_or(columns.len() - 1)
}

/// All changes of a table. Of documents, which are many, one part of the text each.
pub(crate) fn changes(table: &Table) -> Vec<Change> {
    let Table { name, columns, rows } = table;
    let mut changes = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let mut push = |column: &'static str, after: Option<Cell>| {
            let key = (columns[0], row[0].clone());
            let before = row[place_of(columns, column)].clone();
            changes.push(Change { table: name, column, key, before, after });
        };
        push("", None);
        let more = match &row[0] {
            Cell::Bytes(bytes) => Cell::Bytes(Hash::of(bytes).as_bytes().to_vec()),
            Cell::Text(text) => Cell::Text(text.chars().rev().collect()),
            Cell::Integer(number) => Cell::Integer(number + 1),
            Cell::Null => Cell::Null,
        };
        push(MORE, Some(more));
        for (place, column) in columns.iter().enumerate() {
            let others = rows.iter().cycle().skip(number + 1).take(1).map(|other| other[place].clone());
            let mut instead: Vec<Cell> = match &row[place] {
                // A key that another row has would be refused by the database.
                _ if *column == "id" => vec![],
                Cell::Null => vec![Cell::Integer(1)],
                Cell::Integer(time) => vec![Cell::Integer(time + 1), Cell::Integer(time - 1)],
                Cell::Bytes(bytes) => {
                    let flipped = [bytes[0] ^ 1].into_iter().chain(bytes[1..].iter().copied()).collect();
                    vec![Cell::Bytes(flipped), Cell::Bytes(bytes[..31].to_vec())]
                }
                Cell::Text(text) => texts(text).into_iter().map(Cell::Text).collect(),
            };
            if place > 0 && *column != "ulid" {
                instead.extend(others);
            }
            if *column == "until_ms" {
                instead.push(Cell::Null);
            }
            if *name == "documents" && *column == "text" {
                instead = instead.into_iter().cycle().skip(number).take(1).collect();
            }
            for after in instead.into_iter().filter(|after| *after != row[place]) {
                push(column, Some(after));
            }
        }
    }
    changes
}

/// A text with one of its parts another: each word, number or hash of JSON.
fn texts(text: &str) -> Vec<String> {
    let mut texts = vec![format!("{text} "), format!("{text}0")];
    let mut start = 0;
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    while let Some(from) = text[start..].find(is_part).map(|place| start + place) {
        let to = text[from..].find(|character| !is_part(character)).map_or(text.len(), |place| from + place);
        let quoted = text[..from].ends_with('"');
        for part in parts(&text[from..to], quoted) {
            texts.push(format!("{}{part}{}", &text[..from], &text[to..]));
        }
        start = to;
    }
    texts
}

fn parts(part: &str, quoted: bool) -> Vec<String> {
    let other = Hash::of(part.as_bytes()).to_string();
    if part.parse::<PublicKey>().is_ok() || part.parse::<Hash>().is_ok() {
        return vec![person(1).public().to_string(), person(77).public().to_string()];
    }
    if let Ok(number) = part.parse::<f64>() {
        return vec![format!("{}", number + 1.0), format!("{}", -number)];
    }
    match part {
        "true" => vec!["false".to_owned()],
        "false" => vec!["true".to_owned()],
        "null" => vec![format!("\"{other}\""), "\"0\"".to_owned(), "0".to_owned()],
        "lead" => vec!["follow".to_owned()],
        "follow" => vec!["lead".to_owned()],
        "approved" | "held" | "confirmed" | "settled" | "rejected" if quoted => {
            let states = ["approved", "held", "confirmed", "settled", "rejected"];
            states.into_iter().filter(|state| *state != part).map(str::to_owned).collect()
        }
        _ => vec![format!("{part}x")],
    }
}
