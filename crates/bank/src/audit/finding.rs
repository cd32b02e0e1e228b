//! What is not as it should be.

use std::fmt;

use barter_store::Error as StoreError;

use crate::{
    document::{Hash, PublicKey},
    ledger::{Failure, Refusal},
    store::Error,
};

/// A row that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} {row}: {problem}")]
pub struct Finding {
    /// The table.
    pub table: &'static str,
    /// What names the row in it: the hash of an account, a promise, a deal, a record or a document; of a call, its ULID.
    pub row: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It, or something that it names, is not of its form, or has a signature that is not right.
    #[error("it cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A document that is not in canonical form, or a state that is not as this program writes it and so never could be replaced.
    #[error("it is not written as this program writes it")]
    NotCanonical,
    /// It says something else than what it rests on.
    #[error("its {what} is {found}, expected {expected}")]
    Differs {
        /// What.
        what: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// What it names is not in the store.
    #[error("it needs the {what} {hash}, which is not in the store")]
    Missing {
        /// What.
        what: &'static str,
        /// Its hash.
        hash: Hash,
    },
    /// Nothing in the store says what it is there for.
    #[error("nothing in the store refers to it")]
    Orphan,
    /// The word of who proposed a deal is missing.
    #[error("it needs an approve of its proposer {proposer}, which is not in the store")]
    NoApproval {
        /// Who.
        proposer: PublicKey,
    },
    /// A bank would have refused it.
    #[error("a bank refuses this: {0}")]
    Refused(Refusal),
}

impl Problem {
    #[allow(clippy::needless_pass_by_value, reason = "numbers, and texts that were made for this")]
    pub(super) fn differs(what: &'static str, found: impl ToString, expected: impl ToString) -> Self {
        Self::Differs { what, found: found.to_string(), expected: expected.to_string() }
    }

    pub(super) fn unless_same<T: PartialEq + fmt::Display>(
        what: &'static str,
        found: &T,
        expected: &T,
    ) -> Result<(), Self> {
        if found == expected { Ok(()) } else { Err(Self::differs(what, found, expected)) }
    }
}

/// Why no more of a row is looked at.
pub(super) enum Stop {
    /// Something is wrong with it.
    Wrong(Problem),
    /// The store cannot be read.
    Failed(Error),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem)
    }
}

impl From<Error> for Stop {
    /// What somebody else wrote is a finding.
    fn from(error: Error) -> Self {
        match error {
            Error::Store(StoreError::Damaged { table, .. }) => {
                Self::Wrong(Problem::Unreadable { reason: format!("what it names in {table} is damaged") })
            }
            other => Self::Failed(other),
        }
    }
}

impl From<Failure<Error>> for Stop {
    fn from(failure: Failure<Error>) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Wrong(Problem::Refused(refusal)),
            Failure::Books(error) => error.into(),
        }
    }
}
