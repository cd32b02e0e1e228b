//! Both sides killed at every operation, before it and after it, and at random.

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::{
    fate::Death,
    market::{Market, Plan},
};

/// Deaths in a row, at most, of each side.
const MAX_DEATHS: u32 = 4;
/// Deals with random deaths, of each test that has them.
const RANDOM_DEALS: u64 = 60;
/// More than any life has operations: a death that late does not come.
const MAX_OPERATIONS: usize = 400;

#[derive(Clone, Copy)]
enum Side {
    Payer,
    Payee,
}

async fn kill_at_every_operation(plan: Plan, side: Side) {
    let market = Market::start().await;
    let undisturbed = market.trade(&plan).await;
    let operations = match side {
        Side::Payer => undisturbed.payer_operations,
        Side::Payee => undisturbed.payee_operations,
    };
    assert!((10..MAX_OPERATIONS).contains(&operations), "{operations} operations");
    for operation in 0..operations {
        for is_after in [false, true] {
            let mut plan = plan.clone();
            let deaths = vec![Death { operation, is_after }];
            match side {
                Side::Payer => plan.payer_dies = deaths,
                Side::Payee => plan.payee_dies = deaths,
            }
            market.trade(&plan).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_an_open_offer() {
    kill_at_every_operation(Plan::default(), Side::Payer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_an_offer_to_it() {
    kill_at_every_operation(Plan { by_payee: true, ..Plan::default() }, Side::Payer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payee_dies_at_every_operation_of_an_open_offer() {
    kill_at_every_operation(Plan::default(), Side::Payee).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payee_dies_at_every_operation_of_an_offer_to_a_payer() {
    kill_at_every_operation(Plan { by_payee: true, ..Plan::default() }, Side::Payee).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_dies_at_every_operation_of_a_payment_that_takes_its_time() {
    kill_at_every_operation(Plan { by_payee: true, is_slow: true, ..Plan::default() }, Side::Payer).await;
}

/// Several deaths in a row of both sides, and of their nodes. The seed is the deal's number: a failure says which plan it was.
async fn die_at_random(seed: u8) {
    let market = Market::start().await;
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    for _ in 0..RANDOM_DEALS {
        let mut deaths = |below: u32| -> Vec<Death> {
            let count = random.next_u32() % (MAX_DEATHS + 1);
            let mut death = || Death {
                operation: usize::try_from(random.next_u32() % below).unwrap(),
                is_after: random.next_u32() & 1 == 0,
            };
            (0..count).map(|_| death()).collect()
        };
        let (payer_dies, payee_dies) = (deaths(60), deaths(60));
        let bits = random.next_u32();
        let plan =
            Plan { by_payee: bits & 1 == 0, is_slow: bits & 2 == 0, nodes_die: bits & 4 == 0, payer_dies, payee_dies };
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
