//! Both sides killed at every operation, before it and after it, and at random.

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::{
    fate::{At, Death},
    market::{Lived, Market, Outcome, Plan},
};

/// Deaths in a row, at most, of each side.
const MAX_DEATHS: u32 = 4;
/// Deals with random deaths, of each test that has them.
const RANDOM_DEALS: u64 = 60;
/// Operations that a life has, about.
const OPERATIONS: u32 = 60;

#[derive(Clone, Copy)]
enum Side {
    Payer,
    Payee,
}

impl Side {
    fn lived(self, outcome: Outcome) -> Lived {
        match self {
            Self::Payer => outcome.payer,
            Self::Payee => outcome.payee,
        }
    }
}

/// Every operation is died at, by its kind and number; those that move money or trades have to be among them.
async fn kill_at_every_operation(plan: Plan, side: Side, needed: &[&str]) {
    let market = Market::start().await;
    let undisturbed = side.lived(market.trade(&plan).await).operations;
    let mut came = Vec::new();
    for (kind, count) in undisturbed {
        for at in (0..count).map(|nth| At::Kind(kind.clone(), nth)) {
            for is_after in [false, true] {
                let mut plan = plan.clone();
                let deaths = vec![Death { at: at.clone(), is_after }];
                match side {
                    Side::Payer => plan.payer_dies = deaths,
                    Side::Payee => plan.payee_dies = deaths,
                }
                came.extend(side.lived(market.trade(&plan).await).deaths);
            }
        }
    }
    for kind in needed {
        for is_after in [false, true] {
            let death = Death { at: At::Kind((*kind).to_owned(), 0), is_after };
            assert!(came.contains(&death), "nobody died at {death:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_an_open_offer() {
    let needed = ["send propose", "pay", "send settle"];
    kill_at_every_operation(Plan::default(), Side::Payer, &needed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_an_offer_to_it() {
    let needed = ["send accept", "pay", "send settle"];
    kill_at_every_operation(Plan { by_payee: true, ..Plan::default() }, Side::Payer, &needed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payee_dies_at_every_operation_of_an_open_offer_that_two_take() {
    let needed = ["make_invoice", "send accept"];
    kill_at_every_operation(Plan { has_rival: true, ..Plan::default() }, Side::Payee, &needed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payee_dies_at_every_operation_of_an_offer_to_a_payer() {
    let needed = ["make_invoice", "send propose as payee"];
    kill_at_every_operation(Plan { by_payee: true, ..Plan::default() }, Side::Payee, &needed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_a_payment_that_takes_its_time() {
    let plan = Plan { by_payee: true, is_slow: true, ..Plan::default() };
    kill_at_every_operation(plan, Side::Payer, &["pay", "payment", "send settle"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_where_blocks_are_waited_for() {
    let plan = Plan { by_payee: true, confirmations: Some(3), ..Plan::default() };
    kill_at_every_operation(plan, Side::Payer, &["send accept", "pay", "send settle"]).await;
}

/// Several deaths in a row of both sides, and of their nodes. The seed is the deal's number: a failure says which plan it was.
async fn die_at_random(seed: u8) {
    let market = Market::start().await;
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    for _ in 0..RANDOM_DEALS {
        let mut deaths = || -> Vec<Death> {
            let count = random.next_u32() % (MAX_DEATHS + 1);
            let mut death = || Death {
                at: At::Any(usize::try_from(random.next_u32() % OPERATIONS).unwrap()),
                is_after: random.next_u32() & 1 == 0,
            };
            (0..count).map(|_| death()).collect()
        };
        let (payer_dies, payee_dies) = (deaths(), deaths());
        let bits = random.next_u32();
        let plan = Plan {
            by_payee: bits & 1 == 0,
            is_slow: bits & 2 == 0,
            nodes_die: bits & 4 == 0,
            has_rival: bits & 9 == 9,
            confirmations: Some(3).filter(|_| bits & 0x30 == 0),
            payer_dies,
            payee_dies,
        };
        market.trade(&plan).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_die_at_random() {
    die_at_random(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_die_at_random_otherwise() {
    die_at_random(2).await;
}
