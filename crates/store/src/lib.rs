#![doc = include_str!("../README.md")]

mod engine;
mod error;
mod hold;
mod location;
mod postgres;
pub mod row;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;

pub use engine::{
    Access, Column, Durability, Engine, Kind, OnFound, OnRow, Purpose, Table, Value, connect, connect_alone, in_memory,
    in_transaction, temporary,
};
pub use error::Error;
pub use location::Location;
