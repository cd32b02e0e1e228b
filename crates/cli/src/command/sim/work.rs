//! Work on all cores, that can be seen and stopped.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use barter_sim::Observer;
use tokio::sync::oneshot;

use super::Threads;
use crate::{error::Error, progress::Bar, signal::Signals, text::counted};

/// Between two drawings of the bar.
const FRAME: Duration = Duration::from_millis(100);

/// What a world's event log is written to.
pub(super) type Sink = Box<dyn io::Write + Send>;

/// What is seen of work, and how it is stopped.
pub(super) struct Watched {
    stop: AtomicBool,
    shown: Mutex<Shown>,
    /// Days of all worlds together.
    days: u64,
    /// Opens the log of a world, where logs are kept.
    open_log: Option<Box<dyn Fn(u64) -> io::Result<Sink> + Send + Sync>>,
}

struct Shown {
    bar: Bar,
    /// By world: settled trades, and the share of its time that has passed.
    worlds: Vec<(u64, f64)>,
    drawn: Instant,
}

impl Watched {
    /// Worlds that live so many days each.
    pub(super) fn worlds(days: &[u64]) -> Self {
        Self::new("days", days)
    }

    /// A file that is read.
    pub(super) fn bytes() -> Self {
        Self::new("bytes", &[])
    }

    fn new(unit: &str, days: &[u64]) -> Self {
        let bar = Bar::new(unit, "beginning");
        let shown = Shown { bar, worlds: vec![(0, 0.0); days.len()], drawn: Instant::now() };
        Self { stop: AtomicBool::new(false), shown: Mutex::new(shown), days: days.iter().sum(), open_log: None }
    }

    /// With logs that this opens.
    pub(super) fn with_logs(self, open: impl Fn(u64) -> io::Result<Sink> + Send + Sync + 'static) -> Self {
        Self { open_log: Some(Box::new(open)), ..self }
    }

    /// Says what is done now, where its end is not known.
    pub(super) fn wait(&self, message: &str) {
        if let Ok(shown) = self.shown.lock() {
            shown.bar.wait(message);
        }
    }

    /// Says how far it is, and whether to stop.
    pub(super) fn show(&self, done: u64, all: u64, message: &str) {
        if let Ok(shown) = self.shown.lock() {
            shown.bar.show(done, all, message);
        }
    }

    /// Says that results are written now; refuses where it is to stop, so that nothing is written after a signal that came too
    /// late for the simulation to see it.
    pub(super) fn begin_writing(&self) -> Result<(), Error> {
        if self.is_stopped() {
            return Err(Error::Stopped);
        }
        self.wait("writing the results");
        Ok(())
    }

    /// Whether it is to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Observer for Watched {
    fn progress(&self, world: u64, settled: u64, share: f64) {
        // Whoever finds it taken has nothing that could not be said a moment later.
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let Some(place) = usize::try_from(world).ok().and_then(|world| shown.worlds.get_mut(world)) else { return };
        *place = (settled, share);
        if shown.drawn.elapsed() < FRAME {
            return;
        }
        shown.drawn = Instant::now();
        let settled = shown.worlds.iter().map(|(settled, _)| settled).sum();
        let shares: f64 = shown.worlds.iter().map(|(_, share)| share).sum();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a number of days"
        )]
        let done = (self.days as f64 * shares / shown.worlds.len() as f64) as u64;
        shown.bar.show(done, self.days, &counted(settled, "trade"));
    }

    fn log(&self, world: u64) -> io::Result<Option<Sink>> {
        self.open_log.as_ref().map(|open| open(world)).transpose()
    }

    fn stop(&self) -> Option<&AtomicBool> {
        Some(&self.stop)
    }
}

/// Does work on threads of its own, and stops it cleanly when a signal says so; at the second, at once.
pub(super) async fn work<T: Send + 'static>(
    threads: &Threads,
    watched: Arc<Watched>,
    job: impl FnOnce(&Watched) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let system = |what| move |error: &dyn std::fmt::Display| Error::System { what, reason: error.to_string() };
    let mut signals = Signals::listen().map_err(|error| system("listening to signals")(&error))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.threads.unwrap_or_default().into()).build();
    let pool = pool.map_err(|error| system("starting threads")(&error))?;
    let (done, mut ended) = oneshot::channel();
    let seen = Arc::clone(&watched);
    let worker = thread::spawn(move || {
        // Nobody listens any more where a second signal came.
        let _ = done.send(pool.install(|| job(&seen)));
    });
    let mut stopped_by = None;
    let ended = loop {
        tokio::select! {
            biased;
            ended = &mut ended => break ended,
            signal = signals.next_not_ignored() => {
                if stopped_by.replace(signal).is_some() {
                    return Err(Error::Interrupted { signal });
                }
                watched.stop.store(true, Ordering::Relaxed);
                watched.wait("stopping");
            }
        }
    };
    // What it holds on to, unfinished files too, is gone before this program is. Where it panicked, go on with that.
    if let Err(panic) = worker.join() {
        std::panic::resume_unwind(panic);
    }
    match (ended, stopped_by) {
        (Ok(Err(Error::Stopped)), Some(signal)) => Err(Error::Interrupted { signal }),
        (Ok(ended), _) => ended,
        (Err(_), _) => Err(Error::System { what: "the simulation", reason: "it ended without a result".to_owned() }),
    }
}

/// What a simulation's error is here.
pub(super) fn failed(named: &str, error: barter_sim::Error) -> Error {
    match error {
        barter_sim::Error::Stopped => Error::Stopped,
        barter_sim::Error::Log(error) => Error::System { what: "writing the event log", reason: error.to_string() },
        other => Error::Scenario { named: named.to_owned(), error: other.to_string() },
    }
}
