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

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

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
        () = signals.next_not_ignored() => {
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
}

impl Bar {
    /// A bar that counts `unit`.
    pub(crate) fn new(unit: &str) -> Self {
        let target =
            if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = format!("{{bar:30}} {{human_pos}} of {{human_len}} {unit}, {{msg}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// So much is done.
    pub(crate) fn show(&self, done: u64, all: u64, message: &str) {
        self.bar.set_length(all);
        self.bar.set_position(done.min(all));
        self.bar.set_message(message.to_owned());
    }

    /// Makes room for a line of text.
    pub(crate) fn pause(&self) {
        self.bar.suspend(|| {});
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
