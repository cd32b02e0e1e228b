//! What can go wrong with the log.

/// Why the log did not do what it was asked. Whatever it is, the log holds what it held before, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database: a place that is none, a disk that is full, a server that is gone.
    ///
    /// A server that is lost while it commits may have kept all that was being written: the same outcomes again are then answered
    /// as replays.
    #[error(transparent)]
    Store(#[from] barter_store::Error),
    /// The log was made by another version of this program.
    #[error("{location} has schema {found}, expected {expected}: use the program that made it")]
    OtherSchema {
        /// Where, without a password.
        location: String,
        /// Its schema's version.
        found: i64,
        /// The version this program knows.
        expected: i64,
    },
    /// The log's outcomes are bound to another chain or bond contract.
    #[error("{location} is a log for {found}, expected one for {expected}")]
    OtherDomain {
        /// Where, without a password.
        location: String,
        /// What it is bound to.
        found: String,
        /// What it was to be bound to.
        expected: String,
    },
    /// There is no log there.
    #[error("there is no log of outcomes at {location}")]
    NotFound {
        /// Where, without a password.
        location: String,
    },
    /// The log was opened to be read.
    #[error("{location} is open for reading only")]
    ReadOnly {
        /// Which, without a password.
        location: String,
    },
    /// More waits to be written than is let wait. Nothing of this was written: try again.
    #[error("too much waits to be written; try again in a moment")]
    Busy,
    /// More at once than is taken.
    #[error("{found} outcomes at once, expected at most {maximum}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        maximum: usize,
    },
    /// What writes the log has stopped, after a failure that it could not tell of.
    #[error("the log of outcomes is written no more; open it again")]
    Stopped,
}

impl Error {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(barter_store::Error::Full { .. }) => "disk_full",
            Self::Store(barter_store::Error::InUse { .. }) => "in_use",
            Self::Busy | Self::Store(barter_store::Error::Busy { .. }) => "busy",
            Self::Store(_) => "database",
            Self::OtherSchema { .. } => "other_schema",
            Self::OtherDomain { .. } => "other_domain",
            Self::NotFound { .. } => "not_found",
            Self::ReadOnly { .. } => "read_only",
            Self::TooMany { .. } => "too_many",
            Self::Stopped => "stopped",
        }
    }
}
