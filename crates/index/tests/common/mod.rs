//! What the tests share: a chain kept in memory that can be reorganised and can lie, and places to keep an index in.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; none uses all of it")]

pub mod place;
pub mod views;
pub mod world;

use std::convert::Infallible;

use alloy_primitives::{Address, B256, keccak256};
use barter_bindings::ContractEvent;
use barter_index::{Chain, Follower, Header, Index, Log, Page, Step, synthetic};
use world::World;

pub const BLOCK_SECONDS: u64 = 12;

pub fn wallet(number: u64) -> Address {
    let mut address = Address::repeat_byte(0xaa);
    address[12..].copy_from_slice(&number.to_be_bytes());
    address
}

/// A block and what the world was like after it.
#[derive(Clone, Debug)]
pub struct Block {
    pub header: Header,
    pub logs: Vec<Log>,
    pub world: World,
}

/// A node that has a whole chain in memory.
#[derive(Clone, Debug)]
pub struct FakeChain {
    /// From block 0 on.
    pub blocks: Vec<Block>,
    /// Blocks of the next pages, in turn; then whole.
    pub page_sizes: Vec<u64>,
    /// Changes each page before it is given.
    pub lie: Option<fn(&mut Page)>,
    salt: u64,
}

impl FakeChain {
    pub fn new() -> Self {
        let header =
            Header { number: 0, hash: B256::repeat_byte(1), parent_hash: B256::ZERO, timestamp: 1_700_000_000 };
        let genesis = Block { header, logs: Vec::new(), world: World::new() };
        Self { blocks: vec![genesis], page_sizes: Vec::new(), lie: None, salt: 0 }
    }

    pub fn last(&self) -> &Block {
        self.blocks.last().unwrap()
    }

    /// Mines a block of what `act` makes happen.
    pub fn mine(&mut self, act: impl FnOnce(&mut World)) -> Header {
        self.mine_after(BLOCK_SECONDS, act)
    }

    pub fn mine_after(&mut self, seconds: u64, act: impl FnOnce(&mut World)) -> Header {
        let parent = self.last().header;
        let mut world = self.last().world.clone();
        let timestamp = parent.timestamp + seconds;
        world.begin_block(timestamp);
        act(&mut world);
        let events: Vec<ContractEvent> = world.events();
        self.salt += 1;
        let number = parent.number + 1;
        let hash = keccak256([self.salt.to_be_bytes(), number.to_be_bytes()].concat());
        let header = Header { number, hash, parent_hash: parent.hash, timestamp };
        let contracts = synthetic::identity().contracts();
        // Other contracts write logs between ours.
        let logs = events
            .iter()
            .enumerate()
            .map(|(place, event)| synthetic::log(&contracts, &header, place as u64 * 3, event));
        let logs = logs.collect();
        self.blocks.push(Block { header, logs, world });
        header
    }

    /// Takes the last blocks away; others are to be mined in their place.
    pub fn take_away(&mut self, blocks: usize) {
        self.blocks.truncate(self.blocks.len().saturating_sub(blocks).max(1));
    }

    pub fn header_of(&self, number: u64) -> Option<Header> {
        self.blocks.get(usize::try_from(number).unwrap()).map(|block| block.header)
    }

    /// The page of these blocks.
    pub fn page_of(&self, from: u64, to: u64) -> Page {
        let blocks = &self.blocks[usize::try_from(from).unwrap()..=usize::try_from(to).unwrap()];
        let mut page = Page {
            from,
            to: blocks.last().unwrap().header,
            parent_hash: blocks[0].header.parent_hash,
            headers: blocks.iter().filter(|block| !block.logs.is_empty()).map(|block| block.header).collect(),
            logs: blocks.iter().flat_map(|block| block.logs.clone()).collect(),
        };
        if let Some(lie) = self.lie {
            lie(&mut page);
        }
        page
    }

    /// The page of the whole chain.
    pub fn whole(&self) -> Page {
        self.page_of(synthetic::identity().first_block, self.last().header.number)
    }
}

impl Chain for FakeChain {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        Ok(self.last().header)
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        Ok(self.header_of(number))
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Infallible> {
        let size = self.page_sizes.pop().unwrap_or(u64::MAX).max(1);
        Ok(Some(self.page_of(from, to.min(from.saturating_add(size - 1)))))
    }
}

/// Follows a chain to its head.
pub fn follow(index: &mut Index, chain: &mut FakeChain) -> Result<(), barter_index::Error> {
    let mut follower = Follower::new(index, &mut *chain);
    let mut idle = 0;
    for _ in 0..10_000 {
        match follower.step()? {
            Step::Idle { head } => {
                idle += 1;
                if follower.index().head()?.map(|block| block.hash) == Some(head.hash) || idle > 10 {
                    return Ok(());
                }
            }
            Step::Applied(_) | Step::Undone { .. } => idle = 0,
        }
    }
    panic!("the follower goes round in circles");
}
