//! `barter pay`

use std::time::Duration;

use barter_lightning::{Error as LightningError, Invoice, InvoiceError, Lightning, Paid, PaymentLimits, PaymentStatus};
use barter_protocol::PaymentHash;
use clap::Args;
use serde::Serialize;

use crate::{
    clock::unix_now,
    confirm::confirm,
    context::Context,
    error::Error,
    lightning::NodeOptions,
    options::whole_sats,
    output::Report,
    page::{BEST, Cell, FAINT, NAME, Page, styled},
    progress::waiting,
    signal::Signals,
    text::{instant, msats, printable, sats},
};

/// Pay a Lightning invoice, and print the preimage that proves it
///
/// Asks before money moves. Can be killed and repeated: an invoice is paid once, and one that was paid brings back its preimage. To
/// pay for a trade and settle it, use barter buy.
#[derive(Args)]
#[command(after_help = "Examples:
  barter pay lnbc500u1p… --max-fee-sats 50
  barter pay lnbc500u1p… --amount-sats 50000 --yes --json | jq -r .preimage")]
pub(crate) struct Pay {
    /// BOLT11 invoice
    #[arg(value_name = "LNBC…")]
    invoice: String,

    /// What the invoice must ask for, in satoshis; refused if it asks for anything else
    #[arg(long, value_name = "SATS", value_parser = whole_sats, allow_negative_numbers = true)]
    amount_sats: Option<u64>,

    /// Most to pay for routing, in satoshis [default: a hundredth of the amount, at least 10]
    #[arg(long, value_name = "SATS", value_parser = whole_sats, allow_negative_numbers = true)]
    max_fee_sats: Option<u64>,

    /// Longest wait for the payment to be decided, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    payment_timeout: u64,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    node: NodeOptions,
}

/// A payment that was made.
#[derive(Serialize)]
struct Payment {
    payment_hash: String,
    /// Shown, because it is what proves the payment.
    preimage: String,
    amount_sats: u64,
    fee_msats: u64,
    payee_node: String,
    network: &'static str,
    description: String,
    /// Whether it was made before this command was given.
    was_paid_before: bool,
}

impl Report for Payment {
    fn show(&self, page: &mut Page) {
        let before = if self.was_paid_before { " before, and not again" } else { "" };
        page.line(styled(format!("Paid {}{before}.", sats(self.amount_sats)), BEST));
        page.field("preimage", &self.preimage);
        page.field("payment hash", Cell::new(&self.payment_hash, FAINT));
        page.field("payee's node", Cell::new(&self.payee_node, NAME));
        page.field("routing fee", msats(self.fee_msats));
    }
}

impl Pay {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let invoice: Invoice = self.invoice.parse().map_err(|error| no_invoice(&self.invoice, error))?;
        self.check_amount(&invoice)?;
        let node = self.node.connect(context)?;
        self.pay(&node, &invoice, context).await
    }

    fn check_amount(&self, invoice: &Invoice) -> Result<(), InvoiceError> {
        let found_sats = invoice.amount_sats();
        match self.amount_sats {
            Some(expected_sats) if expected_sats != found_sats => {
                Err(InvoiceError::WrongAmount { expected_sats, found_sats })
            }
            _ => Ok(()),
        }
    }

    async fn pay(&self, node: &impl Lightning, invoice: &Invoice, context: &Context) -> Result<(), Error> {
        let payment_hash = invoice.payment_hash();
        let before = waiting("looking for an earlier payment", node.payment(payment_hash)).await?;
        let status = before.map(|payment| payment.status);
        let was_paid_before = matches!(status, Some(PaymentStatus::Paid(_)));
        let paid = match status {
            Some(PaymentStatus::Paid(paid)) => paid,
            // Somebody said yes to it.
            Some(PaymentStatus::Pending) => self.wait_for_payment(node, invoice).await?,
            _ => {
                invoice.check_open_at(unix_now())?;
                self.confirm(invoice, context)?;
                self.wait_for_payment(node, invoice).await?
            }
        };
        let report = Payment {
            payment_hash: payment_hash.to_string(),
            preimage: paid.preimage.to_string(),
            amount_sats: invoice.amount_sats(),
            fee_msats: paid.fee_msats,
            payee_node: invoice.payee_node().to_owned(),
            network: invoice.network().name(),
            description: invoice.description().to_string(),
            was_paid_before,
        };
        context.output().result(&report).map_err(|error| match error {
            Error::Output(source) => Error::Unreported { what: format!("payment {payment_hash} was made"), source },
            other => other,
        })
    }

    fn limits(&self, invoice: &Invoice) -> PaymentLimits {
        let usual = PaymentLimits::for_amount(invoice.amount_sats());
        let max_fee_sats = self.max_fee_sats.unwrap_or(usual.max_fee_sats);
        PaymentLimits { max_fee_sats, timeout: Duration::from_secs(self.payment_timeout) }
    }

    /// Says what is to be paid, and asks.
    fn confirm(&self, invoice: &Invoice, context: &Context) -> Result<(), Error> {
        if !self.yes {
            context.output().say(&asked(invoice));
        }
        let (amount, fee) = (sats(invoice.amount_sats()), sats(self.limits(invoice).max_fee_sats));
        confirm(&format!("Pay {amount}, and at most {fee} for routing?"), self.yes)
    }

    async fn wait_for_payment(&self, node: &impl Lightning, invoice: &Invoice) -> Result<Paid, Error> {
        let payment_hash = invoice.payment_hash();
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let limits = self.limits(invoice);
        tokio::select! {
            biased;
            paid = waiting("paying", node.pay(invoice, &limits)) => paid.map_err(|error| unclear(error, payment_hash)),
            _ = signals.next_not_ignored() => Err(Error::StoppedWhilePaying { payment_hash }),
        }
    }
}

/// What an error means that a node gave after it was asked to pay: if the node failed, nobody knows whether it had begun.
pub(super) fn unclear(error: LightningError, payment_hash: PaymentHash) -> Error {
    match error {
        LightningError::Unreachable { .. }
        | LightningError::NotReady { .. }
        | LightningError::Refused { .. }
        | LightningError::InvalidAnswer { .. } => Error::PaymentUnclear { payment_hash, error: error.into() },
        other => other.into(),
    }
}

/// That a text is no invoice; of an offer, which command takes it.
fn no_invoice(text: &str, error: InvoiceError) -> Error {
    if !text.trim().to_ascii_lowercase().starts_with("barter1") {
        return error.into();
    }
    let error = barter_sdk::Error::from(LightningError::from(error));
    Error::Advised { error: Box::new(error), next_step: "This is an offer: take it with barter buy.".to_owned() }
}

/// What an invoice asks for, on lines of their own.
fn asked(invoice: &Invoice) -> String {
    let mut page = Page::new();
    page.field("invoice for", printable(&invoice.description().to_string()));
    page.field("payee's node", Cell::new(invoice.payee_node(), NAME));
    page.field("network", invoice.network().name());
    page.field("can be paid", format!("until {}", instant(invoice.expires_at())));
    page.as_str().trim_end().to_owned()
}
