//! How a call ended.

use super::Error;

/// How a call ended, as its consumer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// As promised.
    Success,
    /// Not as promised.
    Failure,
    /// Not in time.
    Timeout,
    /// Under dispute: counts neither way.
    Disputed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Timeout, Self::Disputed];

    /// The word that is signed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Timeout => "timeout",
            Self::Disputed => "disputed",
        }
    }

    /// A number for it, 0 to 3, in our form of what is signed and wherever it is stored.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Timeout => 2,
            Self::Disputed => 3,
        }
    }

    /// The other way round.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Reads the word of an outcome.
    ///
    /// # Errors
    /// [`Error::UnknownWord`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| Error::UnknownWord {
            field: "status",
            found: super::shortened(text),
            expected: "success, failure, timeout, disputed",
        })
    }

    /// The word of an event. An event never disputes.
    pub(super) const fn event(self) -> Option<&'static str> {
        match self {
            Self::Success => Some("invocation_success"),
            Self::Failure => Some("invocation_failure"),
            Self::Timeout => Some("invocation_timeout"),
            Self::Disputed => None,
        }
    }

    /// Reads the word of an event.
    pub(super) fn parse_event(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|status| status.event() == Some(text)).ok_or_else(|| Error::UnknownWord {
            field: "type",
            found: super::shortened(text),
            expected: "invocation_success, invocation_failure, invocation_timeout",
        })
    }
}
