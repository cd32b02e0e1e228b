//! `barter trade sign-open`

use barter_protocol::{Role, Terms};
use barter_sdk::WalletInput;
use clap::{Args, ValueEnum};

use super::{deadline::DeadlineArguments, own_invoice::Guard, terms::TermsArguments};
use crate::{context::Context, error::Error, progress::waiting};

/// Sign terms that the other party can then open a trade with, at once accepted
///
/// Prints the signed terms as JSON, to hand to the other party. Sends nothing. Where you are the one to be paid, signs
/// only for an open, unpaid invoice of your Lightning node.
#[derive(Args)]
#[command(after_help = "Example:
  barter trade sign-open --proposer-role payer \\
    --proposer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 \\
    --payment-hash 4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0 \\
    --amount-sats 50000 --description 'Logo design commission' > terms.json")]
pub(crate) struct SignOpen {
    /// The wallet that may open the trade: the other party
    #[arg(long, value_name = "ADDRESS")]
    proposer: String,

    /// What the other party is; your wallet is the other
    #[arg(long, value_enum, default_value_t = Side::Payer)]
    proposer_role: Side,

    #[command(flatten)]
    terms: TermsArguments,

    #[command(flatten)]
    deadline: DeadlineArguments,

    #[command(flatten)]
    guard: Guard,
}

/// A side of the payment.
#[derive(Clone, Copy, ValueEnum)]
enum Side {
    /// Pays the invoice
    Payer,
    /// Made the invoice
    Payee,
}

impl SignOpen {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let (payment_hash, amount_sats) = self.terms.payment()?;
        let client = context.signing_client()?;
        let role = match self.proposer_role {
            Side::Payer => Role::Payer,
            Side::Payee => Role::Payee,
        };
        if role == Role::Payer {
            let payer = self.proposer.as_str().to_checked_address()?;
            let payee = client.wallet().ok_or(barter_sdk::Error::NoSigner)?;
            let (category, description) = (&self.terms.category, &self.terms.description);
            let terms = Terms::new(payer, payee, payment_hash, amount_sats, category, description)?;
            self.guard.bind(&client, &terms, role, context).await?;
        }
        let (trade, deadline) = (client.trade(), self.deadline.deadline(&client).await);
        let signing = trade.sign_open(
            self.proposer.as_str(),
            role,
            payment_hash,
            amount_sats,
            &self.terms.category,
            &self.terms.description,
            deadline,
        );
        let signed = waiting("signing", signing).await?;
        context.output().say("Hand this to the other party, who opens the trade with: barter trade open FILE");
        context.output().document(&signed)
    }
}
