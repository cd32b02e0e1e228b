#![doc = include_str!("../README.md")]

#[allow(dead_code, reason = "what uses it comes next")]
mod engine;
mod error;
mod location;

pub use error::Error;
pub use location::Location;
