//! Random sequences of calls by several wallets, with jumps in time: after each call its answer or its error, and every
//! view, are the same in the ledger and on the chain.

use std::collections::BTreeMap;

use barter_protocol::limits::MAX_PAIR_COUNT;
use proptest::prelude::*;

use crate::{cases, is_usual_run, operation, replay, world::World};

/// Sequences of 20 to 60 operations each.
const CASES: u32 = 96;

/// A pair settled more trades than count.
const BEYOND_CAP: &str = "pair beyond its cap";

/// How each call must have ended at least once, or the sequences test less than they seem to. (Opening with the zero
/// address mostly fails for the signature, which nobody can make for it.)
const OUTCOMES: &[(&str, &str)] = &[
    ("accept", "TradeNotFound WrongStatus TradeExpired NotCounterparty ok"),
    ("approve", "InvalidCreditSpender ok"),
    ("burn", "InsufficientCredit ok"),
    ("cancel", "ok"),
    ("dismiss", "NotArbiter TradeNotFound WrongStatus DisputeAlreadyUpheld ok"),
    ("dispute", "TradeNotFound WrongStatus NotParty DisputeAlreadyDismissed ok"),
    (
        "open",
        "NotParty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong SignatureExpired \
         SignatureIsCancelled InvalidSignature PaymentHashReused ok",
    ),
    ("page", "PageSize TradeNotFound NotParty ok"),
    ("propose", "ZeroCounterparty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong PaymentHashReused ok"),
    (
        "propose as payee",
        "ZeroCounterparty SelfTrade AmountOutOfRange CategoryTooLong DescriptionTooLong PaymentHashReused ok",
    ),
    ("settle", "TradeNotFound WrongStatus NotPayer PreimageMismatch ok"),
    (
        "settle batch",
        "BatchSize TradeNotFound WrongStatus NotPayer SignatureExpired SignatureIsCancelled InvalidSignature \
         PreimageMismatch ok",
    ),
    (
        "settle by signature",
        "TradeNotFound WrongStatus SignatureExpired SignatureIsCancelled InvalidSignature PreimageMismatch ok",
    ),
    ("transfer", "InvalidCreditReceiver InsufficientCredit ok"),
    ("transfer from", "InsufficientAllowance InvalidCreditSender InvalidCreditReceiver InsufficientCredit ok"),
    ("uphold", "NotArbiter TradeNotFound WrongStatus DisputeAlreadyUpheld NotParty ok"),
];

#[test]
fn sequences_agree() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    cases(CASES, &(operation::sequence(), prop::bool::weighted(0.9)), |(operations, has_arbiter)| {
        let mut world = World::new(has_arbiter);
        for operation in &operations {
            world.step(operation);
        }
        replay::compare(&world);
        if has_pair_beyond_cap(&world) {
            *outcomes.entry(BEYOND_CAP.to_owned()).or_default() += 1;
        }
        for (outcome, count) in world.outcomes {
            *outcomes.entry(outcome).or_default() += count;
        }
        Ok(())
    });
    for (outcome, count) in &outcomes {
        println!("{count:6} {outcome}");
    }
    if is_usual_run() {
        check_all_met(&outcomes);
    }
}

fn has_pair_beyond_cap(world: &World) -> bool {
    let mut settled: BTreeMap<_, u64> = BTreeMap::new();
    for trade in world.ledger.trades().filter(|trade| trade.settled_at().is_some()) {
        let (payer, payee) = (trade.terms().payer(), trade.terms().payee());
        *settled.entry((payer.min(payee), payer.max(payee))).or_default() += 1;
    }
    settled.into_values().any(|count| count > MAX_PAIR_COUNT)
}

fn check_all_met(outcomes: &BTreeMap<String, u32>) {
    for (call, endings) in OUTCOMES {
        for ending in endings.split(' ') {
            assert!(outcomes.contains_key(&format!("{call}: {ending}")), "no {call} ended with {ending}");
        }
    }
    assert!(outcomes.contains_key(BEYOND_CAP), "no pair settled more trades than count");
}
