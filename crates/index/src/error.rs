//! What can go wrong.

use std::error::Error as StdError;

use crate::{Contradiction, Identity};

/// Why the index did not do what it was asked. Whatever it is, the index holds what it held before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither a file nor a PostgreSQL server.
    #[error("an index is kept in a file or at postgres://…; this is {found}")]
    InvalidLocation {
        /// What was given instead. Not the text itself, which may hold a password.
        found: String,
    },
    /// There is nothing at this place.
    #[error("there is no index at {location}; `barter index run` makes one")]
    NotFound {
        /// Where, without a password.
        location: String,
    },
    /// There is something else at this place: a file that is no database, or a database of somebody else's.
    #[error("{location} is not an index of Barter's; it was not touched")]
    NotAnIndex {
        /// Where, without a password.
        location: String,
    },
    /// The index was made by another version of this program.
    #[error(
        "{location} has schema {found}, expected {expected}: use the program that made it, or index anew elsewhere"
    )]
    OtherSchema {
        /// Where, without a password.
        location: String,
        /// Its schema's version.
        found: i64,
        /// The version this program knows.
        expected: i64,
    },
    /// The server's database cannot hold every text: what strangers write may be in any script.
    #[error("the database {location} has encoding {found}, expected UTF8: make it with ENCODING 'UTF8'")]
    OtherEncoding {
        /// Where, without a password.
        location: String,
        /// Its encoding, as the server calls it.
        found: String,
    },
    /// The index is of another chain, or of other contracts.
    #[error(
        "{location} is an index of chain {}, BarterCore {}, from block {}; expected chain {}, BarterCore {}, from block {}",
        found.chain_id, found.barter_core, found.first_block, expected.chain_id, expected.barter_core, expected.first_block
    )]
    OtherIdentity {
        /// Where, without a password.
        location: String,
        /// What it is of.
        found: Box<Identity>,
        /// What was asked for.
        expected: Box<Identity>,
    },
    /// The index was opened to be read.
    #[error("{location} is open for reading only")]
    ReadOnly {
        /// Which, without a password.
        location: String,
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
    /// Another connection is writing, and did not end in time or is always first.
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
    /// The database holds what the index never put there: somebody else wrote to it, or it is damaged.
    #[error("{location} is damaged: {table} has a row that the index did not write; index anew")]
    Damaged {
        /// Which, without a password.
        location: String,
        /// The table.
        table: &'static str,
    },
    /// What the node said cannot be.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The node could not be read.
    #[error("the chain cannot be read: {0}")]
    Chain(#[source] Box<dyn StdError + Send + Sync>),
    /// The chain changed below what is undone without being asked.
    #[error(
        "the chain was reorganised below block {block}, more than {depth} blocks deep; is it the same chain? If so, index anew"
    )]
    ReorganisedTooDeep {
        /// The newest block known to be gone that is that deep.
        block: u64,
        /// Blocks that are undone.
        depth: u64,
    },
    /// The node is behind what was indexed: too far to wait for it, or to verify against it.
    #[error("the node's head is block {head}, and block {indexed} was indexed; is it still syncing?")]
    NodeBehind {
        /// The node's head.
        head: u64,
        /// The index's.
        indexed: u64,
    },
    /// The chain has other blocks than the index, which has to undo them before it can be verified.
    #[error("block {block} of the index is no longer of the chain; `barter index run` undoes it")]
    NotOfTheChain {
        /// The block.
        block: u64,
    },
}

impl From<barter_store::Error> for Error {
    fn from(error: barter_store::Error) -> Self {
        use barter_store::Error as Store;
        match error {
            Store::InvalidLocation { found } => Self::InvalidLocation { found },
            Store::NotFound { location } => Self::NotFound { location },
            Store::Foreign { location } => Self::NotAnIndex { location },
            Store::OtherEncoding { location, found } => Self::OtherEncoding { location, found },
            Store::Database { location, source } => Self::Database { location, source },
            Store::Full { location } => Self::Full { location },
            Store::Busy { location } => Self::Busy { location },
            Store::Conflict { location, table } => Self::Conflict { location, table },
            Store::Damaged { location, table } => Self::Damaged { location, table },
            other => Self::Database { location: "the index".to_owned(), source: other.into() },
        }
    }
}
