//! `barter dispute file`

use std::path::PathBuf;

use alloy_primitives::Address;
use barter_sdk::{DisputeId, SignedComplaint, TokenAmount};
use clap::Args;
use serde::Serialize;

use crate::{
    command::bond::money,
    context::Context,
    error::Error,
    progress::{sending, waiting},
    secret::read_document,
    show::Done,
    text::instant,
};

/// File a consumer's complaint, for a deposit that comes back unless the dispute is dismissed
///
/// Lets the bond contract take exactly the deposit first, in a transaction of its own, where it may not yet.
#[derive(Args)]
#[command(after_help = "Example:
  barter dispute file complaint.json")]
pub(crate) struct File {
    /// File with the complaint, as `dispute sign` prints it, or - for standard input
    #[arg(value_name = "FILE")]
    complaint: PathBuf,

    /// How many tokens to deposit [default: the least, and a hundredth more]
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    deposit: Option<String>,
}

#[derive(Debug, Serialize)]
struct FiledReport {
    dispute_id: DisputeId,
    status: &'static str,
    #[serde(serialize_with = "crate::output::address")]
    provider: Address,
    #[serde(serialize_with = "crate::output::address")]
    consumer: Address,
    deposit: TokenAmount,
    /// Transactions that let the contract take the deposit.
    approvals: Vec<alloy_primitives::B256>,
}

impl File {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let complaint: SignedComplaint = read_document(&self.complaint, "the complaint")?;
        let client = context.signing_client()?;
        let bond = client.bond();
        let token = waiting("reading the bond's token", bond.terms()).await?.token.clone();
        let deposit = match &self.deposit {
            Some(amount) => Some(bond.amount(amount).await?),
            None => None,
        };
        context.output().say(&format!(
            "{} complains about {}, signed until {}",
            complaint.consumer,
            complaint.provider,
            instant(complaint.deadline)
        ));
        let filing = Box::pin(bond.file(&complaint, deposit));
        let filed =
            sending("waiting for the dispute to be mined", filing).await.map_err(|error| error.in_tokens(&token))?;
        context.output().done(&Done {
            headline: format!(
                "Dispute {} is filed, with a deposit of {}.",
                filed.dispute_id,
                money(filed.deposit, &token)
            ),
            trade_id: None,
            subject: FiledReport {
                dispute_id: filed.dispute_id,
                status: "filed",
                provider: complaint.provider,
                consumer: complaint.consumer,
                deposit: filed.deposit,
                approvals: filed.funded.approvals.iter().map(|receipt| receipt.transaction_hash).collect(),
            },
            receipt: filed.funded.receipt,
        })
    }
}
