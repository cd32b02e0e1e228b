//! EIP-2612 permits of BTRCredit: what the ledger, which keeps no nonces, leaves out.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};

sol! {
    /// What an owner signs (EIP-2612).
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

/// Nonces of permits: how many each owner has used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nonces(BTreeMap<Address, u64>);

impl Nonces {
    /// An owner's next.
    pub fn next(&self, owner: Address) -> u64 {
        self.0.get(&owner).copied().unwrap_or_default()
    }

    pub(super) fn use_next(&mut self, owner: Address) {
        *self.0.entry(owner).or_default() += 1;
    }
}

impl Permit {
    /// What is signed for BTRCredit at `credit` on a chain.
    pub(super) fn digest(&self, chain_id: u64, credit: Address) -> B256 {
        self.eip712_signing_hash(&domain(chain_id, credit))
    }
}

/// BTRCredit's domain.
pub(super) fn domain(chain_id: u64, credit: Address) -> Eip712Domain {
    eip712_domain! {
        name: "BTR-Credit",
        version: "1",
        chain_id: chain_id,
        verifying_contract: credit,
    }
}
