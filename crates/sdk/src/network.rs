//! Chains by name.

use std::{fmt, str::FromStr};

use crate::Error;

/// A chain: one of those with a name, or any other by its id.
///
/// ```
/// use barter_sdk::Network;
///
/// assert_eq!("sepolia".parse::<Network>()?, Network::from_chain_id(11_155_111));
/// assert_eq!("31337".parse::<Network>()?.to_string(), "local");
/// # Ok::<(), barter_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    chain_id: u64,
}

/// Names a network can be given by. The first of a chain is the one shown.
const NAMES: &[(&str, u64)] =
    &[("sepolia", 11_155_111), ("mainnet", 1), ("ethereum", 1), ("local", 31_337), ("anvil", 31_337)];

impl Network {
    /// Ethereum's test network: the default, as in the Python client.
    pub const SEPOLIA: Self = Self { chain_id: 11_155_111 };
    /// Ethereum.
    pub const MAINNET: Self = Self { chain_id: 1 };
    /// A chain on this machine, as `anvil` and `barter devnet` make it.
    pub const LOCAL: Self = Self { chain_id: 31_337 };

    /// The network with this chain id.
    pub const fn from_chain_id(chain_id: u64) -> Self {
        Self { chain_id }
    }

    /// Its chain id.
    pub const fn chain_id(self) -> u64 {
        self.chain_id
    }

    /// Its name, where it has one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(_, chain_id)| *chain_id == self.chain_id).map(|(name, _)| *name)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::SEPOLIA
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => formatter.pad(name),
            None => formatter.pad(&self.chain_id.to_string()),
        }
    }
}

impl From<u64> for Network {
    fn from(chain_id: u64) -> Self {
        Self { chain_id }
    }
}

impl FromStr for Network {
    type Err = Error;

    /// Reads a name in any case, or a chain id in decimal.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, chain_id)| *chain_id);
        named
            .or_else(|| text.parse().ok().filter(|chain_id| *chain_id > 0))
            .map(Self::from_chain_id)
            .ok_or_else(|| Error::UnknownNetwork { input: text.to_owned() })
    }
}
