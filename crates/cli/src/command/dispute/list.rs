//! `barter dispute list`

use alloy_primitives::Address;
use barter_sdk::{BondToken, Dispute};
use clap::Args;
use serde::Serialize;

use super::show::status;
use crate::{
    command::bond::{money, verdict},
    context::Context,
    error::Error,
    output::Report,
    page::{Cell, FAINT, Page, styled},
    progress::waiting,
    text::{instant, short_address},
};

/// List disputes about bonds that a wallet has a part in, newest first
///
/// Found in the event log, from the deployment's block on, which takes a while on a long chain.
#[derive(Args)]
#[command(after_help = "Examples:
  barter dispute list 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
  barter dispute list --all")]
pub(crate) struct List {
    /// The provider or consumer [default: your own wallet]
    wallet: Option<String>,

    /// List everybody's
    #[arg(long, conflicts_with = "wallet")]
    all: bool,
}

#[derive(Serialize)]
struct Listed {
    address: Option<String>,
    disputes: Vec<Dispute>,
    token: BondToken,
}

impl Report for Listed {
    fn show(&self, page: &mut Page) {
        if self.disputes.is_empty() {
            page.line(styled("no disputes", FAINT));
            return;
        }
        let rows: Vec<Vec<Cell>> = self.disputes.iter().map(|dispute| row(dispute, &self.token)).collect();
        let head = ["status", "provider", "consumer", "filed", "bond at filing", "ruling", "slashed", "dispute"];
        page.table(0, &head, &rows);
    }
}

fn row(dispute: &Dispute, token: &BondToken) -> Vec<Cell> {
    vec![
        status(dispute.status),
        short_address(dispute.provider).into(),
        short_address(dispute.consumer).into(),
        instant(dispute.filed_at).into(),
        money(dispute.bond_at_filing, token).into(),
        dispute.slash_ppm.map_or_else(String::new, verdict).into(),
        money(dispute.slashed, token).into(),
        Cell::new(dispute.dispute_id.to_string(), FAINT),
    ]
}

impl List {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (client, wallet): (_, Option<Address>) = if self.all {
            (context.reading_client()?, None)
        } else {
            let (client, wallet) = context.client_for(self.wallet.as_deref())?;
            (client, Some(wallet))
        };
        let bond = client.bond();
        let disputes = waiting("reading the event log", bond.disputes(wallet)).await?;
        let address = wallet.map(|wallet| wallet.to_checksum(None));
        context.output().result(&Listed { address, disputes, token: bond.terms().await?.token.clone() })
    }
}
