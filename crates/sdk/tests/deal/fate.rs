//! Death at a chosen operation.

use std::{
    future::{Future, pending},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use crate::endpoints::Reaction;

/// When a life ends: at which operation, counted from 0, before it is done or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) operation: usize,
    pub(crate) is_after: bool,
}

/// One life of a process: its operations outside its own memory, and its death. The journal's writes need no counting of their own: they
/// are whole or not there, so that dying between the operations before and after one leaves the same as dying at it.
#[derive(Clone, Debug)]
pub(crate) struct Fate(Arc<Life>);

#[derive(Debug)]
struct Life {
    death: Option<Death>,
    operations: AtomicUsize,
    is_dead: AtomicBool,
    bell: Notify,
}

impl Fate {
    /// A life that ends there, or by itself.
    pub(crate) fn new(death: Option<Death>) -> Self {
        let (operations, is_dead) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self(Arc::new(Life { death, operations, is_dead, bell: Notify::new() }))
    }

    /// How many operations it had.
    pub(crate) fn operations(&self) -> usize {
        self.0.operations.load(Ordering::SeqCst)
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.is_dead.load(Ordering::SeqCst)
    }

    /// Returns when it is dead.
    pub(crate) async fn died(&self) {
        self.0.bell.notified().await;
    }

    fn die(&self) {
        self.0.is_dead.store(true, Ordering::SeqCst);
        self.0.bell.notify_one();
    }

    /// Begins an operation: whether it dies now, and whether it still does it.
    fn begin(&self) -> (bool, bool) {
        if self.is_dead() {
            return (true, false);
        }
        let operation = self.0.operations.fetch_add(1, Ordering::SeqCst);
        match self.0.death {
            Some(death) if death.operation == operation => (true, death.is_after),
            _ => (false, true),
        }
    }

    /// Does an operation, unless it dies at it: then nobody ever hears what came of it.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        let (dies, does) = self.begin();
        if !does {
            self.die();
            return pending().await;
        }
        let outcome = work.await;
        if dies {
            self.die();
            return pending().await;
        }
        outcome
    }

    /// What becomes of a request to the chain.
    pub(crate) fn react(&self) -> Reaction {
        let (dies, does) = self.begin();
        if dies {
            self.die();
        }
        match (dies, does) {
            (false, _) => Reaction::Pass,
            (true, true) => Reaction::Swallow,
            (true, false) => Reaction::Hang,
        }
    }
}
