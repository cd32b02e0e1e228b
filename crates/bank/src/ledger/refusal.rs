//! Why a bank does not do what it is asked.

use crate::document::{Action, Amount, Decimal, Hash, PublicKey};

use super::books::State;

/// A refusal: one sentence, with the values. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Somebody asks for what only others may.
    #[error("{caller} may not {what}: only {who} may")]
    NotAllowed {
        /// Who asks.
        caller: PublicKey,
        /// What for.
        what: &'static str,
        /// Who may.
        who: &'static str,
    },
    /// Nothing here has this hash.
    #[error("this bank knows no {what} {hash}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its hash.
        hash: Hash,
    },
    /// The hash is that of a document of another type.
    #[error("{hash} is a {found} here, expected a {expected}")]
    OtherType {
        /// The hash.
        hash: Hash,
        /// What it is.
        found: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// What is asked for again, and otherwise than the first time.
    #[error("{what} {hash} is here already, with another {difference}")]
    Differs {
        /// What it is.
        what: &'static str,
        /// Its hash.
        hash: Hash,
        /// What is not as it was.
        difference: &'static str,
    },
    /// A promise or a record of another bank.
    #[error("{what} {hash} is kept by the bank {bank}, not here")]
    OtherBank {
        /// What it is.
        what: &'static str,
        /// Its hash.
        hash: Hash,
        /// Its bank.
        bank: PublicKey,
    },
    /// A document of somebody else than who should have made it.
    #[error("the {what} is of {found}, expected {expected}")]
    OtherOwner {
        /// What it is.
        what: &'static str,
        /// Whose it is.
        found: PublicKey,
        /// Whose it should be.
        expected: PublicKey,
    },
    /// A pocket that is not the one its account is in.
    #[error("the pocket given is {found}, and the account is in {expected}")]
    OtherPocket {
        /// The pocket given.
        found: Hash,
        /// That of the account.
        expected: Hash,
    },
    /// A signature that says something else than it has to.
    #[error("the signature {hash} is no {expected} of {tx}")]
    OtherWord {
        /// The signature.
        hash: Hash,
        /// What it should say.
        expected: &'static str,
        /// Of which deal.
        tx: Hash,
    },
    /// A leg without records.
    #[error("no records of this bank were given for {tx}")]
    NoRecords {
        /// The deal.
        tx: Hash,
    },
    /// A record twice in a leg.
    #[error("the record {record} is given twice")]
    RecordTwice {
        /// The record.
        record: Hash,
    },
    /// A record that the deal does not name.
    #[error("the record {record} is not in the deal {tx}")]
    NotInTx {
        /// The record.
        record: Hash,
        /// The deal.
        tx: Hash,
    },
    /// A record of this bank that the deal names, and the leg leaves out.
    #[error("the record {record} of this bank is in the deal {tx}, and was left out")]
    LeftOut {
        /// The record.
        record: Hash,
        /// The deal.
        tx: Hash,
    },
    /// A record that another deal has already.
    #[error("the record {record} is in another deal already")]
    RecordTaken {
        /// The record.
        record: Hash,
    },
    /// More of a promise goes out than comes in, or less.
    #[error("of the promise {promise}, {debits} is debited and {credits} is credited: they have to be the same")]
    Unbalanced {
        /// The promise.
        promise: Hash,
        /// What goes out.
        debits: Decimal,
        /// What comes in.
        credits: Decimal,
    },
    /// A part of what is only transferred whole.
    #[error("{amount} of the promise {promise}, which is only transferred in whole numbers")]
    NotWhole {
        /// How much.
        amount: Amount,
        /// The promise.
        promise: Hash,
    },
    /// More than somebody has, or than the issuer may owe.
    #[error("the account {account} has {balance} and would have {after}, expected {floor} at least")]
    TooLittle {
        /// The account.
        account: Hash,
        /// What it has.
        balance: Box<Decimal>,
        /// What it would have.
        after: Box<Decimal>,
        /// The least it may have.
        floor: Box<Decimal>,
    },
    /// Another deal holds the account.
    #[error("the account {account} is held for another deal until {until_ms} (Unix milliseconds)")]
    Held {
        /// The account.
        account: Hash,
        /// When that ends by itself.
        until_ms: u64,
    },
    /// An account that is not locked before its holder has confirmed.
    #[error("the account {account} is not locked for {tx} before its holder {holder} has confirmed on which terms")]
    NotAgreed {
        /// The account.
        account: Hash,
        /// Whose it is.
        holder: PublicKey,
        /// The deal.
        tx: Hash,
    },
    /// A lead has no predecessors, and a follower at least one.
    #[error("a bank that is to {role} was given {count} predecessors, expected {expected}")]
    Role {
        /// What it was told to do.
        role: &'static str,
        /// How many predecessors it was given.
        count: usize,
        /// How many it should have.
        expected: &'static str,
    },
    /// A predecessor that is no bank other than this.
    #[error("{key} cannot be a bank that this one waits for: it is {found}")]
    NotABank {
        /// The key.
        key: PublicKey,
        /// What it is.
        found: &'static str,
    },
    /// What a leg in this state does not do.
    #[error("the leg {tx} is {state}, expected {expected}")]
    OtherState {
        /// The deal.
        tx: Hash,
        /// Its state here.
        state: State,
        /// What it should be.
        expected: &'static str,
    },
    /// The hold has ended, and with it the leg.
    #[error("the hold of {tx} ended at {until_ms} (Unix milliseconds)")]
    Ended {
        /// The deal.
        tx: Hash,
        /// When.
        until_ms: u64,
    },
    /// The hold has not ended, and does not before its time.
    #[error("the hold of {tx} ends at {until_ms} (Unix milliseconds), not before")]
    NotEnded {
        /// The deal.
        tx: Hash,
        /// When.
        until_ms: u64,
    },
    /// A holder's word without the terms it is given on.
    #[error("{holder} did not sign on which terms this bank is to settle, and this bank asks for it")]
    NoTerms {
        /// The holder.
        holder: PublicKey,
    },
    /// A holder's word on other terms than the bank was told.
    #[error("{holder} signed another {difference} than this bank was told")]
    OtherTerms {
        /// The holder.
        holder: PublicKey,
        /// What is not the same.
        difference: &'static str,
    },
    /// The legs that are relied on are not those of the banks that are waited for.
    #[error("bank {bank} has to be among those waited for and among those whose leg is named, or among neither")]
    OtherLegs {
        /// The bank that is among one of them.
        bank: PublicKey,
    },
    /// The word of a bank that has to be seen is not there, or is over another leg than was relied on.
    #[error("no {} of the bank {bank} over {tx} was shown, or not over the leg that the terms name", action.word())]
    NotShown {
        /// Which word.
        action: Action,
        /// The bank.
        bank: PublicKey,
        /// The deal.
        tx: Hash,
    },
    /// More signatures than the deal can have banks.
    #[error("{count} signatures were shown, expected at most {maximum}")]
    TooMany {
        /// How many.
        count: usize,
        /// Most there may be.
        maximum: usize,
    },
    /// What the bank would have to write is no document.
    #[error(transparent)]
    Document(#[from] crate::document::Error),
}

impl Refusal {
    /// Its code in an answer over JSON-RPC.
    pub const fn code(&self) -> i32 {
        match self {
            Self::NotAllowed { .. } => -32001,
            Self::Held { .. } => -32003,
            Self::Unknown { .. } => -32005,
            _ => -32000,
        }
    }
}

/// Why a command came to nothing: the bank refuses, or its books could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Failure<E> {
    /// The bank refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The books could not be read.
    #[error("{0}")]
    Books(E),
}

impl<E> From<crate::document::Error> for Failure<E> {
    fn from(error: crate::document::Error) -> Self {
        Self::Refused(error.into())
    }
}
