//! Several at one index: readers while it is written, a second writer, strangers who send proposals.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use barter_index::{Chain, Contradiction, Error, Follower, Header, Index, Page, Settled, Step};
use barter_protocol::{TradeId, score};
use common::{FakeChain, follow, place::Place, wallet};

#[test]
fn readers_see_whole_blocks_and_hold_nobody_up() {
    for place in Place::lasting() {
        let mut writer = place.index();
        // In every block wallet 1 gains with one partner; nothing else is ever true between two blocks.
        let mut chain = FakeChain::new();
        let is_over = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let (location, is_over) = (place.location(), Arc::clone(&is_over));
                thread::spawn(move || {
                    let mut index = Index::open(&location).unwrap();
                    let (mut reads, mut highest) = (0, 0);
                    while !is_over.load(Ordering::Relaxed) {
                        let (head, standing, settled): (_, _, Vec<Settled>) = index
                            .read(|reader| {
                                let head = reader.head()?.map_or(0, |head| head.number);
                                let standing = reader.standing(wallet(1))?;
                                thread::yield_now();
                                Ok((head, standing, reader.settled_trades_of(wallet(1))?))
                            })
                            .unwrap();
                        assert_eq!(settled.len() as u64, head);
                        assert_eq!(standing.score, head * score(5_000));
                        assert!(head >= highest);
                        (reads, highest) = (reads + 1, head);
                    }
                    (reads, highest)
                })
            })
            .collect();
        for number in 1..=200 {
            chain.mine(|world| _ = world.trade(1, number + 1, 5_000));
            // A writer that had to wait for readers would fail as busy.
            writer.apply(&chain.page_of(number, number)).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        for reader in readers {
            let (reads, _): (u64, u64) = reader.join().unwrap();
            assert!(reads > 0);
        }
    }
}

#[test]
fn one_snapshot_lasts_while_others_write() {
    for place in Place::lasting() {
        let mut writer = place.index();
        let mut chain = FakeChain::new();
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        follow(&mut writer, &mut chain).unwrap();
        let mut reader = Index::open(&place.location()).unwrap();
        reader
            .read(|reader| {
                let before = reader.standing(wallet(1))?;
                chain.mine(|world| _ = world.trade(1, 3, 5_000));
                follow(&mut writer, &mut chain).unwrap();
                writer.undo_to(0).unwrap();
                assert_eq!(reader.standing(wallet(1))?, before);
                assert_eq!(reader.settlements()?, 1);
                Ok(())
            })
            .unwrap();
        assert_eq!(reader.read(barter_index::Reader::settlements).unwrap(), 0);
    }
}

#[test]
fn a_second_writer_is_refused_and_harms_nothing() {
    for place in Place::lasting() {
        let (mut first, mut second) = (place.index(), place.index());
        let mut chain = FakeChain::new();
        for number in 0..12 {
            chain.mine(|world| {
                world.trade(1, number % 3 + 2, 5_000);
                let open = world.propose(wallet(1), wallet(2), true, 5_000, ("", ""));
                world.accept(open);
            });
        }
        first.apply(&chain.page_of(1, 2)).unwrap();
        let error = second.apply(&chain.page_of(1, 2)).unwrap_err();
        assert!(matches!(error, Error::Contradiction(Contradiction::WrongPage { expected: 3, .. })), "{error:?}");
        // In turn they write one index: what one remembers, the other has made old.
        for number in (3..11).step_by(2) {
            second.apply(&chain.page_of(number, number)).unwrap();
            first.apply(&chain.page_of(number + 1, number + 1)).unwrap();
        }
        first.undo_to(6).unwrap();
        second.apply(&chain.page_of(7, 8)).unwrap();
        follow(&mut first, &mut chain).unwrap();
        assert!(barter_index::verify(&mut second, &mut chain, |_, _| {}).unwrap().is_right());
    }
}

/// A node whose every page another writer has written before.
struct Raced {
    chain: FakeChain,
    rival: Index,
}

impl Chain for Raced {
    type Error = Infallible;

    fn head(&mut self) -> Result<Header, Infallible> {
        self.chain.head()
    }

    fn header(&mut self, number: u64) -> Result<Option<Header>, Infallible> {
        self.chain.header(number)
    }

    fn page(&mut self, from: u64, _to: u64) -> Result<Option<Page>, Infallible> {
        let page = self.chain.page_of(from, from);
        self.rival.apply(&page).unwrap();
        Ok(Some(page))
    }
}

#[test]
fn a_writer_that_always_comes_second_says_that_there_is_another() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        (0..9).for_each(|_| _ = chain.mine(|world| _ = world.trade(1, 2, 5_000)));
        let (mut index, rival) = (place.index(), place.index());
        let mut follower = Follower::new(&mut index, Raced { chain, rival });
        for _ in 0..2 {
            assert!(matches!(follower.step().unwrap(), Step::Idle { .. }));
        }
        let error = follower.step().unwrap_err();
        let location = place.location().to_string();
        assert!(matches!(&error, Error::Busy { location: busy } if *busy == location), "{error:?}");
        assert_eq!(follower.index().head().unwrap().unwrap().number, 3);
    }
}

#[test]
fn writers_at_once_make_one_index() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        for number in 0..40 {
            chain.mine(|world| _ = world.trade(1, number % 3 + 2, 5_000));
        }
        drop(place.index());
        thread::scope(|scope| {
            for _ in 0..3 {
                let (mut index, mut chain) = (place.index(), chain.clone());
                chain.page_sizes = vec![1; 200];
                scope.spawn(move || {
                    while index.head().unwrap().map(|head| head.number) != Some(40) {
                        match follow(&mut index, &mut chain) {
                            Ok(()) | Err(Error::Busy { .. }) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                });
            }
        });
        assert!(barter_index::verify(&mut place.index(), &mut chain, |_, _| {}).unwrap().is_right());
    }
}

/// Reading a wallet's standing must not read what strangers sent to it.
#[test]
fn proposals_by_strangers_are_not_read_for_a_standing() {
    let place = Place::file();
    let mut index = place.index();
    let mut chain = FakeChain::new();
    chain.mine(|world| _ = world.trade(1, 2, 5_000));
    chain.mine(|world| {
        for stranger in 100..120 {
            world.propose(wallet(stranger), wallet(1), true, 1_000, ("", "Buy!"));
        }
    });
    follow(&mut index, &mut chain).unwrap();
    drop(index);
    let read = |index: &mut Index| {
        index.read(|reader| Ok((reader.standing(wallet(1))?, reader.settled_trades_of(wallet(1))?))).unwrap()
    };
    let before = read(&mut Index::open(&place.location()).unwrap());
    // Whoever looked at them would meet damage.
    place.tamper("UPDATE proposals SET trade_id = CAST(id AS BLOB), payment_hash = x'' WHERE id > 1; DROP INDEX proposals_by_party_b");
    assert_eq!(read(&mut Index::open(&place.location()).unwrap()), before);
    let error =
        Index::open(&place.location()).unwrap().read(|reader| reader.trades_of(wallet(1), None, 5)).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
}

#[test]
fn a_wallets_trades_come_in_pages() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = FakeChain::new();
        chain.mine(|world| {
            for number in 0..25 {
                let (a, b) = if number % 3 == 0 { (1, 2) } else { (3 + number, 1) };
                world.propose(wallet(a), wallet(b), true, 1_000 + number, ("", ""));
            }
        });
        follow(&mut index, &mut chain).unwrap();
        for limit in [1, 7, 25, 100] {
            let mut amounts = Vec::new();
            let mut before = None;
            loop {
                let page = index.read(|reader| reader.trades_of(wallet(1), before, limit)).unwrap();
                assert!(page.len() <= limit);
                amounts.extend(page.iter().map(|trade| trade.amount_sats));
                let Some(last) = page.last() else { break };
                before = Some(last.trade_id);
            }
            assert_eq!(amounts, (1_000..1_025).rev().collect::<Vec<_>>());
        }
        let unknown = index.read(|reader| {
            Ok((
                reader.trades_of(wallet(99), None, 5)?,
                reader.settled_trades_of(wallet(99))?,
                reader.standing(wallet(99))?,
            ))
        });
        assert_eq!(unknown.unwrap(), (Vec::new(), Vec::new(), barter_index::Standing::default()));
        let nowhere = index.read(|reader| reader.trades_of(wallet(1), Some(TradeId::ZERO), 5)).unwrap();
        assert!(nowhere.is_empty());
    }
}
