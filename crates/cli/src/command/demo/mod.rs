//! `barter demo`

mod payment;
mod play;
mod report;
mod show;
mod stage;

use std::{path::PathBuf, time::Instant};

use alloy_primitives::Address;
use barter_protocol::{PaymentHash, Preimage, Terms};
use clap::Args;

use crate::{
    chain::{ChainOptions, LocalChain},
    clock::unix_now,
    context::Context,
    error::Error,
    invoice::{Invoice, Payee, Request},
    output::{data, print_page},
    progress::waiting,
    secret::{random_bytes, read_preimage},
    signal::Signals,
};
use payment::InProcessPayee;
use play::Play;

/// What is sold, unless something else is.
const DESCRIPTION: &str = "Logo design commission";

/// For how long the demo's own invoice can be paid, in seconds. The demo takes less than ten.
const INVOICE_LIFETIME_SECONDS: u64 = 3_600;

/// One payer, one payee.
const ACCOUNTS: u16 = 2;

/// Show a whole trade on a chain of this machine: invoice, proposal, acceptance, payment, settlement
///
/// Starts anvil on a free port, puts the contracts on it, lets a payee sign a real BOLT11 invoice, and trades. The payment
/// itself is made inside this process, as no Lightning node is involved. Everything is stopped and removed in the end.
#[derive(Args)]
#[command(after_help = "Examples:
  barter demo
  barter demo --json | jq .profiles
  barter demo --invoice lnbcrt500u1p… --preimage-file preimage.txt")]
pub(crate) struct Demo {
    /// Trade over this BOLT11 invoice instead of one made here
    #[arg(long, value_name = "LNBC…", requires = "preimage_file")]
    invoice: Option<String>,

    /// File with that invoice's preimage, which nobody pays for here, or - for standard input. A secret: never an argument
    #[arg(long, value_name = "FILE", requires = "invoice")]
    preimage_file: Option<PathBuf>,

    /// Amount of the invoice made here, in satoshis
    #[arg(long, value_name = "SATS", default_value_t = 50_000, conflicts_with = "invoice")]
    amount_sats: u64,

    /// Description of the invoice made here
    #[arg(long, default_value = DESCRIPTION, conflicts_with = "invoice")]
    description: String,
}

impl Demo {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        context.require_own_chain("demo")?;
        let started = Instant::now();
        let payee = self.payee()?;
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let options = ChainOptions { port: 0, accounts: ACCOUNTS, block_time_seconds: None };
        let mut chain = tokio::select! {
            chain = waiting("starting anvil", LocalChain::start(options)) => chain?,
            signal = signals.next() => return Err(Error::Interrupted { signal }),
        };
        let play = Play::new(chain.handle(), payee, context.output());
        let ended = tokio::select! {
            report = play.run() => report,
            error = chain.ended() => Err(error.into()),
            signal = signals.next() => Err(Error::Interrupted { signal }),
        };
        chain.stop().await;
        let report = ended?;
        if context.output().is_json() {
            return data(&report);
        }
        print_page(&show::end(&report, started.elapsed()))
    }

    /// The payee with its invoice, made here or given.
    fn payee(&self) -> Result<InProcessPayee, Error> {
        let now = unix_now();
        let Some(text) = &self.invoice else {
            check_amount(self.amount_sats)?;
            let preimage = Preimage::new(random_bytes()?);
            let request = Request {
                amount_sats: self.amount_sats,
                description: &self.description,
                made_at: now,
                lifetime_seconds: INVOICE_LIFETIME_SECONDS,
            };
            let made = Payee::new(random_bytes()?)?.invoice(&request, preimage, random_bytes()?)?;
            // What travels to the payer is text, and the payer reads and checks it as anybody's.
            return Ok(InProcessPayee::new(Invoice::parse(made.text(), now)?, preimage)?);
        };
        let invoice = Invoice::parse(text, now)?;
        check_amount(invoice.amount_sats())?;
        // The parser asks for the file wherever there is an invoice.
        let preimage = read_preimage(self.preimage_file.as_deref().unwrap_or("-".as_ref()))?;
        Ok(InProcessPayee::new(invoice, preimage)?)
    }
}

/// Refuses, before a chain is started for it, an amount that no two wallets can trade.
fn check_amount(amount_sats: u64) -> Result<(), Error> {
    let (payer, payee) = (Address::repeat_byte(1), Address::repeat_byte(2));
    Terms::new(payer, payee, PaymentHash::new([0; 32]), amount_sats, "", "")?;
    Ok(())
}
