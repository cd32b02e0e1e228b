//! Blocks that are missing, do not join, or were not asked for.

use super::*;

/// A node that is at odds with itself.
struct Broken {
    chain: FakeChain,
    missing: Option<u64>,
    parent_hash: Option<B256>,
}

impl Chain for Broken {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        self.chain.head()
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        if self.missing == Some(number) { Ok(None) } else { self.chain.header(number) }
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Infallible> {
        let mut page = self.chain.page_of(from, to);
        if let Some(parent_hash) = self.parent_hash {
            page.parent_hash = parent_hash;
            page.headers
                .iter_mut()
                .filter(|header| header.number == from)
                .for_each(|header| header.parent_hash = parent_hash);
        }
        Ok(Some(page))
    }
}

fn end_of(mut follower: Follower<'_, Broken>) -> Error {
    for _ in 0..10 {
        match follower.step() {
            Ok(step) => assert!(matches!(step, Step::Idle { .. }), "{step:?}"),
            Err(error) => return error,
        }
    }
    panic!("not found out")
}

/// A node that gives more blocks than it was asked for, from a page on.
struct Eager {
    chain: FakeChain,
    head: u64,
    modest_pages: u32,
}

impl Chain for Eager {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        Ok(self.chain.header_of(self.head).unwrap())
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        self.chain.header(number)
    }

    fn page(&mut self, from: u64, to: u64) -> Result<Option<Page>, Infallible> {
        if let Some(left) = self.modest_pages.checked_sub(1) {
            self.modest_pages = left;
            return Ok(Some(self.chain.page_of(from, from)));
        }
        Ok(Some(self.chain.page_of(from, to + 2)))
    }
}

/// Its logs may be of the blocks that were asked for alone: those of the others would be lost.
#[test]
fn a_page_beyond_what_was_asked_for_is_refused() {
    let mut index = Place::Memory.index();
    let eager = Eager { chain: chain(), head: 3, modest_pages: 0 };
    let error = Follower::new(&mut index, eager).step().unwrap_err();
    let Error::Contradiction(error) = error else { panic!("{error:?}") };
    assert_eq!(error, Contradiction::PageTooLong { from: 1, to: 5, last: 3 });
    assert_eq!(index.head().unwrap(), None);

    // Nor is one added to the pages before it.
    let mut chain = FakeChain::new();
    for first in [0, 1_000, 2_000, 3_000, 4_000] {
        chain.mine(|world| (first..first + 200).for_each(|number| _ = world.trade(number, number + 1, 5_000)));
    }
    let eager = Eager { chain, head: 3, modest_pages: 1 };
    let mut follower = Follower::new(&mut index, eager);
    assert!(matches!(follower.step().unwrap(), Step::Applied(applied) if applied.head.number == 1));
    let error = follower.step().unwrap_err();
    assert!(matches!(error, Error::Contradiction(Contradiction::PageTooLong { from: 2, to: 5, last: 3 })), "{error:?}");
}

#[test]
fn a_block_that_is_missing_below_the_head_is_found_out() {
    let mut index = Place::Memory.index();
    let mut chain = chain();
    follow(&mut index, &mut chain).unwrap();
    chain.mine(|_| {});
    let broken = Broken { chain, missing: Some(5), parent_hash: None };
    let error = end_of(Follower::new(&mut index, broken));
    assert!(matches!(error, Error::Contradiction(Contradiction::MissingBlock { block: 5, head: 6 })), "{error:?}");
}

#[test]
fn pages_that_never_join_are_found_out() {
    let mut index = Place::Memory.index();
    let mut chain = chain();
    follow(&mut index, &mut chain).unwrap();
    chain.mine(|_| {});
    let broken = Broken { chain, missing: None, parent_hash: Some(B256::repeat_byte(3)) };
    let error = end_of(Follower::new(&mut index, broken));
    assert!(matches!(error, Error::Contradiction(Contradiction::WrongParent { block: 6, .. })), "{error:?}");
}

#[test]
fn other_contracts_logs_are_passed_over() {
    let mut index = Place::Memory.index();
    let chain = chain();
    let mut page = chain.whole();
    let contracts = synthetic::identity().contracts();
    // BTRTrust mints a token of its own between a settlement and what it brings.
    let place = page.logs.iter().position(|log| is_score(&event_of(log))).unwrap();
    let mut token = page.logs[place].clone();
    token.log_index -= 1;
    let mint = ContractEvent::CreditTransferred { from: Address::ZERO, to: wallet(1), value: U256::from(1) };
    let (_, data) = synthetic::encode(&contracts, &mint);
    (token.topics, token.data) = data.split();
    page.logs.insert(place, token);
    let applied = index.apply(&page).unwrap();
    assert_eq!(applied.events, page.logs.len() as u64 - 1);
    assert!(verify(&mut index, &mut chain.clone(), |_, _| {}).unwrap().is_right());
}
