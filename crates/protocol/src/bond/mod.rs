//! Bonds behind providers' quality, disputes about them, and the auditors who rule: `BarterBond` and `AuditorQuorum`.

mod error;
mod parameters;
mod status;
mod terms;

pub use error::BondError;
pub use parameters::{Parameters, share_down, share_up};
pub use status::{DisputeStatus, RulingStatus};
pub use terms::{
    BondDomain, Complaint, DisputeId, Overturn, QuorumDomain, Ruling, TradeOverturn, TradeRuling, dispute_id_of,
};
