#![doc = include_str!("../README.md")]

mod contracts;

pub use contracts::{BTRCredit, BTRTrust, BarterCore, IBarterCore};
