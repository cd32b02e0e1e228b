//! `barter index run`

use std::time::{Duration, Instant};

use barter_sdk::{IndexProgress, RunUntil};
use clap::Args;

use super::Database;
use crate::{
    context::Context,
    error::Error,
    output::{Output, Report},
    page::{Cell, FAINT, Page},
    progress::Bar,
    signal::Signals,
    text::{counted, grouped, printable},
};

/// A node that stays away is not complained of more often than this.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(30);

/// Read the chain into the index, from where it stopped the last time, and follow it until interrupted
///
/// Can be killed at any moment: what was read is whole, and the next run goes on there. Reorganised blocks are taken back.
#[derive(Args)]
#[command(after_help = "Examples:
  barter index run --database barter.db
  barter index run --until-head")]
pub(crate) struct Run {
    #[command(flatten)]
    database: Database,

    /// End when everything up to the newest block is read
    #[arg(long)]
    until_head: bool,
}

impl Report for IndexProgress {
    fn show(&self, page: &mut Page) {
        match self.block {
            Some(block) => page.field("read up to", format!("block {}", grouped(block))),
            None => page.field("read up to", Cell::new("nothing yet", FAINT)),
        };
        page.field("events", format!("{} in this run", grouped(self.events)));
        if self.undone_blocks > 0 {
            page.field("taken back", counted(self.undone_blocks, "reorganised block"));
        }
    }
}

impl Run {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let client = self.database.client(context)?;
        let until = if self.until_head { RunUntil::Head } else { RunUntil::Stopped };
        let output = context.output();
        let mut shown = Shown::new(output, until);
        let stop = async move {
            signals.next().await;
        };
        let ended = client.index().run(until, stop, move |progress| shown.show(progress)).await?;
        output.result(&ended)
    }
}

/// What is said on the way.
struct Shown {
    output: Output,
    until: RunUntil,
    bar: Bar,
    is_at_head: bool,
    complained: Option<Instant>,
}

impl Shown {
    fn new(output: Output, until: RunUntil) -> Self {
        Self { output, until, bar: Bar::new("blocks"), is_at_head: false, complained: None }
    }

    fn show(&mut self, progress: &IndexProgress) {
        if let Some(reason) = &progress.waiting_for {
            if self.complained.is_none_or(|time| time.elapsed() >= COMPLAINT_INTERVAL) {
                self.bar.pause();
                self.output.warn("waiting_for_node", &format!("{}; trying again", printable(reason)));
                self.complained = Some(Instant::now());
            }
            return;
        }
        let done = progress.block.map_or(0, |block| (block + 1).saturating_sub(progress.first_block));
        let all = (progress.head + 1).saturating_sub(progress.first_block);
        self.bar.show(done, all, &counted(progress.events, "event"));
        if progress.block.is_some_and(|block| block >= progress.head) && !self.is_at_head {
            self.is_at_head = true;
            if self.until == RunUntil::Stopped {
                self.bar.pause();
                let head = grouped(progress.head);
                self.output.say(&format!("At the newest block, {head}; following. Stop with Ctrl-C."));
            }
        }
    }
}
