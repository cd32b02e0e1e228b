//! Where a database is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::Error;

/// What a PostgreSQL URL begins with.
const POSTGRES_SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
/// What is no URL, but was meant for one: a file of that name is nobody's, and its name may hold a password.
const NEARLY_POSTGRES: &str = "nearly a PostgreSQL URL";
/// What libpq takes beside URLs.
const SETTINGS: &str = "a list of settings with a password";

/// Where a database is: in a file (SQLite), or on a server (PostgreSQL).
///
/// Neither `Display` nor `Debug` shows a password.
///
/// ```
/// use barter_store::Location;
///
/// let file = Location::parse("barter.db")?;
/// assert_eq!(file.to_string(), "barter.db");
/// let server = Location::parse("postgres://barter:secret@db.example/barter?sslmode=require")?;
/// assert_eq!(server.to_string(), "postgres://barter@db.example/barter");
/// # Ok::<(), barter_store::Error>(())
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
    /// [`Error::InvalidLocation`] for nothing, and for what is no path anybody means: a URL of another kind, `postgres:` without
    /// slashes, settings with `password=`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if POSTGRES_SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self(Place::Postgres(PostgresUrl(text.to_owned()))));
        }
        let invalid = |found: &str| Err(Error::InvalidLocation { found: found.to_owned() });
        let lower = text.trim_start().to_lowercase();
        if lower.starts_with("postgres:") || lower.starts_with("postgresql:") {
            return invalid(NEARLY_POSTGRES);
        }
        if lower.split("password").skip(1).any(|rest| rest.trim_start().starts_with('=')) {
            return invalid(SETTINGS);
        }
        match text.split_once("://") {
            Some((scheme, _)) if scheme.chars().all(char::is_alphanumeric) => invalid(&format!("a URL of {scheme}")),
            Some(_) => invalid("a URL"),
            None if text.is_empty() => invalid("nothing"),
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
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PostgresUrl {
    /// User, host and database: no password, no options, which may hold one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, options) = self.0.split_once(['?', '#']).unwrap_or((&self.0, ""));
        let Some((scheme, rest)) = shown.split_once("://") else { return formatter.write_str("postgres://") };
        let (credentials, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        // Without a host, what is after the colon is a password and no port.
        let authority = host.split('/').next().unwrap_or_default();
        let is_doubtful = !authority.split(',').all(is_host);
        // With an `@` there, it may have been a password's own `?` or `#`, and what is before it a part of the password.
        if is_doubtful || options.contains('@') {
            return write!(formatter, "{scheme}://…");
        }
        // A password may hold an unescaped `@` or `/`: what is before the last `@` is all taken for user and password.
        let user = credentials.split(':').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        write!(formatter, "{scheme}://{user}{at}{host}")
    }
}

/// Whether a text is a host, with a port or none.
fn is_host(text: &str) -> bool {
    // The colons of an IPv6 address are inside of brackets.
    let after = text.rsplit_once(']').map_or(text, |(_, after)| after);
    after.split_once(':').is_none_or(|(_, port)| port.is_empty() || port.parse::<u16>().is_ok())
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
            ("postgres://a:hush", "postgres://…"),
            ("postgres://a:hush/d", "postgres://…"),
            ("postgres://a:12hush34/d", "postgres://…"),
            ("postgres://h:5432", "postgres://h:5432"),
            ("postgres://h:5432/d", "postgres://h:5432/d"),
            ("postgres://[::1]:5432/d", "postgres://[::1]:5432/d"),
            ("postgres://[::1]/d", "postgres://[::1]/d"),
            ("postgres://h:1,k:2/d", "postgres://h:1,k:2/d"),
            ("postgres://h:1,a:hush/d", "postgres://…"),
            ("postgres://a@b:hush", "postgres://…"),
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
        for (text, found) in [
            ("", "nothing"),
            ("mysql://a:hush@h", "a URL of mysql"),
            ("host=h user=a password=hush", SETTINGS),
            ("host=h PASSWORD = 'hush'", SETTINGS),
            ("password=hush", SETTINGS),
            ("postgres:a:hush@h/d", NEARLY_POSTGRES),
            ("postgresql:/a:hush@h/d", NEARLY_POSTGRES),
            ("Postgres://a:hush@h/d", NEARLY_POSTGRES),
            (" postgres://a:hush@h/d", NEARLY_POSTGRES),
            ("a:hush@h://d", "a URL"),
        ] {
            let error = Location::parse(text).unwrap_err();
            assert!(matches!(&error, Error::InvalidLocation { found: is } if is == found), "{error:?}");
        }
    }
}
