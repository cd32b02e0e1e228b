//! The index a client reads, opened when it is first needed, and the graph of its trades kept in memory.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex},
};

use alloy_primitives::Address;
use barter_compliance::{ChainPoint, Settings, SettledTrade, Standing, TradeGraph, Unfinished};
use barter_index::{Dealing, Error as IndexError, Identity, Index, Location, Reader, Settled, SettledPoint};
use barter_protocol::TradeId;

use super::blocking;
use crate::{
    Error,
    compliance::{Gathered, Scope},
};

/// How many points of the warm graph's past are remembered. A reorganisation below all of them has the graph loaded anew.
const REMEMBERED_POINTS: usize = 64;

/// Wallets of a cluster whose trades are read together: few questions to a database that is far away, little memory.
const WALLETS_AT_ONCE: usize = 100;

/// The index a client reads: one connection, which one question uses at a time.
pub(crate) struct Store {
    /// `None`: in this process's memory.
    location: Option<Location>,
    identity: Identity,
    open: Mutex<Option<Open>>,
}

/// An open index.
pub(super) struct Open {
    pub(super) index: Index,
    file: Option<File>,
    warm: Warm,
}

/// All settled trades, as of the last question.
struct Warm {
    /// Shared with the questions that are being answered from it. What is settled or undone while one of them is answered goes
    /// into a copy, once for each graph that is in use: a tenth of a second and 110 MB for 1,000,000 trades. To make either
    /// wait instead would have every report wait for a search for rings, which can take seconds.
    graph: Arc<TradeGraph>,
    /// Up to where the graph was at the last questions, oldest first.
    points: VecDeque<SettledPoint>,
}

/// A file, whatever its name: its device, and its number there.
type File = (u64, u64);

/// What an answer is made of.
type Found = (Arc<TradeGraph>, Standing, ChainPoint);

impl Store {
    pub(crate) const fn new(location: Option<Location>, identity: Identity) -> Self {
        Self { location, identity, open: Mutex::new(None) }
    }

    pub(super) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Answers a question about a wallet: from the warm graph, or with `one_shot` from what its settings want and no more.
    pub(crate) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        wallet: Address,
        scope: Scope,
        one_shot: Option<Settings>,
        answer: impl FnOnce(Gathered<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let store = Arc::clone(self);
        blocking(move || {
            let found = store.with_open(|open| open.gather(wallet, scope, one_shot.as_ref()))?;
            // The connection is free for the next question while this one is answered.
            let (graph, standing, at) = found.ok_or_else(|| Error::EmptyIndex { location: store.to_string() })?;
            Ok(answer(Gathered { graph: &graph, standing: &standing, at }))
        })
        .await
    }

    /// Works with the index the client reads.
    pub(super) async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Index) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = Arc::clone(self);
        blocking(move || store.with_open(|open| work(&mut open.index))).await
    }

    /// Works with an index that can be written: a connection of its own, but for one in memory, which has only one.
    pub(super) fn with_writer<T>(&self, work: impl FnOnce(&mut Index) -> Result<T, Error>) -> Result<T, Error> {
        match &self.location {
            Some(location) => work(&mut Index::create(location, &self.identity)?),
            None => self.with_open(|open| work(&mut open.index)),
        }
    }

    fn with_open<T>(&self, work: impl FnOnce(&mut Open) -> Result<T, Error>) -> Result<T, Error> {
        let mut open = self.open.lock().unwrap_or_else(|poisoned| {
            // Somebody's work ended in a panic; what it left half done is in memory only.
            self.open.clear_poison();
            let mut open = poisoned.into_inner();
            *open = None;
            open
        });
        // Looked at before it is opened: what takes its place in between is noticed the next time.
        let file = self.location.as_ref().and_then(file_at);
        let done = match &mut *open {
            Some(open) if open.file == file => work(open),
            other => work(other.insert(Open { index: self.connect()?, file, warm: Warm::empty() })),
        };
        if matches!(done, Err(Error::Index(_))) {
            // The warm graph may have taken up a part.
            match &mut *open {
                // What was read into memory is nowhere else.
                Some(open) if self.location.is_none() => open.warm = Warm::empty(),
                open => *open = None,
            }
        }
        done
    }

    /// A connection to read through.
    pub(super) fn connect(&self) -> Result<Index, Error> {
        let Some(location) = &self.location else { return Ok(Index::in_memory(&self.identity)?) };
        let index = Index::open(location)?;
        let (found, expected) = (*index.identity(), self.identity);
        // One that was begun earlier than need be lacks nothing; one that was begun later lacks trades.
        let is_begun_late = found.first_block > expected.first_block;
        if (found.chain_id, found.contracts()) != (expected.chain_id, expected.contracts()) || is_begun_late {
            let (location, found, expected) = (location.to_string(), Box::new(found), Box::new(expected));
            return Err(IndexError::OtherIdentity { location, found, expected }.into());
        }
        Ok(index)
    }
}

/// The file an index is in; none for one on a server. Who has a file open goes on reading it though it was removed and another
/// index made at its place, and until then its number is not given to another.
#[cfg(unix)]
fn file_at(location: &Location) -> Option<File> {
    use std::os::unix::fs::MetadataExt as _;
    // A server's address is no file's path.
    let found = std::fs::metadata(location.to_string()).ok()?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere an open file stays where it is.
#[cfg(not(unix))]
const fn file_at(_: &Location) -> Option<File> {
    None
}

impl Open {
    /// What an answer is made of, all of one point in the chain; nothing for an index without a block.
    fn gather(&mut self, wallet: Address, scope: Scope, one_shot: Option<&Settings>) -> Result<Option<Found>, Error> {
        let warm = &mut self.warm;
        Ok(self.index.read(|reader| {
            let Some(head) = reader.head()? else { return Ok(None) };
            let graph = match one_shot.filter(|_| scope != Scope::Everything) {
                Some(settings) => Arc::new(load(reader, wallet, scope, settings)?),
                None => warm.catch_up(reader)?,
            };
            let at = ChainPoint { block_number: head.number, block_hash: head.hash, block_timestamp: head.timestamp };
            Ok(Some((graph, standing(reader, wallet)?, at)))
        })?)
    }
}

impl Warm {
    fn empty() -> Self {
        Self { graph: Arc::new(TradeGraph::whole()), points: VecDeque::new() }
    }

    /// The graph with what was settled since the last question, and without what a reorganisation undid. Questions that are
    /// still being answered keep the graph they began with.
    fn catch_up(&mut self, reader: &mut Reader) -> Result<Arc<TradeGraph>, IndexError> {
        while let Some(point) = self.points.back() {
            if reader.settled_point(point.number)?.as_ref() == Some(point) {
                break;
            }
            self.points.pop_back();
        }
        let known = self.points.back().map_or(0, |point| point.number);
        let settled = reader.settlements()?;
        let kept = usize::try_from(known).unwrap_or(usize::MAX);
        if kept < self.graph.len() {
            Arc::make_mut(&mut self.graph).truncate(kept);
        }
        if settled > known {
            let graph = Arc::make_mut(&mut self.graph);
            reader.settlements_after(known, |trade| {
                graph.push(settled_trade(trade));
                Ok(())
            })?;
            self.points.extend(reader.settled_point(settled)?);
            if self.points.len() > REMEMBERED_POINTS {
                self.points.pop_front();
            }
        }
        Ok(Arc::clone(&self.graph))
    }
}

/// The trades that an answer needs, and no others.
fn load(reader: &mut Reader, wallet: Address, scope: Scope, settings: &Settings) -> Result<TradeGraph, IndexError> {
    let mut graph = TradeGraph::partial();
    graph.add_wallet(wallet, reader.settled_trades_of(wallet)?.into_iter().map(settled_trade));
    if scope == Scope::Own {
        return Ok(graph);
    }
    let mut dealings = reader.dealings();
    loop {
        let wanted = graph.wanted(wallet, settings);
        if wanted.is_empty() {
            return Ok(graph);
        }
        for some in wanted.chunks(WALLETS_AT_ONCE) {
            for (wallet, dealings) in some.iter().zip(dealings.of(some)?) {
                graph.add_wallet(*wallet, dealings.into_iter().map(dealing));
            }
        }
    }
}

fn standing(reader: &mut Reader, wallet: Address) -> Result<Standing, IndexError> {
    let standing = reader.standing(wallet)?;
    Ok(Standing {
        score: standing.score,
        credit: standing.credit,
        unfinished: Unfinished { disputed: standing.disputed, accepted_at: standing.accepted_at },
    })
}

const fn settled_trade(trade: Settled) -> SettledTrade {
    let Settled { number: _, trade_id, payer, payee, amount_sats, settled_at } = trade;
    SettledTrade { trade_id, payer, payee, amount_sats, settled_at }
}

/// A trade between others than the wallet asked about, whose own were there first: nobody asks for its id.
const fn dealing(trade: Dealing) -> SettledTrade {
    let Dealing { payer, payee, amount_sats, settled_at } = trade;
    SettledTrade { trade_id: TradeId::ZERO, payer, payee, amount_sats, settled_at }
}

impl fmt::Display for Store {
    /// Where it is kept, without a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => location.fmt(formatter),
            None => formatter.write_str("memory"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use barter_index::synthetic::{self, Synthetic};

    use super::*;

    #[test]
    fn only_a_graph_in_use_is_copied_and_it_stays_as_it_is() {
        let mut index = Index::in_memory(&synthetic::identity()).unwrap();
        let settings = synthetic::Settings { trades: 600, wallets: 50, blocks_per_page: 5, ..Default::default() };
        let pages: Vec<_> = Synthetic::new(settings).collect();
        assert!(pages.len() > 2, "{} pages", pages.len());
        let mut warm = Warm::empty();
        let mut catch_up = |index: &mut Index| index.read(|reader| warm.catch_up(reader)).unwrap();

        index.apply(&pages[0]).unwrap();
        let of_first_page = catch_up(&mut index);
        let trades = of_first_page.len();
        assert!(trades > 0);
        assert!(Arc::ptr_eq(&of_first_page, &catch_up(&mut index)), "nothing was settled since");

        index.apply(&pages[1]).unwrap();
        let of_two = catch_up(&mut index);
        assert_eq!(of_first_page.len(), trades, "a question is being answered from it");
        assert!(of_two.len() > trades);

        let place = Arc::as_ptr(&of_two);
        drop(of_two);
        index.apply(&pages[2]).unwrap();
        assert_eq!(Arc::as_ptr(&catch_up(&mut index)), place, "nobody used it");

        let of_three = catch_up(&mut index);
        let kept = of_three.len();
        index.undo_to(pages[0].to.number).unwrap();
        assert!(*catch_up(&mut index) == *of_first_page);
        assert_eq!(of_three.len(), kept, "a question is being answered from it");
    }
}
