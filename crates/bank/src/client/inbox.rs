//! What waits for somebody at a bank: deals under way in which accounts of theirs are.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Connection, Error};
use crate::{
    document::{Decimal, Doc, Hash, Promise, PublicKey, Role, SecretKey},
    ledger::State,
};

/// Pages that are asked for at most.
const MAX_PAGES: usize = 100;

/// A deal under way, as a bank tells one of its holders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The deal.
    pub tx: Hash,
    /// Who proposed it.
    pub proposer: PublicKey,
    /// How far this bank's part is.
    pub state: State,
    /// Does this bank settle first?
    pub role: Role,
    /// When its hold ends by itself, Unix milliseconds.
    pub until_ms: Option<u64>,
    /// Has the holder confirmed?
    pub is_confirmed: bool,
    /// How many holders have not.
    pub unconfirmed: u64,
    /// What it does to the holder's accounts.
    pub accounts: Vec<WaitingAccount>,
}

/// What a deal does to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingAccount {
    /// The account.
    pub account: Hash,
    /// What it holds.
    pub promise: Doc<Promise>,
    /// All that comes in less all that goes out.
    pub delta: Decimal,
}

impl Connection {
    /// All deals under way at the bank in which accounts of `holder` are, in no order that means anything; of more than ten thousand,
    /// the first. Banks of the published protocol do not tell: they refuse with [`METHOD`](crate::rpc::code::METHOD).
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn waiting(&self, holder: &SecretKey, now: u64) -> Result<Vec<Waiting>, Error> {
        const METHOD: &str = "list_legs";
        let (mut waiting, mut after) = (Vec::new(), Value::Null);
        for _ in 0..MAX_PAGES {
            let mut answer = self.call(holder, METHOD, &json!({ "after": after }), now).await?;
            let legs = answer["legs"].as_array().ok_or_else(|| self.wrong(METHOD, "legs are missing"))?;
            for leg in legs {
                waiting.push(self.leg(METHOD, leg, &answer["promises"], holder, now).await?);
            }
            after = answer["next"].take();
            if after.is_null() {
                break;
            }
        }
        Ok(waiting)
    }

    /// Ends a deal at the bank, for its proposer or a holder of an account in it, unless it is settled there.
    ///
    /// # Errors
    /// As [`Connection::call`].
    pub async fn reject(&self, caller: &SecretKey, tx: Hash, reason: Option<&str>, now: u64) -> Result<(), Error> {
        self.call(caller, "reject_leg", &json!({ "tx_hash": tx, "reason": reason }), now).await.map(drop)
    }

    async fn leg(
        &self,
        method: &'static str,
        leg: &Value,
        promises: &Value,
        holder: &SecretKey,
        now: u64,
    ) -> Result<Waiting, Error> {
        let listed = leg["accounts"].as_array().ok_or_else(|| self.wrong(method, "accounts are missing"))?;
        let mut accounts = Vec::with_capacity(listed.len());
        for account in listed {
            let promise = self.hash(method, account, "promise_hash")?;
            accounts.push(WaitingAccount {
                account: self.hash(method, account, "account_hash")?,
                promise: self.told_promise(method, promises, holder, promise, now).await?,
                delta: self.decimal(method, account, "delta")?,
            });
        }
        Ok(Waiting {
            tx: self.hash(method, leg, "tx_hash")?,
            proposer: self.field(method, leg, "proposer")?,
            state: self.field(method, leg, "state")?,
            role: self.field(method, leg, "role")?,
            until_ms: self.field(method, leg, "until")?,
            is_confirmed: self.field(method, leg, "confirmed")?,
            unconfirmed: self.field(method, leg, "unconfirmed")?,
            accounts,
        })
    }

    fn field<T: DeserializeOwned>(&self, method: &'static str, leg: &Value, field: &str) -> Result<T, Error> {
        serde_json::from_value(leg[field].clone())
            .map_err(|_| self.wrong(method, &format!("{field} is not of its form")))
    }
}
