//! Following a chain, forth and back.

use crate::{Applied, Block, Chain, Contradiction, Error, Header, Index, Page, reader};

/// Looks in a row at which a node may be behind what it showed before, or at odds with itself, until it is taken at its word:
/// an address with several nodes behind it answers from one that is ahead and then from one that lags.
const LAGGING_LOOKS: u32 = 3;
/// Looks in a row at which a node may be further behind than is undone, and of the same chain, until that is said.
const BEHIND_LOOKS: u32 = 30;

/// Logs of a page from which on the next one is written with it. Each transaction writes every part of the tables' indices
/// that it touches, which for random keys is nearly all of them: a few large ones write far less than many small ones.
const MANY_LOGS: usize = 1_000;
/// Logs from which on no more are added to what is written at once: 50 MiB of memory.
const LOGS_AT_ONCE: usize = 50_000;
/// Pages that are read for one step.
const PAGES_AT_ONCE: usize = 8;

/// What a step brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A page was added: go on at once.
    Applied(Applied),
    /// Blocks were taken back: go on at once.
    Undone {
        /// The index's head now; none if nothing is left.
        head: Option<Block>,
        /// Events that were taken back.
        events: u64,
    },
    /// Nothing new, or the node is behind the index for now: look again later.
    Idle {
        /// The node's head.
        head: Block,
    },
}

/// Brings an index up to a chain's head, a step at a time, and undoes what the chain takes back.
///
/// Everything that lasts is in the index: a follower can be dropped at any time, and a new one goes on.
#[derive(Debug)]
pub struct Follower<'a, C> {
    index: &'a mut Index,
    chain: C,
    lagging: u32,
}

/// How the index's head looks to the node.
enum Sight {
    /// It is of the chain.
    Same,
    /// The chain has another block of its number.
    Other,
    /// The node has no block of its number.
    Missing,
}

impl<'a, C: Chain> Follower<'a, C> {
    /// A follower of `chain`, for `index`.
    pub const fn new(index: &'a mut Index, chain: C) -> Self {
        Self { index, chain, lagging: 0 }
    }

    /// The index.
    pub const fn index(&mut self) -> &mut Index {
        self.index
    }

    /// One step: adds a page, or takes reorganised blocks back, or finds that there is nothing to do.
    ///
    /// # Errors
    /// [`Error::Chain`] from the node, after which the same step can be tried again; [`Error::Contradiction`] for a node that
    /// says what cannot be; [`Error::ReorganisedTooDeep`], [`Error::NodeBehind`]; [`Error::Busy`] where another one writes the
    /// index and was first three times in a row; what the database fails with.
    pub fn step(&mut self) -> Result<Step, Error> {
        self.step_to(u64::MAX)
    }

    /// As [`step`](Self::step), reading no block beyond one.
    pub(crate) fn step_to(&mut self, last: u64) -> Result<Step, Error> {
        let node_head = self.chain.head().map_err(from_chain)?;
        let head = self.index.head()?;
        if let Some(head) = head {
            match self.sight(head, node_head)? {
                Sight::Same => {}
                Sight::Other => return self.take_back(head, node_head),
                Sight::Missing if node_head.number < head.number => return self.behind(head, node_head),
                Sight::Missing if self.is_lagging() => return Ok(Step::Idle { head: node_head.into() }),
                Sight::Missing => {
                    return Err(Contradiction::MissingBlock { block: head.number, head: node_head.number }.into());
                }
            }
        }
        let next = head.map_or(self.index.identity().first_block, |head| head.number + 1);
        if next > node_head.number.min(last) {
            self.lagging = 0;
            return Ok(Step::Idle { head: node_head.into() });
        }
        let Some(page) = self.pages(next, node_head.number.min(last))? else {
            return Ok(Step::Idle { head: node_head.into() });
        };
        match self.index.apply(&page) {
            Ok(applied) => {
                self.lagging = 0;
                Ok(Step::Applied(applied))
            }
            // The index moved between two looks at it: another one writes, or a server still ends what a program that was killed
            // had begun.
            Err(Error::Contradiction(Contradiction::WrongPage { from, .. })) if from == next => {
                if self.is_lagging() {
                    return Ok(Step::Idle { head: node_head.into() });
                }
                Err(Error::Busy { location: self.index.location().to_owned() })
            }
            // The chain may have changed between two answers of the node: the next look shows it.
            Err(Error::Contradiction(Contradiction::WrongParent { block, .. }))
                if block == next && self.is_lagging() =>
            {
                Ok(Step::Idle { head: node_head.into() })
            }
            Err(error) => Err(error),
        }
    }

    /// A page that begins at block `from` and does not go beyond block `to`.
    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Error> {
        let page = self.chain.page(from, to).map_err(from_chain)?;
        match page {
            // The logs may be those of the blocks that were asked for alone.
            Some(page) if page.to.number > to => {
                Err(Contradiction::PageTooLong { from: page.from, to: page.to.number, last: to }.into())
            }
            page => Ok(page),
        }
    }

    /// The next page; where it has many logs, as one with those after it.
    fn pages(&mut self, from: u64, to: u64) -> Result<Option<Page>, Error> {
        let Some(mut page) = self.page(from, to)? else { return Ok(None) };
        for _ in 1..PAGES_AT_ONCE {
            let (end, logs) = (page.to, page.logs.len());
            if !(MANY_LOGS..LOGS_AT_ONCE).contains(&logs) || end.number >= to {
                break;
            }
            // What fails or does not join is left to the next step: what was read is written first.
            let Ok(Some(next)) = self.page(end.number + 1, to) else { break };
            let joins = next.from == end.number + 1 && next.parent_hash == end.hash;
            if !joins {
                break;
            }
            if page.headers.last() != Some(&end) {
                page.headers.push(end);
            }
            page.headers.extend(next.headers);
            page.logs.extend(next.logs);
            page.to = next.to;
        }
        Ok(Some(page))
    }

    fn sight(&mut self, head: Block, node_head: Header) -> Result<Sight, Error> {
        if head.number > node_head.number {
            return Ok(Sight::Missing);
        }
        Ok(match self.header(head.number, node_head)? {
            Some(header) if header.hash == head.hash => Sight::Same,
            Some(_) => Sight::Other,
            None => Sight::Missing,
        })
    }

    fn header(&mut self, number: u64, node_head: Header) -> Result<Option<Header>, Error> {
        if number == node_head.number {
            return Ok(Some(node_head));
        }
        self.chain.header(number).map_err(from_chain)
    }

    fn known_block(&mut self, at_most: u64) -> Result<Option<Block>, Error> {
        self.index.read(|reader| reader::known_block(&mut *reader.engine, at_most))
    }

    /// Whether what is odd may still come right by itself.
    const fn is_lagging(&mut self) -> bool {
        self.lagging = self.lagging.saturating_add(1);
        self.lagging < LAGGING_LOOKS
    }

    /// The node's head is below the index's: the node is late, or the chain was reorganised to one that is shorter for now. Only
    /// another block where the index knows one tells which, so nothing is taken back without it.
    fn behind(&mut self, head: Block, node_head: Header) -> Result<Step, Error> {
        if let Some(known) = self.known_block(node_head.number)? {
            let shown = self.header(known.number, node_head)?;
            if shown.is_some_and(|header| header.hash != known.hash) {
                return self.take_back(head, node_head);
            }
        }
        self.lagging = self.lagging.saturating_add(1);
        let lowest = head.number.saturating_sub(self.index.reorganisation_depth());
        if node_head.number < lowest && self.lagging >= BEHIND_LOOKS {
            return Err(Error::NodeBehind { head: node_head.number, indexed: head.number });
        }
        Ok(Step::Idle { head: node_head.into() })
    }

    /// Takes back everything after the newest block the index knows that is still of the chain.
    fn take_back(&mut self, head: Block, node_head: Header) -> Result<Step, Error> {
        let depth = self.index.reorganisation_depth();
        let deepest = head.number.saturating_sub(depth);
        let mut look = node_head.number;
        loop {
            let known = self.known_block(look)?;
            let Some(known) = known else { break };
            match self.header(known.number, node_head)? {
                Some(header) if header.hash == known.hash => break,
                Some(_) if known.number <= deepest => {
                    return Err(Error::ReorganisedTooDeep { block: known.number, depth });
                }
                Some(_) => {}
                None if self.is_lagging() => return Ok(Step::Idle { head: node_head.into() }),
                None => {
                    return Err(Contradiction::MissingBlock { block: known.number, head: node_head.number }.into());
                }
            }
            look = match known.number.checked_sub(1) {
                Some(look) => look,
                None => break,
            };
        }
        self.lagging = 0;
        let kept = self.known_block(look)?;
        let events = match kept {
            Some(kept) => self.index.undo_to(kept.number)?,
            None => self.index.undo_all()?,
        };
        Ok(Step::Undone { head: self.index.head()?, events })
    }
}

fn from_chain(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Chain(Box::new(error))
}
