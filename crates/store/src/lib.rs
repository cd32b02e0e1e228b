#![doc = include_str!("../README.md")]

mod engine;
mod error;
mod hold;
mod location;
mod postgres;
pub mod row;
mod sqlite;

pub use engine::{
    Access, Column, Durability, Engine, Kind, OnFound, OnRow, Purpose, Table, Value, connect, in_memory,
    in_transaction, temporary,
};
pub use error::Error;
pub use hold::Hold;
pub use location::Location;
