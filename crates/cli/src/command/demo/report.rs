//! What the demo showed, as data.

use alloy_primitives::Address;
use barter_lightning::Invoice;
use barter_protocol::TradeId;
use barter_sdk::{CreditAmount, Deployment, Receipt, Trade, TrustProfile};
use serde::Serialize;

use crate::error::ErrorReport;

/// A whole trade.
#[derive(Debug, Serialize)]
pub(super) struct DemoReport {
    pub(super) chain_id: u64,
    pub(super) contracts: Deployment,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) payer: Address,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) payee: Address,
    pub(super) invoice: InvoiceReport,
    pub(super) payment: PaymentReport,
    pub(super) refusal: RefusalReport,
    pub(super) steps: Vec<StepReport>,
    pub(super) trade: Trade,
    pub(super) gained: Gained,
    pub(super) profiles: Profiles,
}

/// The invoice that was traded over.
#[derive(Debug, Serialize)]
pub(super) struct InvoiceReport {
    bolt11: String,
    network: &'static str,
    amount_sats: u64,
    description: String,
    payment_hash: String,
    payee_node: String,
    expires_at: u64,
}

impl From<&Invoice> for InvoiceReport {
    fn from(invoice: &Invoice) -> Self {
        Self {
            bolt11: invoice.text().to_owned(),
            network: invoice.network().name(),
            amount_sats: invoice.amount_sats(),
            description: invoice.description().to_string(),
            payment_hash: invoice.payment_hash().to_string(),
            payee_node: invoice.payee_node().to_owned(),
            expires_at: invoice.expires_at(),
        }
    }
}

/// How it was paid.
#[derive(Debug, Serialize)]
pub(super) struct PaymentReport {
    pub(super) preimage: String,
    pub(super) payment_hash: String,
    /// What was paid for routing: there is one channel, and so nothing.
    pub(super) fee_msats: u64,
    pub(super) payer: SideReport,
    pub(super) payee: SideReport,
}

/// A Lightning node.
#[derive(Debug, Serialize)]
pub(super) struct SideReport {
    /// Its public key.
    pub(super) node: String,
    pub(super) spendable_sats: Change<u64>,
}

/// What was tried and refused.
#[derive(Debug, Serialize)]
pub(super) struct RefusalReport {
    #[serde(serialize_with = "crate::output::address")]
    pub(super) caller: Address,
    pub(super) trade_id: TradeId,
    /// The contract's error, as `--json` prints errors.
    pub(super) error: ErrorReport,
}

/// One transaction of the trade.
#[derive(Debug, Serialize)]
pub(super) struct StepReport {
    pub(super) step: &'static str,
    #[serde(serialize_with = "crate::output::address")]
    pub(super) by: Address,
    #[serde(flatten)]
    pub(super) receipt: Receipt,
}

/// What each party gained.
#[derive(Debug, Serialize)]
pub(super) struct Gained {
    pub(super) score: u64,
    pub(super) credit: CreditAmount,
}

/// Both profiles, before and after.
#[derive(Debug, Serialize)]
pub(super) struct Profiles {
    pub(super) payer: Change<TrustProfile>,
    pub(super) payee: Change<TrustProfile>,
}

/// Something before and after the trade.
#[derive(Debug, Serialize)]
pub(super) struct Change<T> {
    pub(super) before: T,
    pub(super) after: T,
}
