//! `barter trade settle-batch`

use std::path::PathBuf;

use barter_protocol::{Preimage, TradeId};
use barter_sdk::{SettlementOrder, SignedSettlement};
use clap::Args;
use serde::{Deserialize, Deserializer};

use super::subject::AllChanged;
use crate::{context::Context, error::Error, progress::sending, secret::read_document, show::Done, text::counted};

/// Settle up to 100 trades in one transaction, all or none
///
/// The file holds a JSON array. Each entry is a trade that your wallet pays for, with its preimage, or another payer's signed
/// settlement, as `trade sign-settle` prints it.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade settle-batch settlements.json

where settlements.json holds
  [{\"trade_id\": \"0x9d3c…\", \"preimage\": \"4f2a…\"}, …]")]
pub(crate) struct SettleBatch {
    /// File with the settlements, or - for standard input
    #[arg(value_name = "FILE")]
    settlements: PathBuf,
}

/// One of the trades.
enum Order {
    Own { trade_id: TradeId, preimage: Preimage },
    Signed(SignedSettlement),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    trade_id: TradeId,
    preimage: String,
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        // What tells the two apart is the signature; trying both would hide what is wrong with the one that was meant.
        let entry = serde_json::Value::deserialize(deserializer)?;
        if entry.get("signature").is_some() {
            return SignedSettlement::deserialize(entry).map(Self::Signed).map_err(D::Error::custom);
        }
        let Own { trade_id, preimage } = Own::deserialize(entry).map_err(D::Error::custom)?;
        Ok(Self::Own { trade_id, preimage: preimage.trim().parse().map_err(D::Error::custom)? })
    }
}

impl From<Order> for SettlementOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::Own { trade_id, preimage } => Self::Own { trade_id, preimage },
            Order::Signed(signed) => Self::Signed(signed),
        }
    }
}

impl SettleBatch {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let orders: Vec<Order> = read_document(&self.settlements, "the list of settlements")?;
        let orders: Vec<SettlementOrder> = orders.into_iter().map(SettlementOrder::from).collect();
        let trade_ids: Vec<TradeId> = orders.iter().map(SettlementOrder::trade_id).collect();
        let client = context.signing_client()?;
        let trade = client.trade();
        let settling = trade.settle_batch(&orders);
        let receipt = sending("waiting for the settlements to be mined", settling).await?;
        // At most 100 were settled.
        let number = u64::try_from(trade_ids.len()).unwrap_or(u64::MAX);
        context.output().done(&Done {
            headline: format!("{} settled.", counted(number, "trade")),
            trade_id: None,
            subject: AllChanged { trade_ids, status: "settled" },
            receipt,
        })
    }
}
