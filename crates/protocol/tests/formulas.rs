//! The formulas' bounds, exact values and order.

use alloy_primitives::U256;
use barter_protocol::{
    Level, credit, credit_tokens,
    formula::CREDIT_UNIT,
    limits::{MAX_AMOUNT_SATS, MIN_AMOUNT_SATS},
    score,
};
use proptest::prelude::*;

#[test]
fn exact_values_around_the_limits() {
    let rows = [
        // sats, score, tokens
        (0, 1, 1),
        (999, 1, 1),
        (1_000, 2, 1),
        (1_001, 2, 1),
        (1_999, 2, 1),
        (2_000, 2, 2),
        (2_999, 2, 2),
        (3_000, 3, 3),
        (50_000, 6, 50),
        (9_999_999, 14, 9_999),
        (10_000_000, 14, 10_000),
        (10_001_000, 14, 10_000),
        (100_000_000, 17, 10_000),
        (MAX_AMOUNT_SATS, 41, 10_000),
        (u64::MAX, 55, 10_000),
    ];
    for (amount_sats, expected_score, tokens) in rows {
        assert_eq!(score(amount_sats), expected_score, "score of {amount_sats} sats");
        assert_eq!(credit_tokens(amount_sats), tokens, "credit of {amount_sats} sats");
        assert_eq!(credit(amount_sats), U256::from(tokens) * U256::from(CREDIT_UNIT));
    }
    assert_eq!(score(MIN_AMOUNT_SATS), 2);
}

#[test]
fn the_score_steps_exactly_at_powers_of_two() {
    // sats / 1000 + 1 reaches 2^n at (2^n - 1) thousand sats, and nowhere before.
    for exponent in 1..54 {
        let step = ((1_u64 << exponent) - 1) * 1_000;
        let at_step = u64::from(exponent_of(exponent)) + 1;
        assert_eq!(score(step), at_step, "at {step} sats");
        assert_eq!(score(step - 1), at_step - 1, "a satoshi before {step} sats");
        assert_eq!(score(step + 1), at_step, "a satoshi after {step} sats");
    }
}

/// The exponent, by counting divisions: another way than the code's.
fn exponent_of(exponent: u32) -> u32 {
    let (mut rest, mut count) = (1_u64 << exponent, 0);
    while rest > 1 {
        rest /= 2;
        count += 1;
    }
    count
}

#[test]
fn levels_start_where_they_say() {
    let rows =
        [(0, Level::C), (399, Level::C), (400, Level::B), (699, Level::B), (700, Level::A), (u64::MAX, Level::A)];
    for (score, level) in rows {
        assert_eq!(Level::of(score), level, "level of {score}");
    }
    assert!(Level::A > Level::B && Level::B > Level::C);
    assert_eq!(format!("{}{}{}", Level::A, Level::B, Level::C), "ABC");
}

proptest! {
    #[test]
    fn the_score_is_the_logarithm_it_says(amount_sats in any::<u64>(), shift in 0_u32..64) {
        let amount_sats = amount_sats >> shift;
        let argument = u128::from(amount_sats / 1_000) + 1;
        let exponent = score(amount_sats) - 1;
        prop_assert!(1_u128 << exponent <= argument && argument < 1_u128 << (exponent + 1));
    }

    #[test]
    fn more_sats_are_never_worth_less(less in any::<u64>(), more in any::<u64>(), shift in 0_u32..64) {
        let (less, more) = ((less >> shift).min(more >> shift), (less >> shift).max(more >> shift));
        prop_assert!(score(less) <= score(more));
        prop_assert!(credit_tokens(less) <= credit_tokens(more));
        prop_assert!(Level::of(less) <= Level::of(more));
    }

    #[test]
    fn credit_is_bounded_and_linear_between(amount_sats in any::<u64>(), shift in 0_u32..64) {
        let amount_sats = amount_sats >> shift;
        let tokens = credit_tokens(amount_sats);
        prop_assert!((1..=10_000).contains(&tokens));
        if (1_000..10_001_000).contains(&amount_sats) {
            prop_assert_eq!(tokens, amount_sats / 1_000);
        }
    }
}
