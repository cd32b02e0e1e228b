//! ROC curves, the area under them, and thresholds.

use barter_sim::detection::{MAX_CURVE, Roc, Step};
use proptest::prelude::*;

/// Statistics that are often equal.
fn statistics() -> impl Strategy<Value = Vec<(f64, bool)>> {
    prop::collection::vec(((0_u8..12).prop_map(f64::from), any::<bool>()), 0..60)
}

/// Statistics that hardly ever are.
fn many_statistics() -> impl Strategy<Value = Vec<(f64, bool)>> {
    prop::collection::vec((0.0..1.0, any::<bool>()), 0..900)
}

fn of_kind(statistics: &[(f64, bool)], hostile: bool) -> Vec<f64> {
    statistics.iter().filter(|(_, kind)| *kind == hostile).map(|(statistic, _)| *statistic).collect()
}

/// Twice the pairs in which the hostile wallet's statistic is higher, and twice all pairs.
fn pairs_won(statistics: &[(f64, bool)]) -> (u32, u32) {
    let (honest, hostile) = (of_kind(statistics, false), of_kind(statistics, true));
    let (mut won, mut all) = (0, 0);
    for bad in &hostile {
        for good in &honest {
            won += if bad > good { 2 } else { u32::from(bad == good) };
            all += 2;
        }
    }
    (won, all)
}

fn area(curve: &[(f64, f64)]) -> f64 {
    curve.windows(2).map(|ends| (ends[1].0 - ends[0].0) * f64::midpoint(ends[0].1, ends[1].1)).sum()
}

#[test]
fn a_curve_by_hand() {
    // Hostile: 4, 3, 3, 1. Honest: 3, 2, 1, 1, 0.
    let statistics = [4.0, 3.0, 3.0, 1.0].map(|statistic| (statistic, true)).into_iter();
    let roc = Roc::of(statistics.chain([3.0, 2.0, 1.0, 1.0, 0.0].map(|statistic| (statistic, false))));
    let step = |threshold, honest, hostile| Step { threshold, honest, hostile };
    let steps = [step(4.0, 0, 1), step(3.0, 1, 3), step(2.0, 2, 3), step(1.0, 4, 4), step(0.0, 5, 4)];
    assert_eq!(roc.steps(), steps);
    // Of 20 pairs 4 wins all 5; each 3 wins 4 and draws 1; 1 wins 1 and draws 2: 5 + 9 + 2.
    assert_eq!(roc.auc(), Some(16.0 / 20.0));
    assert_eq!(roc.curve(), [(0.0, 0.0), (0.0, 0.25), (0.2, 0.75), (0.4, 0.75), (0.8, 1.0), (1.0, 1.0)]);
    assert_eq!(roc.within_percent(1), Some(step(4.0, 0, 1)));
    // 20% is one of five, and the two 3s come with it.
    assert_eq!(roc.within_percent(19), Some(step(4.0, 0, 1)));
    assert_eq!(roc.within_percent(20), Some(step(3.0, 1, 3)));
    assert_eq!(roc.within_percent(100), Some(step(0.0, 5, 4)));
}

#[test]
fn equal_statistics_are_a_coin_and_find_nobody() {
    let roc = Roc::of((0..10).map(|number| (7.0, number % 2 == 0)));
    assert_eq!(roc.auc(), Some(0.5));
    assert_eq!(roc.curve(), [(0.0, 0.0), (1.0, 1.0)]);
    assert_eq!(roc.within_percent(1), None);
}

#[test]
fn one_kind_of_wallets_has_no_curve() {
    for kind in [false, true] {
        let roc = Roc::of([(1.0, kind), (2.0, kind)]);
        assert_eq!((roc.auc(), roc.curve()), (None, Vec::new()));
    }
    assert_eq!(
        Roc::of([(1.0, true)]).within_percent(1),
        None,
        "without honest wallets there is no rate of false alarms"
    );
    assert_eq!(Roc::of([]).auc(), None);
}

#[test]
fn one_percent_of_a_hundred_is_one() {
    let honest = |count: u32| (0..count).map(|number| (f64::from(number), false));
    let found = |count| Roc::of(honest(count).chain([(f64::from(count) - 1.5, true)])).within_percent(1);
    assert_eq!(found(99), None, "of 99 wallets one is more than 1%");
    assert_eq!(found(100), Some(Step { threshold: 98.5, honest: 1, hostile: 1 }));
}

proptest! {
    #[test]
    fn the_area_is_the_share_of_pairs_won(statistics in statistics()) {
        let (won, all) = pairs_won(&statistics);
        let auc = Roc::of(statistics).auc();
        prop_assert_eq!(auc, (all > 0).then(|| f64::from(won) / f64::from(all)));
    }

    #[test]
    fn the_area_is_the_area_under_the_curve(statistics in statistics()) {
        let roc = Roc::of(statistics);
        if let Some(auc) = roc.auc() {
            prop_assert!((auc - area(&roc.curve())).abs() < 1e-12);
        }
    }

    #[test]
    fn the_other_way_round_is_the_rest(statistics in statistics()) {
        let turned = statistics.iter().map(|(statistic, kind)| (-statistic, *kind));
        let (one, other) = (Roc::of(statistics.clone()).auc(), Roc::of(turned).auc());
        prop_assert_eq!(one.is_some(), other.is_some());
        if let (Some(one), Some(other)) = (one, other) {
            prop_assert!((one + other - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn only_the_order_of_statistics_counts(statistics in statistics(), turn in 0_usize..60) {
        let mut other: Vec<_> = statistics.iter().map(|(statistic, kind)| (statistic * statistic * 3.0 - 8.0, *kind)).collect();
        let turn = turn.min(other.len());
        other.rotate_left(turn);
        let (one, other) = (Roc::of(statistics), Roc::of(other));
        prop_assert_eq!(one.auc(), other.auc());
        prop_assert_eq!(one.curve(), other.curve());
    }

    #[test]
    fn a_long_curve_is_thinned_and_stays_close(statistics in many_statistics()) {
        let roc = Roc::of(statistics);
        let curve = roc.curve();
        prop_assert!(curve.len() <= MAX_CURVE);
        if let (Some(auc), [first, .., last]) = (roc.auc(), &curve[..]) {
            prop_assert_eq!((*first, *last), ((0.0, 0.0), (1.0, 1.0)));
            prop_assert!(curve.windows(2).all(|ends| ends[0].0 <= ends[1].0 && ends[0].1 <= ends[1].1 && ends[0] != ends[1]));
            prop_assert!((auc - area(&curve)).abs() < 0.01);
        }
    }

    #[test]
    fn a_threshold_finds_what_it_says_and_no_lower_one_is_allowed(statistics in statistics(), percent in 0_u64..40) {
        let honest = of_kind(&statistics, false);
        let alarms = |threshold: f64| honest.iter().filter(|statistic| **statistic >= threshold).count() as u64;
        let is_allowed = |threshold: f64| !honest.is_empty() && alarms(threshold) * 100 <= percent * honest.len() as u64;
        let lowest = statistics.iter().map(|(statistic, _)| *statistic).filter(|threshold| is_allowed(*threshold)).min_by(f64::total_cmp);
        let step = Roc::of(statistics.clone()).within_percent(percent);
        prop_assert_eq!(step.map(|step| step.threshold), lowest);
        if let Some(step) = step {
            let found = of_kind(&statistics, true).iter().filter(|statistic| **statistic >= step.threshold).count() as u64;
            prop_assert_eq!((step.honest, step.hostile), (alarms(step.threshold), found));
        }
    }
}
