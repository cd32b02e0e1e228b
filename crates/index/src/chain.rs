//! The chain as the index sees it, and the seam through which it is read.

use std::error::Error as StdError;

use alloy_primitives::{Address, B256, Bytes};
use barter_bindings::Addresses;
use serde::{Deserialize, Serialize, Serializer};

/// What an index is of: three contracts on a chain, from a block on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The chain (EIP-155).
    pub chain_id: u64,
    /// `BarterCore`.
    #[serde(serialize_with = "checksummed")]
    pub barter_core: Address,
    /// `BTRTrust`.
    #[serde(serialize_with = "checksummed")]
    pub btr_trust: Address,
    /// `BTRCredit`.
    #[serde(serialize_with = "checksummed")]
    pub btr_credit: Address,
    /// The first block that is read: the deployment's, or one before it.
    pub first_block: u64,
}

impl Identity {
    /// The three contracts.
    pub const fn contracts(&self) -> Addresses {
        Addresses { core: self.barter_core, trust: self.btr_trust, credit: self.btr_credit }
    }
}

/// An address as JSON, as everywhere in Barter: with its checksum.
fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

/// A block as a node gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block before it.
    pub parent_hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
}

/// A block as the index keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
}

impl From<Header> for Block {
    fn from(header: Header) -> Self {
        Self { number: header.number, hash: header.hash, timestamp: header.timestamp }
    }
}

/// A log as a node gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log {
    /// Which contract wrote it.
    pub address: Address,
    /// Its topics.
    pub topics: Vec<B256>,
    /// Its data.
    pub data: Bytes,
    /// Its block.
    pub block_number: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// Its transaction.
    pub transaction_hash: B256,
    /// Its place among the block's logs.
    pub log_index: u64,
    /// Whether the node says that a reorganisation took it back.
    pub removed: bool,
}

/// A row of blocks with the logs the contracts wrote in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first block.
    pub from: u64,
    /// The last block.
    pub to: Header,
    /// The hash of the block before the first.
    pub parent_hash: B256,
    /// The headers of all blocks with logs, in the chain's order. Those of other blocks of the page may be among them.
    pub headers: Vec<Header>,
    /// The logs with one of [`ContractEvent::TOPICS`](barter_bindings::ContractEvent::TOPICS) of the three contracts, in the
    /// chain's order. Others may be among them.
    pub logs: Vec<Log>,
}

/// Where the index reads the chain: a node. What it answers is checked, not trusted.
pub trait Chain {
    /// What can go wrong: the node cannot be reached, or refuses.
    type Error: StdError + Send + Sync + 'static;

    /// The newest block.
    ///
    /// # Errors
    /// The node's.
    fn head(&mut self) -> Result<Header, Self::Error>;

    /// A block by its number; `None` if there is none.
    ///
    /// # Errors
    /// The node's.
    fn header(&mut self, number: u64) -> Result<Option<Header>, Self::Error>;

    /// The page from block `from` to block `to`, or to one before it where that is more than a node gives at once. `None` if
    /// the chain changed meanwhile.
    ///
    /// # Errors
    /// The node's.
    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Self::Error>;
}

impl<C: Chain> Chain for &mut C {
    type Error = C::Error;

    fn head(&mut self) -> Result<Header, Self::Error> {
        (**self).head()
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Self::Error> {
        (**self).header(number)
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Self::Error> {
        (**self).page(from, to)
    }
}
