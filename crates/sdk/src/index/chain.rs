//! The chain as an index reads it: pages of the log, with the headers of the blocks that are in it.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use barter_index::{Chain, Header, Log, Page};
use futures_util::future::{Either, select};
use tokio::{runtime::Handle, sync::watch, task::JoinHandle};

use crate::{
    BarterClient, Error,
    node::{self, LogFilter, Node, Scan, is_near_head, read_page},
};

/// Why the chain gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Interruption {
    /// The node failed.
    #[error(transparent)]
    Node(Box<Error>),
    /// It is no longer wanted.
    #[error("it was stopped")]
    Stopped,
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Self::Node(Box::new(error))
    }
}

/// Waits for answers, until it is stopped. To be used on a thread that may block.
#[derive(Clone)]
pub(super) struct Waiter {
    runtime: Handle,
    /// Says that it is stopped when its sender is dropped; nothing is ever sent.
    stopped: watch::Receiver<()>,
}

impl Waiter {
    /// Within the runtime this is called in.
    pub(super) fn new(stopped: watch::Receiver<()>) -> Self {
        Self { runtime: Handle::current(), stopped }
    }

    /// Waits for an answer.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> Result<T, Interruption> {
        let mut stopped = self.stopped.clone();
        self.runtime.block_on(async {
            match select(pin!(stopped.changed()), pin!(answer)).await {
                Either::Left(_) => Err(Interruption::Stopped),
                Either::Right((answer, _)) => Ok(answer),
            }
        })
    }

    /// Waits a time.
    pub(super) fn pause(&self, time: Duration) -> Result<(), Interruption> {
        // Made within the runtime, whose clock it needs.
        self.wait(async { tokio::time::sleep(time).await })
    }
}

/// A page read ahead: where it starts, and the work.
type ReadAhead = (u64, JoinHandle<(Scan, Result<Option<Page>, Error>)>);

/// The client's node, for an index. While a page is written, the next one is read.
pub(super) struct NodeChain {
    client: BarterClient,
    waiter: Waiter,
    filter: LogFilter,
    scan: Scan,
    head: Option<node::Header>,
    /// The head's number, for whoever reports how far it is.
    head_number: Arc<AtomicU64>,
    ahead: Option<ReadAhead>,
}

impl NodeChain {
    pub(super) fn new(client: BarterClient, waiter: Waiter) -> Self {
        Self {
            filter: crate::watch::filter(client.deployment()),
            client,
            waiter,
            scan: Scan::default(),
            head: None,
            head_number: Arc::default(),
            ahead: None,
        }
    }

    /// The newest block's number, as it was seen last.
    pub(super) fn head_number(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.head_number)
    }

    /// Begins to read the page after this one, where that is not near the head and so sure to be there.
    fn read_ahead(&mut self, from: u64, to: u64) {
        let Some(head) = self.head.clone().filter(|head| !is_near_head(from, head)) else { return };
        let (client, filter, mut scan) = (self.client.clone(), self.filter.clone(), self.scan);
        let work = self.waiter.runtime.spawn(async move {
            let page = page(&client, &filter, &mut scan, (from, to), &head).await;
            (scan, page)
        });
        self.ahead = Some((from, work));
    }
}

impl Chain for NodeChain {
    type Error = Interruption;

    fn head(&mut self) -> Result<Header, Interruption> {
        let head = self.waiter.wait(self.client.node().head())??;
        self.head_number.store(head.number(), Ordering::Relaxed);
        Ok(to_header(self.head.insert(head)))
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Interruption> {
        let header = self.waiter.wait(self.client.node().header(number))??;
        Ok(header.as_ref().map(to_header))
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Interruption> {
        let head = match &self.head {
            Some(head) => head.clone(),
            None => self.waiter.wait(self.client.node().head())??,
        };
        let page = match self.ahead.take() {
            Some((start, work)) if start == from => {
                let (scan, page) = self.waiter.wait(work)?.map_err(|_| Interruption::Stopped)?;
                self.scan = scan;
                page?
            }
            other => {
                if let Some((_, work)) = other {
                    work.abort();
                }
                let mut scan = self.scan;
                let page = self.waiter.wait(page(&self.client, &self.filter, &mut scan, (from, to), &head))?;
                self.scan = scan;
                page?
            }
        };
        if let Some(page) = page.as_ref().filter(|page| page.to.number < to) {
            self.read_ahead(page.to.number + 1, to);
        }
        Ok(page)
    }
}

/// A page of the log, with the headers of the blocks that are in it. `None` if the chain changed meanwhile.
async fn page(
    client: &BarterClient,
    filter: &LogFilter,
    scan: &mut Scan,
    range: (u64, u64),
    head: &node::Header,
) -> Result<Option<Page>, Error> {
    let node = client.node();
    let Some(page) = read_page(node, filter, scan, range, head).await? else { return Ok(None) };
    let mut headers: BTreeMap<u64, Header> =
        page.headers.iter().map(|header| (header.number(), to_header(header))).collect();
    let logs = page.logs.into_iter().map(|log| to_log(node, log)).collect::<Result<Vec<_>, Error>>()?;
    let mut unknown: Vec<u64> =
        logs.iter().map(|log| log.block_number).filter(|number| !headers.contains_key(number)).collect();
    unknown.dedup();
    for header in node.headers(&unknown).await? {
        let Some(header) = header else { return Ok(None) };
        headers.insert(header.number(), to_header(&header));
    }
    Ok(Some(Page {
        from: range.0,
        to: to_header(&page.end),
        parent_hash: page.parent_hash,
        headers: headers.into_values().collect(),
        logs,
    }))
}

fn to_header(header: &node::Header) -> Header {
    Header {
        number: header.number(),
        hash: header.hash,
        parent_hash: header.parent_hash,
        timestamp: header.timestamp.to(),
    }
}

fn to_log(node: &Node, log: node::Log) -> Result<Log, Error> {
    let place = (log.block_number, log.block_hash, log.transaction_hash, log.log_index);
    let (Some(block_number), Some(block_hash), Some(transaction_hash), Some(log_index)) = place else {
        return Err(node.invalid("eth_getLogs", "a log is of no block"));
    };
    Ok(Log {
        address: log.address,
        topics: log.topics,
        data: log.data,
        block_number: block_number.to(),
        block_hash,
        transaction_hash,
        log_index: log_index.to(),
        removed: log.removed,
    })
}

impl Drop for NodeChain {
    fn drop(&mut self) {
        if let Some((_, work)) = self.ahead.take() {
            work.abort();
        }
    }
}
