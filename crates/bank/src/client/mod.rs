//! Who plans a deal and carries it from bank to bank.
//!
//! A [`Settlement`] is made from a [`Deal`](crate::plan::Deal), signed by everybody whose accounts are in it, and then [`drive`]n over
//! [`Wire`]s, each to a bank that is who and where it was pinned as: [`Connection`]s, unless it is a simulation.

mod accounts;
mod connection;
mod drive;
mod error;
mod inbox;
mod journal;
mod settlement;
mod sound;
#[cfg(feature = "testing")]
pub mod testing;
mod wire;

pub use accounts::{Holding, Opened};
pub use connection::{Connection, Pin};
pub use drive::{Event, Keeper, drive};
pub use error::Error;
pub use inbox::{Waiting, WaitingAccount};
pub use journal::Journal;
pub use settlement::{Leg, Settlement};
pub use sound::Unfit;
pub use wire::Wire;
