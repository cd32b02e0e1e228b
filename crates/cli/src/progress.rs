//! A sign of life while something takes long.

use std::{
    future::Future,
    io::{IsTerminal, Write},
    pin::pin,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{error::Error, signal::Signals};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Shorter waits are not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);

const FRAME: Duration = Duration::from_millis(100);

const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Waits for `future`; from the first second on, says on standard error what is waited for and for how long, if somebody
/// looks at a terminal there.
pub(crate) async fn waiting<F: Future>(what: &str, future: F) -> F::Output {
    if !std::io::stderr().is_terminal() {
        return future.await;
    }
    let mut future = pin!(future);
    let start = Instant::now();
    let mut ticks = interval_at(start + PATIENCE, FRAME);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = 0;
    let output = loop {
        tokio::select! {
            biased;
            output = &mut future => break output,
            _ = ticks.tick() => {
                draw(&format!("\r{} {what} ({} s)\x1b[K", FRAMES[shown % FRAMES.len()], start.elapsed().as_secs()));
                shown += 1;
            }
        }
    };
    if shown > 0 {
        draw("\r\x1b[K");
    }
    output
}

/// Waits as [`waiting`] does for what may sign and send a transaction. A signal that asks to stop is obeyed with an error that
/// says so, where it would else end the program without a word of the transaction.
pub(crate) async fn sending<T>(
    what: &str,
    future: impl Future<Output = Result<T, barter_sdk::Error>>,
) -> Result<T, Error> {
    let mut signals =
        Signals::listen().map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
    tokio::select! {
        biased;
        ended = waiting(what, future) => Ok(ended?),
        _ = signals.next_not_ignored() => {
            if std::io::stderr().is_terminal() {
                draw("\r\x1b[K");
            }
            Err(Error::StoppedWhileSending)
        }
    }
}

/// How far something is whose end is known, on standard error, if somebody looks at a terminal there.
pub(crate) struct Bar {
    bar: ProgressBar,
    /// How it looks while something is done, and while something is waited for.
    styles: [ProgressStyle; 2],
}

impl Bar {
    /// A bar that counts `unit`; before the first of them it says what is waited for.
    pub(crate) fn new(unit: &str, first: &str) -> Self {
        let is_seen = std::io::stderr().is_terminal();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        // Those that cannot be read are as plain as indicatif's own.
        let style = |template: &str| {
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .tick_strings(&FRAMES)
        };
        let counting = format!("{{bar:20}} {{human_pos}} of {{human_len}} {unit}, {{msg}}, {{eta}} left");
        let bar = Self { bar, styles: [style(&counting), style("{spinner} {msg}")] };
        bar.wait(first);
        if is_seen {
            bar.bar.enable_steady_tick(FRAME);
        }
        bar
    }

    /// A bar that nobody sees.
    pub(crate) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), styles: [ProgressStyle::default_bar(), ProgressStyle::default_bar()] }
    }

    /// So much is done.
    pub(crate) fn show(&self, done: u64, all: u64, message: &str) {
        self.bar.set_style(self.styles[0].clone());
        self.bar.set_length(all);
        self.bar.set_position(done.min(all));
        self.bar.set_message(message.to_owned());
    }

    /// There is nothing to do but to wait.
    pub(crate) fn wait(&self, message: &str) {
        self.bar.set_style(self.styles[1].clone());
        self.bar.set_message(message.to_owned());
    }

    /// Says something while the bar is out of the way.
    pub(crate) fn aside<T>(&self, say: impl FnOnce() -> T) -> T {
        self.bar.suspend(say)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Nothing depends on whether it could be drawn.
fn draw(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}
