//! `barter trade cancel`

use std::path::PathBuf;

use alloy_primitives::B256;
use clap::Args;
use serde::Deserialize;

use super::subject::Withdrawn;
use crate::{context::Context, error::Error, progress::sending, secret::read_document, show::Done};

/// Withdraw a signature of yours that has not been used
///
/// It cannot undo a trade that was already opened or settled with it.
#[derive(Args)]
#[command(after_help = "Examples:
  barter trade cancel --signed terms.json
  barter trade cancel --digest 0x1f2e3d4c5b6a79880716253443526170f1e2d3c4b5a697887968574635241302")]
pub(crate) struct Cancel {
    /// File with what was signed, as `trade sign-open` or `trade sign-settle` printed it, or - for standard input
    #[arg(long, value_name = "FILE", required_unless_present = "digest", conflicts_with = "digest")]
    signed: Option<PathBuf>,

    /// What was signed: the digest
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    digest: Option<B256>,
}

/// What both kinds of signed things have.
#[derive(Deserialize)]
struct Signed {
    digest: B256,
}

impl Cancel {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let digest = match (self.digest, &self.signed) {
            (Some(digest), _) => digest,
            // The parser asks for one of the two.
            (None, path) => read_document::<Signed>(path.as_deref().unwrap_or("-".as_ref()), "what was signed")?.digest,
        };
        let client = context.signing_client()?;
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

fn digest(text: &str) -> Result<B256, String> {
    text.parse().map_err(|_| "expected 0x and 64 hexadecimal digits".to_owned())
}
