//! What a bank has written down, as a command reads it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Failure, Refusal};
use crate::document::{Account, Decimal, Doc, Document, Hash, Kind, Promise, PublicKey, Signature, Terms};

/// A bank's books, read at one point in time: between this and writing the [`Transition`](super::Transition), nobody else writes.
pub trait Books {
    /// Why they cannot be read.
    type Error;

    /// The document of this hash.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn document(&mut self, hash: &Hash) -> Result<Option<Document>, Self::Error>;

    /// The account whose document has this hash.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn account(&mut self, hash: &Hash) -> Result<Option<AccountState>, Self::Error>;

    /// What holds this account.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn hold(&mut self, account: &Hash) -> Result<Option<Hold>, Self::Error>;

    /// This bank's leg of the deal of this hash.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn leg(&mut self, tx: &Hash) -> Result<Option<Leg>, Self::Error>;

    /// What was made when this promise was minted.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn minted(&mut self, promise: &Hash) -> Result<Option<Minted>, Self::Error>;

    /// The deal that this record is in.
    ///
    /// # Errors
    /// If the books cannot be read.
    fn tx_of(&mut self, record: &Hash) -> Result<Option<Hash>, Self::Error>;
}

/// An account and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// Whose it is.
    pub holder: PublicKey,
    /// Of which promise.
    pub promise: Hash,
    /// In which pocket.
    pub pocket: Hash,
    /// What is in it.
    pub balance: Decimal,
    /// The least that may be in it: nothing, or of the issuer's own what it may owe. None: it may owe any amount.
    pub floor: Option<Decimal>,
    /// Is it the one that was made when the promise was minted?
    pub issuing: bool,
}

/// What was made when a promise was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minted {
    /// The issuer's account.
    pub account: Hash,
    /// The bank's `approve` over the promise.
    pub attestation: Hash,
}

/// A lock on an account: nothing leaves it but for this deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The deal.
    pub tx: Hash,
    /// What leaves the account with it.
    pub amount: Decimal,
    /// When it ends by itself, Unix milliseconds.
    pub until_ms: u64,
}

/// How far a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Checked and written down.
    Approved,
    /// What leaves accounts is locked.
    Held,
    /// And everybody whose accounts are in it has signed.
    Confirmed,
    /// What was to move has moved. Final.
    Settled,
    /// Somebody ended it, or time did. Final.
    Rejected,
}

impl State {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Settled => "settled",
            Self::Rejected => "rejected",
        }
    }

    /// Does nothing come after it?
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Rejected)
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// A bank's part in a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The deal.
    pub tx: Hash,
    /// Who proposed it.
    pub proposer: PublicKey,
    /// How far it is.
    pub state: State,
    /// What the proposer said this bank is to do, and with which records.
    pub terms: Terms,
    /// What it changes: for each account, the sum of its records.
    pub changes: BTreeMap<Hash, Change>,
    /// Whose accounts are in it, and the signature with which they confirmed.
    pub holders: BTreeMap<PublicKey, Option<Hash>>,
    /// The bank's `approve`.
    pub approve: Hash,
    /// The bank's `hold`, once it is held.
    pub hold: Option<Hash>,
    /// When the hold ends by itself, Unix milliseconds.
    pub until_ms: Option<u64>,
    /// The bank's `settle`, `reject` or `timeout`, once it is final.
    pub last: Option<Hash>,
    /// What was in the accounts after settling.
    pub balances: BTreeMap<Hash, Decimal>,
}

/// What a leg changes in an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// All credits less all debits.
    pub delta: Decimal,
    /// All debits. An account with any is locked.
    pub debited: Decimal,
}

impl Leg {
    /// Has everybody signed whose accounts are in it?
    pub fn is_confirmed(&self) -> bool {
        self.holders.values().all(Option::is_some)
    }

    /// The accounts that something leaves.
    pub fn debited(&self) -> impl Iterator<Item = (&Hash, &Change)> {
        self.changes.iter().filter(|(_, change)| !change.debited.is_zero())
    }

    /// Is it this party's deal: did it propose it, or is an account of its in this leg?
    pub fn is_of(&self, party: &PublicKey) -> bool {
        self.proposer == *party || self.holders.contains_key(party)
    }

    /// That its hold has not ended.
    pub(super) fn still_held(&self, now_ms: u64) -> Result<(), Refusal> {
        match self.until_ms {
            Some(until_ms) if until_ms <= now_ms => Err(Refusal::Ended { tx: self.tx, until_ms }),
            _ => Ok(()),
        }
    }
}

/// A leg that has to be there.
pub(super) fn leg<B: Books>(books: &mut B, tx: &Hash) -> Result<Leg, Failure<B::Error>> {
    let leg = books.leg(tx).map_err(Failure::Books)?;
    Ok(leg.ok_or(unknown(tx))?)
}

/// A leg that has to be there, for somebody whose it has to be. Anybody else hears what they would hear if it were not there: whether this
/// bank is in a deal is none of their business.
pub(super) fn leg_of<B: Books>(books: &mut B, tx: &Hash, caller: PublicKey) -> Result<Leg, Failure<B::Error>> {
    let leg = leg(books, tx)?;
    if leg.is_of(&caller) { Ok(leg) } else { Err(unknown(tx).into()) }
}

/// That there is no such leg here, or none that is the caller's business.
pub(super) const fn unknown(tx: &Hash) -> Refusal {
    Refusal::Unknown { what: "leg of the deal", hash: *tx }
}

/// An account that has to be there.
pub(super) fn account<B: Books>(books: &mut B, hash: &Hash) -> Result<AccountState, Failure<B::Error>> {
    match books.account(hash).map_err(Failure::Books)? {
        Some(account) => Ok(account),
        None => Err(missing::<_, Account>(books, hash)),
    }
}

/// A promise that has to be there.
pub(super) fn promise<B: Books>(books: &mut B, hash: &Hash) -> Result<Doc<Promise>, Failure<B::Error>> {
    match books.document(hash).map_err(Failure::Books)? {
        Some(Document::Promise(promise)) => Ok(promise),
        _ => Err(missing::<_, Promise>(books, hash)),
    }
}

/// A signature that this bank wrote itself.
pub(super) fn own_signature<B: Books>(books: &mut B, hash: &Hash) -> Result<Doc<Signature>, Failure<B::Error>> {
    match books.document(hash).map_err(Failure::Books)? {
        Some(Document::Signature(signature)) => Ok(signature),
        _ => Err(missing::<_, Signature>(books, hash)),
    }
}

/// That there is nothing of this hash, or something else.
fn missing<B: Books, T: Kind>(books: &mut B, hash: &Hash) -> Failure<B::Error> {
    match books.document(hash) {
        Err(error) => Failure::Books(error),
        Ok(None) => Refusal::Unknown { what: T::NAME, hash: *hash }.into(),
        Ok(Some(found)) => Refusal::OtherType { hash: *hash, found: found.kind(), expected: T::NAME }.into(),
    }
}
