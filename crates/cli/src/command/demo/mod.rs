//! `barter demo`

mod lightning;
mod play;
mod report;
mod show;
mod stage;

use std::time::Instant;

use alloy_primitives::Address;
use barter_protocol::{PaymentHash, Preimage, Terms};
use clap::Args;

use crate::{
    chain::{ChainOptions, LocalChain},
    context::Context,
    error::Error,
    output::{data, print_page},
    progress::waiting,
    secret::random_bytes,
    signal::Signals,
};
use lightning::Lightning;
use play::Play;

/// What is sold, unless something else is.
const DESCRIPTION: &str = "Logo design commission";

/// For how long the invoice can be paid, in seconds. The demo takes less than ten.
const INVOICE_LIFETIME_SECONDS: u32 = 3_600;

/// The most that the channel carries, in satoshis: its payer's half, less what a channel must keep.
const MAX_AMOUNT_SATS: u64 = 4_000_000;

/// One payer, one payee.
const ACCOUNTS: u16 = 2;

/// Show a whole trade on a chain of this machine: invoice, proposal, acceptance, payment, settlement
///
/// Starts anvil on a free port, puts the contracts on it, opens a channel between two Lightning nodes, and trades: the payee's
/// node signs a real BOLT11 invoice, and the payer's pays it. The nodes are LDK's, in this process. Everything is stopped and
/// removed in the end.
#[derive(Args)]
#[command(after_help = "Examples:
  barter demo
  barter demo --json | jq .profiles
  barter demo --amount-sats 123000 --description 'A rug, hand made'")]
pub(crate) struct Demo {
    /// Amount of the invoice, in satoshis
    #[arg(long, value_name = "SATS", default_value_t = 50_000)]
    amount_sats: u64,

    /// Description of the invoice
    #[arg(long, default_value = DESCRIPTION)]
    description: String,
}

impl Demo {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        context.require_own_chain("demo")?;
        let started = Instant::now();
        check_amount(self.amount_sats)?;
        let preimage = Preimage::new(random_bytes()?);
        let lightning =
            Lightning::open(self.amount_sats, &self.description, preimage, INVOICE_LIFETIME_SECONDS).await?;
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let options = ChainOptions { port: 0, accounts: ACCOUNTS, block_time_seconds: None };
        let mut chain = tokio::select! {
            chain = waiting("starting anvil", LocalChain::start(options)) => chain?,
            signal = signals.next() => return Err(Error::Interrupted { signal }),
        };
        let play = Play::new(chain.handle(), lightning, context.output());
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
}

/// Refuses, before anything is started for it, an amount that no two wallets can trade, or that the channel does not carry.
fn check_amount(amount_sats: u64) -> Result<(), Error> {
    let (payer, payee) = (Address::repeat_byte(1), Address::repeat_byte(2));
    Terms::new(payer, payee, PaymentHash::new([0; 32]), amount_sats, "", "")?;
    if amount_sats > MAX_AMOUNT_SATS {
        let message =
            format!("--amount-sats is {amount_sats}, expected at most {MAX_AMOUNT_SATS}: the demo's channel is small");
        return Err(Error::Usage { message, tip: None });
    }
    Ok(())
}

fn failed(what: &str) -> Error {
    Error::DemoFailed { what: what.to_owned() }
}
