//! A page of the chain: the logs of a row of blocks, and the certainty that they are of one chain.

use alloy_primitives::B256;
use futures_util::{
    future,
    stream::{self, StreamExt as _, TryStreamExt as _},
};

use super::{Header, Log, LogFilter, Node, Scan};
use crate::Error;

/// The newest blocks, head included, that are read one by one by their hashes: those are answered exactly or not at all. Asked
/// for a range, a node that has not got its last blocks yet gives fewer logs and does not say so; this many blocks is more
/// than nodes behind one address are apart, and most reorganisations are not as deep. That is a matter of time and not of blocks:
/// 192 s on Ethereum's chains, which this is for, and no more than 4 s where a block takes 0.25 s. On such a chain use an address
/// with one node behind it: what a backend 4 s late leaves out of a range, [`read_range`] notices only where that one answers for
/// the range's end as well.
const NEAR_HEAD_BLOCKS: u64 = 16;
/// Requests for such blocks that are made at once.
const REQUESTS_AT_ONCE: usize = 8;

/// The logs of a row of blocks.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) logs: Vec<Log>,
    /// The hash of the block before the first.
    pub(crate) parent_hash: B256,
    /// The last block.
    pub(crate) end: Header,
    /// Blocks whose headers were read on the way, the last included.
    #[cfg(feature = "index")]
    pub(crate) headers: Vec<Header>,
}

/// Whether a page that starts at `from` is read block by block.
pub(crate) fn is_near_head(from: u64, head: &Header) -> bool {
    from.saturating_add(NEAR_HEAD_BLOCKS) > head.number()
}

/// Reads the page that starts at `from` and ends at `to` or before. `None` if the chain changed meanwhile: look again.
pub(crate) async fn read_page(
    node: &Node,
    filter: &LogFilter,
    scan: &mut Scan,
    (from, to): (u64, u64),
    head: &Header,
) -> Result<Option<Page>, Error> {
    if is_near_head(from, head) {
        return read_blocks(node, filter, (from, to), head).await;
    }
    read_range(node, filter, scan, (from, to.min(head.number().saturating_sub(NEAR_HEAD_BLOCKS)))).await
}

/// By the range: the last block's hash stands for all before it, and must be the same before and after.
async fn read_range(
    node: &Node,
    filter: &LogFilter,
    scan: &mut Scan,
    (from, to): (u64, u64),
) -> Result<Option<Page>, Error> {
    loop {
        let end = scan.end(from, to);
        let (first, last) = future::try_join(node.header(from), node.header(end)).await?;
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let Some(logs) = scan.read(node, filter, from, end).await? else { continue };
        let after = node.header(end).await?;
        if after.is_none_or(|after| after.hash != last.hash) {
            return Ok(None);
        }
        return Ok(Some(Page {
            logs,
            parent_hash: first.parent_hash,
            end: last.clone(),
            #[cfg(feature = "index")]
            headers: vec![first, last],
        }));
    }
}

/// Block by block: each must be the parent of the next.
async fn read_blocks(
    node: &Node,
    filter: &LogFilter,
    (from, to): (u64, u64),
    head: &Header,
) -> Result<Option<Page>, Error> {
    let headers = (from..=to).map(|number| async move {
        if number == head.number() { Ok(Some(head.clone())) } else { node.header(number).await }
    });
    let headers: Vec<Option<Header>> = stream::iter(headers).buffered(REQUESTS_AT_ONCE).try_collect().await?;
    let headers: Option<Vec<Header>> = headers.into_iter().collect();
    let Some(headers) = headers else { return Ok(None) };
    if headers.windows(2).any(|pair| pair[1].parent_hash != pair[0].hash) {
        return Ok(None);
    }
    let (Some(first), Some(last)) = (headers.first(), headers.last()) else { return Ok(None) };
    // Collected: a closure within the stream would keep the future from being sent between threads.
    let logs: Vec<_> = headers.iter().map(|header| filter.of_block(node, header.hash)).collect();
    let logs: Vec<Vec<Log>> = stream::iter(logs).buffered(REQUESTS_AT_ONCE).try_collect().await?;
    let logs = logs.into_iter().flatten().collect();
    Ok(Some(Page {
        logs,
        parent_hash: first.parent_hash,
        end: last.clone(),
        #[cfg(feature = "index")]
        headers,
    }))
}
