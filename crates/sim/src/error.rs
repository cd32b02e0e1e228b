//! What can go wrong.

use std::io;

/// Why a simulation cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The scenario makes no sense.
    #[error("{0}")]
    Scenario(String),
    /// The event log cannot be written.
    #[error("the event log cannot be written: {0}")]
    Log(#[source] io::Error),
    /// It was stopped from outside.
    #[error("stopped")]
    Stopped,
}
