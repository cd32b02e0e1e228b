//! Where the chain and the ledger differ, said so that a person can follow it.

use std::fmt::Debug;

/// One thing of which the bytecode and the ledger say different things.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}\n      the chain says:  {chain}\n      the ledger says: {ledger}")]
pub struct Disagreement {
    /// What was asked, or done.
    pub what: String,
    /// The bytecode's answer.
    pub chain: String,
    /// The ledger's answer.
    pub ledger: String,
}

impl Disagreement {
    /// Nothing, where both are the same.
    pub(super) fn unless_same<T: PartialEq + Debug>(
        what: impl FnOnce() -> String,
        chain: &T,
        ledger: &T,
    ) -> Result<(), Self> {
        if chain == ledger {
            return Ok(());
        }
        Err(Self { what: what(), chain: format!("{chain:?}"), ledger: format!("{ledger:?}") })
    }
}

/// A sequence that went wrong: what happened in it, and where the chain and the ledger parted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}\n   => {disagreement}", story.join("\n"))]
pub struct Failure {
    /// What was tried and how each call ended, up to the disagreement.
    pub story: Vec<String>,
    /// The disagreement.
    pub disagreement: Disagreement,
}
