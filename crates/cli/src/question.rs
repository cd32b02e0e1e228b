//! What questions about wallets take: where to read, by which thresholds, and as of when.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use alloy_primitives::Address;
use barter_sdk::{BarterClient, ChainPoint, ComplianceClient, Policy};
use clap::Args;

use crate::{clock::unix_now, context::Context, error::Error, text::instant};

/// Longest policy that is read, in bytes.
const MAX_POLICY_BYTES: u64 = 1 << 20;

/// Most that the block of an answer is behind the clock without a word, in seconds. A node follows its chain by seconds; an index
/// that is further behind has most likely stopped.
const OLD: u64 = 60 * 60;

/// Where to read.
#[derive(Args)]
pub(crate) struct Source {
    /// The index to read: a file, or postgres://… [default: `BARTER_INDEX`; without either, the node is asked]
    #[arg(long, value_name = "FILE|URL")]
    database: Option<String>,
}

/// As of when.
#[derive(Args)]
pub(crate) struct Time {
    /// The time that the last 24 hours end with [default: that of the block that is read]
    #[arg(long, value_name = "UNIX TIME")]
    at: Option<u64>,
}

/// By which thresholds.
#[derive(Args)]
pub(crate) struct Thresholds {
    /// Take the thresholds from this policy's settings; see barter compliance screen --help
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Options of questions about a wallet.
#[derive(Args)]
pub(crate) struct Question {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    time: Time,
}

impl Source {
    /// A client that reads.
    pub(crate) fn client(&self, context: &Context) -> Result<BarterClient, Error> {
        context.reading_client_with(self.database.as_deref())
    }

    /// A client that reads, and the wallet meant: the one named, else the key's own.
    pub(crate) fn client_for(&self, context: &Context, wallet: Option<&str>) -> Result<(BarterClient, Address), Error> {
        context.client_with(self.database.as_deref(), wallet)
    }
}

impl Time {
    /// The question, asked as of this time.
    pub(crate) fn of(&self, asked: ComplianceClient) -> ComplianceClient {
        match self.at {
            Some(time) => asked.at(time),
            None => asked,
        }
    }
}

impl Thresholds {
    /// The question, asked by these thresholds.
    pub(crate) fn of(&self, asked: ComplianceClient) -> Result<ComplianceClient, Error> {
        match &self.policy {
            Some(path) => Ok(asked.settings(*read_policy(path)?.settings())?),
            None => Ok(asked),
        }
    }
}

impl Question {
    /// How to ask, and about which wallet: the one named, else the key's own.
    pub(crate) fn about(&self, context: &Context, wallet: Option<&str>) -> Result<(ComplianceClient, Address), Error> {
        let (client, wallet) = self.source.client_for(context, wallet)?;
        let asked = self.thresholds.of(self.time.of(ask(&client)))?;
        Ok((asked, wallet))
    }
}

/// How to ask. One question a run: only what it needs is read.
pub(crate) fn ask(client: &BarterClient) -> ComplianceClient {
    client.compliance().one_shot()
}

/// Warns where an answer is of a block long past: what happened since is not in it.
pub(crate) fn mind_age(context: &Context, at: &ChainPoint) {
    if is_old(at, unix_now()) {
        let (block, time) = (at.block_number, instant(at.block_timestamp));
        context.output().warn(
            "old_block",
            &format!("this is as of block {block} of {time}, and nothing later; is the index still being run?"),
        );
    }
}

fn is_old(at: &ChainPoint, now: u64) -> bool {
    now.saturating_sub(at.block_timestamp) > OLD
}

/// Reads a policy from a file.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, Error> {
    let unreadable = |reason: String| Error::Unreadable { path: path.to_owned(), reason };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let read = file.take(MAX_POLICY_BYTES + 1).read_to_string(&mut text);
    if text.len() as u64 > MAX_POLICY_BYTES {
        return Err(unreadable(format!("it is longer than a policy may be, {MAX_POLICY_BYTES} bytes")));
    }
    read.map_err(|error| unreadable(error.to_string()))?;
    Policy::parse(&text).map_err(|error| Error::Policy { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_behind_is_not_old_yet_and_a_chain_ahead_never() {
        let at = ChainPoint { block_number: 1, block_hash: alloy_primitives::B256::ZERO, block_timestamp: 1_000_000 };
        assert!(!is_old(&at, 0));
        assert!(!is_old(&at, 1_000_000 + OLD));
        assert!(is_old(&at, 1_000_001 + OLD));
    }
}
