//! Where a dispute stands, and a ruling on a trade.

use std::fmt;

use super::BondError;

/// Where a dispute about a bond stands. The numbers are the contract's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DisputeStatus {
    /// There is no such dispute.
    #[default]
    None = 0,
    /// Filed: the auditors may rule.
    Filed = 1,
    /// Ruled on, and it may still be overturned or already be executed.
    Ruled = 2,
    /// Overturned, and waiting to be executed.
    Overturned = 3,
    /// Ended with a slash. Final.
    Upheld = 4,
    /// Ended without one, the deposit the provider's. Final.
    Dismissed = 5,
    /// Ended because nobody ruled in time, the deposit the filer's again. Final.
    Void = 6,
}

impl DisputeStatus {
    /// The contract's number for it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case, as people and JSON have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Filed => "filed",
            Self::Ruled => "ruled",
            Self::Overturned => "overturned",
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
            Self::Void => "void",
        }
    }

    /// Whether nothing can change it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Upheld | Self::Dismissed | Self::Void)
    }
}

impl TryFrom<u8> for DisputeStatus {
    type Error = BondError;

    fn try_from(code: u8) -> Result<Self, BondError> {
        match code {
            0 => Ok(Self::None),
            1 => Ok(Self::Filed),
            2 => Ok(Self::Ruled),
            3 => Ok(Self::Overturned),
            4 => Ok(Self::Upheld),
            5 => Ok(Self::Dismissed),
            6 => Ok(Self::Void),
            _ => Err(BondError::UnknownDisputeStatus { code }),
        }
    }
}

impl fmt::Display for DisputeStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How far a ruling on a disputed trade is. The numbers are the contract's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RulingStatus {
    /// There is none.
    #[default]
    None = 0,
    /// Made, and it may still be overturned or already be executed.
    Ruled = 1,
    /// Overturned, and waiting to be executed.
    Overturned = 2,
    /// In effect. Final.
    Executed = 3,
}

impl RulingStatus {
    /// The contract's number for it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case, as people and JSON have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ruled => "ruled",
            Self::Overturned => "overturned",
            Self::Executed => "executed",
        }
    }
}

impl TryFrom<u8> for RulingStatus {
    type Error = BondError;

    fn try_from(code: u8) -> Result<Self, BondError> {
        match code {
            0 => Ok(Self::None),
            1 => Ok(Self::Ruled),
            2 => Ok(Self::Overturned),
            3 => Ok(Self::Executed),
            _ => Err(BondError::UnknownRulingStatus { code }),
        }
    }
}

impl fmt::Display for RulingStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
