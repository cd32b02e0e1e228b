//! A bank's rules: a command in, a transition or a refusal out.
//!
//! Pure: the books are read through [`Books`], the time and the caller come in as arguments, and nothing is written here. Who calls
//! writes all of a [`Transition`] or nothing, in the one transaction that the books were read in; each [`Write`] says what it
//! replaces, so that a write that comes too late is noticed.
//!
//! A leg, which is a bank's part in a deal, goes from approved to held, confirmed and settled; or it is rejected, from any state before
//! settled. Settled and rejected are final. What is asked for again gets the first answer again, and what is asked for again in other
//! words is refused.

mod books;
mod confirm;
mod hold;
mod memory;
mod open;
pub(crate) mod propose;
mod query;
mod refusal;
mod reject;
pub(crate) mod settle;

use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    books::{AccountState, Books, Change, Hold, Leg, Minted, State},
    memory::{Memory, Stale},
    query::{Balance, Part, PartOfAccount, balance, part, promise},
    refusal::{Failure, Refusal},
};
use crate::document::{
    Account, Decimal, Doc, Document, Error, Hash, Pocket, Promise, PublicKey, Record, Role, SecretKey, Signature, Tx,
    Ulid,
};

/// How a bank decides where the rules leave it a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Must holders sign on which terms the bank is to settle? Clients of the published format do not: turned off for them, whoever
    /// drives a deal can tell every bank that it leads.
    pub strict: bool,
    /// How long a hold lasts, milliseconds.
    pub hold_ttl_ms: u64,
}

/// Strict, and ten minutes.
impl Default for Policy {
    fn default() -> Self {
        Self { strict: true, hold_ttl_ms: 600_000 }
    }
}

/// A bank: its key and its policy.
#[derive(Clone, Copy, Debug)]
pub struct Bank<'a> {
    /// What it signs with.
    pub key: &'a SecretKey,
    /// How it decides.
    pub policy: Policy,
}

impl Bank<'_> {
    /// Who it is.
    pub fn pubkey(&self) -> PublicKey {
        self.key.public()
    }

    /// Its word, with a ULID made of the time and of what is said: the same inputs make the same document.
    fn sign(&self, now_ms: u64, word: &Signature) -> Result<Doc<Signature>, Error> {
        let seed = Hash::of(format!("{} {}", word.action.word(), word.about).as_bytes());
        let mut randomness = [0; 10];
        randomness.copy_from_slice(&seed.as_bytes()[..10]);
        Doc::sign(self.key, Ulid::new(now_ms, randomness), word)
    }
}

/// What somebody asks of a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Keep this promise, and an account of it for its issuer.
    Mint {
        /// The promise.
        promise: Doc<Promise>,
        /// The pocket of the issuer's account; without, a new one without a name.
        pocket: Option<Doc<Pocket>>,
    },
    /// Open an account for its holder.
    Open {
        /// The account.
        account: Doc<Account>,
        /// Its pocket, for the bank to keep.
        pocket: Option<Doc<Pocket>>,
    },
    /// Check this bank's part of a deal, and approve of it.
    Propose(Box<Proposal>),
    /// Lock what leaves accounts.
    Hold {
        /// The deal.
        tx: Hash,
    },
    /// A holder's word that the deal be settled.
    Confirm {
        /// The deal.
        tx: Hash,
        /// A `settle` over it by a holder.
        confirmation: Doc<Signature>,
    },
    /// Move what is to move.
    Settle {
        /// The deal.
        tx: Hash,
        /// What other banks signed over it: the `settle` of each predecessor, the `hold` of each bank awaited.
        shown: Vec<Doc<Signature>>,
    },
    /// End the deal here.
    Reject {
        /// The deal.
        tx: Hash,
        /// Why.
        reason: Option<String>,
    },
    /// End the deal here, because its hold has ended. Asked by the bank itself, of each leg whose `until_ms` has come.
    Expire {
        /// The deal.
        tx: Hash,
    },
}

/// A bank's part of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The deal: hashes of the records of all banks.
    pub tx: Doc<Tx>,
    /// Those of this bank.
    pub records: Vec<Doc<Record>>,
    /// The proposer's `approve` over the deal.
    pub approve: Doc<Signature>,
    /// Does this bank settle first?
    pub role: Role,
    /// The banks whose `settle` it must have seen.
    pub predecessors: BTreeSet<PublicKey>,
    /// The banks whose `hold` it must have seen.
    pub awaits: BTreeSet<PublicKey>,
    /// Which leg each of those has to say that it was.
    pub legs: BTreeMap<PublicKey, Hash>,
}

/// What a bank writes down and answers. All of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What is written, in this order.
    pub writes: Vec<Write>,
    /// What is answered.
    pub answer: Answer,
    /// Was it done before? Then nothing is written.
    pub already: bool,
}

impl Transition {
    fn done(writes: Vec<Write>, answer: Answer) -> Self {
        Self { writes, answer, already: false }
    }

    fn again(answer: Answer) -> Self {
        Self { writes: Vec::new(), answer, already: true }
    }
}

/// One thing to write. One that finds something else than it says it replaces comes too late, and the transition with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Keep a document, if it is not here yet.
    Document(Box<Document>),
    /// A new account.
    Account {
        /// Its document's hash.
        account: Hash,
        /// What is in it: nothing.
        state: AccountState,
    },
    /// A promise that was not minted before.
    Minted {
        /// The promise.
        promise: Hash,
        /// What was made with it.
        minted: Minted,
    },
    /// A new balance.
    Balance {
        /// The account.
        account: Hash,
        /// What was in it.
        from: Decimal,
        /// What is in it.
        to: Decimal,
    },
    /// A hold on an account that has none.
    Hold {
        /// The account.
        account: Hash,
        /// What holds it.
        hold: Hold,
    },
    /// No more hold on an account, which was that of this deal.
    Release {
        /// The account.
        account: Hash,
        /// The deal.
        tx: Hash,
    },
    /// A record that is in this deal, and was in none.
    Record {
        /// The record.
        record: Hash,
        /// The deal.
        tx: Hash,
    },
    /// A leg, new if it replaces none.
    Leg {
        /// The leg that was there.
        from: Option<Box<Leg>>,
        /// The leg.
        to: Box<Leg>,
    },
}

impl Write {
    fn document(document: Document) -> Self {
        Self::Document(Box::new(document))
    }
}

/// What a bank answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Command::Mint`].
    Minted {
        /// The promise.
        promise: Hash,
        /// The pocket of the issuer's account.
        pocket: Hash,
        /// The issuer's account.
        account: Hash,
        /// The bank's `approve` over the promise.
        attestation: Doc<Signature>,
    },
    /// To [`Command::Open`].
    Opened {
        /// The account.
        account: Hash,
        /// Of which promise.
        promise: Hash,
        /// In which pocket.
        pocket: Hash,
    },
    /// To [`Command::Propose`].
    Proposed {
        /// The leg as it is now.
        leg: Box<Leg>,
        /// The bank's `approve` over the deal.
        approve: Doc<Signature>,
    },
    /// To [`Command::Hold`].
    Held {
        /// The leg as it is now.
        leg: Box<Leg>,
        /// The bank's `hold` over the deal.
        hold: Doc<Signature>,
    },
    /// To [`Command::Confirm`].
    Confirmed {
        /// The leg as it is now.
        leg: Box<Leg>,
        /// Whose word it was.
        holder: PublicKey,
    },
    /// To [`Command::Settle`].
    Settled {
        /// The leg as it is now.
        leg: Box<Leg>,
        /// The bank's `settle` over the deal, citing what it was shown.
        settle: Doc<Signature>,
    },
    /// To [`Command::Reject`] and [`Command::Expire`].
    Rejected {
        /// The leg as it is now.
        leg: Box<Leg>,
        /// The bank's `reject` or `timeout` over the deal.
        reject: Doc<Signature>,
    },
}

/// What a bank does with a command of somebody whose envelope it has checked, at a time in Unix milliseconds.
///
/// # Errors
/// [`Failure::Refused`], and nothing is to be written; [`Failure::Books`] if the books cannot be read.
pub fn decide<B: Books>(
    books: &mut B,
    bank: &Bank<'_>,
    caller: PublicKey,
    now_ms: u64,
    command: Command,
) -> Result<Transition, Failure<B::Error>> {
    match command {
        Command::Mint { promise, pocket } => open::mint(books, bank, caller, now_ms, promise, pocket),
        Command::Open { account, pocket } => open::open(books, caller, account, pocket),
        Command::Propose(proposal) => propose::propose(books, bank, caller, now_ms, *proposal),
        Command::Hold { tx } => hold::hold(books, bank, caller, now_ms, &tx),
        Command::Confirm { tx, confirmation } => confirm::confirm(books, bank, caller, now_ms, &tx, confirmation),
        Command::Settle { tx, shown } => settle::settle(books, bank, caller, now_ms, &tx, &shown),
        Command::Reject { tx, reason } => reject::reject(books, bank, caller, now_ms, &tx, reason),
        Command::Expire { tx } => reject::expire(books, bank, caller, now_ms, &tx),
    }
}
