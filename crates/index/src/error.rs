//! What can go wrong.

use std::error::Error as StdError;

/// Why the index did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither a file nor a PostgreSQL server.
    #[error("an index is kept in a file or at postgres://…; this is {found}")]
    InvalidLocation {
        /// What was given instead. Not the text itself, which may hold a password.
        found: String,
    },
    /// The database cannot be reached, or does not do what it is asked: a file that cannot be opened, a disk that fails, a
    /// server that is gone or refuses the password. Nothing of the transaction was kept.
    #[error("the database {location} failed: {source}")]
    Database {
        /// Which, without a password.
        location: String,
        /// What it said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// No room is left on the disk. Nothing of the transaction was kept; what was there before is whole.
    #[error(
        "the disk of {location} is full; what was indexed so far is whole, and indexing goes on once there is room"
    )]
    Full {
        /// Which, without a password.
        location: String,
    },
    /// Another connection is writing, and did not end in time.
    #[error("{location} is being written by another process; is a second `index run` at work?")]
    Busy {
        /// Which, without a password.
        location: String,
    },
    /// A row with this key is there already.
    #[error("{location} has a row already that was to be put into {table}")]
    Conflict {
        /// Which, without a password.
        location: String,
        /// The table.
        table: &'static str,
    },
}
