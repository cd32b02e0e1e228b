//! What can go wrong.

use std::error::Error as StdError;

/// Why a database did not do what it was asked. Whatever it is, it holds what it held before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither a file nor a PostgreSQL server.
    #[error("a database is kept in a file or at postgres://…; this is {found}")]
    InvalidLocation {
        /// What was given instead. Not the text itself, which may hold a password.
        found: String,
    },
    /// There is nothing at this place.
    #[error("there is no database at {location}")]
    NotFound {
        /// Where, without a password.
        location: String,
    },
    /// There is something else at this place: a file that is no database, or a database of somebody else's.
    #[error("{location} is kept by somebody else; it was not touched")]
    Foreign {
        /// Where, without a password.
        location: String,
    },
    /// The server's database cannot hold every text: what strangers write may be in any script.
    #[error("the database {location} has encoding {found}, expected UTF8: make it with ENCODING 'UTF8'")]
    OtherEncoding {
        /// Where, without a password.
        location: String,
        /// Its encoding, as the server calls it.
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
    #[error("the disk of {location} is full; what was written so far is whole")]
    Full {
        /// Which, without a password.
        location: String,
    },
    /// Another has taken the place for itself: see [`connect_alone`](crate::connect_alone).
    #[error("{location} is in use by another process")]
    InUse {
        /// Which, without a password.
        location: String,
    },
    /// The file was opened to be written, and may only be read.
    #[error("{location} is write-protected")]
    WriteProtected {
        /// Which.
        location: String,
    },
    /// Another connection is writing, and did not end in time or is always first.
    #[error("{location} is being written by another process")]
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
    /// The database holds what was never put there: somebody else wrote to it, or it is damaged.
    #[error("{location} is damaged: {table} has a row that nobody here wrote")]
    Damaged {
        /// Which, without a password.
        location: String,
        /// The table.
        table: &'static str,
    },
}
