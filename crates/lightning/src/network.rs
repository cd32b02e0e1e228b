//! Which Bitcoin an invoice or a node means.

use std::{fmt, str::FromStr};

use lightning_invoice::Currency;

/// A Bitcoin network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitcoinNetwork {
    /// The one with money of worth.
    Bitcoin,
    /// The public test network.
    Testnet,
    /// The public test network whose blocks are signed.
    Signet,
    /// A network of one's own; btcd's kind is called simnet.
    Simnet,
    /// A network of one's own.
    Regtest,
}

impl BitcoinNetwork {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitcoin => "bitcoin",
            Self::Testnet => "testnet",
            Self::Signet => "signet",
            Self::Simnet => "simnet",
            Self::Regtest => "regtest",
        }
    }
}

impl fmt::Display for BitcoinNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for BitcoinNetwork {
    type Err = String;

    /// Reads a name as nodes give it: LND calls the first one `mainnet`, and has a `testnet4`. The error is the text that is no such name.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "bitcoin" | "mainnet" => Ok(Self::Bitcoin),
            "testnet" | "testnet3" | "testnet4" => Ok(Self::Testnet),
            "signet" => Ok(Self::Signet),
            "simnet" => Ok(Self::Simnet),
            "regtest" => Ok(Self::Regtest),
            _ => Err(name.to_owned()),
        }
    }
}

impl From<Currency> for BitcoinNetwork {
    fn from(currency: Currency) -> Self {
        match currency {
            Currency::Bitcoin => Self::Bitcoin,
            Currency::BitcoinTestnet => Self::Testnet,
            Currency::Signet => Self::Signet,
            Currency::Simnet => Self::Simnet,
            Currency::Regtest => Self::Regtest,
        }
    }
}
