//! Following a chain: whatever it does, the index is what the chain says.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod nodes;

use barter_index::{
    Chain, Dealing, Error, Header, Index, Page, Settled, Step,
    synthetic::{Settings, Synthetic, identity},
    verify,
};
use barter_protocol::{PaymentHash, Role, TradeStatus};
use common::{
    FakeChain, follow,
    place::Place,
    views, wallet,
    world::{Act, World},
};
use proptest::{collection::vec, prelude::*};

const WALLETS: u64 = 6;
const DEPTH: u64 = 8;

fn act() -> impl Strategy<Value = Act> {
    let number = 0..WALLETS;
    let amount = prop_oneof![1_000_u64..100_000, Just(2_100_000_000_000_000)];
    prop_oneof![
        6 => (number.clone(), number.clone(), any::<bool>(), amount)
            .prop_map(|(a, b, pays, amount_sats)| Act::Propose { a, b, pays, amount_sats }),
        5 => any::<usize>().prop_map(Act::Accept),
        5 => any::<usize>().prop_map(Act::Settle),
        1 => any::<(usize, bool)>().prop_map(|(choice, by_a)| Act::Dispute(choice, by_a)),
        1 => any::<usize>().prop_map(Act::Dismiss),
        1 => any::<(usize, bool)>().prop_map(|(choice, against)| Act::Uphold(choice, against)),
        // One wallet more than trade.
        1 => (number.clone(), 0..=WALLETS, 0_u64..9).prop_map(|(from, to, share)| Act::Transfer { from, to, share }),
        1 => (number.clone(), 0_u64..9).prop_map(|(from, share)| Act::Burn { from, share }),
        1 => number.prop_map(Act::Cancel),
    ]
}

fn block() -> impl Strategy<Value = Vec<Act>> {
    prop_oneof![1 => Just(Vec::new()), 3 => vec(act(), 1..8)]
}

#[derive(Clone, Debug)]
enum Op {
    Grow(Vec<Vec<Act>>),
    Reorganise { depth: u64, blocks: Vec<Vec<Act>> },
    Follow { pages: Vec<u64> },
    Restart,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => vec(block(), 1..12).prop_map(Op::Grow),
        3 => (1..=DEPTH, vec(block(), 0..10)).prop_map(|(depth, blocks)| Op::Reorganise { depth, blocks }),
        4 => vec(1_u64..6, 0..6).prop_map(|pages| Op::Follow { pages }),
        1 => Just(Op::Restart),
    ]
}

fn mine(chain: &mut FakeChain, blocks: Vec<Vec<Act>>) {
    for acts in blocks {
        chain.mine(|world| acts.into_iter().for_each(|act| world.act(act)));
    }
}

fn open(place: &Place) -> Index {
    let mut index = place.index();
    index.set_reorganisation_depth(DEPTH);
    index
}

fn run(place: &Place, ops: Vec<Op>) {
    let mut chain = FakeChain::new();
    let mut index = open(place);
    for op in ops {
        match op {
            Op::Grow(blocks) => mine(&mut chain, blocks),
            Op::Reorganise { depth, blocks } => {
                // Not deeper than the index undoes, and not to a chain that the index has to take for one that is syncing.
                let head = index.head().unwrap().map_or(0, |head| head.number);
                let lowest = head.saturating_sub(DEPTH);
                let depth = depth.min(chain.last().header.number.saturating_sub(lowest));
                chain.take_away(usize::try_from(depth).unwrap());
                mine(&mut chain, blocks);
            }
            Op::Follow { pages } => {
                chain.page_sizes = pages;
                follow(&mut index, &mut chain).unwrap();
                let head = index.head().unwrap().map_or(0, |head| head.number);
                // What is only shorter may come from a node that is late: nothing is taken back for it.
                if head <= chain.last().header.number {
                    check(&mut index, &mut chain);
                    views::check(place, &chain);
                }
            }
            Op::Restart if matches!(place, Place::Memory) => {}
            Op::Restart => {
                drop(index);
                index = open(place);
            }
        }
    }
    let head = index.head().unwrap().map_or(0, |head| head.number);
    while chain.last().header.number < head {
        chain.mine(|_| {});
    }
    follow(&mut index, &mut chain).unwrap();
    check(&mut index, &mut chain);
    views::check(place, &chain);
}

/// The index is at the chain's head, each row is as in an index made anew in one go, and what is read is what the ledger says.
fn check(index: &mut Index, chain: &mut FakeChain) {
    chain.page_sizes.clear();
    let last = chain.last().header;
    if last.number > 0 {
        assert_eq!(index.head().unwrap().unwrap().hash, last.hash);
    }
    let verification = verify(index, chain, |_, _| {}).unwrap();
    assert!(verification.is_right(), "{verification:#?}");
    check_reading(index, &chain.last().world);
}

fn check_reading(index: &mut Index, world: &World) {
    let settled: Vec<Settled> = index
        .read(|reader| {
            let mut settled = Vec::new();
            reader.settlements_after(0, |trade| {
                settled.push(trade);
                Ok(())
            })?;
            assert_eq!(reader.settlements()?, settled.len() as u64);
            Ok(settled)
        })
        .unwrap();
    let status = index.status().unwrap();
    assert_eq!(status.settled, settled.len() as u64);
    // Somebody nobody knows is among them, and one of them is asked for again.
    let asked: Vec<_> = (0..=WALLETS + 1).map(wallet).collect();
    let dealings = index.read(|reader| {
        let mut dealings = reader.dealings();
        Ok([dealings.of(&asked)?, dealings.of(&asked[1..2])?].concat())
    });
    for (wallet, mut dealings) in asked.iter().chain(&asked[1..2]).zip(dealings.unwrap()) {
        let ours = settled.iter().filter(|trade| trade.payer == *wallet || trade.payee == *wallet);
        let mut ours: Vec<_> = ours.map(without_id).collect();
        ours.sort_unstable();
        dealings.sort_unstable();
        assert_eq!(dealings, ours);
    }
    for number in 0..=WALLETS {
        let wallet = wallet(number);
        let expected = world.ledger.wallet(wallet);
        let (standing, trades, mine) = index
            .read(|reader| {
                Ok((
                    reader.standing(wallet)?,
                    reader.trades_of(wallet, None, 1_000)?,
                    reader.settled_trades_of(wallet)?,
                ))
            })
            .unwrap();
        assert_eq!(standing.score, expected.score);
        assert_eq!(standing.credit, expected.credit_balance);
        assert_eq!(standing.credit_earned, expected.credit_earned);
        assert_eq!(standing.disputed, expected.disputed);
        assert_eq!(standing.accepted_at.len() as u64, expected.open_trades());
        let ours = settled.iter().copied().filter(|trade| trade.payer == wallet || trade.payee == wallet);
        assert_eq!(mine, ours.collect::<Vec<_>>());
        assert_eq!(mine.len() as u64, expected.settled);

        let (page, _) = world.ledger.page(wallet, None, 500).unwrap();
        assert_eq!(trades.len(), page.len());
        let mut accepted_at = Vec::new();
        for (trade, expected) in trades.iter().zip(page) {
            let role = if trade.payer == trade.party_a { Role::Payer } else { Role::Payee };
            assert_eq!(trade.trade_id, expected.trade_id());
            assert_eq!(
                (trade.party_a, trade.party_b, role),
                (expected.party_a(), expected.party_b(), expected.proposer())
            );
            assert_eq!(trade.amount_sats, expected.terms().amount_sats());
            assert_eq!(trade.payment_hash, expected.payment_hash());
            assert_eq!(trade.category, expected.terms().category());
            assert_eq!(trade.description, expected.terms().description());
            assert_eq!(
                (trade.created_at, trade.accepted_at, trade.settled_at),
                (expected.created_at(), expected.accepted_at(), expected.settled_at())
            );
            assert_eq!(trade.status(world.now), expected.status(world.now));
            assert_eq!(trade.preimage.map(|preimage| preimage.payment_hash()), hash_if_settled(expected, world.now));
            if expected.status(world.now) == TradeStatus::Accepted {
                accepted_at.extend(expected.accepted_at());
            }
        }
        accepted_at.sort_unstable();
        assert_eq!(standing.accepted_at, accepted_at);
    }
}

const fn without_id(trade: &Settled) -> Dealing {
    let Settled { payer, payee, amount_sats, settled_at, .. } = *trade;
    Dealing { payer, payee, amount_sats, settled_at }
}

fn hash_if_settled(trade: &barter_protocol::Trade, now: u64) -> Option<PaymentHash> {
    (trade.status(now) == TradeStatus::Settled).then(|| trade.payment_hash())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_history_ends_in_what_the_chain_says(ops in vec(op(), 1..10)) {
        run(&Place::Memory, ops);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_history_ends_so_where_it_lasts(ops in vec(op(), 1..10)) {
        for place in Place::lasting() {
            run(&place, ops.clone());
        }
    }
}

/// What random histories may not come upon: each status, both sides of everything, transfers there and back.
#[test]
fn the_views_show_what_the_chain_says() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        for a_pays in [true, false] {
            chain.mine(|world| {
                for _ in 0..6 {
                    let trade_id = world.propose(wallet(1), wallet(2), a_pays, 7_000, ("goods", "One of six"));
                    world.accept(trade_id);
                    world.settle(trade_id);
                }
                world.trade(3, 1, 9_000);
                let mut accepted = || {
                    let trade_id = world.propose(wallet(2), wallet(3), a_pays, 5_000, ("services", ""));
                    world.accept(trade_id);
                    trade_id
                };
                let [_open, disputed, dismissed, upheld] = std::array::from_fn(|_| accepted());
                for trade_id in [disputed, dismissed, upheld] {
                    world.dispute(trade_id, a_pays);
                }
                world.dismiss(dismissed);
                world.uphold(upheld, a_pays);
                world.propose(wallet(4), wallet(1), a_pays, 5_000, ("", "Nobody answers"));
            });
            chain.mine(|world| {
                world.act(Act::Transfer { from: 1, to: 2, share: 3 });
                world.act(Act::Transfer { from: 2, to: 1, share: 2 });
                world.act(Act::Transfer { from: 1, to: 9, share: 1 });
                world.act(Act::Burn { from: 2, share: 1 });
                world.act(Act::Transfer { from: 3, to: 3, share: 4 });
                world.act(Act::Cancel(8));
            });
        }
        let mut index = place.index();
        follow(&mut index, &mut chain).unwrap();
        check(&mut index, &mut chain);
        views::check(&place, &chain);
    }
}

#[test]
fn a_step_says_what_it_did() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = FakeChain::new();
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        chain.mine(|_| {});
        chain.mine(|world| _ = world.trade(2, 3, 5_000));
        chain.page_sizes = vec![2];
        {
            let mut follower = barter_index::Follower::new(&mut index, &mut chain);
            let Step::Applied(first) = follower.step().unwrap() else { panic!("a page") };
            assert_eq!((first.from, first.head.number, first.events, first.settlements), (1, 2, 7, 1));
            let Step::Applied(second) = follower.step().unwrap() else { panic!("a page") };
            assert_eq!((second.from, second.head.number, second.events, second.settlements), (3, 3, 7, 1));
            assert_eq!(follower.step().unwrap(), Step::Idle { head: second.head });
        }
        chain.take_away(1);
        chain.mine(|_| {});
        chain.mine(|_| {});
        let mut follower = barter_index::Follower::new(&mut index, &mut chain);
        let Step::Undone { head, events } = follower.step().unwrap() else { panic!("undone") };
        assert_eq!((head.unwrap().number, events), (2, 7));
    }
}

#[test]
fn a_reorganisation_deeper_than_is_undone_is_said() {
    for place in Place::all() {
        let mut index = open(&place);
        let mut chain = FakeChain::new();
        for _ in 0..30 {
            chain.mine(|world| _ = world.trade(1, 2, 5_000));
            chain.page_sizes = vec![1; 2];
            follow(&mut index, &mut chain).unwrap();
        }
        let before = index.status().unwrap();
        let whole = chain.clone();
        chain.take_away(usize::try_from(DEPTH).unwrap() + 1);
        for _ in 0..20 {
            chain.mine(|_| {});
        }
        let error = follow(&mut index, &mut chain).unwrap_err();
        assert!(matches!(error, Error::ReorganisedTooDeep { block: 22, depth: DEPTH }), "{error}");
        assert_eq!(index.status().unwrap(), before);

        // One block less is undone.
        let mut chain = whole;
        chain.take_away(usize::try_from(DEPTH).unwrap());
        for _ in 0..20 {
            chain.mine(|_| {});
        }
        follow(&mut index, &mut chain).unwrap();
        check(&mut index, &mut chain);
    }
}

#[test]
fn a_chain_without_events_is_known_by_the_ends_of_its_pages() {
    for place in Place::all() {
        let mut index = open(&place);
        let mut chain = FakeChain::new();
        for _ in 0..30 {
            chain.mine(|_| {});
        }
        chain.page_sizes = vec![5; 6];
        follow(&mut index, &mut chain).unwrap();
        let checkpoints = index.status().unwrap().rows.last().copied().unwrap();
        // Of blocks 20, 25 and 30: the first is the newest that is deeper than is undone.
        assert_eq!((checkpoints.table, checkpoints.rows), ("checkpoints", 3));
        chain.take_away(12);
        for _ in 0..20 {
            chain.mine(|_| {});
        }
        let error = follow(&mut index, &mut chain).unwrap_err();
        assert!(matches!(error, Error::ReorganisedTooDeep { block: 20, depth: DEPTH }), "{error}");
    }
}

#[test]
fn a_node_that_is_syncing_is_told_from_a_reorganisation() {
    let mut index = open(&Place::Memory);
    let mut chain = FakeChain::new();
    for _ in 0..30 {
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
    }
    follow(&mut index, &mut chain).unwrap();
    chain.take_away(20);
    let mut follower = barter_index::Follower::new(&mut index, &mut chain);
    for _ in 0..29 {
        assert!(matches!(follower.step().unwrap(), Step::Idle { head } if head.number == 10));
    }
    let error = follower.step().unwrap_err();
    assert!(matches!(error, Error::NodeBehind { head: 10, indexed: 30 }), "{error}");
    assert_eq!(index.head().unwrap().unwrap().number, 30);
}

/// However often it is asked: a node that is late, and says the same of every block it has, is no reason to delete.
#[test]
fn a_node_that_lags_is_waited_for() {
    for place in Place::all() {
        let mut index = open(&place);
        let mut chain = FakeChain::new();
        for number in 0..30 {
            chain.mine(|world| _ = world.trade(1, number + 2, 5_000));
        }
        follow(&mut index, &mut chain).unwrap();
        let before = index.status().unwrap();
        let mut behind = chain.clone();
        behind.take_away(usize::try_from(DEPTH).unwrap());
        let mut follower = barter_index::Follower::new(&mut index, &mut behind);
        for _ in 0..100 {
            assert!(matches!(follower.step().unwrap(), Step::Idle { head } if head.number == 30 - DEPTH));
        }
        let error = verify(&mut index, &mut behind, |_, _| {}).unwrap_err();
        assert!(matches!(error, Error::NodeBehind { head, indexed: 30 } if head == 30 - DEPTH), "{error}");
        assert_eq!(index.status().unwrap().rows, before.rows);
        follow(&mut index, &mut chain).unwrap();
        check(&mut index, &mut chain);
    }
}

#[test]
fn a_shorter_chain_takes_back_what_it_shows_to_be_another() {
    for place in Place::all() {
        let mut index = open(&place);
        let mut chain = FakeChain::new();
        for number in 0..30 {
            chain.mine(|world| _ = world.trade(1, number + 2, 5_000));
        }
        follow(&mut index, &mut chain).unwrap();
        // Shorter, and of the same blocks as far as it goes: it may be late. With another block 26 it is another chain.
        chain.take_away(5);
        follow(&mut index, &mut chain).unwrap();
        assert_eq!(index.head().unwrap().unwrap().number, 30);
        chain.mine(|world| _ = world.trade(1, 99, 5_000));
        follow(&mut index, &mut chain).unwrap();
        check(&mut index, &mut chain);
        assert_eq!(index.head().unwrap().unwrap().number, 26);
    }
}

#[test]
fn what_is_undone_can_be_undone_by_hand_and_read_again() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = FakeChain::new();
        for number in 0..10 {
            chain.mine(|world| _ = world.trade(number, number + 1, 5_000));
        }
        chain.page_sizes = vec![3; 4];
        follow(&mut index, &mut chain).unwrap();
        assert_eq!(index.undo_to(5).unwrap(), 35);
        assert_eq!(index.head().unwrap().unwrap().number, 5);
        assert_eq!(index.undo_to(5).unwrap(), 0);
        assert_eq!(index.undo_to(0).unwrap(), 35);
        assert_eq!(index.head().unwrap(), None);
        follow(&mut index, &mut chain).unwrap();
        check(&mut index, &mut chain);
    }
}

#[test]
fn a_point_of_settlements_tells_whether_those_before_it_are_the_same() {
    for place in Place::all() {
        let mut index = place.index();
        let mut chain = FakeChain::new();
        for number in 0..4 {
            chain.mine(|world| _ = world.trade(number, number + 1, 5_000));
        }
        follow(&mut index, &mut chain).unwrap();
        let points = |index: &mut Index| {
            index
                .read(|reader| (1..=5).map(|number| reader.settled_point(number)).collect::<Result<Vec<_>, _>>())
                .unwrap()
        };
        let before = points(&mut index);
        assert!(before[3].is_some() && before[4].is_none());
        chain.take_away(1);
        chain.mine(|world| _ = world.trade(8, 9, 5_000));
        follow(&mut index, &mut chain).unwrap();
        let after = points(&mut index);
        assert_eq!(before[..3], after[..3]);
        assert_ne!(before[3], after[3]);
        assert_eq!(after[3].unwrap().number, 4);
    }
}

#[test]
fn a_row_that_somebody_put_in_the_way_is_said() {
    for place in Place::lasting() {
        let mut chain = FakeChain::new();
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        follow(&mut place.index(), &mut chain).unwrap();
        place.tamper("INSERT INTO blocks SELECT 2, hash, timestamp FROM blocks");
        chain.mine(|world| _ = world.trade(1, 2, 5_000));
        let mut index = place.index();
        let error = follow(&mut index, &mut chain).unwrap_err();
        assert!(matches!(error, Error::Conflict { table: "blocks", .. }), "{error:?}");
        assert_eq!(index.head().unwrap().unwrap().number, 1);
    }
}

#[test]
fn the_first_block_may_be_any() {
    let mut chain = FakeChain::new();
    for _ in 0..4 {
        chain.mine(|_| {});
    }
    chain.mine(|world| _ = world.trade(1, 2, 5_000));
    let identity = barter_index::Identity { first_block: 4, ..identity() };
    let mut index = Index::in_memory(&identity).unwrap();
    follow(&mut index, &mut chain).unwrap();
    assert_eq!(index.head().unwrap().unwrap().number, 5);
    check_reading(&mut index, &chain.last().world);
}
