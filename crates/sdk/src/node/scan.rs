//! Reading logs page by page.

use alloy_primitives::{Address, B256, U64};
use serde_json::json;

use super::{BlockReceipt, Log, Node};
use crate::Error;

/// Blocks of the first page, and of the largest unless a caller says otherwise.
pub(crate) const DEFAULT_PAGE_BLOCKS: u64 = 10_000;

/// Which logs: of any of the contracts, with any of the sets of topics at each place. No set at a place: any topic.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter {
    pub(crate) addresses: Vec<Address>,
    pub(crate) topics: Vec<Vec<B256>>,
}

/// The size of pages. Nodes limit the blocks, the logs, or the time of one request, each in its own way and words; so a page
/// that any of them refuses is tried at half its size, and pages grow again afterwards. A single block that is refused is read
/// from its receipts; where a node refuses those as well, or gives none, it cannot be read from that node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan {
    blocks: u64,
    largest: u64,
}

impl Scan {
    pub(crate) fn new(largest: u64) -> Self {
        let largest = largest.max(1);
        Self { blocks: largest, largest }
    }

    /// The logs of the next page of blocks from `from` up to `to` at most, and the last block read.
    pub(crate) async fn page(
        &mut self,
        node: &Node,
        filter: &LogFilter,
        from: u64,
        to: u64,
    ) -> Result<(Vec<Log>, u64), Error> {
        loop {
            let end = self.end(from, to);
            if let Some(logs) = self.read(node, filter, from, end).await? {
                return Ok((logs, end));
            }
        }
    }

    /// The last block of the next page from `from` up to `to` at most.
    pub(crate) fn end(&self, from: u64, to: u64) -> u64 {
        to.min(from.saturating_add(self.blocks - 1))
    }

    /// The logs of a page of blocks; `None` if the node refused it for its size, and [`end`](Self::end) is nearer now.
    pub(crate) async fn read(
        &mut self,
        node: &Node,
        filter: &LogFilter,
        from: u64,
        end: u64,
    ) -> Result<Option<Vec<Log>>, Error> {
        let range = json!({
            "address": filter.addresses,
            "topics": filter.topics,
            "fromBlock": U64::from(from),
            "toBlock": U64::from(end),
        });
        match node.logs(&range).await {
            Ok(logs) => {
                self.blocks = self.blocks.saturating_mul(2).min(self.largest);
                Ok(Some(logs))
            }
            Err(error) if is_too_much(&error) && end > from => {
                self.blocks = (end - from).div_ceil(2);
                Ok(None)
            }
            Err(error) => filter.read_receipts(node, Place::Number(from), error).await.map(Some),
        }
    }
}

/// Which block.
#[derive(Clone, Copy)]
enum Place {
    Number(u64),
    Hash(B256),
}

impl LogFilter {
    /// The logs of one block, by its hash: a node that does not have the block says so, instead of answering nothing.
    pub(crate) async fn of_block(&self, node: &Node, hash: B256) -> Result<Vec<Log>, Error> {
        let filter = json!({ "address": self.addresses, "topics": self.topics, "blockHash": hash });
        match node.logs(&filter).await {
            Ok(logs) => Ok(logs),
            Err(error) => self.read_receipts(node, Place::Hash(hash), error).await,
        }
    }

    /// The logs of one block whose logs the node refused with an error, out of its receipts. Many nodes give no more than 10,000
    /// logs at a time, which a block can exceed; for receipts none has such a limit. The error, where those are of no help either.
    async fn read_receipts(&self, node: &Node, place: Place, refused: Error) -> Result<Vec<Log>, Error> {
        if !is_too_much(&refused) {
            return Err(refused);
        }
        let block = match place {
            Place::Number(number) => json!(U64::from(number)),
            Place::Hash(hash) => json!(hash),
        };
        // A block too full to be asked for its logs is not without receipts.
        let receipts = match node.block_receipts(&block).await {
            Ok(Some(receipts)) if !receipts.is_empty() => receipts,
            _ => return Err(refused),
        };
        let is_of_block = |receipt: &BlockReceipt| match place {
            Place::Number(number) => receipt.block_number == U64::from(number),
            Place::Hash(hash) => receipt.block_hash == hash,
        };
        if !receipts.iter().all(is_of_block) {
            return Err(refused);
        }
        Ok(receipts.into_iter().flat_map(|receipt| receipt.logs).filter(|log| self.fits(log)).collect())
    }

    fn fits(&self, log: &Log) -> bool {
        let fits = |(place, wanted): (usize, &Vec<B256>)| {
            wanted.is_empty() || log.topics.get(place).is_some_and(|topic| wanted.contains(topic))
        };
        self.addresses.contains(&log.address) && self.topics.iter().enumerate().all(fits)
    }
}

impl Default for Scan {
    fn default() -> Self {
        Self::new(DEFAULT_PAGE_BLOCKS)
    }
}

/// Whether a smaller page may succeed where this one failed. A node that cannot be reached will not do better.
fn is_too_much(error: &Error) -> bool {
    match error {
        Error::NodeRefused { .. } | Error::RequestTimedOut { .. } | Error::InvalidResponse { .. } => true,
        Error::HttpStatus { status, .. } => *status != 401 && *status != 403 && *status != 429,
        _ => false,
    }
}
