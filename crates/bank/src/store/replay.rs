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
    let values = [Value::Text(id.as_str()), Value::Bytes(caller.as_bytes())];
    let sql = "INSERT INTO calls (ulid, caller) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if engine.execute(sql, &values)? == 0 {
        return Ok(Err(format!("call {id} was made before; a new call takes a new id")));
    }
    if oldest >= forgotten.saturating_add(FORGET_EVERY_MS) {
        // The first that a call of that time could have.
        let first = Ulid::new(oldest, [0; 10]);
        engine.execute("DELETE FROM calls WHERE ulid < $1", &[Value::Text(first.as_str())])?;
        engine.execute("UPDATE barter_bank SET forgotten_ms = $1", &[Value::Integer(oldest.cast_signed())])?;
    }
    Ok(Ok(()))
}
