//! `barter trade propose`

use barter_protocol::{Role, Terms};
use barter_sdk::WalletInput;
use clap::Args;

use super::{own_invoice::Guard, subject::changed, terms::TermsArguments};
use crate::{context::Context, error::Error, progress::sending};

/// Propose a trade
///
/// Your wallet pays, unless --as-payee says that the counterparty does; then, only for an open,
/// unpaid invoice of your Lightning node. The counterparty can accept for 7 days.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade propose --counterparty 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \\
    --payment-hash 4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0 \\
    --amount-sats 50000 --category digital --description 'Logo design commission'")]
pub(crate) struct Propose {
    /// The other party's wallet
    #[arg(long, value_name = "ADDRESS")]
    counterparty: String,

    /// The counterparty pays: your wallet made the invoice
    #[arg(long)]
    as_payee: bool,

    #[command(flatten)]
    terms: TermsArguments,

    #[command(flatten)]
    guard: Guard,
}

impl Propose {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (payment_hash, amount_sats) = self.terms.payment()?;
        let client = context.signing_client()?;
        let (trade, counterparty) = (client.trade(), self.counterparty.as_str());
        let (category, description) = (&self.terms.category, &self.terms.description);
        if self.as_payee {
            let payer = counterparty.to_checked_address()?;
            let payee = client.wallet().ok_or(barter_sdk::Error::NoSigner)?;
            let terms = Terms::new(payer, payee, payment_hash, amount_sats, category, description)?;
            self.guard.bind(&client, &terms, Role::Payee, context).await?;
        }
        let proposed = sending("waiting for the proposal to be mined", async {
            if self.as_payee {
                trade.propose_as_payee(counterparty, payment_hash, amount_sats, category, description).await
            } else {
                trade.propose(counterparty, payment_hash, amount_sats, category, description).await
            }
        })
        .await?;
        context.output().done(&changed(proposed.trade_id, "proposed", proposed.receipt))
    }
}
