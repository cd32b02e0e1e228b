//! Connections that read, a few for all who ask.

use std::{
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use barter_store::{Access, Engine, Location, Purpose, connect, in_transaction};

use super::Error;

/// Connections at most. Who finds none waits for one; nobody waits for the writer.
const MAX_READERS: usize = 8;

/// Connections that read.
pub(super) struct Readers {
    location: Location,
    purpose: &'static Purpose,
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Box<dyn Engine<Error>>>,
    open: usize,
}

impl Readers {
    pub(super) fn new(location: &Location, purpose: &'static Purpose) -> Self {
        Self { location: location.clone(), purpose, pool: Mutex::default(), freed: Condvar::new() }
    }

    /// Reads at one point in time, whatever is written meanwhile.
    pub(super) fn read<T>(&self, read: impl FnOnce(&mut dyn Engine<Error>) -> Result<T, Error>) -> Result<T, Error> {
        let mut taken = Taken { readers: self, engine: Some(self.take()?) };
        match taken.engine.as_deref_mut() {
            Some(engine) => in_transaction(engine, Access::Read, read),
            None => Err(Error::Stopped),
        }
    }

    fn take(&self) -> Result<Box<dyn Engine<Error>>, Error> {
        let mut pool = self.pool();
        loop {
            if let Some(engine) = pool.idle.pop() {
                return Ok(engine);
            }
            if pool.open < MAX_READERS {
                break;
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.open += 1;
        drop(pool);
        connect(&self.location, Access::Read, self.purpose).map_err(|error| {
            self.give_back(None);
            error.into()
        })
    }

    fn give_back(&self, engine: Option<Box<dyn Engine<Error>>>) {
        let mut pool = self.pool();
        match engine {
            Some(engine) => pool.idle.push(engine),
            None => pool.open -= 1,
        }
        self.freed.notify_one();
    }

    /// Nothing that panics happens while the pool is locked.
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back, however its use ends.
struct Taken<'a> {
    readers: &'a Readers,
    engine: Option<Box<dyn Engine<Error>>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // A panic may have left a transaction open.
        if let Some(engine) = self.engine.as_mut().filter(|_| std::thread::panicking()) {
            engine.rollback();
        }
        self.readers.give_back(self.engine.take());
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Readers").field("location", &self.location).finish_non_exhaustive()
    }
}
