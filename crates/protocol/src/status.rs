//! Where a trade stands, and what an arbiter said of it.

use std::fmt;

use crate::Error;

/// Where a trade stands. The numbers are the contract's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TradeStatus {
    /// Proposed, and can still be accepted.
    Proposed = 0,
    /// Accepted: the payer pays and settles, or a party disputes.
    Accepted = 1,
    /// Settled with the preimage. Final.
    Settled = 2,
    /// Disputed. Final, unless an arbiter dismisses the dispute.
    Disputed = 3,
    /// Not accepted in time. Final. Never stored: it is what a proposal becomes.
    Expired = 4,
}

impl TradeStatus {
    /// The contract's number for it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case, as people and JSON have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Disputed => "disputed",
            Self::Expired => "expired",
        }
    }
}

impl TryFrom<u8> for TradeStatus {
    type Error = Error;

    fn try_from(code: u8) -> Result<Self, Error> {
        match code {
            0 => Ok(Self::Proposed),
            1 => Ok(Self::Accepted),
            2 => Ok(Self::Settled),
            3 => Ok(Self::Disputed),
            4 => Ok(Self::Expired),
            _ => Err(Error::UnknownStatus { code }),
        }
    }
}

impl fmt::Display for TradeStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What the arbiter said of a dispute, if anything. The numbers are the contract's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Ruling {
    /// No dispute, or no ruling on it.
    #[default]
    None = 0,
    /// Dismissed: the trade went back to accepted, and cannot be disputed again.
    Dismissed = 1,
    /// Upheld, with the proposer at fault.
    AgainstPartyA = 2,
    /// Upheld, with the counterparty at fault.
    AgainstPartyB = 3,
}

impl Ruling {
    /// The contract's number for it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case, as people and JSON have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Dismissed => "dismissed",
            Self::AgainstPartyA => "against party a",
            Self::AgainstPartyB => "against party b",
        }
    }
}

impl TryFrom<u8> for Ruling {
    type Error = Error;

    fn try_from(code: u8) -> Result<Self, Error> {
        match code {
            0 => Ok(Self::None),
            1 => Ok(Self::Dismissed),
            2 => Ok(Self::AgainstPartyA),
            3 => Ok(Self::AgainstPartyB),
            _ => Err(Error::UnknownRuling { code }),
        }
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
