//! What can go wrong between a client and banks.

use std::path::PathBuf;

use crate::{
    document::{self, PublicKey},
    plan,
};

/// Why a client stops. What was done before stands, and the same deal can be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is none of a bank.
    #[error("{url:?} is no address of a bank: {reason}")]
    Url {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The bank does not answer. Trying again may help.
    #[error("bank {bank} at {url} does not answer: {reason}")]
    Unreachable {
        /// Which.
        bank: PublicKey,
        /// Where.
        url: String,
        /// What happened.
        reason: String,
    },
    /// Another bank, or another address, than was pinned.
    #[error("the bank at {url} says its {field} is {found}, and {expected} is pinned: nothing is sent to it")]
    NotPinned {
        /// Where.
        url: String,
        /// What differs.
        field: &'static str,
        /// What it says.
        found: String,
        /// What was pinned.
        expected: String,
    },
    /// The bank refuses.
    #[error("bank {bank} refuses {method}: {message} ({code})")]
    Refused {
        /// Which.
        bank: PublicKey,
        /// What was asked for.
        method: &'static str,
        /// Why, by number.
        code: i32,
        /// Why, in its words.
        message: String,
    },
    /// The bank's answer is not of its form, or proves nothing.
    #[error("bank {bank} answers {method} with what proves nothing: {reason}")]
    Answer {
        /// Which.
        bank: PublicKey,
        /// What was asked for.
        method: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A bank of the deal, and nobody said where it is.
    #[error("bank {bank} is part of the deal, and no address of it is known")]
    UnknownBank {
        /// Which.
        bank: PublicKey,
    },
    /// A holder has to confirm, and neither key nor word of it is here.
    #[error("{holder} has to sign the deal, and has not yet")]
    Unsigned {
        /// Who.
        holder: PublicKey,
    },
    /// A bank's hold is over, or so soon that who settles now could be left alone.
    #[error(
        "bank {bank} holds until {until_ms} and it is {now_ms} (Unix milliseconds): too late for another to settle first"
    )]
    HoldTooShort {
        /// Which.
        bank: PublicKey,
        /// Until when it holds, by its own clock.
        until_ms: u64,
        /// When that was asked, by the client's clock.
        now_ms: u64,
    },
    /// The deal was given up before anything was settled, and the banks that answer were told.
    #[error("the deal was given up, and nothing was settled: {reason}")]
    GivenUp {
        /// Why.
        reason: String,
    },
    /// It is no deal, or none that these leads can settle.
    #[error(transparent)]
    Plan(#[from] plan::Error),
    /// A document is none.
    #[error(transparent)]
    Document(#[from] document::Error),
    /// The journal cannot be read or written.
    #[error("journal {}: {reason}", .path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes: {reason}")]
    NoRandomness {
        /// Why.
        reason: String,
    },
}
