//! `barter trade cancel`

use std::path::PathBuf;

use alloy_primitives::B256;
use barter_protocol::{Role, TradeStatus};
use barter_sdk::{BarterClient, SignedOpen, SignedSettlement};
use clap::Args;
use serde::{Deserialize, Deserializer};

use super::subject::Withdrawn;
use crate::{
    context::Context,
    error::Error,
    options::hash,
    progress::{sending, waiting},
    secret::read_document,
    show::Done,
};

/// Withdraw a signature of yours that has not been used
///
/// It cannot undo a trade that was already opened or settled with it: where --signed tells, that is refused.
#[derive(Args)]
#[command(after_help = "Examples:
  barter trade cancel --signed terms.json
  barter trade cancel --digest 0x1f2e3d4c5b6a79880716253443526170f1e2d3c4b5a697887968574635241302")]
pub(crate) struct Cancel {
    /// File with what was signed, as `trade sign-open` or `trade sign-settle` printed it, or - for standard input
    #[arg(long, value_name = "FILE", required_unless_present = "digest", conflicts_with = "digest")]
    signed: Option<PathBuf>,

    /// What was signed: the digest
    #[arg(long, value_name = "DIGEST", value_parser = hash)]
    digest: Option<B256>,
}

/// Something that was signed for another to send.
enum Signed {
    Open(Box<SignedOpen>),
    Settlement(Box<SignedSettlement>),
}

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        // What tells the two apart is the proposer; trying both would hide what is wrong with the one that was meant.
        let document = serde_json::Value::deserialize(deserializer)?;
        if document.get("proposer").is_some() {
            return SignedOpen::deserialize(document).map(|signed| Self::Open(signed.into())).map_err(D::Error::custom);
        }
        let settlement = SignedSettlement::deserialize(document).map_err(D::Error::custom)?;
        Ok(Self::Settlement(settlement.into()))
    }
}

impl Signed {
    fn digest(&self) -> B256 {
        match self {
            Self::Open(signed) => signed.digest,
            Self::Settlement(signed) => signed.digest,
        }
    }

    /// Refuses what the chain would take without effect: another wallet's signature, and one that was used already.
    async fn require_of_use(&self, client: &BarterClient) -> Result<(), Error> {
        let (signer, signed_chain_id) = match self {
            Self::Open(signed) => (signed.signer, signed.chain_id),
            Self::Settlement(signed) => (signed.signer, signed.chain_id),
        };
        let chain_id = client.network().chain_id();
        if signed_chain_id != chain_id {
            return Err(barter_sdk::Error::SignedForOtherChain { signed_chain_id, chain_id }.into());
        }
        let wallet = client.wallet().ok_or(barter_sdk::Error::NoSigner)?;
        if wallet != signer {
            return Err(Error::NotSigner { wallet, signer });
        }
        let trade_id = match self {
            Self::Open(signed) => signed.terms()?.trade_id(signed.proposer_role().unwrap_or(Role::Payer)),
            Self::Settlement(signed) => signed.trade_id,
        };
        let status = match waiting("reading the trade", client.trade().get(trade_id)).await {
            Ok(trade) => trade.status,
            Err(barter_sdk::Error::TradeNotFound { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let is_used = match self {
            Self::Open(_) => {
                matches!(status, TradeStatus::Accepted | TradeStatus::Settled | TradeStatus::Disputed)
            }
            Self::Settlement(_) => status == TradeStatus::Settled,
        };
        if is_used { Err(Error::SignatureUsed { trade_id, status }) } else { Ok(()) }
    }
}

impl Cancel {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, digest) = if let Some(digest) = self.digest {
            (context.signing_client()?, digest)
        } else {
            // The parser asks for one of the two.
            let path = self.signed.as_deref().unwrap_or("-".as_ref());
            let signed: Signed = read_document(path, "what was signed")?;
            let client = context.signing_client()?;
            signed.require_of_use(&client).await?;
            (client, signed.digest())
        };
        let trade = client.trade();
        let cancelling = trade.cancel_signature(digest);
        let receipt = sending("waiting for the cancellation to be mined", cancelling).await?;
        context.output().done(&Done {
            headline: format!("Your signature over {digest} counts no more."),
            trade_id: None,
            subject: Withdrawn { digest, status: "cancelled" },
            receipt,
        })
    }
}
