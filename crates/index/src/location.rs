//! Where an index is kept.

use std::{fmt, path::Path, str::FromStr};

use crate::Error;

/// Where an index is kept: in a file (SQLite), or on a server (PostgreSQL).
///
/// Neither `Display` nor `Debug` shows a password.
///
/// ```
/// use barter_index::Location;
///
/// let file = Location::parse("barter.db")?;
/// assert_eq!(file.to_string(), "barter.db");
/// let server = Location::parse("postgres://barter:secret@db.example/barter?sslmode=require")?;
/// assert_eq!(server.to_string(), "postgres://barter@db.example/barter");
/// # Ok::<(), barter_index::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location(pub(crate) barter_store::Location);

impl Location {
    /// Reads what a person writes: `postgres://…` or `postgresql://…` is a server, all else the path of a file.
    ///
    /// # Errors
    /// [`Error::InvalidLocation`] for nothing, and for what is no path anybody means: a URL of another kind, `postgres:` without
    /// slashes, settings with `password=`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self(barter_store::Location::parse(text)?))
    }

    /// A file.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self(barter_store::Location::file(path))
    }
}

impl FromStr for Location {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
