//! Nodes of one kind or another: with many logs, without an answer.

use super::*;

/// A node that gives a chain of many trades in small pages, and cuts or changes them as a test wants.
struct Dense {
    chain: Synthetic,
    pages: u64,
    missing: Option<u64>,
    other_parent: Option<u64>,
    /// From this page on, and up to this one, nobody answers.
    silent: std::ops::Range<u64>,
}

impl Dense {
    fn new() -> Self {
        let settings = Settings { trades: 2_400, wallets: 500, trades_per_block: 20, blocks_per_page: 10, seed: 5 };
        Self { chain: Synthetic::new(settings), pages: 0, missing: None, other_parent: None, silent: 0..0 }
    }
}

impl Chain for Dense {
    type Error = NobodyAnswers;

    fn head(&mut self) -> Result<Header, Self::Error> {
        Ok(self.chain.head().unwrap())
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Self::Error> {
        Ok(self.chain.header(number).unwrap())
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Self::Error> {
        self.pages += 1;
        if self.silent.contains(&self.pages) {
            return Err(NobodyAnswers);
        }
        if self.missing == Some(self.pages) {
            return Ok(None);
        }
        let Some(mut page) = self.chain.page(from, to).unwrap() else { return Ok(None) };
        if self.other_parent == Some(self.pages) {
            page.parent_hash = barter_protocol::TradeId::repeat_byte(3);
        }
        Ok(Some(page))
    }
}

#[test]
fn pages_of_many_logs_are_written_together() {
    let whole = {
        let mut index = Index::in_memory(&identity()).unwrap();
        while let Step::Applied(_) = barter_index::Follower::new(&mut index, Dense::new().chain).step().unwrap() {}
        index.status().unwrap()
    };
    for (missing, other_parent) in [(None, None), (Some(3), None), (None, Some(4))] {
        let mut index = Index::in_memory(&identity()).unwrap();
        let chain = Dense { missing, other_parent, ..Dense::new() };
        let mut follower = barter_index::Follower::new(&mut index, chain);
        let mut steps = Vec::new();
        for _ in 0..10 {
            if let Step::Applied(applied) = follower.step().unwrap() {
                steps.push(applied.head.number);
            }
        }
        let expected = match (missing, other_parent) {
            (None, None) => [80, 122].as_slice(),
            // A page that is not there ends what is written together, and so does one that does not join.
            (Some(_), _) => &[20, 100, 122],
            (_, Some(_)) => &[30, 110, 122],
        };
        assert_eq!(steps, expected);
        let status = index.status().unwrap();
        // All but the checkpoints, which are as pages are cut.
        assert_eq!((&status.rows[..9], status.head), (&whole.rows[..9], whole.head));
    }
}

#[test]
fn pages_that_were_read_are_written_though_a_later_one_fails() {
    let mut index = Index::in_memory(&identity()).unwrap();
    let chain = Dense { silent: 3..6, ..Dense::new() };
    let mut follower = barter_index::Follower::new(&mut index, chain);
    assert!(matches!(follower.step().unwrap(), Step::Applied(applied) if applied.head.number == 20));
    // What the node fails with is met at the next step, if it lasts.
    for _ in 0..2 {
        let error = follower.step().unwrap_err();
        assert!(matches!(&error, Error::Chain(source) if source.is::<NobodyAnswers>()), "{error:?}");
    }
    assert!(matches!(follower.step().unwrap(), Step::Applied(applied) if applied.head.number == 100));
}

/// A node that cannot be reached.
struct Silent;

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
struct NobodyAnswers;

impl Chain for Silent {
    type Error = NobodyAnswers;

    fn head(&mut self) -> Result<Header, NobodyAnswers> {
        Err(NobodyAnswers)
    }

    fn header(&mut self, _number: u64) -> Result<Option<Header>, NobodyAnswers> {
        Err(NobodyAnswers)
    }

    fn page(&mut self, _from: u64, _to: u64) -> Result<Option<Page>, NobodyAnswers> {
        Err(NobodyAnswers)
    }
}

#[test]
fn what_a_node_fails_with_is_kept() {
    let mut index = Place::Memory.index();
    let mut chain = FakeChain::new();
    chain.mine(|_| {});
    follow(&mut index, &mut chain).unwrap();
    for error in [
        barter_index::Follower::new(&mut index, Silent).step().unwrap_err(),
        verify(&mut index, &mut Silent, |_, _| {}).unwrap_err(),
    ] {
        let Error::Chain(source) = error else { panic!("{error:?}") };
        assert!(source.is::<NobodyAnswers>());
    }
}
