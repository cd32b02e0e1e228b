//! The detectors that look at the end.

use barter_sim::{detection::Reading, scenario::DetectionSettings};

use crate::common::{CLUSTER, HOUR, RINGS, Settlement, VIEWPOINT, points_at, statistic, watch, watch_until};

/// Three wallets that pay each other in a ring, one of them with a trade outside.
const RING: [Settlement; 4] = [(0, 1, 6_000, 0), (1, 2, 6_000, 60), (2, 0, 6_000, 120), (0, 3, 36_000, 5 * HOUR)];

#[test]
fn a_ring_is_a_share_of_the_volume() {
    let readings = watch(4, &RING, &DetectionSettings::default());
    assert_eq!([0, 1, 2, 3].map(|wallet| statistic(&readings, wallet, RINGS)), [0.25, 1.0, 1.0, 0.0]);
    assert_eq!([0, 1, 2, 3].map(|wallet| points_at(&readings, wallet, RINGS)), [true, true, true, false]);
}

#[test]
fn a_ring_longer_than_its_evidence_counts_in_full() {
    // 150 payments each way within an hour, and a third as much outside.
    let mut settlements: Vec<Settlement> =
        (0..300).map(|number| (number % 2, 1 - number % 2, 1_000, u64::from(number))).collect();
    settlements.push((0, 2, 100_000, 30 * HOUR));
    let readings = watch(3, &settlements, &DetectionSettings::default());
    assert_eq!([0, 1, 2].map(|wallet| statistic(&readings, wallet, RINGS)), [0.75, 1.0, 0.0]);
}

fn trusted(readings: &[Option<Reading>]) -> Vec<bool> {
    readings.iter().flatten().map(|reading| reading.is_trusted).collect()
}

/// Wallets 0 to 2 trade with each other, and 3 and 4 with each other.
const APART: [Settlement; 4] = [(0, 1, 50_000, 0), (1, 2, 60_000, 60), (2, 0, 20_000, 120), (3, 4, 70_000, 180)];

#[test]
fn nothing_is_seen_of_wallets_apart_from_those_trusted() {
    let settings = DetectionSettings { trusted_wallets: 1, ..DetectionSettings::default() };
    let readings = watch(5, &APART, &settings);
    assert_eq!(statistic(&readings, 0, VIEWPOINT), 0.0, "trusted: the honest wallet with the lowest address");
    assert_eq!(trusted(&readings), [true, false, false, false, false]);
    for wallet in [1, 2] {
        let unseen = statistic(&readings, wallet, VIEWPOINT);
        assert!(0.0 < unseen && unseen < 1.0);
        assert!(!points_at(&readings, wallet, VIEWPOINT));
    }
    for wallet in [3, 4] {
        assert_eq!(statistic(&readings, wallet, VIEWPOINT), 1.0);
        assert!(points_at(&readings, wallet, VIEWPOINT));
    }
}

#[test]
fn hostile_wallets_are_never_trusted() {
    let settings = DetectionSettings { trusted_wallets: 10, ..DetectionSettings::default() };
    let is_honest = [false, false, false, true, true];
    let readings = watch_until(5, &APART, &settings, &is_honest, |_, _| {}).wallets;
    assert_eq!([0, 1, 2, 3, 4].map(|wallet| statistic(&readings, wallet, VIEWPOINT)), [1.0, 1.0, 1.0, 0.0, 0.0]);
    assert_eq!(trusted(&readings), is_honest);
}

#[test]
fn with_nobody_trusted_there_is_no_viewpoint() {
    let nobody = DetectionSettings { trusted_wallets: 0, ..DetectionSettings::default() };
    for (settings, honest) in [(nobody, true), (DetectionSettings::default(), false)] {
        let readings = watch_until(5, &APART, &settings, &[honest; 5], |_, _| {}).wallets;
        for wallet in 0..5 {
            assert_eq!(statistic(&readings, wallet, VIEWPOINT), 0.0);
            assert!(!points_at(&readings, wallet, VIEWPOINT));
        }
        assert_eq!(trusted(&readings), [false; 5]);
    }
}

#[test]
fn a_cluster_has_its_isolation_score_and_points_at_nobody() {
    let mut settings = DetectionSettings::default();
    settings.settings.cluster_depth = 1;
    // A chain: 0 - 1 - 2 - 3 with 3,000, 1,000 and 2,000 sats.
    let chain = [(0, 1, 3_000, 0), (1, 2, 1_000, 60), (2, 3, 2_000, 120)];
    let readings = watch(4, &chain, &settings);
    assert_eq!([0, 1, 2, 3].map(|wallet| statistic(&readings, wallet, CLUSTER)), [0.75, 4.0 / 6.0, 0.5, 2.0 / 3.0]);
    assert!((0..4).all(|wallet| !points_at(&readings, wallet, CLUSTER)));
}

#[test]
fn a_cluster_ends_at_a_hundred_wallets() {
    let hub: Vec<Settlement> = (1..200).map(|other| (0, other, 5_000, u64::from(other))).collect();
    let readings = watch(200, &hub, &DetectionSettings::default());
    assert_eq!(statistic(&readings, 0, CLUSTER), 99.0 / 199.0, "99 of its 199 counterparties");
}
