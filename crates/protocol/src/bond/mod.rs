//! Bonds behind providers' quality, disputes about them, and the auditors who rule: the rules of `BarterBond` and
//! `AuditorQuorum`, and what wallets sign for them (EIP-712).
//!
//! [`BarterBond`] and [`AuditorQuorum`] are those contracts as values, with the calls that change them and the views that show
//! them. A differential test runs random sequences through them and through the bytecode, and compares all there is to see
//! after each call.

mod contract;
mod error;
mod event;
mod hub;
mod parameters;
mod quorum;
mod state;
mod status;
mod terms;

use alloy_primitives::U256;

pub use contract::{BarterBond, Incoming, Outgoing};
pub use error::BondError;
pub use event::Event;
pub use hub::{HubError, HubFault, check_hub, normal_hub};
pub use parameters::{Parameters, share_down, share_up};
pub use quorum::{AuditorQuorum, AuditorSignature, Auditors, RecordedRuling, Signed};
pub use state::{Anchor, Bond, Dispute};
pub use status::{DisputeStatus, RulingStatus};
pub use terms::{
    BondDomain, Complaint, DisputeId, Overturn, QuorumDomain, Ruling, TradeOverturn, TradeRuling, dispute_id_of,
};

/// A deadline, inclusive, that has passed; none if it has not.
fn deadline_passed(deadline: U256, now: u64) -> Option<u64> {
    // One that no Unix time of ours reaches has not.
    u64::try_from(deadline).ok().filter(|deadline| now > *deadline)
}
