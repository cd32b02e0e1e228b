//! The tree of the log, as far as it is kept: each leaf beside its outcome, and the hash of each full tile.

use barter_store::{Engine, Value, row};

use super::{Error, schema::SUBTREES};
use crate::merkle::{self, Completed, Frontier, Hash, TILE};

/// Bits of the index in the id of a subtree's row.
const INDEX_BITS: u32 = 56;

const SIZE: &str = "SELECT id + 1 FROM outcomes ORDER BY id DESC LIMIT 1";
const LEAVES: &str = "SELECT leaf FROM outcomes WHERE id >= $1 AND id < $2 ORDER BY id";
const TILES: &str = "SELECT hash FROM subtrees WHERE id >= $1 AND id < $2 ORDER BY id";

/// The id of the row of a hash of a level, as [`Completed`] numbers them.
pub(super) fn id(level: u32, index: u64) -> i64 {
    (i64::from(level) << INDEX_BITS) + i64::try_from(index).unwrap_or_default()
}

/// The rows of what a batch completed.
pub(super) fn rows(completed: &[Completed]) -> Vec<Value<'_>> {
    completed.iter().flat_map(|done| [Value::Integer(id(done.level, done.index)), Value::Bytes(&done.hash)]).collect()
}

/// How many outcomes there are.
pub(super) fn size(engine: &mut dyn Engine<Error>) -> Result<u64, Error> {
    let mut size = 0;
    engine.query(SIZE, &[], &mut |row| {
        size = row::unsigned(row, 0)?;
        Ok(())
    })?;
    Ok(size)
}

/// A tile of a level, as full as it is.
pub(super) fn tile(engine: &mut dyn Engine<Error>, level: u32, index: u64) -> Result<Vec<Hash>, Error> {
    let first = index * TILE;
    let (sql, from) =
        if level == 0 { (LEAVES, i64::try_from(first).unwrap_or(i64::MAX)) } else { (TILES, id(level, first)) };
    let mut hashes = Vec::new();
    let bounds = [Value::Integer(from), Value::Integer(from.saturating_add(TILE.cast_signed()))];
    engine.query(sql, &bounds, &mut |row| {
        hashes.push(row::array(row, 0)?);
        Ok(())
    })?;
    Ok(hashes)
}

/// The right edge of the tree of the first `size` outcomes: a tile of each level, however many outcomes there are.
pub(super) fn frontier(engine: &mut dyn Engine<Error>, size: u64) -> Result<Frontier, Error> {
    let mut levels = Vec::new();
    let (mut hashes, mut level) = (size, 0);
    while hashes > 0 {
        let mut last = tile(engine, level, hashes / TILE)?;
        last.truncate(usize::try_from(hashes % TILE).unwrap_or_default());
        levels.push((last, hashes % TILE));
        hashes /= TILE;
        level += 1;
    }
    let mut peaks = Vec::new();
    for (hashes, expected) in levels.into_iter().rev() {
        if hashes.len() as u64 != expected {
            return Err(row::damaged(SUBTREES.name).into());
        }
        let mut tree = Frontier::default();
        for hash in hashes {
            tree.append(hash);
        }
        peaks.extend_from_slice(tree.peaks());
    }
    Frontier::from_parts(size, peaks).ok_or_else(|| row::damaged(SUBTREES.name).into())
}

/// What a proof's failure is to us: the tree is not as it was written.
pub(super) fn failed(error: merkle::Error<Error>) -> Error {
    match error {
        merkle::Error::Read(error) => error,
        _ => row::damaged(SUBTREES.name).into(),
    }
}
