//! The bond and the auditors' quorum against their bytecode: whatever is tried, in whatever order, by providers, consumers,
//! auditors, filers and strangers, the committed contracts and the values of [`barter_protocol::bond`] must end it alike, emit
//! what follows from it, and show the same in every view after. Contracts are deployed with several sets of numbers, on
//! `TestDollar`s or on a token that takes fees, returns nothing, and is there in amounts beyond what the contract can hold.
//!
//! Tokens that call back are left to Foundry's tests; no call carries ether.
//!
//! [`BondSequence`]s come from proptest ([`bond_sequence`]) or from a fuzzer's bytes ([`BondSequence::from_bytes`]), and print,
//! when they fail, as a story of who did what.
//!
//! ```
//! use barter_sim::model::bond::BondSequence;
//!
//! // Any bytes are some sequence.
//! let sequence = BondSequence::from_bytes(b"forty bytes or so of nothing in particular");
//! sequence.run()?;
//! # Ok::<(), barter_sim::model::Failure>(())
//! ```

mod events;
pub mod operation;
mod replay;
mod setup;
mod token;
mod views;
mod words;
mod world;

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;

pub use operation::{BondOperation, BondSequence, Setup};
pub use setup::{bond_code, quorum_code};
pub use world::BondWorld;

/// Bytes an operation is made of: more than any takes.
const OPERATION_BYTES: usize = 32;

/// Sequences of up to `longest` operations in any deployment.
pub fn bond_sequence(longest: usize) -> impl Strategy<Value = BondSequence> {
    let operations = prop::collection::vec(said_by::<BondOperation>(), 1..=longest);
    (said_by::<Setup>(), operations).prop_map(|(setup, operations)| BondSequence { setup, operations })
}

/// What random bytes say: smaller bytes say simpler things, so it shrinks to them.
fn said_by<T: for<'a> Arbitrary<'a> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    any::<[u8; OPERATION_BYTES]>()
        .prop_filter_map("too few bytes", |bytes| Unstructured::new(&bytes).arbitrary::<T>().ok())
}
