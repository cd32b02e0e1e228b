//! What questions about wallets take: where to read, by which thresholds, and as of when.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use alloy_primitives::Address;
use barter_sdk::{BarterClient, ComplianceClient, Policy};
use clap::Args;

use crate::{context::Context, error::Error};

/// Longest policy that is read, in bytes.
const MAX_POLICY_BYTES: u64 = 1 << 20;

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
    /// The time that the last 24 hours end with [default: now]
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
