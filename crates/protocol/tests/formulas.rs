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
        (3_001, 3, 3),
        (6_999, 3, 6),
        (7_000, 4, 7),
        (9_999_999, 14, 9_999),
        (10_000_000, 14, 10_000),
        (10_001_000, 14, 10_000),
        (100_000_000, 17, 10_000),
        (MAX_AMOUNT_SATS - 1, 41, 10_000),
        (MAX_AMOUNT_SATS, 41, 10_000),
        (MAX_AMOUNT_SATS + 1, 41, 10_000),
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

#[test]
fn bounds_at_every_power_of_two() {
    // 2^n sats are 1.024 times 2^(n - 10) thousands: more than 2^(n - 10), and with the 1 that is added less than 2^(n - 9)
    // from n = 11 on. One satoshi more or less changes nothing, as no power of two is near a step.
    for exponent in 0..64 {
        let expected = match exponent {
            0..10 => 1,
            10 => 2,
            _ => exponent - 9,
        };
        let power = 1_u64 << exponent;
        for amount_sats in [power - 1, power, power + 1] {
            assert_eq!(score(amount_sats), expected, "score of {amount_sats} sats");
            let tokens = (amount_sats / 1_000).clamp(1, 10_000);
            assert_eq!(credit_tokens(amount_sats), tokens, "credit of {amount_sats} sats");
        }
    }
}

#[test]
fn each_point_takes_twice_as_many_sats_as_the_one_before() {
    // The least amount worth so many points, found by halving the range: nothing here knows the formula.
    let least = |points: u64| {
        let (mut low, mut high) = (0_u64, u64::MAX);
        while low < high {
            let middle = low + (high - low) / 2;
            if score(middle) < points { low = middle + 1 } else { high = middle }
        }
        low
    };
    let steps: Vec<_> = (1..=55).map(least).collect();
    assert_eq!(steps[..4], [0, 1_000, 3_000, 7_000]);
    for steps in steps.windows(3) {
        assert_eq!(steps[2] - steps[1], 2 * (steps[1] - steps[0]), "after {} sats", steps[1]);
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
    fn between_powers_of_two_the_score_is_between_theirs(exponent in 11_u32..63, rest in any::<u64>()) {
        let power = 1_u64 << exponent;
        let amount_sats = power + rest % power;
        let bounds = u64::from(exponent) - 9..=u64::from(exponent) - 8;
        prop_assert!(bounds.contains(&score(amount_sats)));
    }

    #[test]
    fn twice_the_sats_are_at_most_a_point_more(amount_sats in any::<u64>(), shift in 1_u32..64) {
        let amount_sats = amount_sats >> shift;
        prop_assert!(score(2 * amount_sats) <= score(amount_sats) + 1);
    }

    /// The sense in which the score, a staircase, is concave: it is the whole part of a function that is, and so follows each
    /// of that function's promises to within the one point that rounding down can hide. In whole thousands, `s(t)` =
    /// `floor(log2(t + 1)) + 1`; with `L` for the same without the floor, `s <= L < s + 1`.
    /// - Two amounts are worth no more than twice their mean, and a point: `s(a) + s(b) <= L(a) + L(b) <= 2 L(m)`, which is
    ///   below `2 s(m) + 2`; a mean of half a thousand more changes no whole part.
    /// - The same added to more brings no more than added to less, and a point.
    /// - Two trades are worth at least one of their sum, exactly: `(a + 1) (b + 1) >= a + b + 1`, and a sum of whole parts is at
    ///   most one short of the whole part of the sum, which the second trade's own point makes good.
    #[test]
    fn the_score_is_concave_to_a_point(one in any::<u64>(), other in any::<u64>(), more in any::<u64>(), shift in 11_u32..60) {
        let [one, other, more] = [one, other, more].map(|thousands| thousands >> shift);
        let worth = |thousands: u64| score(thousands * 1_000);
        prop_assert!(worth(one) + worth(other) <= 2 * worth(one.midpoint(other)) + 1);
        let (less, greater) = (one.min(other), one.max(other));
        prop_assert!(worth(greater + more) - worth(greater) <= worth(less + more) - worth(less) + 1);
        prop_assert!(worth(one + other) <= worth(one) + worth(other));
    }

    /// Exactly concave from the smallest trade on: `min(10000, t)`. Below a thousand sats, which no trade is, the smallest
    /// reward of one token is more than the amount's share.
    #[test]
    fn credit_is_concave(one in 1_u64..30_000, other in 1_u64..30_000, more in 0_u64..30_000) {
        let worth = |thousands: u64| credit_tokens(thousands * 1_000);
        prop_assert!(worth(one) + worth(other) <= worth(one.midpoint(other)) + worth((one + other).div_ceil(2)));
        let (less, greater) = (one.min(other), one.max(other));
        prop_assert!(worth(greater + more) - worth(greater) <= worth(less + more) - worth(less));
        prop_assert!(worth(one + other) <= worth(one) + worth(other));
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
