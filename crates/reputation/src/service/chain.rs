//! How the chain's part of an answer is written. Amounts are whole base units of the token, as text: JSON's numbers are too small.

use alloy_primitives::Address;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use crate::chain::{Anchor, Block, Bond, Knowledge};

/// What is known of the chain, and how well.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChainAnswer {
    /// `current`: the last look went well. `never_read`: nothing is known, and every term of the bond is 0. `none`: this service
    /// follows no chain. `unreachable`, `wrong_chain`, `behind`, `no_such_block`, `unreadable`: why the last look brought nothing
    /// newer than `block`. `reorganised`: what was known is not on the chain any more, and nothing was read since.
    #[schema(example = "current")]
    status: &'static str,
    /// The block up to which it is known.
    block: Option<BlockAnswer>,
}

/// A block.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BlockAnswer {
    number: u64,
    #[schema(example = "0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2")]
    hash: String,
    /// Unix seconds.
    timestamp: u64,
    /// Seconds since then.
    age_seconds: u64,
}

/// A provider's wallet and its bond.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WalletAnswer {
    address: String,
    /// Does its bond count for this provider: was it read, and did the wallet declare this very hub?
    counted: bool,
    /// Null if it was not read yet.
    bond: Option<BondAnswer>,
}

/// A wallet's bond, as the contract has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BondAnswer {
    #[schema(example = "2000000000")]
    active: String,
    unbonding: String,
    ever_bonded: String,
    ever_slashed: String,
    /// Unix seconds; 0 if never.
    first_bonded_at: u64,
    /// Disputes upheld.
    upheld: u32,
    /// keccak256 of the hub that the wallet declared.
    hub: String,
}

/// A state of the log that its keeper put on the chain.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnchorAnswer {
    index: u64,
    root: String,
    #[schema(example = "100")]
    size: String,
    /// Unix seconds.
    anchored_at: u64,
}

impl ChainAnswer {
    pub(super) fn of(service: &Service, known: &Knowledge, now: u64) -> Self {
        let status = if service.follow.is_some() { known.status() } else { "none" };
        Self { status, block: known.view.as_ref().map(|view| BlockAnswer::of(&view.block, now)) }
    }
}

impl BlockAnswer {
    fn of(block: &Block, now: u64) -> Self {
        let Block { number, hash, time } = *block;
        Self { number, hash: hash.to_string(), timestamp: time, age_seconds: now.saturating_sub(time) }
    }
}

impl WalletAnswer {
    pub(super) fn of(known: &Knowledge, provider_hub: &str, wallet: Address) -> Self {
        let view = known.view.as_ref();
        let bond = view.and_then(|view| view.bonds.get(&wallet));
        let counted = view.is_some_and(|view| view.declares(wallet, provider_hub));
        Self { address: wallet.to_string(), counted, bond: bond.map(BondAnswer::of) }
    }
}

impl BondAnswer {
    fn of(bond: &Bond) -> Self {
        Self {
            active: bond.active.to_string(),
            unbonding: bond.unbonding.to_string(),
            ever_bonded: bond.ever_bonded.to_string(),
            ever_slashed: bond.ever_slashed.to_string(),
            first_bonded_at: bond.first_bonded_at,
            upheld: bond.upheld,
            hub: bond.hub.to_string(),
        }
    }
}

impl AnchorAnswer {
    pub(super) fn of(anchor: &Anchor) -> Self {
        Self {
            index: anchor.index,
            root: anchor.root.to_string(),
            size: anchor.size.to_string(),
            anchored_at: anchor.anchored_at,
        }
    }
}
