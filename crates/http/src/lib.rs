#![doc = include_str!("../README.md")]

mod body;
mod connection;
mod places;
mod tasks;
mod written;

pub use body::{BodyError, TIME_LIMIT, read};
pub use connection::{Peer, serve};
pub use places::{Connections, network};
pub use tasks::Tasks;
