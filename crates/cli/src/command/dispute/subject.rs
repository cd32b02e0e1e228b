//! What a command is about: a dispute about a bond, or a disputed trade.

use alloy_primitives::B256;
use barter_protocol::TradeId;
use barter_sdk::{DisputeId, Receipt};
use clap::Args;
use serde::Serialize;

use crate::{options::hash, show::Done};

/// A dispute about a bond, or a trade.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Subject {
    /// The dispute about a bond
    #[arg(value_name = "DISPUTE ID", value_parser = hash)]
    dispute_id: Option<B256>,

    /// The disputed trade, instead
    #[arg(long, value_name = "TRADE ID", value_parser = hash)]
    trade: Option<B256>,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum About {
    /// A dispute about a bond.
    Bond { dispute_id: DisputeId },
    /// A disputed trade.
    Trade { trade_id: TradeId },
}

impl Subject {
    pub(super) fn about(&self) -> About {
        match self.trade {
            Some(trade_id) => About::Trade { trade_id },
            // The parser sees to it that there is one of the two.
            None => About::Bond { dispute_id: self.dispute_id.unwrap_or_default() },
        }
    }
}

/// What something was done to, and how it stands now.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    #[serde(flatten)]
    about: About,
    status: String,
}

/// What was done to a dispute or a trade.
pub(super) fn changed(about: About, status: String, receipt: Receipt) -> Done<Changed> {
    let (headline, trade_id) = match about {
        About::Bond { dispute_id } => (format!("Dispute {dispute_id} is {status}."), None),
        About::Trade { trade_id } => (format!("The ruling on trade {trade_id} is {status}."), Some(trade_id)),
    };
    Done { headline, trade_id, subject: Changed { about, status }, receipt }
}
