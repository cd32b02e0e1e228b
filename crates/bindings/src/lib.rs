#![doc = include_str!("../README.md")]

pub mod bond_events;
mod contracts;
mod convert;
mod deployment;
mod events;
mod revert;

pub use contracts::{
    AuditorQuorum, BTRCredit, BTRTrust, BarterBond, BarterCore, IAuditorQuorum, IBarterBond, IBarterCore, IBondQuorum,
    TestDollar,
};
pub use deployment::{Addresses, Creation, DETERMINISTIC_DEPLOYER, Deployment, RELEASE_SALT};
pub use events::{ContractEvent, DecodeError};
pub use revert::ContractError;
