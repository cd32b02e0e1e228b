#![doc = include_str!("../README.md")]

mod cache;
mod chain;
mod contradiction;
mod engine;
mod error;
mod fold;
mod follower;
mod index;
mod known;
mod location;
mod page;
mod reader;
mod schema;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
mod undo;
mod verify;

pub use chain::{Block, Chain, Header, Identity, Log, Page};
pub use contradiction::Contradiction;
pub use error::Error;
pub use follower::{Follower, Step};
pub use index::{Applied, Index, REORGANISATION_DEPTH, Status, TableRows};
pub use location::Location;
pub use reader::{Dealing, Dealings, Reader, Settled, SettledPoint, Standing, Trade};
pub use verify::{Difference, MAX_LISTED_DIFFERENCES, Verification, verify};
