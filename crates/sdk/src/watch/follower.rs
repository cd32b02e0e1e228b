//! Following the chain, forth and back.
//!
//! What is remembered of the chain is a row of checkpoints: the blocks that held events, with those events, and the last
//! block of every page. A block's hash stands for everything before it, so one look at the newest checkpoint tells whether
//! anything read so far was reorganised away; then the row is walked back to the newest checkpoint that is still part of the
//! chain, and everything after it is taken back and read again.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use alloy_primitives::{Address, B256};
use barter_protocol::{TradeId, limits::MAX_PAGE};
use tokio::time::sleep;

use super::event::{self, Change, Event, EventKind};
use crate::{
    BarterClient, Error,
    node::{Header, LogFilter, Node, Scan, is_near_head, read_page},
};

/// How many blocks deep reorganisations are followed. Ethereum finalises after 64; other chains reorganise deeper.
const REORGANISATION_DEPTH: u64 = 256;
/// Looks for which a node may be behind what it showed before, until that is taken for a reorganisation to a shorter chain:
/// an address with several nodes behind it answers from one that is ahead and then from one that lags.
const LAGGING_LOOKS: u32 = 3;

/// Pages of the wallet's trades, newest first, that are read before anything else. Strangers can make the list as long as they
/// like; whose an older trade is, is looked up when something happens to it.
const MAX_KNOWN_PAGES: usize = 20;

/// Where to start, where to end, and what to leave out.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) from_block: Option<u64>,
    pub(super) to_block: Option<u64>,
    pub(super) wallet: Option<Address>,
    pub(super) page_blocks: u64,
    pub(super) poll_interval: Duration,
}

/// A block that was read.
#[derive(Debug)]
struct Checkpoint {
    number: u64,
    hash: B256,
    events: Vec<Event>,
}

/// What a look at the chain brought.
enum Step {
    /// Something: go on at once.
    Progress,
    /// Nothing new: look again later.
    Idle,
    /// The last block asked for was read.
    Done,
}

pub(super) struct Follower {
    client: BarterClient,
    plan: Plan,
    filter: LogFilter,
    scan: Scan,
    /// The first block that is watched at all; none until the first look.
    from: Option<u64>,
    /// The first block not yet read.
    next: u64,
    checkpoints: VecDeque<Checkpoint>,
    /// Whether checkpoints were dropped from the row's front: what was read before the oldest cannot be taken back.
    forgetful: bool,
    /// The wallet's trades, where only one wallet is watched: events name the trade and not its parties.
    trades: HashSet<TradeId>,
    /// Where the list of them goes on that was read at the start. If anywhere, a trade not among them may be the wallet's too.
    unread: Option<TradeId>,
    lagging: u32,
    /// Looks in a row at which a block near the head was refused.
    refused_looks: u32,
    ready: VecDeque<Change>,
    pause_first: bool,
    ended: bool,
}

impl Follower {
    pub(super) fn new(client: BarterClient, plan: Plan) -> Self {
        Self {
            filter: event::filter(client.deployment()),
            scan: Scan::new(plan.page_blocks),
            client,
            plan,
            from: None,
            next: 0,
            checkpoints: VecDeque::new(),
            forgetful: false,
            trades: HashSet::new(),
            unread: None,
            lagging: 0,
            refused_looks: 0,
            ready: VecDeque::new(),
            pause_first: false,
            ended: false,
        }
    }

    /// The next change. After an error it goes on where it was, unless the error says that it cannot.
    pub(super) async fn next(&mut self) -> Option<Result<Change, Error>> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return Some(Ok(change));
            }
            if self.ended {
                return None;
            }
            if std::mem::take(&mut self.pause_first) {
                sleep(self.plan.poll_interval).await;
            }
            match self.step().await {
                Ok(Step::Progress) => {}
                Ok(Step::Idle) => self.pause_first = true,
                Ok(Step::Done) => self.ended = true,
                Err(error) => {
                    self.pause_first = true;
                    self.ended = matches!(error, Error::ReorganisedTooDeep { .. } | Error::WrongChain { .. });
                    return Some(Err(error));
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Step, Error> {
        let Some(from) = self.from else { return self.start().await };
        if self.plan.to_block.is_some_and(|to_block| self.next > to_block) {
            return Ok(Step::Done);
        }
        let head = self.node().head().await?;
        if let Some(tip) = self.checkpoints.back() {
            if head.hash == tip.hash {
                self.lagging = 0;
                return Ok(Step::Idle);
            }
            if head.number() < tip.number {
                return self.wait_for_laggard(from).await;
            }
            if head.number() == tip.number {
                return self.roll_back(from).await;
            }
        }
        if head.number() < self.next {
            return Ok(Step::Idle);
        }
        self.advance(from, &head).await
    }

    /// Finds the first block and the wallet's newest trades so far. Trades are read before the first block, so that none proposed
    /// in between is missed.
    async fn start(&mut self) -> Result<Step, Error> {
        self.node().require_chain_once().await?;
        let head = self.node().head().await?;
        if let Some(wallet) = self.plan.wallet {
            let mut before = None;
            for _ in 0..MAX_KNOWN_PAGES {
                let page = self.client.trade().list_paged(wallet, before, MAX_PAGE).await?;
                self.trades.extend(page.trades.iter().map(|trade| trade.trade_id));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            self.unread = before;
        }
        let from = self.plan.from_block.unwrap_or(head.number() + 1);
        // Nothing can have happened before the contracts were there.
        self.next = from.max(self.client.deployment().block.min(head.number()));
        self.from = Some(self.next);
        Ok(Step::Progress)
    }

    /// Reads the next page, and makes sure that it continues what was read before.
    async fn advance(&mut self, from: u64, head: &Header) -> Result<Step, Error> {
        let to = head.number().min(self.plan.to_block.unwrap_or(u64::MAX));
        let client = self.client.clone();
        let page = match read_page(client.node(), &self.filter, &mut self.scan, (self.next, to), head).await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(Step::Idle),
            // A node that is behind does not know the block that another one showed.
            Err(Error::NodeRefused { .. }) if is_near_head(self.next, head) && self.refused_looks < LAGGING_LOOKS => {
                self.refused_looks += 1;
                return Ok(Step::Idle);
            }
            Err(error) => return Err(error),
        };
        self.refused_looks = 0;
        let blocks = self.group(&page.logs)?;
        if blocks.iter().any(|block| block.number == page.end.number() && block.hash != page.end.hash) {
            // The logs are of another chain than the headers.
            return Ok(Step::Idle);
        }
        if let Some(tip) = self.checkpoints.back().filter(|tip| tip.hash != page.parent_hash) {
            return match self.node().header(tip.number).await? {
                // Two nodes, of which one is on another chain: look again.
                Some(header) if header.hash == tip.hash => Ok(Step::Idle),
                Some(_) => self.roll_back(from).await,
                None => self.wait_for_laggard(from).await,
            };
        }
        if !self.look_up(&blocks).await? {
            return Ok(Step::Idle);
        }
        self.lagging = 0;
        self.accept(blocks, page.end.number(), page.end.hash, head.number());
        Ok(Step::Progress)
    }

    /// Looks up whose the trades are that may be among those of the wallet's that were not read at the start. `false` if the
    /// node does not have one of them: the chain changed, or the node is behind.
    async fn look_up(&mut self, blocks: &[Checkpoint]) -> Result<bool, Error> {
        let Some(wallet) = self.plan.wallet.filter(|_| self.unread.is_some()) else { return Ok(true) };
        let mut told = HashSet::new();
        for event in blocks.iter().flat_map(|block| &block.events) {
            let Some(trade_id) = event.kind.trade_id() else { continue };
            match event.kind {
                // These name the wallet themselves.
                EventKind::TradeProposed { .. } => {
                    told.insert(trade_id);
                }
                EventKind::ScoreUpdated { .. } => {}
                _ if self.trades.contains(&trade_id) || !told.insert(trade_id) => {}
                _ => match self.client.trade().get(trade_id).await {
                    Ok(trade) if trade.counterparty_of(wallet).is_some() => {
                        self.trades.insert(trade_id);
                    }
                    Ok(_) => {}
                    Err(Error::TradeNotFound { .. }) => return Ok(false),
                    Err(error) => return Err(error),
                },
            }
        }
        Ok(true)
    }

    /// The events to report, by block, in the chain's order.
    fn group(&self, logs: &[crate::node::Log]) -> Result<Vec<Checkpoint>, Error> {
        let mut events = Vec::new();
        for log in logs.iter().filter(|log| !log.removed) {
            events.extend(event::read(self.node(), self.client.deployment(), log)?);
        }
        events.sort_by_key(|event| (event.block_number, event.log_index));
        let mut blocks: Vec<Checkpoint> = Vec::new();
        for event in events {
            match blocks.last_mut() {
                Some(block) if block.hash == event.block_hash => block.events.push(event),
                _ => {
                    blocks.push(Checkpoint { number: event.block_number, hash: event.block_hash, events: vec![event] });
                }
            }
        }
        Ok(blocks)
    }

    fn accept(&mut self, blocks: Vec<Checkpoint>, end_number: u64, end_hash: B256, head: u64) {
        let ends_with_event = blocks.last().is_some_and(|block| block.number == end_number);
        for mut block in blocks {
            block.events.retain(|event| concerns(self.plan.wallet, &mut self.trades, &event.kind));
            self.ready.extend(block.events.iter().cloned().map(Change::Added));
            self.checkpoints.push_back(block);
        }
        if !ends_with_event {
            self.checkpoints.push_back(Checkpoint { number: end_number, hash: end_hash, events: Vec::new() });
        }
        self.next = end_number + 1;
        // One checkpoint below the depth stays, as the bottom that must not move.
        while self.checkpoints.get(1).is_some_and(|second| second.number + REORGANISATION_DEPTH < head) {
            self.checkpoints.pop_front();
            self.forgetful = true;
        }
    }

    async fn wait_for_laggard(&mut self, from: u64) -> Result<Step, Error> {
        self.lagging += 1;
        if self.lagging < LAGGING_LOOKS {
            return Ok(Step::Idle);
        }
        self.roll_back(from).await
    }

    /// Takes back everything after the newest checkpoint that is still part of the chain.
    async fn roll_back(&mut self, from: u64) -> Result<Step, Error> {
        self.lagging = 0;
        while let Some(tip) = self.checkpoints.back() {
            let header = self.node().header(tip.number).await?;
            if header.is_some_and(|header| header.hash == tip.hash) {
                self.next = tip.number + 1;
                return Ok(Step::Progress);
            }
            if self.forgetful && self.checkpoints.len() == 1 {
                return Err(Error::ReorganisedTooDeep { oldest_block: tip.number });
            }
            if let Some(gone) = self.checkpoints.pop_back() {
                self.ready.extend(gone.events.into_iter().rev().map(Change::Removed));
            }
        }
        self.next = from;
        Ok(Step::Progress)
    }

    fn node(&self) -> &Node {
        self.client.node()
    }
}

/// Whether an event is about the wallet that is watched, if it is only one. A proposal to or by it adds to its trades; a trade
/// taken back may stay among them, as its id binds the parties.
fn concerns(wallet: Option<Address>, trades: &mut HashSet<TradeId>, kind: &EventKind) -> bool {
    let Some(wallet) = wallet else { return true };
    match kind {
        EventKind::TradeProposed { trade_id, party_a, party_b, .. } => {
            let concerns = *party_a == wallet || *party_b == wallet;
            if concerns {
                trades.insert(*trade_id);
            }
            concerns
        }
        EventKind::SignatureCancelled { signer, .. } => *signer == wallet,
        EventKind::ScoreUpdated { wallet: raised, .. } => *raised == wallet,
        EventKind::CreditTransferred { from, to, .. } => *from == wallet || *to == wallet,
        EventKind::TradeAccepted { trade_id }
        | EventKind::TradeSettled { trade_id, .. }
        | EventKind::TradeDisputed { trade_id, .. }
        | EventKind::DisputeDismissed { trade_id }
        | EventKind::DisputeUpheld { trade_id, .. } => trades.contains(trade_id),
    }
}
