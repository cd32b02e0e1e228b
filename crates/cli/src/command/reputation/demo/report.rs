//! What the demo did, as data.

use alloy_primitives::{Address, B256};
use barter_reputation::wire::AttestationEnvelope;
use barter_sdk::{Deployment, Filed, Funded, Receipt, TokenAmount};
use serde::Serialize;

use crate::{
    error::ErrorReport,
    reputation::{answer::ScoreAnswer, verification::Verification},
};

/// A bond at work.
#[derive(Debug, Serialize)]
pub(super) struct DemoReport {
    pub(super) chain_id: u64,
    pub(super) contracts: Deployment,
    pub(super) service: String,
    pub(super) hub: &'static str,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) provider: Address,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) consumer: Address,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) operator: Address,
    pub(super) staked: Staked,
    pub(super) outcomes: Recorded,
    pub(super) refusal: ErrorReport,
    pub(super) dispute: Disputed,
    pub(super) ruling: Ruled,
    pub(super) execution: Executed,
    pub(super) claim: Claimed,
    pub(super) attestation: AttestationEnvelope,
    pub(super) anchor: Anchored,
    pub(super) scores: Change<ScoreAnswer>,
    pub(super) verification: Verification,
}

/// The provider's bond.
#[derive(Debug, Serialize)]
pub(super) struct Staked {
    pub(super) amount: TokenAmount,
    #[serde(flatten)]
    pub(super) funded: Funded,
}

/// What the service took.
#[derive(Debug, Serialize)]
pub(super) struct Recorded {
    pub(super) received: u64,
    pub(super) log_size: u64,
    pub(super) log_root: B256,
}

/// The dispute, with the service and on the chain.
#[derive(Debug, Serialize)]
pub(super) struct Disputed {
    pub(super) by: String,
    pub(super) reason: &'static str,
    pub(super) requested_ppm: u32,
    /// The outcome that it is about: a leaf of the log.
    pub(super) outcome_leaf: B256,
    /// SHA-256 of what the consumer signed.
    pub(super) evidence_digest: B256,
    pub(super) on_chain: Filed,
}

/// What the auditors signed.
#[derive(Debug, Serialize)]
pub(super) struct Ruled {
    pub(super) slash_ppm: u32,
    #[serde(serialize_with = "addresses")]
    pub(super) auditors: Vec<Address>,
    pub(super) of: usize,
    /// Seconds in which all of them could have overturned it.
    pub(super) overturn_window: u64,
    #[serde(flatten)]
    pub(super) receipt: Receipt,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Executed {
    pub(super) slashed: TokenAmount,
    pub(super) bond_left: TokenAmount,
    #[serde(flatten)]
    pub(super) receipt: Receipt,
}

/// What the consumer took out.
#[derive(Debug, Serialize)]
pub(super) struct Claimed {
    pub(super) amount: TokenAmount,
    #[serde(flatten)]
    pub(super) receipt: Receipt,
}

/// The log on the chain.
#[derive(Debug, Serialize)]
pub(super) struct Anchored {
    pub(super) size: u64,
    pub(super) root: B256,
    #[serde(flatten)]
    pub(super) receipt: Receipt,
}

/// Something before and after the dispute.
#[derive(Debug, Serialize)]
pub(super) struct Change<T> {
    pub(super) before: T,
    pub(super) after: T,
}

fn addresses<S: serde::Serializer>(addresses: &[Address], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(addresses.iter().map(|address| address.to_checksum(None)))
}
