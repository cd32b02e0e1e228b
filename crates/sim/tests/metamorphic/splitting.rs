//! Splitting an amount is never better than the pair cap allows, and what is better is exactly known.
//!
//! # What a total can be worth
//! Let a total of `S` sats be `T = floor(S / 1000)` thousands, split into trades of `t_1, t_2, …` whole thousands, each at
//! least 1 (what is left over in a trade is worth nothing, so the `t_i` of any split of `S` add up to at most `T`). A counted
//! trade of `t` is worth `s(t) = floor(log2(t + 1)) + 1`. With `n` trades that may count, the best there is:
//!
//! ```text
//! m = min(n, T)
//! B(T, n) = 0                  where m = 0
//!         = m (q + 1) + r      with q = floor(log2((T + m) / m)) and r = floor((T + m - m 2^q) / 2^q)
//! ```
//!
//! # Why
//! 1. Only powers of two matter: `s(t)` is the same from `2^e - 1` to `2^(e+1) - 2`, so the cheapest trade worth `e + 1` is
//!    of `2^e - 1` thousands, `e >= 1`. A split into `k` trades worth counting is a choice of exponents with
//!    `sum (2^e_i - 1) <= T`, and brings `sum (e_i + 1)`.
//! 2. The exponents of some best choice differ by at most 1: where `a >= b + 2`, trades of `2^(a-1)` and `2^(b+1)` bring as
//!    much and cost no more, because `2^(a-1) >= 2^(b+1) >= 2^(b+1) - 2^b`. Repeated, this ends.
//! 3. Some best choice has `m` trades: with fewer, either all exponents are 1 and there is a thousand left for another trade
//!    (there are fewer than `T` trades of one thousand each), or a trade of exponent `e >= 2` can be replaced by two of `e - 1`,
//!    which cost a thousand less (`2 (2^(e-1) - 1) = (2^e - 1) - 1`) and bring `2 e >= e + 1`.
//! 4. So: `m` trades of exponent `q`, the largest with `m (2^q - 1) <= T`, and one more exponent, at `2^q` thousands each, for
//!    as many as the rest pays for: `r < m`, or `q` would be larger.
//!
//! # What follows
//! - A pair has 5 trades that count. Whatever the split, it brings each of the two at most `B(T, 5)`, and at most
//!   `5 (log2(T / 5 + 1) + 1)`, by the concavity of the logarithm: five trades instead of one are worth up to five times as
//!   much, and a sixth is worth nothing.
//! - With `p` counterparties of one's own, `B(T, 5 p)`: as long as `T <= 5 p` that is `2 T`, two points for every thousand sats,
//!   the most there is. The pair cap makes a faker multiply wallets, not amounts.

use alloy_primitives::U256;
use barter_bindings::BTRTrust;
use barter_protocol::{
    limits::{MAX_AMOUNT_SATS, MAX_PAIR_COUNT, MIN_AMOUNT_SATS},
    score,
};
use barter_sim::model::{
    Name, Operation, World,
    operation::{Amount, Draft, Hidden, PREIMAGES, Texts, Until},
};
use proptest::prelude::*;

use crate::cases::cases;

const CASES: u32 = 64;

/// What `thousands` can be worth at most, in `trades` that may count: `B` above.
fn best(thousands: u64, trades: u64) -> u64 {
    let count = trades.min(thousands);
    if count == 0 {
        return 0;
    }
    let exponent = ((thousands + count) / count).ilog2();
    let rest = thousands + count - (count << exponent);
    count * (u64::from(exponent) + 1) + (rest >> exponent)
}

/// The thousands of the trades that are worth it.
fn best_split(thousands: u64, trades: u64) -> Vec<u64> {
    let count = trades.min(thousands);
    if count == 0 {
        return Vec::new();
    }
    let exponent = ((thousands + count) / count).ilog2();
    let larger = (thousands + count - (count << exponent)) >> exponent;
    (0..count).map(|index| (1 << (exponent + u32::from(index < larger))) - 1).collect()
}

/// What settling trades of these amounts brings Alice, by the bytecode; each with one of `counterparties` in turn.
fn gained(amounts_sats: &[u64], counterparties: u8) -> u64 {
    let mut world = World::new(false);
    for (index, &amount_sats) in amounts_sats.iter().enumerate() {
        let index = u8::try_from(index).unwrap();
        let counterparty = Name::new(1 + index % counterparties).into();
        let (preimage, amount) = (Hidden(index / counterparties % PREIMAGES), Amount(amount_sats));
        let texts = Texts { category: String::new(), description: String::new() };
        let draft = Draft { proposer: Name::ALICE, counterparty, as_payee: false, preimage, amount, texts };
        world.perform(&Operation::Trade { draft, until: Until::Settled }).unwrap();
    }
    let wallet = world.wallets()[Name::ALICE.index()].address();
    let trust = world.witness().addresses().trust;
    let score = world.witness().view(trust, &BTRTrust::getScoreCall { wallet }).unwrap();
    score.to()
}

/// A total in sats, and a way to split it into trades within the limits.
fn split(most: usize) -> impl Strategy<Value = (u64, Vec<u64>)> {
    let total = (10_u32..50, any::<u64>()).prop_map(|(bits, number)| number >> (64 - bits));
    (total, prop::collection::vec(any::<u64>(), 0..most)).prop_map(|(total, cuts)| {
        let total = total.clamp(MIN_AMOUNT_SATS, MAX_AMOUNT_SATS);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut % (total + 1)).collect();
        cuts.extend([0, total]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|ends| ends[1] - ends[0]);
        (total, parts.filter(|part| *part >= MIN_AMOUNT_SATS).collect())
    })
}

#[test]
fn no_split_of_a_pair_is_better_than_its_cap_allows() {
    cases(CASES, &split(20), |(total_sats, amounts_sats)| {
        let gained = gained(&amounts_sats, 1);
        // The first five count, whatever they are.
        let cap = usize::try_from(MAX_PAIR_COUNT).unwrap();
        let first: u64 = amounts_sats.iter().take(cap).map(|amount_sats| score(*amount_sats)).sum();
        prop_assert_eq!(gained, first);
        prop_assert!(gained <= best(total_sats / 1_000, MAX_PAIR_COUNT), "{} of {}", gained, total_sats);
        let largest = amounts_sats.iter().copied().map(score).max().unwrap_or_default();
        prop_assert!(gained <= MAX_PAIR_COUNT * largest);
        Ok(())
    });
}

#[test]
fn no_split_among_pairs_is_better_than_their_caps_allow() {
    cases(CASES / 2, &(split(30), 2_u8..=4), |((total_sats, amounts_sats), counterparties)| {
        let bound = best(total_sats / 1_000, MAX_PAIR_COUNT * u64::from(counterparties));
        prop_assert!(gained(&amounts_sats, counterparties) <= bound);
        prop_assert!(bound <= 2 * (total_sats / 1_000));
        Ok(())
    });
}

#[test]
fn the_bound_is_reached() {
    for (thousands, counterparties) in
        [(1, 1), (4, 1), (5, 1), (9, 1), (10, 1), (35, 1), (1_000, 1), (100_000, 1), (20, 4), (61, 4), (1_000, 4)]
    {
        let trades = MAX_PAIR_COUNT * u64::from(counterparties);
        let amounts_sats: Vec<_> = best_split(thousands, trades).iter().map(|part| part * 1_000).collect();
        assert!(amounts_sats.iter().sum::<u64>() <= thousands * 1_000);
        assert_eq!(gained(&amounts_sats, counterparties), best(thousands, trades), "{thousands} thousand sats");
    }
    // The whole of a bitcoin in one trade, in five, and in five with each of four.
    let bitcoin = 100_000;
    assert_eq!([best(bitcoin, 1), best(bitcoin, 5), best(bitcoin, 20)], [17, 76, 264]);
}

#[test]
fn the_bound_is_the_best_of_all_splits() {
    // By trying them all: the most that `thousands` bring in so many trades, from the most one trade fewer brings.
    const THOUSANDS: usize = 200;
    let mut most = vec![0; THOUSANDS + 1];
    for trades in 1..=8 {
        let fewer = most.clone();
        for thousands in 1..=THOUSANDS {
            for part in 1..=thousands {
                let worth = fewer[thousands - part] + score(part as u64 * 1_000);
                most[thousands] = most[thousands].max(worth);
            }
            assert_eq!(most[thousands], best(thousands as u64, trades), "{thousands} thousand sats in {trades} trades");
        }
    }
}

#[test]
fn five_trades_are_worth_at_most_five_of_the_average() {
    // 5 (log2(T / 5 + 1) + 1) as integers: 2^(B - 5) <= ((T + 5) / 5)^5.
    for thousands in (5..3_000).chain((1..2_000).map(|step| step * 1_000_003)) {
        let bound = best(thousands, MAX_PAIR_COUNT);
        let left = U256::from(5).pow(U256::from(5)) << usize::try_from(bound - 5).unwrap();
        assert!(left <= U256::from(thousands + 5).pow(U256::from(5)), "{thousands} thousand sats");
    }
}
