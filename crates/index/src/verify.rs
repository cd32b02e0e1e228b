//! Whether an index is what the chain says.
//!
//! The log is read from the node again, from the first block on, into a second index in a temporary file; then every row of
//! every table is compared with its twin. What it proves: that the index is what this program makes of what this node says
//! today. So nothing was lost, doubled, changed or left behind by a crash, a disk, a reorganisation or another hand; it does
//! not prove that the node says the truth.

use std::fmt;

use alloy_primitives::hex;
use serde::Serialize;

use crate::{
    Block, Chain, Error, Follower, Index, Step,
    engine::{Access, Engine, Table, Value, in_transaction, row},
    reader,
    schema::{CHECKPOINTS, TABLES},
};

/// Differences that are listed; the others are counted.
pub const MAX_LISTED_DIFFERENCES: usize = 100;
/// Rows of one table that are compared at once.
const ROWS_AT_ONCE: i64 = 1_000;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The point in the chain at which the index was compared; none for an empty index.
    pub head: Option<Block>,
    /// Rows that were compared.
    pub rows: u64,
    /// How many differ, exactly.
    pub different: u64,
    /// The first of them, at most [`MAX_LISTED_DIFFERENCES`].
    pub differences: Vec<Difference>,
}

/// A row that is not what the chain says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: i64,
    /// The row of the index; none where it is missing.
    pub index: Option<String>,
    /// The row the chain's events make; none where there should be none.
    pub chain: Option<String>,
}

impl Verification {
    /// Whether the index is what the chain says.
    pub const fn is_right(&self) -> bool {
        self.different == 0
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |row: &Option<String>| row.clone().unwrap_or_else(|| "no row".to_owned());
        write!(formatter, "{} {}: {}; the chain says {}", self.table, self.key, show(&self.index), show(&self.chain))
    }
}

/// Reads the chain again up to the index's head, and compares every row. `progress` is told of each block up to which the chain
/// was read, and of the index's head.
///
/// # Errors
/// [`Error::NotOfTheChain`] where the index has blocks the chain has not, which is no damage: they are to be undone first;
/// [`Error::NodeBehind`] where the node has not got as far as the index; as [`Follower::step`] otherwise.
pub fn verify<C: Chain>(
    index: &mut Index,
    chain: &mut C,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verification, Error> {
    let mut replay = Index::temporary(index.identity())?;
    if let Some(head) = index.head()? {
        // Most of it without a snapshot, which would keep the database from tidying up for as long as the node takes.
        catch_up(&mut replay, chain, head.number, &mut progress)?;
    }
    let (location, identity) = (index.location().to_owned(), *index.identity());
    debug_assert_eq!(identity, *replay.identity());
    in_transaction(index.engine(), Access::Read, |engine| {
        let head = reader::head(engine)?;
        if let Some(head) = head {
            catch_up(&mut replay, chain, head.number, &mut progress)?;
            if replay.head()?.map(|block| block.hash) != Some(head.hash) {
                return Err(Error::NotOfTheChain { block: head.number });
            }
        }
        let mut comparison = Comparison { head, ..Comparison::default() };
        for table in TABLES {
            comparison.compare(engine, replay.engine(), table)?;
        }
        comparison.check_points(engine, chain)?;
        Ok(comparison.into())
    })
    .map_err(|error| match error {
        Error::Damaged { table, .. } => Error::Damaged { location, table },
        error => error,
    })
}

/// Brings the replay to a block, as far as the chain goes.
fn catch_up<C: Chain>(
    replay: &mut Index,
    chain: &mut C,
    block: u64,
    progress: &mut impl FnMut(u64, u64),
) -> Result<(), Error> {
    if replay.head()?.is_some_and(|head| head.number > block) {
        replay.undo_to(block)?;
    }
    let mut follower = Follower::new(replay, chain);
    let mut idle = 0;
    loop {
        match follower.step_to(block)? {
            Step::Applied(applied) => {
                idle = 0;
                progress(applied.head.number, block);
            }
            Step::Undone { .. } => idle = 0,
            Step::Idle { head } => {
                let reached = follower.index().head()?.is_some_and(|reached| reached.number >= block);
                // A node that has not got so far, or keeps changing its mind, is not waited for.
                idle += 1;
                if reached {
                    return Ok(());
                }
                if idle > MAX_IDLE_STEPS {
                    return match head.number {
                        behind if behind < block => Err(Error::NodeBehind { head: behind, indexed: block }),
                        _ => Ok(()),
                    };
                }
            }
        }
    }
}

/// Steps in a row that bring nothing while there is something to bring.
const MAX_IDLE_STEPS: u32 = 10;

#[derive(Default)]
struct Comparison {
    head: Option<Block>,
    rows: u64,
    different: u64,
    differences: Vec<Difference>,
}

impl From<Comparison> for Verification {
    fn from(comparison: Comparison) -> Self {
        let Comparison { head, rows, different, differences } = comparison;
        Self { head, rows, different, differences }
    }
}

impl Comparison {
    fn compare(
        &mut self,
        index: &mut dyn Engine<Error>,
        chain: &mut dyn Engine<Error>,
        table: &'static Table,
    ) -> Result<(), Error> {
        let (mut here, mut there) = (Rows::of(table), Rows::of(table));
        loop {
            let (row, twin) = (here.next(index)?, there.next(chain)?);
            let (row, twin) = match (row, twin) {
                (None, None) => return Ok(()),
                (Some(row), Some(twin)) if row.key < twin.key => {
                    there.put_back(twin);
                    (Some(row), None)
                }
                (Some(row), Some(twin)) if row.key > twin.key => {
                    here.put_back(row);
                    (None, Some(twin))
                }
                both => both,
            };
            self.rows += 1;
            if row != twin {
                self.differ(table, row, twin);
            }
        }
    }

    fn differ(&mut self, table: &'static Table, index: Option<OwnedRow>, chain: Option<OwnedRow>) {
        self.different += 1;
        if self.differences.len() < MAX_LISTED_DIFFERENCES {
            let key = index.as_ref().or(chain.as_ref()).map_or(0, |row| row.key);
            let show = |row: Option<OwnedRow>| row.map(|row| row.show(table));
            self.differences.push(Difference { table: table.name, key, index: show(index), chain: show(chain) });
        }
    }

    /// Checkpoints depend on how the pages were cut: each is to be a block of the chain.
    fn check_points<C: Chain>(&mut self, index: &mut dyn Engine<Error>, chain: &mut C) -> Result<(), Error> {
        let mut rows = Rows::of(&CHECKPOINTS);
        while let Some(found) = rows.next(index)? {
            self.rows += 1;
            let number = u64::try_from(found.key).ok();
            let header = match number {
                Some(number) => chain.header(number).map_err(|error| Error::Chain(Box::new(error)))?,
                None => None,
            };
            let right = header.map(|header| OwnedRow {
                key: found.key,
                values: vec![
                    Owned::Integer(found.key),
                    Owned::Bytes(header.hash.to_vec()),
                    Owned::Integer(header.timestamp.cast_signed()),
                ],
            });
            if right.as_ref() != Some(&found) {
                self.differ(&CHECKPOINTS, Some(found), right);
            }
        }
        Ok(())
    }
}

/// A table's rows by rising keys, read some at a time.
struct Rows {
    table: &'static Table,
    sql: String,
    after: i64,
    /// In falling order.
    read: Vec<OwnedRow>,
}

impl Rows {
    fn of(table: &'static Table) -> Self {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let (names, key) = (names.join(", "), table.key());
        let sql = format!("SELECT {names} FROM {} WHERE {key} > $1 ORDER BY {key} LIMIT $2", table.name);
        // Damage may have any key.
        Self { table, sql, after: i64::MIN, read: Vec::new() }
    }

    fn next(&mut self, engine: &mut dyn Engine<Error>) -> Result<Option<OwnedRow>, Error> {
        if self.read.is_empty() {
            let (table, read) = (self.table, &mut self.read);
            let parameters = [Value::Integer(self.after), Value::Integer(ROWS_AT_ONCE)];
            engine.query(&self.sql, &parameters, &mut |values| {
                let key = row::integer(values, 0).map_err(|_| row::damaged(table.name))?;
                read.push(OwnedRow { key, values: values.iter().copied().map(Owned::from).collect() });
                Ok(())
            })?;
            read.reverse();
        }
        let next = self.read.pop();
        if let Some(row) = &next {
            self.after = row.key;
        }
        Ok(next)
    }

    fn put_back(&mut self, row: OwnedRow) {
        self.read.push(row);
    }
}

#[derive(PartialEq, Eq)]
struct OwnedRow {
    key: i64,
    values: Vec<Owned>,
}

#[derive(PartialEq, Eq)]
enum Owned {
    Null,
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
}

impl From<Value<'_>> for Owned {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Value::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl OwnedRow {
    fn show(&self, table: &Table) -> String {
        let shown = table.columns.iter().zip(&self.values).map(|(column, value)| match value {
            Owned::Null => format!("{}=none", column.name),
            Owned::Integer(number) => format!("{}={number}", column.name),
            Owned::Bytes(bytes) => format!("{}={}", column.name, hex::encode_prefixed(bytes)),
            // Written by strangers: shown with escapes.
            Owned::Text(text) => format!("{}={text:?}", column.name),
        });
        shown.collect::<Vec<_>>().join(" ")
    }
}
