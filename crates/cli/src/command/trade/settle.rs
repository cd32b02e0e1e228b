//! `barter trade settle`

use std::path::PathBuf;

use barter_protocol::{Preimage, TradeId};
use barter_sdk::{SignedSettlement, TradeIdInput};
use clap::Args;

use super::subject::changed;
use crate::{
    context::Context,
    error::Error,
    progress::sending,
    secret::{read_document, read_preimage},
};

/// Settle a trade with the preimage its payment revealed
///
/// The payer settles; or anybody with the payer's signature, as `trade sign-settle` prints it.
#[derive(Args)]
#[command(after_help = "Examples:
  barter trade settle 0x9d3c1b55a7f0c2e4d6b8a091f3e5c7d92b4a6c8e0f1d3b5a79c8e6f4d2b0a1c3 \\
    --preimage-file preimage.txt
  lncli payinvoice … | jq -r .payment_preimage | barter trade settle 0x9d3c… --preimage-file -
  barter trade settle --signed settlement.json")]
pub(crate) struct Settle {
    /// The trade
    #[arg(required_unless_present = "signed", requires = "preimage_source")]
    trade_id: Option<String>,

    #[command(flatten)]
    preimage: PreimageArguments,

    /// File with the payer's signed settlement, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["trade_id", "preimage_source"])]
    signed: Option<PathBuf>,
}

/// Where the preimage is.
#[derive(Args)]
#[group(id = "preimage_source", multiple = false)]
pub(super) struct PreimageArguments {
    /// File with the preimage, 64 hexadecimal digits, or - for standard input
    #[arg(long, value_name = "FILE")]
    preimage_file: Option<PathBuf>,

    /// The preimage itself. Who has paid may show it, as settling makes it public; who has not been paid must not
    #[arg(long, value_name = "PREIMAGE")]
    preimage: Option<String>,
}

impl PreimageArguments {
    /// Reads the preimage.
    pub(super) fn read(&self) -> Result<Preimage, Error> {
        match (&self.preimage_file, &self.preimage) {
            (Some(path), _) => read_preimage(path),
            (None, Some(text)) => Ok(text.trim().parse()?),
            // The parser asks for one of the two wherever a preimage is needed.
            (None, None) => Err(Error::Usage { message: "the preimage is missing".to_owned(), tip: None }),
        }
    }
}

impl Settle {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match (&self.signed, &self.trade_id) {
            (Some(path), _) => settle_signed(&read_document(path, "the signed settlement")?, context).await,
            (None, trade_id) => {
                // The parser asks for the id where no signed settlement is given.
                let trade_id = trade_id.as_deref().unwrap_or_default().to_trade_id()?;
                settle_own(trade_id, self.preimage.read()?, context).await
            }
        }
    }
}

async fn settle_own(trade_id: TradeId, preimage: Preimage, context: &Context) -> Result<(), Error> {
    let client = context.signing_client()?;
    let trade = client.trade();
    let settling = trade.settle(trade_id, preimage);
    let receipt = sending("waiting for the settlement to be mined", settling).await?;
    context.output().done(&changed(trade_id, "settled", receipt))
}

async fn settle_signed(signed: &SignedSettlement, context: &Context) -> Result<(), Error> {
    let client = context.signing_client()?;
    let trade = client.trade();
    let settling = trade.settle_by_signature(signed);
    let receipt = sending("waiting for the settlement to be mined", settling).await?;
    context.output().done(&changed(signed.trade_id, "settled", receipt))
}
