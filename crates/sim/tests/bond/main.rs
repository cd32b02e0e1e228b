//! The bond and the auditors' quorum as values against the contracts: the same random calls through both, everything that can
//! be seen compared after each.
//!
//! Deterministic: the same inputs every time. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` change how many and which.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../model/cases.rs"]
mod cases;
mod deployment;
mod planted;
mod sequences;
