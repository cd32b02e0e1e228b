//! What every question about a wallet takes: where to read, and as of when.

use alloy_primitives::Address;
use barter_sdk::{BarterClient, ComplianceClient};
use clap::Args;

use crate::{context::Context, error::Error};

/// Options of questions about wallets.
#[derive(Args)]
pub(crate) struct Question {
    /// The index to read: a file, or postgres://… [default: `BARTER_INDEX`; without either, the node is asked]
    #[arg(long, value_name = "FILE|URL")]
    database: Option<String>,

    /// The time that the last 24 hours end with [default: now]
    #[arg(long, value_name = "UNIX TIME")]
    at: Option<u64>,
}

impl Question {
    /// A client that reads.
    pub(crate) fn client(&self, context: &Context) -> Result<BarterClient, Error> {
        context.reading_client_with(self.database.as_deref())
    }

    /// A client that reads, and the wallet meant: the one named, else the key's own.
    pub(crate) fn client_for(&self, context: &Context, wallet: Option<&str>) -> Result<(BarterClient, Address), Error> {
        context.client_with(self.database.as_deref(), wallet)
    }

    /// How to ask. One question a run: only what it needs is read.
    pub(crate) fn ask(&self, client: &BarterClient) -> ComplianceClient {
        let asked = client.compliance().one_shot();
        match self.at {
            Some(time) => asked.at(time),
            None => asked,
        }
    }
}
