//! `barter sell`

use alloy_primitives::hex;
use barter_sdk::{DealError, Sale, WalletInput};
use clap::Args;

use super::{
    show::{Offered, print_deal},
    stages::{Told, driving},
};
use crate::{context::Context, error::Error, lightning::DealOptions, options::whole_sats, qr, secret::random_bytes};

/// Bytes of a name made up for a sale: no two sales of a journal get the same.
const NAME_BYTES: usize = 6;

/// Offer a trade that you are paid for: make the invoice, and print what to hand to the payer
///
/// The offer is a text and a QR code; the payer takes it with barter buy. Where you name the payer, the trade is proposed to it
/// at once; where you do not, whoever takes the offer proposes it, and your side accepts while it waits (--wait, or later barter deals
/// resume). Can be killed and repeated: the same --id with the same sale goes on where it was.
#[derive(Args)]
#[command(after_help = "Examples:
  barter sell --amount-sats 50000 --id order-17 --category digital --description 'Logo design commission' --wait
  barter sell --amount-sats 50000 --payer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --json | jq -r .offer")]
pub(crate) struct Sell {
    /// Amount in satoshis: 1000 at least
    #[arg(long, value_name = "SATS", value_parser = whole_sats, allow_negative_numbers = true)]
    amount_sats: u64,

    /// Wallet that is to pay [default: whoever takes the offer]
    #[arg(long, value_name = "ADDRESS")]
    payer: Option<String>,

    /// Your name for it, such as an order's number: 1 to 64 letters, digits, - _ or . [default: a new one]
    #[arg(long, value_name = "NAME")]
    id: Option<String>,

    /// Category, such as goods, services, labor, digital, financial; at most 32 bytes, public for ever
    #[arg(long, default_value = "")]
    category: String,

    /// What is traded; at most 200 bytes, public for ever
    #[arg(long, default_value = "")]
    description: String,

    /// For how long the invoice can be paid, in seconds: 900 at least, as buyers want 600 to be left when they agree to the trade
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u32).range(900..=31_536_000))]
    lifetime: u32,

    /// Wait until the trade is settled; where no payer is named, accept the first proposal that is on these terms. With --json, the
    /// deal is printed twice: when it is offered, if it is not paid yet, and in the end
    #[arg(long)]
    wait: bool,

    #[command(flatten)]
    options: DealOptions,
}

impl Sell {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let sale = self.sale()?;
        let client = context.signing_client()?;
        let output = context.output();
        let told = Told::new(&client, self.options.deals(&client, context)?, output, "making the invoice");
        match driving(&told, &sale.id, told.deals.sell(&sale)).await {
            Ok(offer) => {
                let offered = told.deals.get(&sale.id)?;
                told.aside(|| {
                    print_deal(&Offered { deal: &offered }, &sale.id, output)?;
                    qr::show(&offer.to_string(), output)
                })?;
                told.at(&offered);
            }
            // There is nothing to hand over any more, and the rest is what is wanted.
            Err(Error::Client(error)) if self.wait && is_sold(&error) => {}
            Err(error) => return Err(error),
        }
        if !self.wait {
            drop(told);
            let goes_on = if sale.payer.is_some() { "see it settled" } else { "accept it, and see it settled" };
            output.say(&format!("When the payer has taken it: barter deals resume {} to {goes_on}.", sale.id));
            return Ok(());
        }
        let settled = driving(&told, &sale.id, told.deals.finish(&sale.id)).await?;
        drop(told);
        print_deal(&settled, &sale.id, output)
    }

    fn sale(&self) -> Result<Sale, Error> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => format!("sale-{}", hex::encode(&random_bytes()?[..NAME_BYTES])),
        };
        Ok(Sale {
            payer: self.payer.as_deref().map(WalletInput::to_checked_address).transpose()?,
            category: self.category.clone(),
            description: self.description.clone(),
            lifetime_seconds: self.lifetime,
            ..Sale::new(id, self.amount_sats)
        })
    }
}

fn is_sold(error: &barter_sdk::Error) -> bool {
    matches!(error, barter_sdk::Error::Deal(DealError::AlreadySold { .. }))
}
