//! The follower makes nothing up: not when the chain is reorganised, nor when the node lags, lies, hangs or is away.

use std::{sync::Arc, time::Duration};

use alloy_primitives::{Address, B256, keccak256};
use barter_reputation::chain::{
    Bond, Error, Knowledge,
    follower::{Follower, MISSING_LIMIT, Settings},
};
use tokio::sync::watch;

use crate::fake_chain::{FakeChain, hash};

const CHAIN_ID: u64 = 31_337;
const CONFIRMATIONS: u64 = 3;
const HUB: &str = "https://provider.example.com";
const WALLET: Address = Address::with_last_byte(1);

fn bond(active: u128) -> Bond {
    Bond { active, ever_bonded: active, first_bonded_at: 1_700_000_000, hub: keccak256(HUB), ..Bond::default() }
}

fn settings() -> Settings {
    Settings { chain_id: CHAIN_ID, confirmations: CONFIRMATIONS, every: Duration::from_secs(1), oracle: None }
}

fn follower(chain: &FakeChain, wallets: &[Address]) -> Follower {
    let wallets = wallets.to_vec();
    Follower::new(Arc::new(chain.clone()), settings(), Arc::new(move || Ok(wallets.clone())))
}

async fn look(follower: &Follower) -> Knowledge {
    follower.look().await;
    follower.known().borrow().clone()
}

fn active(known: &Knowledge) -> u128 {
    known.bond_of(HUB, &[WALLET]).active
}

fn block(known: &Knowledge) -> (u64, B256) {
    let block = known.view.as_ref().unwrap().block;
    (block.number, block.hash)
}

#[tokio::test]
async fn a_bond_counts_once_enough_blocks_are_above_it() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(8, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known)), ((7, hash(0, 7)), 0));
    chain.grow(0, 11);
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.status()), ((8, hash(0, 8)), 500, "current"));
}

#[tokio::test]
async fn a_chain_that_was_never_read_has_no_block_and_no_bond() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(0, WALLET, bond(500));
    chain.script().is_down = true;
    let known = look(&follower(&chain, &[WALLET])).await;
    assert!(known.view.is_none());
    assert_eq!((known.status(), active(&known)), ("never_read", 0));
    assert_eq!(known.bond_of(HUB, &[WALLET]).unread_wallets, 1);
}

#[tokio::test]
async fn a_chain_shorter_than_the_confirmations_is_not_read() {
    let chain = FakeChain::new(CHAIN_ID, CONFIRMATIONS - 1);
    let known = look(&follower(&chain, &[WALLET])).await;
    assert_eq!(known.trouble, Some(Error::Behind { head: 2, needed: 3 }));
    assert_eq!(known.status(), "never_read");
}

#[tokio::test]
async fn a_node_that_is_away_leaves_what_was_known_until_it_comes_back() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(0, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    chain.script().is_down = true;
    chain.bond(9, WALLET, bond(900));
    chain.grow(0, 20);
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.status()), ((7, hash(0, 7)), 500, "unreachable"));
    chain.script().is_down = false;
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.status()), ((17, hash(0, 17)), 900, "current"));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_hangs_is_given_up() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    chain.script().is_stuck = true;
    let known = look(&follower).await;
    assert_eq!((block(&known).0, known.status()), (7, "unreachable"));
}

#[tokio::test]
async fn a_node_of_another_chain_is_not_believed() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(0, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    chain.script().chain_id = 1;
    chain.bond(1, WALLET, bond(900));
    chain.grow(0, 12);
    let known = look(&follower).await;
    assert_eq!(known.trouble, Some(Error::WrongChain { expected: CHAIN_ID, found: 1 }));
    assert_eq!((block(&known).0, active(&known), known.status()), (7, 500, "wrong_chain"));
}

#[tokio::test]
async fn a_node_that_falls_behind_does_not_take_anything_back() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(6, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    // Without the block that was read, and with it but without the confirmations.
    for head in [5, 9] {
        chain.fork(0, head + 1, head);
        let known = look(&follower).await;
        assert_eq!((block(&known).0, active(&known), known.status()), (7, 500, "behind"), "head {head}");
        chain.grow(0, 10);
    }
    assert_eq!(look(&follower).await.status(), "current");
}

/// A node that once told of another chain's blocks, far above ours, would otherwise be believed about them until ours gets there.
#[tokio::test(start_paused = true)]
async fn a_block_that_the_node_does_not_find_again_is_forgotten_after_a_while() {
    let chain = FakeChain::new(CHAIN_ID, 0);
    chain.fork(1, 0, 1_000);
    chain.bond(0, WALLET, bond(900));
    let follower = follower(&chain, &[WALLET]);
    assert_eq!(active(&look(&follower).await), 900);
    chain.fork(0, 0, 10);
    chain.bond(0, WALLET, bond(500));
    let known = look(&follower).await;
    assert_eq!((block(&known).0, active(&known), known.status()), (997, 900, "behind"));
    tokio::time::advance(MISSING_LIMIT / 2).await;
    // A look that finds nobody says nothing about the block.
    chain.script().is_down = true;
    assert_eq!(look(&follower).await.status(), "unreachable");
    chain.script().is_down = false;
    assert_eq!(look(&follower).await.status(), "behind");
    tokio::time::advance(MISSING_LIMIT / 2).await;
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.status()), ((7, hash(0, 7)), 500, "current"));
    assert_eq!(known.reorganisations, 1);
}

/// One that lags for a moment is one that lags, however often it does.
#[tokio::test(start_paused = true)]
async fn a_node_that_caught_up_in_between_has_not_been_missing_the_block() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(6, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    for _ in 0..4 {
        chain.fork(0, 6, 5);
        assert_eq!(look(&follower).await.status(), "behind");
        tokio::time::advance(MISSING_LIMIT.saturating_sub(Duration::from_secs(1))).await;
        chain.grow(0, 10);
        assert_eq!(look(&follower).await.status(), "current");
    }
}

#[tokio::test]
async fn a_reorganisation_above_the_block_that_was_read_changes_nothing() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(7, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    chain.fork(1, 8, 11);
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.reorganisations), ((8, hash(1, 8)), 500, 0));
}

#[tokio::test]
async fn a_reorganisation_below_it_replaces_what_was_known() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(7, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    // Shorter by a block than before, so that the block to read is below the one that was.
    chain.fork(1, 5, 9);
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known), known.status()), ((6, hash(1, 6)), 0, "current"));
    assert_eq!(known.reorganisations, 1);
}

#[tokio::test]
async fn what_a_reorganisation_took_back_is_forgotten_even_if_nothing_replaces_it() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(7, WALLET, bond(500));
    let follower = follower(&chain, &[WALLET]);
    look(&follower).await;
    chain.fork(1, 5, 12);
    chain.script().bonds_are_short = true;
    let known = look(&follower).await;
    assert_eq!((known.view.is_none(), known.status(), active(&known)), (true, "reorganised", 0));
    assert!(matches!(known.trouble, Some(Error::Unreadable { .. })));
}

#[tokio::test]
async fn a_reorganisation_while_it_is_read_is_noticed() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(7, WALLET, bond(500));
    chain.script().reorganises_to = Some((6..=10).map(|number| hash(1, number)).collect());
    let follower = follower(&chain, &[WALLET]);
    let known = look(&follower).await;
    assert_eq!(known.trouble, Some(Error::NoSuchBlock { number: 7, hash: hash(0, 7) }));
    assert_eq!((known.view.is_none(), active(&known)), (true, 0));
    let known = look(&follower).await;
    assert_eq!((block(&known), active(&known)), ((7, hash(1, 7)), 0));
}

#[tokio::test]
async fn an_answer_with_a_bond_too_few_is_none() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.script().bonds_are_short = true;
    let known = look(&follower(&chain, &[WALLET])).await;
    assert!(matches!(known.trouble, Some(Error::Unreadable { .. })));
    assert!(known.view.is_none());
}

#[tokio::test]
async fn an_idle_chain_is_not_read_twice_but_for_a_new_wallet() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    let late = Address::with_last_byte(2);
    chain.bond(0, late, bond(70));
    let wallets = Arc::new(std::sync::Mutex::new(vec![WALLET]));
    let listed = Arc::clone(&wallets);
    let list = Arc::new(move || Ok(listed.lock().unwrap().clone()));
    let follower = Follower::new(Arc::new(chain.clone()), settings(), list);
    look(&follower).await;
    look(&follower).await;
    let reads = || chain.script().calls.iter().filter(|call| **call == "bonds").count();
    assert_eq!(reads(), 1);
    wallets.lock().unwrap().push(late);
    let before = follower.known().borrow().bond_of(HUB, &[WALLET, late]);
    assert_eq!((before.active, before.unread_wallets), (0, 1));
    let after = look(&follower).await.bond_of(HUB, &[WALLET, late]);
    assert_eq!((after.active, after.unread_wallets, reads()), (70, 0, 2));
}

#[tokio::test]
async fn a_wallet_vouches_only_for_the_hub_it_declared() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    let other = Address::with_last_byte(2);
    let earlier = Bond { first_bonded_at: 1_600_000_000, upheld: 2, ..bond(30) };
    let third = Address::with_last_byte(3);
    chain.bond(0, WALLET, bond(500));
    chain.bond(0, other, Bond { hub: keccak256("https://other.example"), ..bond(1_000) });
    chain.bond(0, third, earlier);
    let known = look(&follower(&chain, &[WALLET, other, third])).await;
    let reading = known.bond_of("HTTPS://Provider.Example.Com/", &[WALLET, other, third]);
    assert_eq!((reading.active, reading.ever_bonded, reading.upheld), (530, 530, 2));
    assert_eq!(reading.first_bonded_at, Some(1_600_000_000));
}

#[tokio::test(start_paused = true)]
async fn it_looks_until_it_is_told_to_stop() {
    let chain = FakeChain::new(CHAIN_ID, 10);
    let follower = follower(&chain, &[WALLET]);
    let mut known = follower.known();
    let (stop, stopping) = watch::channel(false);
    let running = tokio::spawn(follower.run(stopping));
    known.changed().await.unwrap();
    chain.grow(0, 20);
    known.wait_for(|known| known.view.as_ref().is_some_and(|view| view.block.number == 17)).await.unwrap();
    chain.script().is_stuck = true;
    tokio::time::sleep(Duration::from_secs(5)).await;
    stop.send_replace(true);
    running.await.unwrap();
}
