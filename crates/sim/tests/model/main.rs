//! The protocol against the contracts: the same random inputs through both, every answer compared bit for bit.
//!
//! Deterministic: the same inputs every time. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` change how many and which.

#![allow(clippy::unwrap_used, reason = "a test")]

mod cases;
mod deployment;
mod formulas;
mod ids;
mod sequences;
