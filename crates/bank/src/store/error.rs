//! What can go wrong with a bank's store.

use crate::document::PublicKey;

/// Why a bank's store does not do what it is asked. Whatever it is, it holds what it held before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] barter_store::Error),
    /// Kept by another version of this program.
    #[error("{location} has schema {found}, expected {expected}: it is kept by another version of this program")]
    OtherSchema {
        /// Where, without a password.
        location: String,
        /// Its version.
        found: i64,
        /// The version this program keeps.
        expected: i64,
    },
    /// The store of another bank: its promises name another key.
    #[error("{location} is the store of bank {found}, and this key is {expected}")]
    OtherBank {
        /// Where, without a password.
        location: String,
        /// Whose it is.
        found: PublicKey,
        /// Whose it should be.
        expected: PublicKey,
    },
    /// What was to be replaced is not what was there: a fault of this program, or somebody else wrote to the store. Nothing was written.
    #[error("the store is not as it was read a moment ago: nothing was written")]
    Stale,
    /// More calls wait than may.
    #[error("the bank is busy: {waiting} calls wait already")]
    Busy {
        /// How many may wait.
        waiting: usize,
    },
    /// The thread that writes has ended.
    #[error("the bank has stopped")]
    Stopped,
}
