//! Taking back blocks: what came after one is deleted, and trades that its events had ended are open again.

use crate::{
    Error,
    engine::{Engine, Table, Value, row},
    index::count,
    schema::{ACCEPTANCES, BLOCKS, CHECKPOINTS, DISPUTES, NUMBERED, OPEN_TRADES, SETTLEMENTS, WALLETS},
};

/// Events beside a settlement that counted, in its row: two scores, two mints.
const EVENTS_OF_A_REWARD: u64 = 4;

/// Takes back everything after a block.
pub(crate) fn undo(engine: &mut dyn Engine<Error>, block: i64) -> Result<u64, Error> {
    let mut kept = Vec::new();
    for table in NUMBERED {
        kept.push((table, last_kept(engine, table.name, "block_number", block)?));
    }
    let last_wallet = last_kept(engine, WALLETS.name, "first_block", block)?;
    let touched = touched_trades(engine, &kept)?;

    let mut events = 0;
    for (table, last) in &kept {
        let last = [Value::Integer(*last)];
        if table.name == SETTLEMENTS.name {
            let counted = "SELECT count(*) FROM settlements WHERE id > $1 AND points > 0";
            events += EVENTS_OF_A_REWARD * count(engine, counted, &last)?.unsigned_abs();
        }
        events += engine.execute(&format!("DELETE FROM {} WHERE id > $1", table.name), &last)?;
    }
    engine.execute("DELETE FROM wallets WHERE id > $1", &[Value::Integer(last_wallet)])?;
    reopen(engine, &touched)?;
    for table in [&BLOCKS, &CHECKPOINTS] {
        engine.execute(&format!("DELETE FROM {} WHERE number > $1", table.name), &[Value::Integer(block)])?;
    }
    // The head is the newest checkpoint, and the newest block that is left may be one with events only.
    let sql = "INSERT INTO checkpoints (number, hash, timestamp)
        SELECT number, hash, timestamp FROM blocks
        WHERE number = (SELECT max(number) FROM blocks)
            AND number > (SELECT COALESCE(max(number), -1) FROM checkpoints)";
    engine.execute(sql, &[])?;
    Ok(events)
}

/// The last row that stays. Numbers rise with blocks, so it is looked for from the end.
fn last_kept(engine: &mut dyn Engine<Error>, table: &str, block_column: &str, block: i64) -> Result<i64, Error> {
    let sql = format!("SELECT id FROM {table} WHERE {block_column} <= $1 ORDER BY id DESC LIMIT 1");
    let mut last = 0;
    engine.query(&sql, &[Value::Integer(block)], &mut |row| {
        last = row::integer(row, 0)?;
        Ok(())
    })?;
    Ok(last)
}

/// The trades that were accepted, settled or disputed in rows that go.
fn touched_trades(engine: &mut dyn Engine<Error>, kept: &[(&'static Table, i64)]) -> Result<Vec<i64>, Error> {
    let mut touched = Vec::new();
    for (table, last) in kept {
        if [ACCEPTANCES.name, SETTLEMENTS.name, DISPUTES.name].contains(&table.name) {
            let sql = format!("SELECT trade FROM {} WHERE id > $1", table.name);
            engine.query(&sql, &[Value::Integer(*last)], &mut |row| {
                touched.push(row::integer(row, 0)?);
                Ok(())
            })?;
        }
    }
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}

/// Puts the rows of `open_trades` right for trades whose later rows are gone.
fn reopen(engine: &mut dyn Engine<Error>, touched: &[i64]) -> Result<(), Error> {
    const STILL_OPEN: &str = "
        SELECT p.id, p.party_a, p.party_b, b.timestamp FROM proposals p
        JOIN acceptances c ON c.trade = p.id
        JOIN blocks b ON b.number = c.block_number
        WHERE p.id = $1 AND NOT EXISTS (SELECT 1 FROM settlements s WHERE s.trade = p.id) AND COALESCE(
            (SELECT d.kind FROM disputes d WHERE d.trade = p.id ORDER BY d.id DESC LIMIT 1), 'dismissed'
        ) = 'dismissed'";
    let keys: Vec<_> = touched.iter().copied().map(Value::Integer).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let mut open = Vec::new();
    engine.lookup(STILL_OPEN, 1, &keys, &mut |_, row| {
        for place in 0..OPEN_TRADES.columns.len() {
            open.push(Value::Integer(row::integer(row, place)?));
        }
        Ok(())
    })?;
    engine.delete(&OPEN_TRADES, &keys)?;
    engine.insert(&OPEN_TRADES, &open)
}
