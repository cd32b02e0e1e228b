//! The books in a database, inside a transaction.
//!
//! States are kept as JSON: they are read whole, by the one key they are looked up with. What was found there and cannot be read,
//! somebody else wrote, and nothing is decided on it.

use barter_store::{Engine, Error as StoreError, Value, row};
use serde::{Serialize, de::DeserializeOwned};

use super::Error;
use crate::{
    document::{Decimal, Document, Hash, PublicKey, canonical},
    ledger::{AccountState, Books, Hold, Leg, Minted, State, Write},
};

/// The books as one transaction sees them.
pub(crate) struct Database<'a> {
    pub(crate) engine: &'a mut dyn Engine<Error>,
}

impl Database<'_> {
    /// The first two columns of the one row with this key.
    fn texts(&mut self, sql: &str, key: &Hash) -> Result<Option<(String, Option<String>)>, Error> {
        let mut found = None;
        self.engine.query(sql, &[Value::Bytes(key.as_bytes())], &mut |row| {
            let second = if row.len() > 1 { row::optional_text(row, 1)?.map(str::to_owned) } else { None };
            found = Some((row::text(row, 0)?.to_owned(), second));
            Ok(())
        })?;
        Ok(found)
    }

    fn state<T: DeserializeOwned>(&mut self, table: &'static str, sql: &str, key: &Hash) -> Result<Option<T>, Error> {
        let found = self.texts(sql, key)?;
        found.map(|(state, _)| serde_json::from_str(&state).map_err(|_| damaged(table))).transpose()
    }

    /// The hashes of a holder's accounts.
    pub(super) fn accounts_of(&mut self, holder: &PublicKey, most: usize) -> Result<Vec<Hash>, Error> {
        let sql = format!("SELECT hash FROM accounts WHERE holder = $1 ORDER BY hash LIMIT {most}");
        self.hashes(&sql, &[Value::Bytes(holder.as_bytes())])
    }

    /// Deals whose hold here ended at or before `now`, and nobody has written that down.
    pub(super) fn ended(&mut self, now: u64, most: usize) -> Result<Vec<Hash>, Error> {
        // The number is in the text: SQLite plans a statement anew for each value of a parameter that is a limit.
        let sql = format!("SELECT tx FROM legs WHERE until_ms <= $1 ORDER BY until_ms LIMIT {most}");
        self.hashes(&sql, &[Value::Integer(i64::try_from(now).unwrap_or(i64::MAX))])
    }

    /// Deals under way in which accounts of a holder are, after this one.
    pub(super) fn waiting(
        &mut self,
        holder: &PublicKey,
        after: Option<&Hash>,
        most: usize,
    ) -> Result<Vec<Hash>, Error> {
        let after = after.map_or([].as_slice(), |after| after.as_bytes());
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql = "SELECT tx FROM waiting WHERE holder = $1 AND tx > $2 ORDER BY tx LIMIT $3";
        self.hashes(sql, &[Value::Bytes(holder.as_bytes()), Value::Bytes(after), Value::Integer(most)])
    }

    fn hashes(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Hash>, Error> {
        let mut found = Vec::new();
        self.engine.query(sql, parameters, &mut |row| {
            found.push(Hash::new(row::array(row, 0)?));
            Ok(())
        })?;
        Ok(found)
    }

    /// Writes one thing. What is not as the write says it was is a fault of this program, and ends the transaction.
    pub(super) fn write(&mut self, write: &Write) -> Result<(), Error> {
        let changed = match write {
            Write::Document(document) => {
                let hash = document.hash();
                let values = [Value::Bytes(hash.as_bytes()), Value::Text(document.text())];
                let sql = "INSERT INTO documents (hash, text) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                return self.engine.execute(sql, &values).map(drop);
            }
            Write::Account { account, state } => {
                let balance = state.balance.to_string();
                let values = [
                    Value::Bytes(account.as_bytes()),
                    Value::Bytes(state.holder.as_bytes()),
                    Value::Text(&balance),
                    Value::Text(&text(state)?),
                ];
                let sql = "INSERT INTO accounts (hash, holder, balance, state) VALUES ($1, $2, $3, $4)";
                self.engine.execute(sql, &values)?
            }
            Write::Minted { promise, minted } => {
                let values = [Value::Bytes(promise.as_bytes()), Value::Text(&text(minted)?)];
                self.engine.execute("INSERT INTO minted (promise, state) VALUES ($1, $2)", &values)?
            }
            Write::Balance { account, from, to } => {
                let (from, to) = (from.to_string(), to.to_string());
                let values = [Value::Text(&to), Value::Bytes(account.as_bytes()), Value::Text(&from)];
                let sql = "UPDATE accounts SET balance = $1 WHERE hash = $2 AND balance = $3";
                self.engine.execute(sql, &values)?
            }
            Write::Hold { account, hold } => {
                let values =
                    [Value::Bytes(account.as_bytes()), Value::Bytes(hold.tx.as_bytes()), Value::Text(&text(hold)?)];
                self.engine.execute("INSERT INTO holds (account, tx, state) VALUES ($1, $2, $3)", &values)?
            }
            Write::Release { account, tx } => {
                let values = [Value::Bytes(account.as_bytes()), Value::Bytes(tx.as_bytes())];
                self.engine.execute("DELETE FROM holds WHERE account = $1 AND tx = $2", &values)?
            }
            Write::Record { record, tx } => {
                let values = [Value::Bytes(record.as_bytes()), Value::Bytes(tx.as_bytes())];
                self.engine.execute("INSERT INTO records (record, tx) VALUES ($1, $2)", &values)?
            }
            Write::Leg { from, to } => self.write_leg(from.as_deref(), to)?,
        };
        if changed == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    fn write_leg(&mut self, from: Option<&Leg>, to: &Leg) -> Result<u64, Error> {
        let until_ms = match to.state {
            State::Settled | State::Rejected => None,
            State::Approved | State::Held | State::Confirmed => to.until_ms,
        };
        let until_ms = until_ms.map_or(Value::Null, |until| Value::Integer(i64::try_from(until).unwrap_or(i64::MAX)));
        let (tx, state) = (Value::Bytes(to.tx.as_bytes()), text(to)?);
        let waiting = match from {
            None => Some("INSERT INTO waiting (holder, tx) VALUES ($1, $2)"),
            Some(_) if to.state.is_final() => Some("DELETE FROM waiting WHERE holder = $1 AND tx = $2"),
            Some(_) => None,
        };
        if let Some(sql) = waiting {
            for holder in to.holders.keys() {
                if self.engine.execute(sql, &[Value::Bytes(holder.as_bytes()), tx])? != 1 {
                    return Err(Error::Stale);
                }
            }
        }
        match from {
            None => {
                let values = [tx, until_ms, Value::Text(&state)];
                self.engine.execute("INSERT INTO legs (tx, until_ms, state) VALUES ($1, $2, $3)", &values)
            }
            Some(from) => {
                let from = text(from)?;
                let values = [until_ms, Value::Text(&state), tx, Value::Text(&from)];
                let sql = "UPDATE legs SET until_ms = $1, state = $2 WHERE tx = $3 AND state = $4";
                self.engine.execute(sql, &values)
            }
        }
    }
}

const DOCUMENT: &str = "SELECT text FROM documents WHERE hash = $1";

impl Books for Database<'_> {
    type Error = Error;

    fn document(&mut self, hash: &Hash) -> Result<Option<Document>, Error> {
        let Some((text, _)) = self.texts(DOCUMENT, hash)? else { return Ok(None) };
        let read = canonical::read(text.as_bytes()).and_then(Document::read).map_err(|_| damaged("documents"))?;
        if read.hash() == *hash { Ok(Some(read)) } else { Err(damaged("documents")) }
    }

    fn account(&mut self, hash: &Hash) -> Result<Option<AccountState>, Error> {
        let found = self.texts("SELECT state, balance FROM accounts WHERE hash = $1", hash)?;
        let Some((state, Some(balance))) = found else { return Ok(None) };
        let mut state: AccountState = serde_json::from_str(&state).map_err(|_| damaged("accounts"))?;
        state.balance = balance.parse::<Decimal>().map_err(|_| damaged("accounts"))?;
        Ok(Some(state))
    }

    fn hold(&mut self, account: &Hash) -> Result<Option<Hold>, Error> {
        self.state("holds", "SELECT state FROM holds WHERE account = $1", account)
    }

    fn leg(&mut self, tx: &Hash) -> Result<Option<Leg>, Error> {
        self.state("legs", "SELECT state FROM legs WHERE tx = $1", tx)
    }

    fn minted(&mut self, promise: &Hash) -> Result<Option<Minted>, Error> {
        self.state("minted", "SELECT state FROM minted WHERE promise = $1", promise)
    }

    fn tx_of(&mut self, record: &Hash) -> Result<Option<Hash>, Error> {
        let found = self.hashes("SELECT tx FROM records WHERE record = $1", &[Value::Bytes(record.as_bytes())])?;
        Ok(found.first().copied())
    }
}

/// How a state is written: as it is compared, too, when it is replaced.
pub(crate) fn text(state: &impl Serialize) -> Result<String, Error> {
    // Maps with hashes for keys, numbers and texts: JSON in any case.
    serde_json::to_string(state).map_err(|_| Error::Stale)
}

fn damaged(table: &'static str) -> Error {
    StoreError::Damaged { location: "the bank's store".to_owned(), table }.into()
}
