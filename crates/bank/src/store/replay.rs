//! Which calls were made: each is made once.
//!
//! A call's id says when it was made. One that is older than the window is refused, so ids that old need not be kept; how far the
//! past was forgotten is kept instead, so that a clock that steps back lets no call in a second time.

use barter_store::{Engine, Value, row};

use super::Error;
use crate::document::{PublicKey, Ulid};

/// How old a call may be, or how far ahead of the bank's clock, in milliseconds.
pub const WINDOW_MS: u64 = 10 * 60 * 1_000;
/// Between two times that old ids are forgotten, in milliseconds.
const FORGET_EVERY_MS: u64 = 60 * 1_000;

/// Spends a call's id. What is wrong with it, if it cannot be spent.
pub(super) fn spend(
    engine: &mut dyn Engine<Error>,
    caller: &PublicKey,
    id: Ulid,
    now: u64,
) -> Result<Result<(), String>, Error> {
    let mut forgotten = 0;
    engine.query("SELECT forgotten_ms FROM barter_bank", &[], &mut |row| {
        forgotten = row::unsigned(row, 0)?;
        Ok(())
    })?;
    let (made, oldest) = (id.time_ms(), now.saturating_sub(WINDOW_MS).max(forgotten));
    if made < oldest {
        return Ok(Err(format!("call {id} was made at {made}, and this bank knows calls from {oldest} on (Unix ms)")));
    }
    let newest = now.saturating_add(WINDOW_MS);
    if made > newest {
        return Ok(Err(format!("call {id} says it was made at {made}, and it is {now} here (Unix ms)")));
    }
    let key = [Value::Bytes(caller.as_bytes()), Value::Text(id.as_str())];
    let mut is_seen = false;
    engine.query("SELECT 1 FROM calls WHERE caller = $1 AND ulid = $2", &key, &mut |_| {
        is_seen = true;
        Ok(())
    })?;
    if is_seen {
        return Ok(Err(format!("call {id} was made before; a new call takes a new id")));
    }
    let made = Value::Integer(made.cast_signed());
    engine.execute("INSERT INTO calls (caller, ulid, time_ms) VALUES ($1, $2, $3)", &[key[0], key[1], made])?;
    if oldest >= forgotten.saturating_add(FORGET_EVERY_MS) {
        let oldest = [Value::Integer(oldest.cast_signed())];
        engine.execute("DELETE FROM calls WHERE time_ms < $1", &oldest)?;
        engine.execute("UPDATE barter_bank SET forgotten_ms = $1", &oldest)?;
    }
    Ok(Ok(()))
}
