//! The terms of a trade as arguments.

use barter_lightning::Invoice;
use barter_protocol::PaymentHash;
use barter_sdk::PaymentHashInput;
use clap::Args;

use crate::{clock::unix_now, error::Error, options::whole_sats};

/// Payment and text of a trade.
#[derive(Args)]
pub(super) struct TermsArguments {
    /// BOLT11 invoice, for its payment hash and its amount
    #[arg(long, value_name = "LNBC…", required_unless_present_all = ["payment_hash", "amount_sats"])]
    invoice: Option<String>,

    /// sha256 of the preimage that paying the invoice reveals: 64 hexadecimal digits
    #[arg(long, value_name = "HASH", conflicts_with = "invoice", requires = "amount_sats")]
    payment_hash: Option<String>,

    /// Amount in satoshis: 1000 at least
    #[arg(
        long,
        value_name = "SATS",
        value_parser = whole_sats,
        allow_negative_numbers = true,
        conflicts_with = "invoice",
        requires = "payment_hash"
    )]
    amount_sats: Option<u64>,

    /// Category, such as goods, services, labor, digital, financial; at most 32 bytes, public for ever
    #[arg(long, default_value = "")]
    pub(super) category: String,

    /// What is traded; at most 200 bytes, public for ever
    #[arg(long, default_value = "")]
    pub(super) description: String,
}

impl TermsArguments {
    /// Payment hash and amount in satoshis, of the invoice or as given.
    pub(super) fn payment(&self) -> Result<(PaymentHash, u64), Error> {
        match (&self.invoice, &self.payment_hash, self.amount_sats) {
            (None, Some(hash), Some(amount_sats)) => Ok((hash.to_payment_hash()?, amount_sats)),
            (invoice, ..) => {
                // The parser lets through an invoice or the other two.
                let invoice: Invoice = invoice.as_deref().unwrap_or_default().parse()?;
                invoice.check_open_at(unix_now())?;
                Ok((invoice.payment_hash(), invoice.amount_sats()))
            }
        }
    }
}
