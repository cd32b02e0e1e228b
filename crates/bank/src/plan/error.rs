//! Why something is no deal.

use crate::document::{self, Hash, PublicKey};

/// Why transfers make no deal, or one that cannot be settled with these leads. Said before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// None, or more than a deal may have.
    #[error("a deal has 1 to {maximum} transfers, this has {found}")]
    Transfers {
        /// How many.
        found: usize,
        /// Most there may be.
        maximum: usize,
    },
    /// More banks than can wait for each other.
    #[error("a deal has at most {maximum} banks, this has {found}")]
    Banks {
        /// How many.
        found: usize,
        /// Most there may be.
        maximum: usize,
    },
    /// From an account to itself.
    #[error("account {account} gives to itself")]
    ToItself {
        /// The account.
        account: Hash,
    },
    /// One promise is said to be kept at two banks.
    #[error("promise {promise} is kept at one bank, and the deal names {first} and {second}")]
    TwoBanks {
        /// The promise.
        promise: Hash,
        /// One bank.
        first: PublicKey,
        /// The other.
        second: PublicKey,
    },
    /// One account is said to have two holders, or to hold two promises.
    #[error("account {account} has one holder and one promise, and the deal names two")]
    TwoHolders {
        /// The account.
        account: Hash,
    },
    /// A lead is none of the deal's banks.
    #[error("bank {bank} is to lead, and keeps nothing that is traded")]
    NoSuchBank {
        /// The lead.
        bank: PublicKey,
    },
    /// No lead breaks a cycle: each of these would wait for the one before it, and the first for the last.
    #[error("with these leads nobody could settle: {} wait for each other in a circle", list(banks))]
    Cycle {
        /// The banks.
        banks: Vec<PublicKey>,
    },
    /// A record or the whole is no document, such as a deal with too many records for one.
    #[error(transparent)]
    Document(#[from] document::Error),
}

fn list(banks: &[PublicKey]) -> String {
    banks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
