#![doc = include_str!("../README.md")]

mod contracts;
mod convert;
mod deployment;
mod revert;

pub use contracts::{BTRCredit, BTRTrust, BarterCore, IBarterCore};
pub use deployment::{Addresses, DETERMINISTIC_DEPLOYER, Deployment, RELEASE_SALT};
pub use revert::ContractError;
