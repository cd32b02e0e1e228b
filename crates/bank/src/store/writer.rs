//! What writes a bank: one thread, which takes all that waits and commits once.
//!
//! Each call is decided on what the calls before it have done, in the same transaction or another. It is answered once the disk has
//! it, so that what was answered for is there whatever happens a moment later.

use std::{
    slice,
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
};

use barter_store::{Access, Engine, Error as StoreError, in_transaction};
use serde_json::Value;

use super::Error;
use crate::rpc::{Failure, Request, code};

/// Calls that may wait. Another is refused, not kept: what waits is in memory.
const MAX_WAITING: usize = 1_024;
/// Calls in one transaction.
const MAX_TOGETHER: usize = 256;

/// Told what a call came to.
type Answer = Box<dyn FnOnce(Result<Value, Failure>) + Send>;
/// Tells the time, in Unix milliseconds. Asked when a call is decided, which may be long after it came: what a hold has left counts then.
pub(super) type Clock = Box<dyn Fn() -> u64 + Send>;
/// Decides a call and writes what follows from it.
pub(super) type Decide =
    Box<dyn FnMut(&mut dyn Engine<Error>, Request, u64) -> Result<Result<Value, Failure>, Error> + Send>;

struct Job {
    request: Request,
    clock: Clock,
    answer: Answer,
}

/// The thread that writes, as others see it.
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(engine: Box<dyn Engine<Error>>, decide: Decide) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(MAX_WAITING);
        let run = move || Thread { engine, decide, waiting }.run();
        let thread = thread::Builder::new().name("barter-bank".to_owned()).spawn(run).map_err(|_| Error::Stopped)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has a call decided. `answer` is told once it is on the disk.
    pub(super) fn submit(&self, request: Request, clock: Clock, answer: Answer) -> Result<(), Error> {
        let jobs = self.jobs.as_ref().ok_or(Error::Stopped)?;
        jobs.try_send(Job { request, clock, answer }).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy { waiting: MAX_WAITING },
            TrySendError::Disconnected(_) => Error::Stopped,
        })
    }
}

impl Writer {
    /// Is there still somebody who writes? Without, the program is at fault, and no call is decided any more.
    pub(super) fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Writer {
    /// What waits is written first.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that has failed has dropped what waited, and that tells who waited.
            let _ = thread.join();
        }
    }
}

/// Decides each of these on what those before it have done, and commits once.
pub(super) fn decide_together(
    engine: &mut dyn Engine<Error>,
    decide: &mut Decide,
    asked: &[(Request, Clock)],
) -> Result<Vec<Result<Value, Failure>>, Error> {
    in_transaction(engine, Access::Write, |engine| {
        asked.iter().map(|(request, clock)| decide(engine, request.clone(), clock())).collect()
    })
}

struct Thread {
    engine: Box<dyn Engine<Error>>,
    decide: Decide,
    waiting: Receiver<Job>,
}

impl Thread {
    fn run(mut self) {
        while let Ok(job) = self.waiting.recv() {
            let jobs: Vec<Job> = std::iter::once(job).chain(self.waiting.try_iter().take(MAX_TOGETHER - 1)).collect();
            self.commit(jobs);
        }
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        let (asked, waiting): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|Job { request, clock, answer }| ((request, clock), answer)).unzip();
        let answers = self.decided(&asked);
        waiting.into_iter().zip(answers).for_each(|(tell, answer)| tell(answer));
    }

    fn decided(&mut self, asked: &[(Request, Clock)]) -> Vec<Result<Value, Failure>> {
        match decide_together(&mut *self.engine, &mut self.decide, asked) {
            Ok(answers) => answers,
            // One of them came upon something that is damaged: the others have nothing to do with it.
            Err(Error::Stale | Error::Store(StoreError::Damaged { .. })) if asked.len() > 1 => {
                asked.iter().flat_map(|one| self.decided(slice::from_ref(one))).collect()
            }
            Err(error) => {
                // Where the store is and what the database says is for who runs the bank, not for strangers.
                tracing::error!(%error, calls = asked.len(), "calls could not be written down");
                let failure = |(request, _): &(Request, Clock)| {
                    Err(Failure::refused(code::INTERNAL, "the bank could not write this down", request.id))
                };
                asked.iter().map(failure).collect()
            }
        }
    }
}
