//! What a transaction was about, as data.

use alloy_primitives::B256;
use barter_protocol::TradeId;
use barter_sdk::{BarterClient, Error as ClientError, Receipt};
use serde::Serialize;

use crate::{error::Error, show::Done};

/// A trade and what it is now.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    trade_id: TradeId,
    status: &'static str,
}

/// What was done to a trade.
pub(super) fn changed(trade_id: TradeId, status: &'static str, receipt: Receipt) -> Done<Changed> {
    Done {
        headline: format!("Trade {trade_id} is {status}."),
        trade_id: Some(trade_id),
        subject: Changed { trade_id, status },
        receipt,
    }
}

/// Several trades and what they are now.
#[derive(Debug, Serialize)]
pub(super) struct AllChanged {
    pub(super) trade_ids: Vec<TradeId>,
    pub(super) status: &'static str,
}

/// A signature that counts no more.
#[derive(Debug, Serialize)]
pub(super) struct Withdrawn {
    pub(super) digest: B256,
    pub(super) status: &'static str,
}

/// Why this wallet may not rule. Where the auditors do, says how.
pub(super) fn not_ruled(error: Error, client: &BarterClient) -> Error {
    use barter_protocol::Error as Rule;
    let auditors = client.deployment().auditor_quorum;
    match error {
        Error::Client(error) if matches!(*error, ClientError::Refused(Rule::NotArbiter { arbiter, .. }) if Some(arbiter) == auditors) =>
        {
            let next_step =
                "The arbiter is the auditors' quorum: each of them signs with barter dispute sign-ruling --trade, \
                             and anybody brings the signatures with barter dispute rule."
                    .to_owned();
            Error::Advised { error, next_step }
        }
        error => error,
    }
}
