//! How much of what a wallet agreed to was settled.

use barter_compliance::{OPEN_TRADE_GRACE, Unfinished, completion_rate, percent_settled};
use proptest::prelude::*;

use crate::common::NOW;

fn rate(settled: u64, disputed: u64, overdue: usize) -> Option<f64> {
    completion_rate(settled, &Unfinished { disputed, accepted_at: vec![0; overdue] }, NOW)
}

#[test]
fn the_rate_is_rounded_down_to_a_tenth_of_a_percent() {
    assert_eq!(rate(0, 0, 0), None);
    assert_eq!(rate(5, 0, 0), Some(100.0));
    assert_eq!(rate(0, 1, 0), Some(0.0));
    assert_eq!(rate(0, 0, 1), Some(0.0));
    assert_eq!(rate(18, 1, 0), Some(94.7));
    assert_eq!(rate(2, 0, 1), Some(66.6));
    assert_eq!(rate(2, 1, 1), Some(50.0));
    assert_eq!(rate(9_999_999, 1, 0), Some(99.9), "only 100.0 means all");
    assert_eq!(rate(u64::MAX, u64::MAX, 0), Some(50.0));
    assert_eq!(percent_settled(u64::MAX, u128::MAX), Some(0.0));
}

#[test]
fn an_open_trade_counts_after_seven_days_and_not_before() {
    let rate = |accepted_at| completion_rate(1, &Unfinished { disputed: 0, accepted_at: vec![accepted_at] }, NOW);
    let seven_days_ago = NOW - OPEN_TRADE_GRACE;
    assert_eq!(rate(seven_days_ago + 1), Some(100.0));
    assert_eq!(rate(seven_days_ago), Some(100.0));
    assert_eq!(rate(seven_days_ago - 1), Some(50.0));
    assert_eq!(rate(NOW + 1), Some(100.0), "accepted after the time of the report");
}

proptest! {
    #[test]
    fn the_rate_is_the_largest_tenth_that_is_not_too_much(settled in 0..100_000_u64, disputed in 0..1_000_u64, overdue in 0..50_usize) {
        let all = settled + disputed + overdue as u64;
        prop_assume!(all > 0);
        let rate = rate(settled, disputed, overdue).unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let permille = (rate * 10.0).round() as u64;
        prop_assert!(permille * all <= settled * 1_000 && settled * 1_000 < (permille + 1) * all);
    }
}
