//! `barter trust card`

use std::path::PathBuf;

use barter_sdk::TrustCard;
use clap::Args;

use crate::{
    context::Context,
    error::Error,
    output::{data, print},
    progress::waiting,
    text::{printable, without_keys},
};

/// Print a wallet's card, the picture of its trust token, as SVG
///
/// With --json, the card's figures as well.
#[derive(Args)]
#[command(after_help = "Example:
  barter trust card 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --out card.svg")]
pub(crate) struct Card {
    /// The wallet [default: your own]
    wallet: Option<String>,

    /// Write the picture to this file instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Card {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet) = context.client_for(self.wallet.as_deref())?;
        let card: TrustCard = waiting("reading the card", client.trust().card(wallet)).await?;
        if let Some(path) = self.out {
            std::fs::write(&path, &card.image_svg)
                .map_err(|error| Error::Unwritable { path: path.clone(), reason: error.to_string() })?;
            context.output().say(&format!("{}: {}", without_keys(&path.display().to_string()), printable(&card.name)));
        } else if !context.output().is_json() {
            return print(format!("{}\n", card.image_svg.trim_end()).as_bytes());
        }
        if context.output().is_json() { data(&card) } else { Ok(()) }
    }
}
