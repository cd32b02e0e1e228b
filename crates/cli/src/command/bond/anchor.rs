//! `barter bond anchor`

use alloy_primitives::{Address, B256};
use clap::Args;
use serde::Serialize;

use crate::{context::Context, error::Error, options::hash, progress::sending, show::Done, text::grouped};

/// Put the state of a log that you keep on record
///
/// Anybody can keep a log; who reads it chooses whose to trust. A log only grows.
#[derive(Args)]
#[command(after_help = "Example:
  barter bond anchor 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 1000")]
pub(crate) struct Anchor {
    /// Root of its Merkle tree (RFC 6962, SHA-256)
    #[arg(value_parser = hash)]
    root: B256,

    /// Number of its leaves
    size: u64,
}

#[derive(Debug, Serialize)]
struct Anchored {
    #[serde(serialize_with = "crate::output::address")]
    oracle: Address,
    root: B256,
    size: u64,
}

impl Anchor {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.signing_client()?;
        let oracle = client.wallet().ok_or(Error::NoWallet)?;
        let anchoring = async { client.bond().anchor(self.root, self.size).await };
        let receipt = sending("waiting for the anchor to be mined", anchoring).await?;
        context.output().done(&Done {
            headline: format!("A log of {} leaves is on record for {oracle}.", grouped(self.size)),
            trade_id: None,
            subject: Anchored { oracle, root: self.root, size: self.size },
            receipt,
        })
    }
}
