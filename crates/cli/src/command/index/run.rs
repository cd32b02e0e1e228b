//! `barter index run`

use std::time::{Duration, Instant};

use barter_sdk::{IndexProgress, RunUntil};
use clap::Args;
use tokio::sync::oneshot;

use super::Database;
use crate::{
    context::Context,
    error::Error,
    output::{Output, Report, data},
    page::{Cell, FAINT, Page},
    progress::Bar,
    signal::Signals,
    text::{counted, grouped, printable},
};

/// A node that stays away is not complained of more often than this.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(30);

/// Read the chain into the index, from where it stopped the last time, and follow it until interrupted
///
/// Can be killed at any moment: what was read is whole, and the next run goes on there. Reorganised blocks are taken back. With
/// --json, a line for each change; the last one is where it ended.
#[derive(Args)]
#[command(after_help = "Examples:
  barter index run --database barter.db
  barter index run --until-head

Questions are answered from it where it is named: barter wallet --database barter.db, or export BARTER_INDEX=barter.db")]
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
        let (failure, failed) = oneshot::channel();
        let mut shown = Shown::new(output, until, failure);
        let (mut lost, mut stopped_by) = (None, None);
        let stop = async {
            tokio::select! {
                // Whoever starts it with nohup wants it to outlive the terminal.
                signal = signals.next_not_ignored() => stopped_by = Some(signal),
                Ok(error) = failed => lost = Some(error),
            }
        };
        let ended = client.index().run(until, stop, move |progress| shown.show(progress)).await?;
        if let Some(error) = lost {
            return Err(error);
        }
        output.result(&ended)?;
        match stopped_by {
            // Whoever waits for it to reach the newest block must not go on as if it had.
            Some(signal) if self.until_head && ended.block != Some(ended.head) => Err(Error::Interrupted { signal }),
            _ => Ok(()),
        }
    }
}

/// What is said on the way.
struct Shown {
    output: Output,
    until: RunUntil,
    bar: Bar,
    is_at_head: bool,
    complained: Option<Instant>,
    /// What was printed last, for programs.
    printed: Option<IndexProgress>,
    /// Where to say that printing failed.
    failure: Option<oneshot::Sender<Error>>,
}

impl Shown {
    fn new(output: Output, until: RunUntil, failure: oneshot::Sender<Error>) -> Self {
        let bar = Bar::new("blocks", "asking the node for the first blocks");
        Self { output, until, bar, is_at_head: false, complained: None, printed: None, failure: Some(failure) }
    }

    fn show(&mut self, progress: &IndexProgress) {
        if self.output.is_json() {
            self.print(progress);
        }
        if let Some(reason) = &progress.waiting_for {
            if self.complained.is_none_or(|time| time.elapsed() >= COMPLAINT_INTERVAL) {
                let reason = format!("{}; trying again", printable(reason));
                self.bar.aside(|| self.output.warn("waiting_for_node", &reason));
                self.complained = Some(Instant::now());
            }
            return;
        }
        if progress.block.is_none_or(|block| block < progress.head) {
            let done = progress.block.map_or(0, |block| (block + 1).saturating_sub(progress.first_block));
            let all = (progress.head + 1).saturating_sub(progress.first_block);
            self.bar.show(done, all, &counted(progress.events, "event"));
            return;
        }
        let head = grouped(progress.head);
        self.bar.wait(&format!("block {head}, {} in this run", counted(progress.events, "event")));
        if !self.is_at_head && self.until == RunUntil::Stopped {
            self.is_at_head = true;
            let text = format!("At the newest block, {head}; following. Stop with Ctrl-C.");
            self.bar.aside(|| self.output.say(&text));
        }
    }

    /// A line of data for each change: a page, a reorganisation, a new head, a node that is waited for.
    fn print(&mut self, progress: &IndexProgress) {
        if self.printed.as_ref() == Some(progress) {
            return;
        }
        match data(progress) {
            Ok(()) => self.printed = Some(progress.clone()),
            Err(error) => {
                if let Some(failure) = self.failure.take() {
                    // Nobody listens any more where the run has ended.
                    let _ = failure.send(error);
                }
            }
        }
    }
}
