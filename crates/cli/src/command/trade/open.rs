//! `barter trade open`

use std::path::PathBuf;

use barter_protocol::Role;
use barter_sdk::SignedOpen;
use clap::Args;

use super::{own_invoice::Guard, subject::changed};
use crate::{
    context::Context,
    error::Error,
    progress::sending,
    secret::read_document,
    text::{instant, printable, sats},
};

/// Open a trade, proposed and accepted at once, with the other party's signed terms
///
/// Read the terms first: they are the other party's. Where you are the one to be paid, refused unless they are
/// for an open, unpaid invoice of your Lightning node.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade open terms.json")]
pub(crate) struct Open {
    /// File with the signed terms, as `trade sign-open` prints them, or - for standard input
    #[arg(value_name = "FILE")]
    signed: PathBuf,

    #[command(flatten)]
    guard: Guard,
}

impl Open {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let signed: SignedOpen = read_document(&self.signed, "the signed terms")?;
        let client = context.signing_client()?;
        context.output().say(&summary(&signed));
        if client.wallet() == Some(signed.payee) {
            self.guard.bind(&client, &signed.terms()?, Role::Payee, context).await?;
        }
        let opened = sending("waiting for the trade to be mined", client.trade().open(&signed)).await?;
        context.output().done(&changed(opened.trade_id, "accepted", opened.receipt))
    }
}

fn summary(signed: &SignedOpen) -> String {
    format!(
        "{} pays {} {} for '{}', signed until {}",
        signed.payer,
        signed.payee,
        sats(signed.amount_sats),
        printable(&signed.description),
        instant(signed.deadline)
    )
}
