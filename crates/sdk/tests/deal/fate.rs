//! Death at a chosen operation.

use std::{
    collections::BTreeMap,
    future::{Future, pending},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::endpoints::Reaction;

/// When a life ends: at which operation, before it is done or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) at: At,
    pub(crate) is_after: bool,
}

/// An operation, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// Among all.
    Any(usize),
    /// Among those of its kind.
    Kind(String, usize),
}

/// One life of a process: its operations outside its own memory, and its death. The journal's writes need no counting of their own: they
/// are whole or not there, so that dying between the operations before and after one leaves the same as dying at it.
#[derive(Clone, Debug)]
pub(crate) struct Fate(Arc<Life>);

#[derive(Debug)]
struct Life {
    death: Option<Death>,
    /// How many of each kind it had.
    operations: Mutex<BTreeMap<String, usize>>,
    is_dead: AtomicBool,
    bell: Notify,
}

impl Fate {
    /// A life that ends there, or by itself.
    pub(crate) fn new(death: Option<Death>) -> Self {
        let is_dead = AtomicBool::new(false);
        Self(Arc::new(Life { death, operations: Mutex::default(), is_dead, bell: Notify::new() }))
    }

    /// How many operations of each kind it had.
    pub(crate) fn operations(&self) -> BTreeMap<String, usize> {
        self.0.operations.lock().unwrap().clone()
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
    fn begin(&self, kind: &str) -> (bool, bool) {
        if self.is_dead() {
            return (true, false);
        }
        let mut operations = self.0.operations.lock().unwrap();
        let before = operations.values().sum::<usize>();
        let of_kind = operations.entry(kind.to_owned()).or_default();
        let is_it = |death: &&Death| match &death.at {
            At::Any(nth) => *nth == before,
            At::Kind(name, nth) => name == kind && *nth == *of_kind,
        };
        let dies = self.0.death.as_ref().filter(is_it).map(|death| (true, death.is_after));
        *of_kind += 1;
        dies.unwrap_or((false, true))
    }

    /// Does an operation, unless it dies at it: then nobody ever hears what came of it.
    pub(crate) async fn around<T>(&self, kind: &str, work: impl Future<Output = T>) -> T {
        let (dies, does) = self.begin(kind);
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
    pub(crate) fn react(&self, kind: &str) -> Reaction {
        let (dies, does) = self.begin(kind);
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
