//! Where an index is kept.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::Error;

/// What a PostgreSQL URL begins with.
const POSTGRES_SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

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
pub struct Location(Place);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    File(PathBuf),
    Postgres(PostgresUrl),
}

/// A URL with a secret in it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PostgresUrl(String);

impl Location {
    /// Reads what a person writes: `postgres://…` or `postgresql://…` is a server, all else the path of a file.
    ///
    /// # Errors
    /// [`Error::InvalidLocation`] for nothing, and for a URL of another kind, which is no path anybody means.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if POSTGRES_SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self(Place::Postgres(PostgresUrl(text.to_owned()))));
        }
        match text.split_once("://") {
            Some((scheme, _)) => Err(Error::InvalidLocation { found: format!("a URL of {scheme}") }),
            None if text.is_empty() => Err(Error::InvalidLocation { found: "nothing".to_owned() }),
            None => Ok(Self::file(text)),
        }
    }

    /// A file.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self(Place::File(path.as_ref().to_owned()))
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.0
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
        match &self.0 {
            Place::File(path) => path.display().fmt(formatter),
            Place::Postgres(url) => url.fmt(formatter),
        }
    }
}

impl PostgresUrl {
    /// The URL with its password: for the connection, and nothing else.
    #[cfg_attr(not(test), allow(dead_code, reason = "the engine that connects with it"))]
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PostgresUrl {
    /// User, host and database: no password, no options, which may hold one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, options) = self.0.split_once(['?', '#']).unwrap_or((&self.0, ""));
        let Some((scheme, rest)) = shown.split_once("://") else { return formatter.write_str("postgres://") };
        // With an `@` there, it may have been a password's own `?` or `#`, and what is before it a part of the password.
        if options.contains('@') {
            return write!(formatter, "{scheme}://…");
        }
        // A password may hold an unescaped `@` or `/`: what is before the last `@` is all taken for user and password.
        let (user, host) = rest
            .rsplit_once('@')
            .map_or(("", rest), |(credentials, host)| (credentials.split(':').next().unwrap_or_default(), host));
        let at = if user.is_empty() { "" } else { "@" };
        write!(formatter, "{scheme}://{user}{at}{host}")
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://a:hush@h:5432/d", "postgres://a@h:5432/d"),
            ("postgresql://a:hu@sh@h/d", "postgresql://a@h/d"),
            ("postgres://a:hu/sh@h/d", "postgres://a@h/d"),
            ("postgres://h/d?password=hush&user=a", "postgres://h/d"),
            ("postgres://:hush@h/d", "postgres://h/d"),
            ("postgres://a:hush?x@h/d", "postgres://…"),
            ("postgres://a:hush#x@h/d", "postgres://…"),
            ("postgres://h/d?password=x@hush", "postgres://…"),
            ("postgres:///d", "postgres:///d"),
        ] {
            let location = Location::parse(url).unwrap();
            assert_eq!(location.to_string(), shown);
            assert!(!format!("{location:?}").contains("hush"));
            let Place::Postgres(secret) = location.place() else { panic!("a server") };
            assert_eq!(secret.secret(), url);
        }
    }

    #[test]
    fn what_is_no_location_is_refused() {
        for (text, found) in [("", "nothing"), ("mysql://a:hush@h", "a URL of mysql")] {
            let error = Location::parse(text).unwrap_err();
            assert!(matches!(&error, Error::InvalidLocation { found: is } if is == found), "{error:?}");
        }
    }
}
