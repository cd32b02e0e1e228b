//! Events, from the past on and then live.

mod event;
mod follower;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use alloy_primitives::Address;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

use crate::{BarterClient, Error, WalletInput, node::DEFAULT_PAGE_BLOCKS};
#[cfg(feature = "index")]
pub(crate) use event::filter;
pub use event::{Change, Event, EventKind};
use follower::{Follower, Plan};

/// What to watch. From [`BarterClient::watch`].
#[derive(Clone, Debug)]
#[must_use = "nothing is watched until the stream is polled"]
pub struct WatchBuilder {
    client: BarterClient,
    from_block: Option<u64>,
    to_block: Option<u64>,
    wallet: Option<Address>,
    page_blocks: u64,
    poll_interval: Option<Duration>,
}

impl WatchBuilder {
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self {
            client,
            from_block: None,
            to_block: None,
            wallet: None,
            page_blocks: DEFAULT_PAGE_BLOCKS,
            poll_interval: None,
        }
    }

    /// Starts with the events of this block; with the next new block unless set.
    pub const fn from_block(mut self, number: u64) -> Self {
        self.from_block = Some(number);
        self
    }

    /// Ends after this block; never unless set.
    pub const fn to_block(mut self, number: u64) -> Self {
        self.to_block = Some(number);
        self
    }

    /// Only events that concern this wallet: trades it is a party of, its score, its credit, its signatures.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`].
    pub fn wallet(mut self, wallet: impl WalletInput) -> Result<Self, Error> {
        self.wallet = Some(wallet.to_address()?);
        Ok(self)
    }

    /// Most blocks of one request, 10,000 unless set. Pages that the node refuses are tried at half the size by themselves.
    pub const fn page_blocks(mut self, blocks: u64) -> Self {
        self.page_blocks = blocks;
        self
    }

    /// Time between two looks for new blocks; the client's poll interval unless set.
    pub const fn poll_interval(mut self, time: Duration) -> Self {
        self.poll_interval = Some(time);
        self
    }

    /// The stream of changes: every event in the chain's order, [`Change::Removed`] in the opposite order for those of blocks
    /// that a reorganisation took back, then [`Change::Added`] for those of the blocks in their place.
    ///
    /// # Errors
    /// An item may be an error: those of the node, [`Error::WrongChain`], [`Error::ReorganisedTooDeep`]. After those of the
    /// node the stream goes on where it was when it is polled again, after a pause; after the other two it ends. Nothing is
    /// reported twice and nothing left out because of an error.
    pub fn stream(self) -> EventStream {
        let plan = Plan {
            from_block: self.from_block,
            to_block: self.to_block,
            wallet: self.wallet,
            page_blocks: self.page_blocks,
            poll_interval: self.poll_interval.unwrap_or_else(|| self.client.poll_interval()),
        };
        let follower = Follower::new(self.client, plan);
        let changes = stream::unfold(follower, |mut follower| async move {
            let change = follower.next().await?;
            Some((change, follower))
        });
        EventStream { changes: changes.boxed() }
    }
}

/// A stream of changes. From [`WatchBuilder::stream`]. Dropping it stops the watching.
pub struct EventStream {
    changes: BoxStream<'static, Result<Change, Error>>,
}

impl Stream for EventStream {
    type Item = Result<Change, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.changes.as_mut().poll_next(context)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EventStream").finish_non_exhaustive()
    }
}
