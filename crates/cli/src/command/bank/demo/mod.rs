//! `barter bank demo`

mod play;
mod stage;

use std::time::Instant;

use clap::Args;

use crate::{context::Context, error::Error, output::data, progress::waiting, signal::Signals};
use play::Play;
use stage::Stage;

/// Show banks at work on this machine: a swap over two, a ring over four, a graph with two givers, and a follower that refuses
///
/// Each bank is a process of its own with its own store, and is asked over HTTP as it is elsewhere. Everything is stopped and removed in the
/// end.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank demo
  barter bank demo --json | jq .refused")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let started = Instant::now();
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let mut stage = tokio::select! {
            stage = waiting("starting four banks", Stage::set()) => stage?,
            signal = signals.next() => return Err(Error::Interrupted { signal }),
        };
        let mut play = Play::new(&mut stage, context.output());
        let played = tokio::select! {
            played = play.run() => played,
            signal = signals.next() => Err(Error::Interrupted { signal }),
        };
        stage.strike().await;
        let report = played?;
        if context.output().is_json() {
            return data(&report);
        }
        play::show_end(started.elapsed())
    }
}
