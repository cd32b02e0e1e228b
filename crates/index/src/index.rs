//! The index itself: made, opened, written.

use std::fmt;

use alloy_primitives::{Address, B256};
use barter_protocol::TradeId;
use serde::Serialize;

use crate::{
    Block, Contradiction, Error, Identity, Location, Page, Reader,
    engine::{self, Access, Engine, Value, in_transaction, row},
    fold::{self, Rows},
    known::{self, Known},
    page::{self, Decoded},
    reader,
    schema::{self, ACCEPTANCES, CHECKPOINTS, DEFINITION, META, OPEN_TRADES, PROPOSALS, SETTLEMENTS, VERSION, WALLETS},
    undo,
};

/// How many blocks deep a reorganisation may be to be undone without being asked. Ethereum finalises after 64; other chains
/// reorganise deeper.
pub const REORGANISATION_DEPTH: u64 = 256;

/// The event log as tables, in a database.
///
/// It holds what the chain said up to one block, its head, and nothing of any later one: each page is written in one
/// transaction, or not at all. One process writes, any number read.
pub struct Index {
    reader: Reader,
    location: String,
    access: Access,
    identity: Identity,
    known: Known,
    depth: u64,
}

/// What applying a page did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The first block of the page.
    pub from: u64,
    /// The last, the index's head now.
    pub head: Block,
    /// Events in it.
    pub events: u64,
    /// Settlements among them.
    pub settlements: u64,
}

/// What an index holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Of what.
    pub identity: Identity,
    /// Up to which block; none before the first page.
    pub head: Option<Block>,
    /// Rows of each table.
    pub rows: Vec<TableRows>,
    /// Its size on disk in bytes, all in.
    pub bytes: u64,
    /// Wallets that were ever named.
    pub wallets: u64,
    /// Proposals nobody has accepted, expired ones among them.
    pub proposed: u64,
    /// Trades that were accepted and are not ended.
    pub accepted: u64,
    /// Trades that were settled.
    pub settled: u64,
    /// Trades that are disputed, or were ended so.
    pub disputed: u64,
}

/// How many rows a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TableRows {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
}

impl Index {
    /// Opens an index to write it; where there is none, makes it.
    ///
    /// # Errors
    /// [`Error::NotAnIndex`], [`Error::OtherSchema`], [`Error::OtherIdentity`]; what the database fails with.
    pub fn create(location: &Location, identity: &Identity) -> Result<Self, Error> {
        let engine = engine::connect(location, Access::Write)?;
        Self::set_up(engine, location.to_string(), identity)
    }

    /// Opens an index to read it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAnIndex`], [`Error::OtherSchema`]; what the database fails with.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let mut engine = engine::connect(location, Access::Read)?;
        let location = location.to_string();
        let identity = in_transaction(&mut *engine, Access::Read, |engine| identity(engine, &location))?;
        let Some(identity) = identity else { return Err(Error::NotAnIndex { location }) };
        Ok(Self::new(engine, location, Access::Read, identity))
    }

    /// An index in this process's memory, gone with it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory(identity: &Identity) -> Result<Self, Error> {
        Self::set_up(engine::in_memory()?, "memory".to_owned(), identity)
    }

    /// An index in a file of the operating system's choice, gone with this process.
    pub(crate) fn temporary(identity: &Identity) -> Result<Self, Error> {
        Self::set_up(engine::temporary()?, "a temporary file".to_owned(), identity)
    }

    fn set_up(mut engine: Box<dyn Engine<Error>>, location: String, expected: &Identity) -> Result<Self, Error> {
        let found = in_transaction(&mut *engine, Access::Write, |engine| {
            if let Some(found) = identity(engine, &location)? {
                return Ok(found);
            }
            if engine.tables()?.is_empty() {
                engine.define(DEFINITION)?;
                define_identity(engine, expected)?;
                return Ok(*expected);
            }
            Err(Error::NotAnIndex { location: location.clone() })
        })?;
        if found != *expected {
            let (found, expected) = (Box::new(found), Box::new(*expected));
            return Err(Error::OtherIdentity { location, found, expected });
        }
        Ok(Self::new(engine, location, Access::Write, found))
    }

    fn new(engine: Box<dyn Engine<Error>>, location: String, access: Access, identity: Identity) -> Self {
        Self {
            reader: Reader { engine },
            location,
            access,
            identity,
            known: Known::default(),
            depth: REORGANISATION_DEPTH,
        }
    }

    /// What it is an index of.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Keeps what undoing this many blocks takes, instead of [`REORGANISATION_DEPTH`].
    pub const fn set_reorganisation_depth(&mut self, blocks: u64) {
        self.depth = blocks;
    }

    pub(crate) const fn reorganisation_depth(&self) -> u64 {
        self.depth
    }

    /// Reads at one point in the chain, whatever is written meanwhile.
    ///
    /// # Errors
    /// What the database or `read` fails with.
    pub fn read<T>(&mut self, read: impl FnOnce(&mut Reader) -> Result<T, Error>) -> Result<T, Error> {
        let done = self.reader.engine.begin_read().and_then(|()| {
            let value = read(&mut self.reader)?;
            self.reader.engine.commit().map(|()| value)
        });
        if done.is_err() {
            self.reader.engine.rollback();
        }
        done.map_err(|error| self.name(error))
    }

    /// The newest block of the index; none before the first page.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn head(&mut self) -> Result<Option<Block>, Error> {
        self.read(Reader::head)
    }

    /// Adds a page, in one transaction: all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Contradiction`] for a page that no chain has, or that does not follow the head, which is what a second writer
    /// meets; [`Error::ReadOnly`]; what the database fails with, [`Error::Full`] among it.
    ///
    /// # Retry safety
    /// The same page again is refused, as it does not follow the head any more.
    pub fn apply(&mut self, page: &Page) -> Result<Applied, Error> {
        self.require_writing()?;
        let decoded = page::decode(&self.identity.contracts(), page)?;
        let applied = self.apply_decoded(page.parent_hash, &decoded);
        match applied {
            Ok(settlements) => {
                self.known.is_of(decoded.to.hash);
                let events = decoded.events.len() as u64;
                Ok(Applied { from: decoded.from, head: decoded.to, events, settlements })
            }
            Err(error) => {
                self.known.forget();
                Err(match error {
                    Error::Conflict { table, .. } if table == PROPOSALS.name => self.proposed_twice(&decoded, error),
                    error => self.name(error),
                })
            }
        }
    }

    /// How many settlements there were.
    fn apply_decoded(&mut self, parent_hash: B256, decoded: &Decoded) -> Result<u64, Error> {
        let (first_block, depth, known) = (self.identity.first_block, self.depth, &mut self.known);
        in_transaction(&mut *self.reader.engine, Access::Write, |engine| {
            let head = reader::head(engine)?;
            check_follows(head, first_block, parent_hash, decoded)?;
            known.prepare(engine, head.map(|head| head.hash), &decoded.events)?;
            let rows = fold::fold(known, decoded)?;
            write(engine, &rows)?;
            check_point(engine, decoded.to, depth)?;
            let settlements = rows.added.iter().find(|(table, _)| table.name == SETTLEMENTS.name);
            Ok(settlements.map_or(0, |(table, values)| (values.len() / table.columns.len()) as u64))
        })
    }

    /// Which proposal it was that met itself.
    fn proposed_twice(&mut self, decoded: &Decoded, conflict: Error) -> Error {
        let proposed = |event: &page::Event| Some((event.block_number, trade_proposed(event)?));
        let proposals: Vec<_> = decoded.events.iter().filter_map(proposed).collect();
        let keys: Vec<_> = proposals.iter().map(|(_, trade_id)| Value::Bytes(trade_id.as_slice())).collect();
        let mut twice = None;
        let sql = "SELECT id FROM proposals WHERE trade_id = $1";
        let looked_up = in_transaction(&mut *self.reader.engine, Access::Read, |engine| {
            engine.lookup(sql, 1, &keys, &mut |number, _| {
                twice.get_or_insert(proposals[number]);
                Ok(())
            })
        });
        match (looked_up, twice) {
            (Ok(()), Some((block, trade_id))) => Contradiction::ProposedTwice { block, trade_id }.into(),
            (Err(error), _) => self.name(error),
            (Ok(()), None) => conflict,
        }
    }

    /// Takes back everything after a block, in one transaction. How many events it was. The head is then the newest block at or
    /// before it that the index knows; there is nothing of the record between the two.
    ///
    /// # Errors
    /// [`Error::ReadOnly`]; what the database fails with.
    ///
    /// # Retry safety
    /// Safe to repeat: there is nothing left to take back.
    pub fn undo_to(&mut self, block: u64) -> Result<u64, Error> {
        self.require_writing()?;
        self.known.forget();
        let block = i64::try_from(block).unwrap_or(i64::MAX);
        in_transaction(&mut *self.reader.engine, Access::Write, |engine| undo::undo(engine, block))
            .map_err(|error| self.name(error))
    }

    /// Takes everything back: the chain has not even the first block that was read.
    pub(crate) fn undo_all(&mut self) -> Result<u64, Error> {
        self.require_writing()?;
        self.known.forget();
        in_transaction(&mut *self.reader.engine, Access::Write, |engine| undo::undo(engine, -1))
            .map_err(|error| self.name(error))
    }

    /// What the index holds.
    ///
    /// # Errors
    /// What the database fails with.
    pub fn status(&mut self) -> Result<Status, Error> {
        let identity = self.identity;
        in_transaction(&mut *self.reader.engine, Access::Read, |engine| status(engine, identity))
            .map_err(|error| self.name(error))
    }

    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    pub(crate) fn engine(&mut self) -> &mut dyn Engine<Error> {
        &mut *self.reader.engine
    }

    fn require_writing(&self) -> Result<(), Error> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(Error::ReadOnly { location: self.location.clone() }),
        }
    }

    /// Fills in where it was what a row is damaged of.
    fn name(&self, error: Error) -> Error {
        match error {
            Error::Damaged { table, .. } => Error::Damaged { location: self.location.clone(), table },
            error => error,
        }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Index")
            .field("location", &self.location)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

// ------------------------------------------------------------------------------------------------ what it is of

/// What a database is an index of; none where it is no index.
fn identity(engine: &mut dyn Engine<Error>, location: &str) -> Result<Option<Identity>, Error> {
    if !engine.tables()?.iter().any(|name| name == META) {
        return Ok(None);
    }
    let mut version = None;
    engine.query("SELECT schema_version FROM barter_index", &[], &mut |row| {
        version = Some(row::integer(row, 0)?);
        Ok(())
    })?;
    let damaged = || Error::Damaged { location: location.to_owned(), table: META };
    let found = version.ok_or_else(damaged)?;
    if found != VERSION {
        return Err(Error::OtherSchema { location: location.to_owned(), found, expected: VERSION });
    }
    let mut identity = None;
    let sql = "SELECT chain_id, barter_core, btr_trust, btr_credit, first_block FROM barter_index";
    engine.query(sql, &[], &mut |row| {
        identity = Some(Identity {
            chain_id: row::integer(row, 0)?.cast_unsigned(),
            barter_core: Address::from(row::array(row, 1)?),
            btr_trust: Address::from(row::array(row, 2)?),
            btr_credit: Address::from(row::array(row, 3)?),
            first_block: row::unsigned(row, 4)?,
        });
        Ok(())
    })?;
    identity.ok_or_else(damaged).map(Some)
}

fn define_identity(engine: &mut dyn Engine<Error>, identity: &Identity) -> Result<(), Error> {
    let sql = "INSERT INTO barter_index (schema_version, chain_id, barter_core, btr_trust, btr_credit, first_block)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        Value::Integer(VERSION),
        Value::Integer(identity.chain_id.cast_signed()),
        Value::Bytes(identity.barter_core.as_slice()),
        Value::Bytes(identity.btr_trust.as_slice()),
        Value::Bytes(identity.btr_credit.as_slice()),
        Value::Integer(identity.first_block.cast_signed()),
    ];
    engine.execute(sql, &values).map(drop)
}

// ------------------------------------------------------------------------------------------------ writing

/// Whether a page joins on to the head: by its number, by the hash of the block before it, and in time.
fn check_follows(
    head: Option<Block>,
    first_block: u64,
    parent_hash: B256,
    decoded: &Decoded,
) -> Result<(), Contradiction> {
    let expected = head.map_or(first_block, |head| head.number + 1);
    if decoded.from != expected {
        return Err(Contradiction::WrongPage { from: decoded.from, to: decoded.to.number, expected });
    }
    let Some(head) = head else { return Ok(()) };
    if parent_hash != head.hash {
        return Err(Contradiction::WrongParent { block: decoded.from, expected: head.hash, found: parent_hash });
    }
    let first = decoded.blocks.first().unwrap_or(&decoded.to);
    if first.timestamp < head.timestamp {
        let (block, timestamp, earlier) = (first.number, first.timestamp, head.timestamp);
        return Err(Contradiction::TimeRanBackwards { block, timestamp, earlier });
    }
    Ok(())
}

fn write(engine: &mut dyn Engine<Error>, rows: &Rows<'_>) -> Result<(), Error> {
    if !rows.closed.is_empty() {
        engine.delete(&OPEN_TRADES, &rows.closed)?;
    }
    rows.added.iter().try_for_each(|(table, values)| engine.insert(table, values))
}

/// Makes a block the head. Of the checkpoints deeper than is undone, the newest stays, as the bottom that must not move.
fn check_point(engine: &mut dyn Engine<Error>, block: Block, depth: u64) -> Result<(), Error> {
    let number = Value::Integer(block.number.cast_signed());
    let row = [number, Value::Bytes(block.hash.as_slice()), Value::Integer(block.timestamp.cast_signed())];
    engine.insert(&CHECKPOINTS, &row)?;
    let bottom = Value::Integer(block.number.saturating_sub(depth).cast_signed());
    let sql = "DELETE FROM checkpoints WHERE number < (SELECT max(number) FROM checkpoints WHERE number <= $1)";
    engine.execute(sql, &[bottom]).map(drop)
}

fn trade_proposed(event: &page::Event) -> Option<TradeId> {
    match event.kind {
        barter_bindings::ContractEvent::TradeProposed { trade_id, .. } => Some(trade_id),
        _ => None,
    }
}

// ------------------------------------------------------------------------------------------------ status

fn status(engine: &mut dyn Engine<Error>, identity: Identity) -> Result<Status, Error> {
    let head = reader::head(engine)?;
    let numbered = known::last_numbers(engine)?;
    let mut rows = Vec::new();
    for table in schema::TABLES.into_iter().chain([&CHECKPOINTS]) {
        // Numbers have no gaps, so the last one says how many there are.
        let count = match numbered.get(table.name) {
            Some(last) => *last,
            None => count(engine, &format!("SELECT count(*) FROM {}", table.name), &[])?,
        };
        rows.push(TableRows { table: table.name, rows: count.unsigned_abs() });
    }
    let of = |name: &str| rows.iter().find(|rows| rows.table == name).map_or(0, |rows| rows.rows);
    let (wallets, settled, accepted) = (of(WALLETS.name), of(SETTLEMENTS.name), of(OPEN_TRADES.name));
    let proposed = of(PROPOSALS.name).saturating_sub(of(ACCEPTANCES.name));
    let disputed = of(ACCEPTANCES.name).saturating_sub(settled).saturating_sub(accepted);
    let bytes = engine.size()?;
    Ok(Status { identity, head, rows, bytes, wallets, proposed, accepted, settled, disputed })
}

pub(crate) fn count(engine: &mut dyn Engine<Error>, sql: &str, parameters: &[Value<'_>]) -> Result<i64, Error> {
    let mut count = 0;
    engine.query(sql, parameters, &mut |row| {
        count = row::integer(row, 0)?;
        Ok(())
    })?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use barter_store::testing::Ending;

    use super::*;
    use crate::synthetic::{Settings, Synthetic, identity};

    const SETTINGS: Settings = Settings { trades: 600, wallets: 60, trades_per_block: 20, blocks_per_page: 5, seed: 3 };

    /// Lets the file have this many pages more.
    fn make_room(index: &mut Index, pages: i64) {
        let mut count = 0;
        let engine = &mut *index.reader.engine;
        engine
            .query("PRAGMA page_count", &[], &mut |row| {
                count = row::integer(row, 0)?;
                Ok(())
            })
            .unwrap();
        engine.query(&format!("PRAGMA max_page_count = {}", count + pages), &[], &mut |_| Ok(())).unwrap();
    }

    #[test]
    fn a_full_disk_loses_nothing_and_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::file(folder.path().join("index.db"));
        let mut index = Index::create(&location, &identity()).unwrap();
        let mut full = 0;
        for page in Synthetic::new(SETTINGS) {
            let before = index.status().unwrap();
            // Ever a little more room, until the page fits: so each of its statements meets the full disk.
            let mut room = 0;
            loop {
                make_room(&mut index, room);
                match index.apply(&page) {
                    Ok(_) => break,
                    Err(Error::Full { location: full }) => assert_eq!(full, location.to_string()),
                    Err(error) => panic!("{error:?}"),
                }
                (full, room) = (full + 1, room + 1);
                let after = index.status().unwrap();
                assert_eq!((after.head, after.rows), (before.head, before.rows.clone()));
            }
        }
        assert!(full > 20, "{full}");
        let mut whole = Index::in_memory(&identity()).unwrap();
        for page in Synthetic::new(SETTINGS) {
            whole.apply(&page).unwrap();
        }
        assert_eq!(index.status().unwrap().rows, whole.status().unwrap().rows);
        let settled = |index: &mut Index| {
            let mut all = Vec::new();
            let keep = |settled| {
                all.push(settled);
                Ok(())
            };
            index.read(|reader| reader.settlements_after(0, keep)).unwrap();
            all
        };
        assert_eq!(settled(&mut index), settled(&mut whole));
    }

    /// Makes a change in a program that ends at its first call, at its second, and so on until one comes through. After each,
    /// the index is as it was before.
    fn end_at_each_call(location: &Location, change: impl Fn(&mut Index) -> Result<(), Error>) {
        let before = Index::open(location).unwrap().status().unwrap().rows;
        for calls in 0.. {
            let mut index = Index::create(location, &identity()).unwrap();
            index.reader.engine = Box::new(Ending::after(calls, index.reader.engine));
            if change(&mut index).is_ok() {
                assert!(calls > 5);
                return;
            }
            drop(index);
            assert_eq!(Index::open(location).unwrap().status().unwrap().rows, before, "ended at call {calls}");
        }
    }

    #[test]
    fn a_program_that_ends_at_any_call_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::file(folder.path().join("index.db"));
        drop(Index::create(&location, &identity()).unwrap());
        for page in Synthetic::new(Settings { trades: 100, ..SETTINGS }) {
            end_at_each_call(&location, |index| index.apply(&page).map(drop));
        }
        let whole = Index::open(&location).unwrap().status().unwrap();
        assert_eq!((whole.settled, whole.accepted), (100, 0));
        end_at_each_call(&location, |index| index.undo_to(4).map(drop));
        assert_ne!(Index::open(&location).unwrap().status().unwrap().accepted, 0);
    }

    #[test]
    fn a_writer_does_not_wait_for_ever_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::file(folder.path().join("index.db"));
        let mut first = Index::create(&location, &identity()).unwrap();
        let mut second = Index::create(&location, &identity()).unwrap();
        let page = Synthetic::new(SETTINGS).next().unwrap();
        first.engine().begin_write().unwrap();
        let error = second.apply(&page).unwrap_err();
        assert!(matches!(&error, Error::Busy { location: busy } if *busy == location.to_string()), "{error:?}");
        first.engine().rollback();
        second.apply(&page).unwrap();
    }

    #[test]
    fn what_is_forgotten_is_looked_up_again() {
        let mut index = Index::in_memory(&identity()).unwrap();
        let mut whole = Index::in_memory(&identity()).unwrap();
        for page in Synthetic::new(SETTINGS) {
            // Everything a page needs comes from the database.
            index.known.forget();
            assert_eq!(index.apply(&page).unwrap(), whole.apply(&page).unwrap());
        }
        for table in schema::TABLES {
            let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            let sql = format!("SELECT {} FROM {} ORDER BY 1", names.join(", "), table.name);
            let rows = |index: &mut Index| {
                let mut rows = Vec::new();
                let mut keep = |row: &[Value<'_>]| {
                    rows.push(format!("{row:?}"));
                    Ok(())
                };
                index.engine().query(&sql, &[], &mut keep).unwrap();
                rows
            };
            assert_eq!(rows(&mut index), rows(&mut whole), "{}", table.name);
        }
    }
}
