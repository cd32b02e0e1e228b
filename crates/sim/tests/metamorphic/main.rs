//! What must stay the same, on the real bytecode, when what is done is done in another way.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../model/cases.rs"]
mod cases;
mod names;
mod pairs;
mod splitting;
