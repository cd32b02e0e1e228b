//! What somebody has at a bank: promises minted, accounts opened, balances read.

use serde_json::{Value, json};

use super::{Connection, Error};
use crate::document::{Account, Decimal, Doc, Hash, Header, Pocket, Promise, SecretKey, Ulid};

/// What the pocket of accounts that are opened here is called.
const POCKET: &str = "barter";

/// A promise and an account of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The promise.
    pub promise: Hash,
    /// The account.
    pub account: Hash,
}

/// An account of somebody's, with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The account.
    pub account: Hash,
    /// What it holds.
    pub promise: Doc<Promise>,
    /// How much.
    pub balance: Decimal,
}

impl Connection {
    /// Has the bank keep a promise of `issuer`'s, and an account of it that may owe.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn mint(&self, issuer: &SecretKey, promise: &Promise, now: u64) -> Result<Opened, Error> {
        const METHOD: &str = "mint_promise";
        let promise = Doc::new(header(issuer, now)?, promise)?;
        let params = json!({ "promise": promise.to_json() });
        let answer = self.call(issuer, METHOD, &params, now).await?;
        if self.hash(METHOD, &answer, "promise_hash")? != promise.hash() {
            return Err(self.wrong(METHOD, "it minted another promise"));
        }
        Ok(Opened { promise: promise.hash(), account: self.hash(METHOD, &answer, "account_hash")? })
    }

    /// Opens an account of `holder`'s for a promise that the bank keeps.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn open_account(&self, holder: &SecretKey, promise: Hash, now: u64) -> Result<Opened, Error> {
        const METHOD: &str = "open_account";
        let pocket = Doc::new(header(holder, now)?, &Pocket { name: POCKET.to_owned() })?;
        let account = Doc::new(header(holder, now)?, &Account { pocket: pocket.hash(), promise })?;
        let params = json!({ "account": account.to_json(), "pocket": pocket.to_json() });
        let answer = self.call(holder, METHOD, &params, now).await?;
        if self.hash(METHOD, &answer, "account_hash")? != account.hash() {
            return Err(self.wrong(METHOD, "it opened another account"));
        }
        Ok(Opened { promise, account: account.hash() })
    }

    /// A promise that the bank keeps. What it sends is compared with the hash.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn promise(&self, caller: &SecretKey, promise: Hash, now: u64) -> Result<Doc<Promise>, Error> {
        const METHOD: &str = "get_promise";
        let mut answer = self.call(caller, METHOD, &json!({ "promise_hash": promise }), now).await?;
        self.checked_promise(METHOD, answer["promise"].take(), promise)
    }

    /// All accounts that somebody has at the bank, with what is in them.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn holdings(&self, holder: &SecretKey, now: u64) -> Result<Vec<Holding>, Error> {
        const METHOD: &str = "list_accounts";
        let answer = self.call(holder, METHOD, &json!({}), now).await?;
        let accounts = answer["accounts"].as_array().ok_or_else(|| self.wrong(METHOD, "accounts are missing"))?;
        let mut holdings = Vec::with_capacity(accounts.len());
        for account in accounts {
            if account["holder_pubkey"] != holder.public().to_string() {
                return Err(self.wrong(METHOD, "an account is somebody else's"));
            }
            let promise = self.hash(METHOD, account, "promise_hash")?;
            holdings.push(Holding {
                account: self.hash(METHOD, account, "account_hash")?,
                promise: self.told_promise(METHOD, &answer["promises"], holder, promise, now).await?,
                balance: self.decimal(METHOD, account, "balance")?,
            });
        }
        Ok(holdings)
    }

    /// A promise of those that an answer tells; one that it does not tell, because it would be too long, is asked for.
    pub(super) async fn told_promise(
        &self,
        method: &'static str,
        promises: &Value,
        caller: &SecretKey,
        promise: Hash,
        now: u64,
    ) -> Result<Doc<Promise>, Error> {
        match promises.get(promise.to_string()) {
            Some(body) => self.checked_promise(method, body.clone(), promise),
            None => self.promise(caller, promise, now).await,
        }
    }

    /// What is in an account, for its holder and the issuer of what it holds.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn balance(&self, caller: &SecretKey, account: Hash, now: u64) -> Result<Decimal, Error> {
        const METHOD: &str = "get_account_balance";
        let answer = self.call(caller, METHOD, &json!({ "account_hash": account }), now).await?;
        self.decimal(METHOD, &answer, "balance")
    }

    pub(super) fn checked_promise(
        &self,
        method: &'static str,
        body: Value,
        expected: Hash,
    ) -> Result<Doc<Promise>, Error> {
        let promise: Doc<Promise> = Doc::read(body).map_err(|error| self.wrong(method, &error.to_string()))?;
        if promise.hash() == expected && promise.bank == self.pin().key {
            return Ok(promise);
        }
        Err(self.wrong(method, "it sends another promise than it was asked for"))
    }

    pub(super) fn hash(&self, method: &'static str, answer: &Value, field: &str) -> Result<Hash, Error> {
        let hash = answer[field].as_str().and_then(|hash| hash.parse().ok());
        hash.ok_or_else(|| self.wrong(method, &format!("{field} is no hash")))
    }

    pub(super) fn decimal(&self, method: &'static str, answer: &Value, field: &str) -> Result<Decimal, Error> {
        let decimal = answer[field].as_str().and_then(|decimal| decimal.parse().ok());
        decimal.ok_or_else(|| self.wrong(method, &format!("{field} is no decimal")))
    }

    pub(super) fn wrong(&self, method: &'static str, reason: &str) -> Error {
        Error::Answer { bank: self.pin().key, method, reason: reason.to_owned() }
    }
}

fn header(key: &SecretKey, now: u64) -> Result<Header, Error> {
    let ulid = Ulid::generate(now).map_err(|error| Error::NoRandomness { reason: error.to_string() })?;
    Ok(Header { pubkey: key.public(), ulid })
}
