//! Filling an index, and comparing it.

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use barter_index::{Error as IndexError, Follower, Index, Step, Verification};
use futures_util::future::{Either, select};
use serde::Serialize;
use tokio::sync::watch;

use super::{
    Store, blocking,
    chain::{Interruption, NodeChain, Waiter},
};
use crate::{BarterClient, Error};

/// How often in a row a node may fail that has answered before, or a database that was opened.
const MAX_FAILURES: u32 = 20;
/// Longest wait after a failure.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// Longest wait after a failure, in poll intervals: two to the power of this.
const MAX_BACKOFF: u32 = 4;
/// How often in a row a node may say that there are blocks to read, and not give them.
const MAX_LOOKS: u32 = 30;

/// When to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunUntil {
    /// When everything up to the newest block was read.
    Head,
    /// Never: new blocks are waited for.
    Stopped,
}

/// How far an index is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IndexProgress {
    /// The first block of the index.
    pub first_block: u64,
    /// The last block read; `None` before the first.
    pub block: Option<u64>,
    /// The newest block of the chain.
    pub head: u64,
    /// Events read since it was started.
    pub events: u64,
    /// Blocks taken back since it was started, because they were reorganised away.
    pub undone_blocks: u64,
    /// Why the node or the database is being waited for, if one is.
    pub waiting_for: Option<String>,
}

/// Fills an index: one in memory through the connection there is, one elsewhere through a connection of its own, beside which
/// the client goes on reading.
pub(super) async fn run(
    client: &BarterClient,
    store: &Arc<Store>,
    until: RunUntil,
    stop: impl Future<Output = ()>,
    report: impl FnMut(&IndexProgress) + Send + 'static,
) -> Result<IndexProgress, Error> {
    let poll_interval = client.poll_interval();
    let target = Arc::clone(store);
    while_wanted(client, stop, move |chain, waiter| {
        let progress = IndexProgress::new(target.identity().first_block);
        let run = Run { progress, report, until, poll_interval, waiter, failures: 0, looks: 0 };
        target.with_writer(|index| run.drive(index, chain))
    })
    .await
}

/// Compares an index with the chain, through a connection of its own. `None` if it was stopped.
pub(super) async fn verify(
    client: &BarterClient,
    store: &Arc<Store>,
    stop: impl Future<Output = ()>,
    progress: impl FnMut(u64, u64) + Send + 'static,
) -> Result<Option<Verification>, Error> {
    let store = Arc::clone(store);
    while_wanted(client, stop, move |mut chain, _| {
        let compared = barter_index::verify(&mut store.connect()?, &mut chain, progress);
        match compared.map_err(told_by) {
            Ok(verification) => Ok(Some(verification)),
            Err(Told::Stopped) => Ok(None),
            Err(Told::Error(error)) => Err(error),
        }
    })
    .await
}

/// Works on a thread of its own with a node that gives up when `stop` is ready, or when nobody waits for the work any more.
async fn while_wanted<T: Send + 'static>(
    client: &BarterClient,
    stop: impl Future<Output = ()>,
    work: impl FnOnce(NodeChain, Waiter) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (stopper, stopped) = watch::channel(());
    let waiter = Waiter::new(stopped);
    let chain = NodeChain::new(client.clone(), waiter.clone());
    match select(pin!(blocking(move || work(chain, waiter))), pin!(stop)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => {
            drop(stopper);
            work.await
        }
    }
}

/// What an error of the index is to the client.
enum Told {
    Stopped,
    Error(Error),
}

fn told_by(error: IndexError) -> Told {
    match error {
        IndexError::Chain(source) => match source.downcast() {
            Ok(interruption) => match *interruption {
                Interruption::Stopped => Told::Stopped,
                Interruption::Node(error) => Told::Error(*error),
            },
            Err(source) => Told::Error(IndexError::Chain(source).into()),
        },
        error => Told::Error(error.into()),
    }
}

/// The filling of an index, under way.
struct Run<F> {
    progress: IndexProgress,
    report: F,
    until: RunUntil,
    poll_interval: Duration,
    waiter: Waiter,
    /// Failures of the node or the database in a row.
    failures: u32,
    /// Looks in a row that brought nothing though there is something to bring.
    looks: u32,
}

impl<F: FnMut(&IndexProgress)> Run<F> {
    fn drive(mut self, index: &mut Index, chain: NodeChain) -> Result<IndexProgress, Error> {
        self.progress.block = index.head()?.map(|head| head.number);
        let head = chain.head_number();
        let mut follower = Follower::new(index, chain);
        loop {
            // Where nothing is to be added, another writer may have been faster.
            let step = follower.step().and_then(|step| {
                if matches!(step, Step::Idle { .. }) {
                    self.progress.block = follower.index().head()?.map(|head| head.number);
                }
                Ok(step)
            });
            let step = step.map_err(told_by);
            self.progress.head = head.load(Ordering::Relaxed);
            let pause = match step {
                Ok(step) => match self.take(step)? {
                    Next::Step => None,
                    Next::Look => Some(self.poll_interval),
                    Next::Done => return Ok(self.progress),
                },
                Err(Told::Stopped) => return Ok(self.progress),
                Err(Told::Error(error)) => Some(self.wait_after(error)?),
            };
            (self.report)(&self.progress);
            if pause.is_some_and(|pause| self.waiter.pause(pause).is_err()) {
                return Ok(self.progress);
            }
        }
    }

    fn take(&mut self, step: Step) -> Result<Next, Error> {
        self.failures = 0;
        self.progress.waiting_for = None;
        Ok(match step {
            Step::Applied(applied) => {
                self.looks = 0;
                self.progress.block = Some(applied.head.number);
                self.progress.events += applied.events;
                Next::Step
            }
            Step::Undone { head, .. } => {
                self.looks = 0;
                let kept = head.map(|head| head.number);
                let next = |block: Option<u64>| block.map_or(self.progress.first_block, |block| block + 1);
                self.progress.undone_blocks += next(self.progress.block).saturating_sub(next(kept));
                self.progress.block = kept;
                Next::Step
            }
            Step::Idle { head } if self.progress.block == Some(head.number) => {
                self.looks = 0;
                if self.until == RunUntil::Head { Next::Done } else { Next::Look }
            }
            // Before the first block there is nothing to wait for.
            Step::Idle { head } if head.number < self.progress.first_block && self.until == RunUntil::Head => {
                Next::Done
            }
            Step::Idle { head } => {
                self.looks += 1;
                if self.until == RunUntil::Head && self.looks > MAX_LOOKS {
                    return Err(match self.progress.block {
                        Some(indexed) if indexed > head.number => {
                            IndexError::NodeBehind { head: head.number, indexed }.into()
                        }
                        _ => Error::ChainChanged { block_number: head.number },
                    });
                }
                Next::Look
            }
        })
    }

    /// How long to wait after a failure; the failure itself if it is none of those that pass.
    fn wait_after(&mut self, error: Error) -> Result<Duration, Error> {
        self.failures += 1;
        if !may_pass(&error) || self.failures > MAX_FAILURES {
            return Err(error);
        }
        self.progress.waiting_for = Some(error.to_string());
        let pause = self.poll_interval * 2_u32.pow((self.failures - 1).min(MAX_BACKOFF));
        Ok(pause.min(MAX_PAUSE))
    }
}

/// Whether what failed may succeed when it is tried again. Near the head a node refuses a block that another one behind the same
/// address showed; some say that they are too busy in a refusal's words; and an answer can be cut off. A disk gets room again,
/// another writer ends, and a server that was lost is back; other failures of a database look like the last, and are tried again
/// with it. Of a failed step nothing was written.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::NodeRefused { revert_data: None, .. }
        | Error::InvalidResponse { .. }
        | Error::Index(IndexError::Full { .. } | IndexError::Busy { .. } | IndexError::Database { .. }) => true,
        error => error.is_transient(),
    }
}

/// What comes after a step.
enum Next {
    /// Another one, at once.
    Step,
    /// Another one, later.
    Look,
    /// Nothing.
    Done,
}

impl IndexProgress {
    const fn new(first_block: u64) -> Self {
        Self { first_block, block: None, head: 0, events: 0, undone_blocks: 0, waiting_for: None }
    }
}
