//! The score: the source's formula, and and what it leaves open.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::float_cmp, reason = "the very same double is what is meant")]

use barter_reputation::score::{
    Counts, Error, MAINNET_MIN_BOND_VARIABLE, MIN_BOND_VARIABLE, Record, Score, Settings, WEIGHTS_VARIABLE,
    WINDOW_VARIABLE, Weights, federated_penalty, parse_weights,
};
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
const DOLLAR: u128 = 1_000_000;

fn score(record: &Record) -> Score {
    Score::of(record, &Settings::default(), NOW)
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found}, expected {wanted}");
}

/// The source's own example of an answer: 2,500 dollars of bond, 96.7% of successes, one dispute, 5% slashed.
#[test]
fn the_formula_of_the_source() {
    let record = Record {
        first_outcome_at: Some(NOW - 400 * DAY),
        first_bonded_at: Some(NOW - 73 * DAY),
        bond_units: 2_500 * DOLLAR,
        ever_bonded_units: 2_000 * DOLLAR,
        ever_slashed_units: 100 * DOLLAR,
        counts: Counts { success: 967, failure: 20, timeout: 13, disputed: 1 },
        volume_units: 1_000 * DOLLAR,
        quality_ppm_sum: 940_000 * 10,
        quality_count: 10,
        upheld_disputes: 1,
        strong_issuers: 1,
        weak_issuers: 1,
    };
    let score = score(&record);
    close(score.age_factor, 1.0);
    close(score.bond_factor, 2_500_f64.log10() / 4.0);
    close(score.success_rate, 0.967);
    close(score.volume_factor, 0.6);
    close(score.slash_ratio, 0.05);
    close(score.slash_penalty, 0.015);
    close(score.dispute_penalty, 0.005);
    close(score.federated_penalty, 0.5);
    close(score.average_quality, 0.94);
    close(score.score, 0.2 + 0.3 * score.bond_factor + 0.35 * 0.967 + 0.15 * 0.6 - 0.3 * 0.05 - 0.05 * 0.1 - 0.3 * 0.5);
    assert_eq!(score.outcomes, record.counts);
}

#[test]
fn a_provider_never_seen_is_worth_nothing() {
    let score = score(&Record::default());
    assert_eq!((score.score, score.age_days, score.average_quality), (0.0, 0.0, 0.0));
}

#[test]
fn a_bond_under_a_dollar_is_none() {
    let bond = |bond_units| score(&Record { bond_units, ..Record::default() }).bond_factor;
    assert_eq!(bond(0), 0.0);
    assert_eq!(bond(DOLLAR - 1), 0.0);
    assert_eq!(bond(DOLLAR), 0.0);
    close(bond(10 * DOLLAR), 0.25);
    assert_eq!(bond(10_000 * DOLLAR), 1.0);
    assert_eq!(bond(u128::MAX), 1.0);
}

#[test]
fn volume_under_a_dollar_is_none() {
    let volume = |volume_units| score(&Record { volume_units, ..Record::default() }).volume_factor;
    assert_eq!(volume(0), 0.0);
    assert_eq!(volume(DOLLAR - 1), 0.0);
    close(volume(10 * DOLLAR), 0.2);
    assert_eq!(volume(100_000 * DOLLAR), 1.0);
    assert_eq!(volume(1_000_000 * DOLLAR), 1.0);
}

#[test]
fn no_outcome_in_the_window_is_no_success() {
    assert_eq!(score(&Record::default()).success_rate, 0.0);
    let disputed = Counts { disputed: 5, ..Counts::default() };
    assert_eq!(score(&Record { counts: disputed, ..Record::default() }).success_rate, 0.0);
}

#[test]
fn disputed_outcomes_count_neither_way() {
    let with = |disputed| {
        let counts = Counts { success: 3, failure: 1, timeout: 0, disputed };
        score(&Record { counts, ..Record::default() }).success_rate
    };
    assert_eq!(with(0), 0.75);
    assert_eq!(with(1_000), 0.75);
}

#[test]
fn age_counts_from_the_first_outcome_or_the_first_bond() {
    let age = |first_outcome_at, first_bonded_at| {
        score(&Record { first_outcome_at, first_bonded_at, ..Record::default() }).age_days
    };
    assert_eq!(age(Some(NOW - 10 * DAY), Some(NOW - 20 * DAY)), 20.0);
    assert_eq!(age(Some(NOW - 20 * DAY), Some(NOW - 10 * DAY)), 20.0);
    assert_eq!(age(Some(NOW - 10 * DAY), None), 10.0);
    assert_eq!(age(None, Some(NOW - 10 * DAY)), 10.0);
    assert_eq!(age(None, None), 0.0);
    // Outcomes may be dated a little ahead.
    assert_eq!(age(Some(NOW + DAY), None), 0.0);
}

#[test]
fn a_top_up_never_hides_a_slash() {
    let after = |top_up: u128| Record {
        bond_units: (900 + top_up) * DOLLAR,
        ever_bonded_units: (1_000 + top_up) * DOLLAR,
        ever_slashed_units: 100 * DOLLAR,
        ..Record::default()
    };
    assert_eq!(score(&after(0)).slash_ratio, 0.1);
    assert_eq!(score(&after(1_000)).slash_ratio, 0.05);
    assert!(score(&after(1_000_000_000_000)).slash_ratio > 0.0);
}

#[test]
fn a_bond_taken_out_leaves_the_slash() {
    let gone = Record { ever_bonded_units: 1_000, ever_slashed_units: 1_000, ..Record::default() };
    assert_eq!(score(&gone).slash_ratio, 1.0);
}

#[test]
fn filing_alone_costs_nothing_and_ten_upheld_disputes_cost_all_they_can() {
    let penalty = |upheld_disputes| score(&Record { upheld_disputes, ..Record::default() }).dispute_penalty;
    assert_eq!(penalty(0), 0.0);
    close(penalty(1), 0.005);
    assert_eq!(penalty(10), 0.05);
    assert_eq!(penalty(u64::MAX), 0.05);
}

/// The published package's own numbers, with its rounding taken off.
#[test]
fn federated_penalties() {
    for (strong, weak, wanted) in [
        (0, 0, 0.0),
        (0, 1, 0.0),
        (1, 0, 0.5),
        (1, 1, 0.5),
        (0, 2, 0.5),
        (0, 3, 1.0 - 0.5_f64.powf(1.5)),
        (2, 0, 0.75),
        (3, 0, 0.875),
        (1, 2, 0.75),
        (5_000, 0, 1.0),
    ] {
        close(federated_penalty(strong, weak), wanted);
    }
}

#[test]
fn other_decimals() {
    let settings = Settings { decimals: 18, ..Settings::default() };
    let record = Record { bond_units: 100 * 10_u128.pow(18), ..Record::default() };
    close(Score::of(&record, &settings, NOW).bond_factor, 0.5);
}

/// A price is signed in millionths of a dollar, whatever the bond's token counts in.
#[test]
fn volume_is_in_millionths_whatever_the_token() {
    for decimals in [0, 6, 18, 38] {
        let settings = Settings { decimals, ..Settings::default() };
        let score = Score::of(&Record { volume_units: 100 * DOLLAR, ..Record::default() }, &settings, NOW);
        close(score.volume_usd, 100.0);
        close(score.volume_factor, 0.4);
    }
}

/// Bits, because whoever recomputes a score on another machine has to find the same one.
#[test]
fn the_same_to_the_last_bit_everywhere() {
    let record = Record {
        first_outcome_at: Some(NOW - 1_234_567),
        bond_units: 777_777_777,
        ever_bonded_units: 999_999_999,
        ever_slashed_units: 33_333_333,
        counts: Counts { success: 331, failure: 17, timeout: 5, disputed: 2 },
        volume_units: 141_600_000,
        upheld_disputes: 3,
        strong_issuers: 1,
        weak_issuers: 3,
        ..Record::default()
    };
    assert_eq!(score(&record).score.to_bits(), 4_599_893_714_123_658_821);
}

#[test]
fn settings_from_the_environment() {
    let none = Settings::default().with_environment(|_| None).unwrap();
    assert_eq!(none, Settings::default());
    assert_eq!(none.weights, Weights { age: 0.2, bond: 0.3, success_rate: 0.35, volume: 0.15 });
    assert_eq!((none.min_bond_usd, none.mainnet_min_bond_usd, none.window_seconds()), (100, 1_000, 30 * DAY));
    let set = Settings::default()
        .with_environment(|name| {
            Some(match name {
                MIN_BOND_VARIABLE => " 5 ".to_owned(),
                MAINNET_MIN_BOND_VARIABLE => "5000".to_owned(),
                WINDOW_VARIABLE => "7".to_owned(),
                WEIGHTS_VARIABLE => "0.25, 0.25,0.25 ,0.25".to_owned(),
                _ => return None,
            })
        })
        .unwrap();
    let weights = Weights { age: 0.25, bond: 0.25, success_rate: 0.25, volume: 0.25 };
    let wanted = Settings { min_bond_usd: 5, mainnet_min_bond_usd: 5_000, window_days: 7, weights, decimals: 6 };
    assert_eq!(set, wanted);
    let empty = Settings::default().with_environment(|_| Some(String::new())).unwrap();
    assert_eq!(empty, Settings::default());
}

#[test]
fn settings_that_are_wrong_are_named() {
    for (variable, text, minimum) in [
        (MIN_BOND_VARIABLE, "-1", 0),
        (MIN_BOND_VARIABLE, "100.5", 0),
        (MAINNET_MIN_BOND_VARIABLE, "a lot", 0),
        (WINDOW_VARIABLE, "0", 1),
        (WINDOW_VARIABLE, "100000", 1),
    ] {
        let error = Settings::default().with_environment(|name| (name == variable).then(|| text.to_owned()));
        let Err(Error::NotANumber { name, found, minimum: least, .. }) = error else { panic!("{variable} {text}") };
        assert_eq!((name, found.as_str(), least), (variable, text, minimum));
    }
    for text in ["0.2,0.3,0.35", "0.2,0.3,0.35,0.15,0", "0.2,0.3,0.35,0.25", "1.2,-0.2,0,0", "NaN,0,0,1", "a,b,c,d"] {
        let wanted = Error::BadWeights { name: "--weights", found: text.to_owned() };
        assert_eq!(parse_weights("--weights", text), Err(wanted));
    }
}

/// Counts that doubles hold exactly, all of a provider's outcomes together too. Past them, two counts that differ can be one double.
const EXACT: u64 = 1 << 50;

fn record(most: u64) -> impl Strategy<Value = Record> {
    let units = || prop_oneof![0..20_000 * DOLLAR, any::<u128>()];
    let count = move || prop_oneof![0_u64..50, 0..=most];
    let time = || proptest::option::of(NOW - 800 * DAY..NOW + DAY);
    (
        (time(), time(), units(), units(), units(), units()),
        [count(), count(), count(), count()],
        (count(), 0_u64..100, 0_u64..100),
    )
        .prop_map(|((first_outcome_at, first_bonded_at, bond, bonded, slashed, volume), counts, more)| Record {
            first_outcome_at,
            first_bonded_at,
            bond_units: bond,
            ever_bonded_units: bonded,
            ever_slashed_units: slashed.min(bonded),
            counts: Counts { success: counts[0], failure: counts[1], timeout: counts[2], disputed: counts[3] },
            volume_units: volume,
            quality_ppm_sum: 0,
            quality_count: 0,
            upheld_disputes: more.0,
            strong_issuers: more.1,
            weak_issuers: more.2,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn always_a_share(record in record(u64::MAX)) {
        let score = score(&record);
        for term in [
            score.score, score.age_factor, score.bond_factor, score.success_rate, score.volume_factor, score.slash_ratio,
            score.federated_penalty,
        ] {
            prop_assert!((0.0..=1.0).contains(&term), "{score:?}");
        }
        prop_assert!(score.age_days >= 0.0);
    }

    #[test]
    fn more_of_what_is_good_never_lowers_it(record in record(EXACT), more in 1_u64..1_000_000_000) {
        let before = score(&record).score;
        let units = u128::from(more);
        let better = [
            Record { bond_units: record.bond_units.saturating_add(units), ..record },
            Record { ever_bonded_units: record.ever_bonded_units.saturating_add(units), ..record },
            Record { volume_units: record.volume_units.saturating_add(units), ..record },
            Record { first_outcome_at: record.first_outcome_at.map(|first| first - more.min(first)), ..record },
            Record { first_bonded_at: record.first_bonded_at.or(Some(NOW)), ..record },
            Record { counts: Counts { success: record.counts.success + more, ..record.counts }, ..record },
        ];
        for better in better {
            prop_assert!(score(&better).score >= before, "{record:?} {better:?}");
        }
    }

    #[test]
    fn more_of_what_is_bad_never_raises_it(record in record(EXACT), more in 1_u64..1_000_000_000) {
        let before = score(&record).score;
        let slashed = record.ever_slashed_units.saturating_add(more.into()).min(record.ever_bonded_units);
        let worse = [
            Record { ever_slashed_units: slashed, ..record },
            Record { upheld_disputes: record.upheld_disputes.saturating_add(more), ..record },
            Record { strong_issuers: record.strong_issuers + more, ..record },
            Record { weak_issuers: record.weak_issuers + more, ..record },
            Record { counts: Counts { failure: record.counts.failure + more, ..record.counts }, ..record },
            Record { counts: Counts { timeout: record.counts.timeout + more, ..record.counts }, ..record },
        ];
        for worse in worse {
            prop_assert!(score(&worse).score <= before, "{record:?} {worse:?}");
        }
        let disputed = Counts { disputed: record.counts.disputed + more, ..record.counts };
        prop_assert_eq!(score(&Record { counts: disputed, ..record }).score, before);
    }

    /// What was slashed is there for good, however much is bonded after it.
    #[test]
    fn a_slash_stays(record in record(EXACT), top_up in any::<u128>()) {
        prop_assume!(record.ever_slashed_units > 0);
        let ever_bonded_units = record.ever_bonded_units.saturating_add(top_up);
        let slash_ratio = score(&Record { ever_bonded_units, ..record }).slash_ratio;
        prop_assert!(slash_ratio > 0.0);
    }

    /// The formula written down a second time, over the reals as `f64` has them.
    #[test]
    fn as_the_source_writes_it(record in record(EXACT)) {
        #[allow(clippy::cast_precision_loss, reason = "an estimate is compared with")]
        let (usd, real) = (|units: u128| units as f64 / 1e6, |count: u64| count as f64);
        let logarithm = |usd: f64, full: f64| (usd.max(1.0).log10() / full).min(1.0);
        let first = record.first_outcome_at.unwrap_or(NOW).min(record.first_bonded_at.unwrap_or(NOW)).min(NOW);
        let counts = record.counts;
        let judged = real(counts.success) + real(counts.failure) + real(counts.timeout);
        let success = if judged == 0.0 { 0.0 } else { real(counts.success) / judged };
        let slash = if record.ever_bonded_units == 0 { 0.0 } else { usd(record.ever_slashed_units) / usd(record.ever_bonded_units) };
        let weak = if record.weak_issuers >= 2 { real(record.weak_issuers) / 2.0 } else { 0.0 };
        let wanted = 0.2 * (real(NOW - first) / 86_400.0 / 365.0).min(1.0)
            + 0.3 * logarithm(usd(record.bond_units), 4.0)
            + 0.35 * success
            + 0.15 * logarithm(usd(record.volume_units), 5.0)
            - 0.3 * slash
            - 0.05 * (real(record.upheld_disputes) / 10.0).min(1.0)
            - 0.3 * (1.0 - 0.5_f64.powf(real(record.strong_issuers) + weak));
        let found = score(&record).score;
        prop_assert!((found - wanted.clamp(0.0, 1.0)).abs() < 1e-9, "{} {}", found, wanted);
    }
}
