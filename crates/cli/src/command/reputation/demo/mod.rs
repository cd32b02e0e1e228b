//! `barter reputation demo`

mod play;
mod records;
mod report;
mod show;
mod stage;

use std::time::Instant;

use clap::Args;

use crate::{
    chain::{ChainOptions, LocalChain},
    context::Context,
    error::Error,
    output::{data, print_page},
    progress::waiting,
    signal::Signals,
};
use play::Play;
use stage::{ACCOUNTS, Stage};

/// Show a bond at work on this machine: staked, a hundred outcomes signed, one disputed, ruled, slashed, paid out, and the score verified
///
/// Starts anvil on a free port with the real contracts, and a reputation service on another with a database of its own. Five consumers sign
/// their outcomes, auditors sign their ruling, and everything goes over HTTP and the chain as it does elsewhere; only the two days in which a
/// ruling can be overturned are skipped. Everything is stopped and removed in the end.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation demo
  barter reputation demo --json | jq .scores.after.trust_score")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        context.require_own_chain("reputation demo")?;
        let started = Instant::now();
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let options = ChainOptions { port: 0, accounts: ACCOUNTS, block_time_seconds: None };
        let mut chain = tokio::select! {
            chain = waiting("starting anvil", LocalChain::start(options)) => chain?,
            signal = signals.next() => return Err(Error::Interrupted { signal }),
        };
        let handle = chain.handle();
        let played = tokio::select! {
            played = play(&handle, context, started) => played,
            error = chain.ended() => Err(error.into()),
            signal = signals.next() => Err(Error::Interrupted { signal }),
        };
        chain.stop().await;
        played
    }
}

async fn play(chain: &crate::chain::Handle, context: &Context, started: Instant) -> Result<(), Error> {
    let stage = waiting("deploying the contracts", Stage::set(chain)).await?;
    let is_json = context.output().is_json();
    let mut play = Play::new(&stage, is_json);
    let played = play.run().await;
    stage.strike().await;
    let report = played?;
    if is_json {
        return data(&report);
    }
    print_page(&show::end(&report, started.elapsed()))
}
