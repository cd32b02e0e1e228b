//! What is kept of bonds, disputes and anchors, as the contract shows it.

use alloy_primitives::{Address, B256};

use super::DisputeStatus;

/// A provider's bond; all zero if it never staked. Money in base units, times in Unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bond {
    /// What stands behind the provider.
    pub active: u128,
    /// What is on its way out. Disputes filed before `release_at` can take from it, later ones cannot.
    pub unbonding: u128,
    /// All that was ever staked or topped up.
    pub ever_bonded: u128,
    /// All that was ever slashed.
    pub ever_slashed: u128,
    /// What open disputes can take together.
    pub reserved: u128,
    /// When the first stake was made; 0 if never.
    pub first_bonded_at: u64,
    /// From when on `unbonding` can be withdrawn.
    pub release_at: u64,
    /// Disputes upheld against the provider.
    pub upheld: u32,
    /// keccak256 of the hub's URL, as declared with the first stake.
    pub hub: B256,
    /// What open disputes filed before `release_at` can take together; withdrawals leave it.
    pub held: u128,
}

impl Bond {
    /// All that is there: what is active and what is leaving. Never more than was ever bonded, so it fits.
    pub const fn total(&self) -> u128 {
        self.active + self.unbonding
    }

    /// What of it a dispute filed at `filed_at` can take from: what is active, and what is leaving until its delay is over.
    pub const fn standing(&self, filed_at: u64) -> u128 {
        if filed_at < self.release_at { self.total() } else { self.active }
    }

    /// What of the leaving money open disputes do not hold back. The later ones, which cannot take from it, may take all they
    /// can of the active money; what then is missing for the earlier ones stays.
    pub const fn withdrawable(&self) -> u128 {
        let later = self.reserved - self.held;
        let covered = self.active.saturating_sub(later);
        self.unbonding.saturating_sub(self.held.saturating_sub(covered))
    }
}

/// A dispute; all zero if there is none. Money in base units, times in Unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dispute {
    /// Whose bond it is about.
    pub provider: Address,
    /// When it was filed.
    pub filed_at: u64,
    /// From when on its ruling can be executed; 0 before a ruling.
    pub executable_at: u64,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Who gets what is slashed.
    pub consumer: Address,
    /// What the ruling takes, as a share of `bond_at_filing` in parts per million; 0 dismisses.
    pub slash_ppm: u32,
    /// Who paid the deposit.
    pub filer: Address,
    /// The bond when it was filed: active, and leaving until `release_at`.
    pub bond_at_filing: u128,
    /// The filer's deposit.
    pub deposit: u128,
    /// What was taken in the end.
    pub slashed: u128,
    /// SHA-256 of the signed dispute it was filed with.
    pub evidence: B256,
}

impl Dispute {
    /// Whether it can still end.
    pub fn is_open(&self) -> bool {
        self.status != DisputeStatus::None && !self.status.is_final()
    }
}

/// The state of a log, as its keeper anchored it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// Root of its Merkle tree (RFC 6962, SHA-256).
    pub root: B256,
    /// Number of its leaves.
    pub size: u128,
    /// When, Unix time.
    pub anchored_at: u64,
}
