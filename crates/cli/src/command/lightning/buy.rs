//! `barter buy`

use barter_sdk::{DealError, Offer, OfferError, Purchase, WalletInput};
use clap::Args;

use super::{
    BUYERS_MARGIN_SECONDS,
    show::{asked, print_deal},
    stages::{Told, driving},
};
use crate::{
    confirm::confirm, context::Context, error::Error, lightning::DealOptions, options::whole_sats, text::sats,
};

/// Digits of a node's public key: 33 bytes.
const PUBLIC_KEY_DIGITS: usize = 66;

/// Take an offer: check it, agree to the trade, pay the invoice, and settle the trade
///
/// Asks before money moves. Nothing is paid unless the trade stands accepted on the chain with exactly the offer's terms. Can be killed
/// and repeated: it goes on where it was, pays once and settles once.
#[derive(Args)]
#[command(after_help = "Examples:
  barter buy barter1q… --max-fee-sats 50
  barter buy barter1q… --payee 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --yes --json")]
pub(crate) struct Buy {
    /// The offer, as barter sell prints it
    #[arg(value_name = "BARTER1…")]
    offer: String,

    /// What the offer must ask for, in satoshis; refused if it asks for anything else
    #[arg(long, value_name = "SATS", value_parser = whole_sats, allow_negative_numbers = true)]
    amount_sats: Option<u64>,

    /// Most to pay for routing, in satoshis [default: a hundredth of the amount, at least 10]
    #[arg(long, value_name = "SATS", value_parser = whole_sats, allow_negative_numbers = true)]
    max_fee_sats: Option<u64>,

    /// Wallet that the offer must be of; refused if it is another's
    #[arg(long, value_name = "ADDRESS")]
    payee: Option<String>,

    /// Lightning node that the invoice must pay: its public key, 66 hexadecimal digits; refused if it is another's
    #[arg(long, value_name = "PUBLIC KEY", value_parser = public_key)]
    payee_node: Option<String>,

    /// What must be left of the invoice's time when you agree to the trade, in seconds: time for that to be mined
    #[arg(long, value_name = "SECONDS", default_value_t = BUYERS_MARGIN_SECONDS)]
    margin: u64,

    /// Longest wait for a payment that was begun to be decided, in seconds; it is found again when you go on
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    payment_timeout: u64,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    options: DealOptions,
}

impl Buy {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let offer: Offer = self.offer.parse().map_err(|error| no_offer(&self.offer, error))?;
        let purchase = self.purchase(&offer)?;
        let client = context.signing_client()?;
        let output = context.output();
        let deals = self.options.deals(&client, context)?;
        let id = offer.payment_hash().to_string();
        // Of one that was begun, somebody said yes.
        if deals.get(&id).is_err() {
            deals.check(&offer, &purchase)?;
            self.confirm(&offer, &purchase, context)?;
        }
        let told = Told::new(&client, deals, output, "agreeing to the trade");
        let deal = driving(&told, &id, told.deals.buy(&offer, &purchase)).await?;
        drop(told);
        print_deal(&deal, &id, output)
    }

    fn purchase(&self, offer: &Offer) -> Result<Purchase, Error> {
        let mut purchase = Purchase::for_amount(offer.amount_sats());
        purchase.max_fee_sats = self.max_fee_sats.unwrap_or(purchase.max_fee_sats);
        purchase.payee = self.payee.as_deref().map(WalletInput::to_checked_address).transpose()?;
        purchase.payee_node.clone_from(&self.payee_node);
        purchase.amount_sats = self.amount_sats;
        purchase.margin_seconds = self.margin;
        purchase.payment_timeout_seconds = self.payment_timeout;
        Ok(purchase)
    }

    /// Says what is offered, and asks.
    fn confirm(&self, offer: &Offer, purchase: &Purchase, context: &Context) -> Result<(), Error> {
        if purchase.payee.is_none() && purchase.payee_node.is_none() {
            context.output().warn(
                "payee_not_named",
                "nothing says that this offer is of whom you mean to pay: name the wallet with --payee, or the node with --payee-node",
            );
        }
        if !self.yes {
            context.output().say(asked(offer).as_str().trim_end());
        }
        let (amount, fee) = (sats(offer.amount_sats()), sats(purchase.max_fee_sats));
        confirm(&format!("Trade with this payee, and pay {amount} and at most {fee} for routing?"), self.yes)
    }
}

/// That a text is no offer; of an invoice, which command takes it.
fn no_offer(text: &str, error: OfferError) -> Error {
    let error = barter_sdk::Error::from(DealError::from(error));
    let text = text.trim().to_ascii_lowercase();
    if !text.starts_with("lnbc") && !text.starts_with("lntb") && !text.starts_with("lightning:") {
        return error.into();
    }
    let next_step = "This is a Lightning invoice: pay it with barter pay.".to_owned();
    Error::Advised { error: Box::new(error), next_step }
}

/// Reads a Lightning node's public key as an argument.
fn public_key(text: &str) -> Result<String, String> {
    if text.len() == PUBLIC_KEY_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    Err(format!("no public key, expected {PUBLIC_KEY_DIGITS} hexadecimal digits"))
}
