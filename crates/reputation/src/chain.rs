//! The chain, as far as reputation reads it: bonds, disputes, auditors and anchors at a block that is deep enough.
//!
//! Nothing here knows a node: whoever runs the service brings a [`Chain`]. The [`Follower`](follower::Follower) asks it every few
//! seconds and keeps what it last read, with the block it read it at. When the node is behind, on another chain or silent, what is
//! known stays as it is and says how old it is; nothing is made up in its place.

#[cfg(feature = "service")]
pub mod follower;

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, keccak256};

use crate::wire::hub;

/// What a [`Chain`] answers, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A node that can be asked about the bond contract. Every question names its block: an implementation that cannot answer for that
/// very block says so, and does not answer for another.
pub trait Chain: Send + Sync {
    /// The id of the chain that the node follows.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    fn chain_id(&self) -> Answer<'_, u64>;

    /// Number of the newest block.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    fn head(&self) -> Answer<'_, u64>;

    /// The block of this number on the node's present chain; `None` if it has none.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    fn block(&self, number: u64) -> Answer<'_, Option<Block>>;

    /// The bonds of these wallets, in their order; zeros for one that never staked.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::NoSuchBlock`], [`Error::Unreadable`].
    fn bonds<'a>(&'a self, at: &'a Block, wallets: &'a [Address]) -> Answer<'a, Vec<Bond>>;

    /// The auditors.
    ///
    /// # Errors
    /// As [`bonds`](Self::bonds).
    fn quorum<'a>(&'a self, at: &'a Block) -> Answer<'a, Quorum>;

    /// The last anchor that this wallet made; `None` if it made none.
    ///
    /// # Errors
    /// As [`bonds`](Self::bonds).
    fn last_anchor<'a>(&'a self, at: &'a Block, oracle: Address) -> Answer<'a, Option<Anchor>>;

    /// A dispute; `None` if there is none of this id.
    ///
    /// # Errors
    /// As [`bonds`](Self::bonds).
    fn dispute<'a>(&'a self, at: &'a Block, dispute: B256) -> Answer<'a, Option<Dispute>>;

    /// Does the quorum's contract take these signatures for this ruling? It alone decides who counts, EOA or not.
    ///
    /// # Errors
    /// As [`bonds`](Self::bonds). Signatures that do not make a ruling are no error, but [`Signed::No`].
    fn is_signed<'a>(&'a self, at: &'a Block, ruling: &'a Ruling) -> Answer<'a, Signed>;
}

/// Why the chain did not tell. None of these texts may hold an endpoint with a key in it: they are logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node did not answer.
    #[error("the node did not answer: {reason}")]
    Unreachable {
        /// What the connection says.
        reason: String,
    },
    /// The node follows another chain.
    #[error("the node is on chain {found}, expected {expected}")]
    WrongChain {
        /// The id the service was set up for.
        expected: u64,
        /// The id the node gives.
        found: u64,
    },
    /// The node has not got as far as what was read before, or its chain is shorter than the confirmations asked for.
    #[error("the node is at block {head}, expected at least {needed}")]
    Behind {
        /// The node's newest block.
        head: u64,
        /// The block it should have.
        needed: u64,
    },
    /// The block is not on the node's chain any more, or its state is gone.
    #[error("block {number} ({hash}) is not on the node's chain")]
    NoSuchBlock {
        /// Its number.
        number: u64,
        /// Its hash.
        hash: B256,
    },
    /// The node answered something that is no answer.
    #[error("the node's answer cannot be read: {reason}")]
    Unreadable {
        /// What was wrong with it.
        reason: String,
    },
}

impl Error {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::WrongChain { .. } => "wrong_chain",
            Self::Behind { .. } => "behind",
            Self::NoSuchBlock { .. } => "no_such_block",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time, Unix seconds.
    pub time: u64,
}

/// A wallet's bond, as `BarterBond.getBond` gives it. Money in base units of the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bond {
    /// What stands behind the provider.
    pub active: u128,
    /// What is on its way out. Disputes reach it until it may be withdrawn.
    pub unbonding: u128,
    /// All that was ever staked or topped up.
    pub ever_bonded: u128,
    /// All that was ever slashed.
    pub ever_slashed: u128,
    /// When the first stake was made, Unix seconds; 0 if never.
    pub first_bonded_at: u64,
    /// Disputes upheld.
    pub upheld: u32,
    /// keccak256 of the hub that was declared with the first stake.
    pub hub: B256,
}

/// The auditors and how many of them it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Their wallets, ascending.
    pub auditors: Vec<Address>,
    /// How many make a ruling (m).
    pub threshold: u32,
    /// How many overturn one (M).
    pub overturn_threshold: u32,
}

/// A state of the log that its keeper put on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its number among the keeper's.
    pub index: u64,
    /// Root of the tree.
    pub root: B256,
    /// Number of leaves.
    pub size: u128,
    /// When, Unix seconds.
    pub anchored_at: u64,
}

/// Where a dispute on the chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    /// It waits for a ruling.
    Filed,
    /// It was ruled on, and waits for its execution.
    Ruled,
    /// Its ruling was overturned, and it waits for its execution.
    Overturned,
    /// It ended, and something was slashed.
    Upheld,
    /// It ended, and nothing was.
    Dismissed,
    /// It ended without a ruling.
    Void,
}

impl DisputeStatus {
    /// Can nothing change it any more?
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Upheld | Self::Dismissed | Self::Void)
    }
}

/// A dispute on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Whose bond it is about.
    pub provider: Address,
    /// Who gets what is slashed.
    pub consumer: Address,
    /// Where it stands.
    pub status: DisputeStatus,
    /// What the ruling takes, of the bond when the dispute was filed.
    pub slash_ppm: u32,
    /// What was taken in the end, in base units.
    pub slashed: u128,
    /// SHA-256 of the signed dispute it was filed with.
    pub evidence: B256,
}

/// What auditors signed about a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The dispute on the chain.
    pub dispute: B256,
    /// The share that they let be taken; 0 dismisses.
    pub slash_ppm: u32,
    /// Until when the signatures counted there, Unix seconds.
    pub deadline: u64,
    /// Is it the larger quorum's, which replaces a ruling?
    pub overturns: bool,
    /// Auditors and their signatures, ascending by auditor.
    pub signatures: Vec<(Address, Bytes)>,
}

/// What the quorum's contract says of signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Enough auditors signed.
    Yes,
    /// They did not.
    No {
        /// Why not, in one sentence.
        reason: String,
    },
}

/// A provider's bond: what its wallets hold together. Money in base units of the token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BondReading {
    /// What stands behind the provider.
    pub active: u128,
    /// What is on its way out. Disputes reach it until it may be withdrawn.
    pub unbonding: u128,
    /// All that was ever staked or topped up.
    pub ever_bonded: u128,
    /// All that was ever slashed.
    pub ever_slashed: u128,
    /// When the first stake was made, Unix seconds.
    pub first_bonded_at: Option<u64>,
    /// Disputes upheld.
    pub upheld: u64,
    /// Wallets that were registered after the last look at the chain: what they hold is not in here yet.
    pub unread_wallets: usize,
}

/// What was read at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The block.
    pub block: Block,
    /// The auditors.
    pub quorum: Quorum,
    /// The last anchor of this service's own.
    pub anchor: Option<Anchor>,
    /// The bonds of the wallets that were registered then.
    pub bonds: HashMap<Address, Bond>,
}

impl View {
    /// The bond of the provider with these wallets. A wallet that declared another hub lends nothing: it vouches for that one.
    pub fn bond_of(&self, provider_hub: &str, wallets: &[Address]) -> BondReading {
        let declared = hub_hash(provider_hub);
        let mut reading = BondReading::default();
        for wallet in wallets {
            match self.bonds.get(wallet) {
                None => reading.unread_wallets += 1,
                Some(bond) if bond.hub == declared => reading.add(bond),
                Some(_) => {}
            }
        }
        reading
    }

    /// Did this wallet declare this hub?
    pub fn declares(&self, wallet: Address, provider_hub: &str) -> bool {
        self.bonds.get(&wallet).is_some_and(|bond| bond.hub == hub_hash(provider_hub))
    }
}

/// What the contract keeps of the hub that a wallet declares.
fn hub_hash(provider_hub: &str) -> B256 {
    keccak256(hub::normal(provider_hub))
}

impl BondReading {
    fn add(&mut self, bond: &Bond) {
        // No token has as much as would saturate.
        self.active = self.active.saturating_add(bond.active);
        self.unbonding = self.unbonding.saturating_add(bond.unbonding);
        self.ever_bonded = self.ever_bonded.saturating_add(bond.ever_bonded);
        self.ever_slashed = self.ever_slashed.saturating_add(bond.ever_slashed);
        self.upheld = self.upheld.saturating_add(bond.upheld.into());
        let first = Some(bond.first_bonded_at).filter(|time| *time > 0);
        self.first_bonded_at = match (self.first_bonded_at, first) {
            (Some(before), Some(time)) => Some(before.min(time)),
            (before, time) => before.or(time),
        };
    }
}

/// What is known of the chain, and how well.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The last view; `None` as long as nothing was read.
    pub view: Option<Arc<View>>,
    /// Why the last look brought no view, if it did not.
    pub trouble: Option<Error>,
    /// Times that a block which had been taken for settled was not on the chain any more.
    pub reorganisations: u64,
}

impl Knowledge {
    /// How well, in a word: `never_read`, `current`, the [`Error::code`] of what has kept it from being so, or `reorganised` as long as
    /// nothing was read since what was known turned out not to be on the chain any more.
    pub fn status(&self) -> &'static str {
        match (&self.view, &self.trouble) {
            (None, _) if self.reorganisations > 0 => "reorganised",
            (None, _) => "never_read",
            (Some(_), None) => "current",
            (Some(_), Some(trouble)) => trouble.code(),
        }
    }

    /// The bond of the provider with these wallets, as far as it is known: nothing if the chain was never read.
    pub fn bond_of(&self, provider_hub: &str, wallets: &[Address]) -> BondReading {
        match &self.view {
            Some(view) => view.bond_of(provider_hub, wallets),
            None => BondReading { unread_wallets: wallets.len(), ..BondReading::default() },
        }
    }
}
