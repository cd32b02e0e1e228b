//! What writes the log: one thread, which takes all that waits and commits once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use barter_store::{Access, Engine, Value, in_transaction};

use super::{
    Error, Heads,
    append::{Appender, Candidate, Placed},
    schema::SUBTREES,
};
use crate::wire::Domain;

/// Requests that may wait. Another is refused, not kept: what waits is in memory.
pub(super) const MAX_WAITING: usize = 64;
/// Outcomes after which no other request is taken into a transaction.
const MAX_TOGETHER: usize = 8_192;
/// Bytes that are written to find out whether anything can be: as many as a large request brings.
pub(super) const PROBE_BYTES: usize = 256 * 1024;
/// The id of their row. No subtree has one below zero.
const PROBE: Value<'static> = Value::Integer(-1);

type Answer<T> = SyncSender<Result<T, Error>>;
/// Something else to write, in a transaction of its own.
type Other = Box<dyn FnOnce(&mut dyn Engine<Error>) + Send>;

enum Request {
    Append { candidates: Vec<Candidate>, answer: Answer<Vec<Placed>> },
    Other(Other),
}

/// The thread that writes, as others see it.
#[derive(Debug)]
pub(super) struct Writer {
    requests: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
    /// Did a write fail, and has none that needed room worked since?
    has_failed: Arc<AtomicBool>,
    /// Is somebody finding out whether another would?
    is_tried: AtomicBool,
}

impl Writer {
    pub(super) fn start(
        engine: Box<dyn Engine<Error>>,
        domain: Option<Domain>,
        heads: Arc<Mutex<Heads>>,
    ) -> Result<Self, Error> {
        let (requests, waiting) = sync_channel(MAX_WAITING);
        let has_failed = Arc::<AtomicBool>::default();
        let failed = Arc::clone(&has_failed);
        let run = move || Thread { engine, appender: Appender::new(domain), heads, waiting, has_failed: failed }.run();
        let thread = thread::Builder::new().name("barter-log".to_owned()).spawn(run).map_err(|_| Error::Stopped)?;
        Ok(Self { requests: Some(requests), thread: Some(thread), has_failed, is_tried: AtomicBool::new(false) })
    }

    /// Appends these, all in one transaction, which is on the disk when this returns.
    pub(super) fn append(&self, candidates: Vec<Candidate>) -> Result<Vec<Placed>, Error> {
        let (answer, answered) = sync_channel(1);
        self.send(Request::Append { candidates, answer })?;
        answered.recv().unwrap_or(Err(Error::Stopped))
    }

    /// Writes something else.
    pub(super) fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut dyn Engine<Error>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run(|engine, has_failed| {
            let done = in_transaction(engine, Access::Write, write);
            // That it worked says nothing: it may have had nothing to write.
            has_failed.fetch_or(done.is_err(), Ordering::Relaxed);
            done
        })
    }

    /// Can the log be written? Where a write failed, tries another: who is sent no more writes for a failed one would never find
    /// out that the next would work. One at a time, for anybody may ask.
    pub(super) fn works(&self) -> bool {
        if !self.has_failed.load(Ordering::Relaxed) {
            return true;
        }
        if self.is_tried.swap(true, Ordering::Relaxed) {
            return false;
        }
        let works = self.run(|engine, has_failed| {
            let done = in_transaction(engine, Access::Write, probe);
            has_failed.store(done.is_err(), Ordering::Relaxed);
            done
        });
        self.is_tried.store(false, Ordering::Relaxed);
        works.is_ok()
    }

    /// Has the thread run this, and waits for it.
    fn run<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut dyn Engine<Error>, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = sync_channel(1);
        let has_failed = Arc::clone(&self.has_failed);
        self.send(Request::Other(Box::new(move |engine| {
            // Who asked may have gone.
            let _ = answer.send(run(engine, &has_failed));
        })))?;
        answered.recv().unwrap_or(Err(Error::Stopped))
    }

    fn send(&self, request: Request) -> Result<(), Error> {
        let requests = self.requests.as_ref().ok_or(Error::Stopped)?;
        requests.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Stopped,
        })
    }
}

impl Drop for Writer {
    /// What waits is written first.
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A thread that has failed has told those who waited.
            let _ = thread.join();
        }
    }
}

/// Writes as much as a large request would, and takes it away again, all of which is on the disk when it is committed: a value set
/// to what it was would not be, for SQLite writes no page that has not changed.
fn probe(engine: &mut dyn Engine<Error>) -> Result<(), Error> {
    engine.insert(&SUBTREES, &[PROBE, Value::Bytes(&vec![0; PROBE_BYTES])])?;
    engine.delete(&SUBTREES, &[PROBE])
}

struct Thread {
    engine: Box<dyn Engine<Error>>,
    appender: Appender,
    heads: Arc<Mutex<Heads>>,
    waiting: Receiver<Request>,
    has_failed: Arc<AtomicBool>,
}

impl Thread {
    fn run(mut self) {
        let mut next = self.waiting.recv().ok();
        while let Some(request) = next.take() {
            match request {
                Request::Append { candidates, answer } => next = self.append(candidates, answer),
                Request::Other(write) => write(&mut *self.engine),
            }
            next = next.or_else(|| self.waiting.recv().ok());
        }
    }

    /// Appends this and all that waits behind it, up to the first other request, which it gives back.
    fn append(&mut self, mut candidates: Vec<Candidate>, answer: Answer<Vec<Placed>>) -> Option<Request> {
        let mut answers = vec![(candidates.len(), answer)];
        let mut other = None;
        while candidates.len() < MAX_TOGETHER {
            match self.waiting.try_recv() {
                Ok(Request::Append { candidates: more, answer }) => {
                    answers.push((more.len(), answer));
                    candidates.extend(more);
                }
                Ok(request) => {
                    other = Some(request);
                    break;
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        match self.commit(&candidates) {
            Ok(placed) => {
                let mut placed = placed.into_iter();
                for (length, answer) in answers {
                    let _ = answer.send(Ok(placed.by_ref().take(length).collect()));
                }
            }
            Err(error) => {
                let mut answers = answers.into_iter();
                // The error itself for one; the others try again, and are told then.
                if let Some((_, answer)) = answers.next() {
                    let _ = answer.send(Err(error));
                }
                for (_, answer) in answers {
                    let _ = answer.send(Err(Error::Busy));
                }
            }
        }
        other
    }

    fn commit(&mut self, candidates: &[Candidate]) -> Result<Vec<Placed>, Error> {
        let Self { engine, appender, heads, .. } = self;
        let done = in_transaction(&mut **engine, Access::Write, |engine| appender.append(engine, candidates));
        if let Ok(placed) = &done {
            // Where all was there already, nothing was written.
            if placed.iter().any(|placed| matches!(placed, Placed::Recorded { .. })) {
                self.has_failed.store(false, Ordering::Relaxed);
            }
            // Not before: a log of this size that another process wrote instead would be given this root. Who reads it in between
            // works it out.
            let mut heads = heads.lock().unwrap_or_else(PoisonError::into_inner);
            heads.put(appender.frontier.size(), appender.frontier.root());
        } else {
            self.has_failed.store(true, Ordering::Relaxed);
            appender.forget();
        }
        done
    }
}
