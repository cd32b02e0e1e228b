//! Precision, recall, false alarms, and what is found of whom.

use barter_sim::{
    AgentId, CrowdId,
    detection::{CrowdFound, Detector, Findings, Reading, Truth},
};
use proptest::prelude::*;

use crate::common::{ANY_DETECTOR, ANY_FLAG, CLUSTER, ISOLATION, PAIR_CAP, RINGS, RISK, VELOCITY, VIEWPOINT};

const DETECTORS: usize = 9;

fn wallet(world: u64, agent: u32, crowd: u16, score: u64) -> Truth {
    Truth { world, agent: AgentId(agent), crowd: CrowdId(crowd), hostile: crowd > 0, score }
}

/// A reading of one detector; the others say nothing.
#[allow(clippy::unnecessary_wraps, reason = "as findings take them")]
fn reading(place: usize, statistic: f64, points_at: bool) -> Option<Reading> {
    let mut reading = Reading { statistics: vec![0.0; DETECTORS], points_at: vec![false; DETECTORS] };
    reading.statistics[place] = statistic;
    reading.points_at[place] = points_at;
    Some(reading)
}

fn detector(findings: &Findings, place: usize) -> &Detector {
    &findings.detectors[place]
}

#[test]
fn every_detector_has_its_place() {
    let findings = Findings::of(&[], &mut []);
    let names: Vec<_> = findings.detectors.iter().map(|detector| detector.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "high velocity",
            "isolation",
            "amount uniformity",
            "off-hours",
            "pair cap",
            "risk level",
            "wash rings",
            "cluster",
            "viewpoint",
            "any flag",
            "any detector"
        ]
    );
    for detector in &findings.detectors {
        assert_eq!(detector.rule.is_none(), detector.name == "cluster");
    }
}

/// Two attackers in two worlds with the same number, one of whom has two wallets, and four honest wallets.
fn small() -> (Vec<Truth>, Vec<Option<Reading>>) {
    let wallets = [
        (wallet(0, 0, 0, 50), reading(PAIR_CAP, 9.0, true)),
        (wallet(0, 1, 0, 50), reading(PAIR_CAP, 2.0, false)),
        (wallet(0, 2, 1, 60), reading(PAIR_CAP, 12.0, true)),
        (wallet(0, 2, 1, 20), reading(PAIR_CAP, 4.0, false)),
        (wallet(0, 2, 1, 0), None),
        (wallet(0, 3, 2, 0), None),
        (wallet(1, 0, 0, 50), reading(PAIR_CAP, 1.0, false)),
        (wallet(1, 1, 0, 50), reading(PAIR_CAP, 1.0, false)),
        (wallet(1, 2, 1, 20), reading(PAIR_CAP, 8.0, true)),
    ];
    wallets.into_iter().unzip()
}

#[test]
fn by_default() {
    let (truths, mut readings) = small();
    let findings = Findings::of(&truths, &mut readings);
    assert_eq!((findings.honest, findings.hostile, findings.hostile_agents), (4, 3, 2));
    let pair_cap = detector(&findings, PAIR_CAP);
    assert_eq!((pair_cap.honest_pointed_at, pair_cap.hostile_pointed_at), (Some(1), Some(2)));
    assert_eq!(pair_cap.precision, Some(2.0 / 3.0));
    assert_eq!(pair_cap.recall, Some(2.0 / 3.0));
    assert_eq!(pair_cap.false_alarms, Some(1.0 / 4.0));
    // Of 12 pairs, 12 and 8 and 4 win 4, 3 and 3.
    assert_eq!(pair_cap.auc, Some(10.0 / 12.0));
    let first = CrowdFound {
        crowd: CrowdId(1),
        wallets: 3,
        found: 2,
        share: Some(2.0 / 3.0),
        agents: 2,
        agents_found: 2,
        agents_share: Some(1.0),
        score: 100,
        score_found: 80,
        score_share: Some(0.8),
    };
    let second = CrowdFound {
        crowd: CrowdId(2),
        wallets: 0,
        found: 0,
        share: None,
        agents: 0,
        agents_found: 0,
        agents_share: None,
        score: 0,
        score_found: 0,
        score_share: None,
    };
    assert_eq!(pair_cap.found_by_default, [first, second]);
}

#[test]
fn at_one_percent_of_a_few_there_are_no_false_alarms() {
    let (truths, mut readings) = small();
    let findings = Findings::of(&truths, &mut readings);
    let pair_cap = detector(&findings, PAIR_CAP);
    assert_eq!(pair_cap.threshold_at_one_percent, Some(12.0), "the honest 9 must stay below");
    assert_eq!(pair_cap.false_alarms_at_one_percent, Some(0.0));
    let found = &pair_cap.found_at_one_percent[0];
    assert_eq!((found.found, found.agents_found, found.agents_share), (1, 1, Some(0.5)));
    assert_eq!((found.score_found, found.score_share), (60, Some(0.6)));
    let velocity = detector(&findings, VELOCITY);
    assert_eq!((velocity.threshold_at_one_percent, velocity.auc), (None, Some(0.5)), "it says the same of all");
    assert_eq!(velocity.found_at_one_percent[0].found, 0);
    assert_eq!((velocity.precision, velocity.recall), (None, Some(0.0)), "it points at nobody");
}

#[test]
fn a_detector_without_a_threshold_has_no_verdict() {
    let (truths, mut readings) = small();
    let findings = Findings::of(&truths, &mut readings);
    let cluster = detector(&findings, CLUSTER);
    assert_eq!((cluster.honest_pointed_at, cluster.hostile_pointed_at), (None, None));
    assert_eq!((cluster.precision, cluster.recall, cluster.false_alarms), (None, None, None));
    assert!(cluster.found_by_default.is_empty());
    assert_eq!(cluster.found_at_one_percent.len(), 2);
}

#[test]
fn wallets_of_one_kind_only() {
    let honest = [wallet(0, 0, 0, 5), wallet(0, 1, 0, 5)];
    let findings = Findings::of(&honest, &mut [reading(PAIR_CAP, 9.0, true), reading(PAIR_CAP, 1.0, false)]);
    let pair_cap = detector(&findings, PAIR_CAP);
    assert_eq!((pair_cap.precision, pair_cap.recall, pair_cap.false_alarms), (Some(0.0), None, Some(0.5)));
    assert_eq!((pair_cap.auc, pair_cap.found_at_one_percent.len()), (None, 0));

    let hostile = [wallet(0, 0, 1, 5), wallet(0, 1, 1, 5)];
    let findings = Findings::of(&hostile, &mut [reading(PAIR_CAP, 9.0, true), reading(PAIR_CAP, 1.0, false)]);
    let pair_cap = detector(&findings, PAIR_CAP);
    assert_eq!((pair_cap.precision, pair_cap.recall, pair_cap.false_alarms), (Some(1.0), Some(0.5), None));
    assert_eq!((pair_cap.threshold_at_one_percent, pair_cap.found_at_one_percent[0].found), (None, 0));
}

#[test]
fn taken_together_each_detector_counts_at_its_own_rate() {
    // 200 honest wallets. By pair cap the first of them is above the attacker, by isolation nobody is.
    let mut truths: Vec<_> = (0..200).map(|agent| wallet(0, agent, 0, 10)).collect();
    let mut readings: Vec<_> = (0..200).map(|agent| reading(PAIR_CAP, f64::from(200 - agent), agent == 0)).collect();
    truths.push(wallet(0, 200, 1, 10));
    let mut attacker = reading(PAIR_CAP, 199.5, false);
    attacker.as_mut().unwrap().statistics[ISOLATION] = 3.0;
    attacker.as_mut().unwrap().points_at[RINGS] = true;
    readings.push(attacker);
    let findings = Findings::of(&truths, &mut readings);
    let statistic = |wallet: usize, place: usize| readings[wallet].as_ref().unwrap().statistics[place];
    for place in [ANY_FLAG, ANY_DETECTOR] {
        assert_eq!(statistic(200, place), 1.0 - 1.0 / 201.0, "alone of 201 by isolation");
        assert_eq!(statistic(0, place), 1.0 - 1.0 / 200.0, "alone of 200 by pair cap");
        assert_eq!(statistic(9, place), 1.0 - 10.0 / 200.0);
        assert_eq!(detector(&findings, place).found_at_one_percent[0].found, 1);
    }
    let points_at = |wallet: usize, place: usize| readings[wallet].as_ref().unwrap().points_at[place];
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(0, place)), [true, true]);
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(200, place)), [false, true], "a ring is no flag");
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(1, place)), [false, false]);
}

#[test]
fn the_risk_level_is_not_counted_twice() {
    let truths = [wallet(0, 0, 0, 5), wallet(0, 1, 1, 5)];
    let mut readings = [reading(RISK, 0.0, false), reading(RISK, 3.0, true)];
    let findings = Findings::of(&truths, &mut readings);
    for place in [ANY_FLAG, ANY_DETECTOR] {
        assert_eq!(detector(&findings, place).auc, Some(0.5));
        assert_eq!(detector(&findings, place).hostile_pointed_at, Some(0));
    }
}

fn anybody() -> impl Strategy<Value = (Truth, Option<Reading>)> {
    let statistics = prop::collection::vec((0_u8..5).prop_map(f64::from), DETECTORS);
    let points_at = prop::collection::vec(any::<bool>(), DETECTORS);
    let reading = prop::option::weighted(0.8, (statistics, points_at));
    (0_u64..3, 0_u32..6, 0_u16..3, 0_u64..50, reading).prop_map(|(world, agent, crowd, score, reading)| {
        (wallet(world, agent, crowd, score), reading.map(|(statistics, points_at)| Reading { statistics, points_at }))
    })
}

proptest! {
    #[test]
    fn parts_add_up_and_nobody_is_found_at_more_than_one_percent(wallets in prop::collection::vec(anybody(), 0..40)) {
        let (truths, mut readings): (Vec<_>, Vec<_>) = wallets.into_iter().unzip();
        let findings = Findings::of(&truths, &mut readings);
        let measured = || truths.iter().zip(&readings).filter_map(|(truth, reading)| Some((truth, reading.as_ref()?)));
        prop_assert_eq!(findings.honest + findings.hostile, measured().count() as u64);
        for (place, detector) in findings.detectors.iter().enumerate() {
            let count = |hostile| measured().filter(|(truth, reading)| truth.hostile == hostile && reading.points_at[place]).count() as u64;
            if place != CLUSTER {
                prop_assert_eq!(detector.honest_pointed_at, Some(count(false)));
                prop_assert_eq!(detector.hostile_pointed_at, Some(count(true)));
                prop_assert_eq!(detector.found_by_default.iter().map(|crowd| crowd.found).sum::<u64>(), count(true));
            }
            if let Some(threshold) = detector.threshold_at_one_percent {
                let alarms = measured().filter(|(truth, reading)| !truth.hostile && reading.statistics[place] >= threshold).count();
                prop_assert!(alarms as u64 * 100 <= findings.honest);
            }
            for found in [&detector.found_by_default, &detector.found_at_one_percent] {
                prop_assert!(found.iter().all(|crowd| crowd.found <= crowd.wallets && crowd.agents_found <= crowd.agents));
                prop_assert!(found.iter().all(|crowd| crowd.agents_found <= crowd.found && crowd.score_found <= crowd.score));
                if !found.is_empty() {
                    prop_assert_eq!(found.iter().map(|crowd| crowd.wallets).sum::<u64>(), findings.hostile);
                    prop_assert_eq!(found.iter().map(|crowd| crowd.agents).sum::<u64>(), findings.hostile_agents);
                }
            }
        }
    }

    /// What is honest and what hostile decides; which world or place a wallet has does not.
    #[test]
    fn the_order_of_wallets_changes_nothing(wallets in prop::collection::vec(anybody(), 0..40), turn in 0_usize..40) {
        let mut turned = wallets.clone();
        turned.rotate_left(turn.min(wallets.len()));
        let of = |wallets: Vec<(Truth, Option<Reading>)>| {
            let (truths, mut readings): (Vec<_>, Vec<_>) = wallets.into_iter().unzip();
            Findings::of(&truths, &mut readings)
        };
        prop_assert_eq!(of(wallets), of(turned));
    }
}

#[test]
#[should_panic(expected = "a reading for each wallet")]
fn a_reading_too_few() {
    let _ = Findings::of(&[wallet(0, 0, 0, 1)], &mut []);
}

#[test]
fn a_viewpoint_is_part_of_any_detector() {
    let truths = [wallet(0, 0, 0, 5), wallet(0, 1, 1, 5)];
    let mut readings = [reading(VIEWPOINT, 0.5, false), reading(VIEWPOINT, 1.0, true)];
    let findings = Findings::of(&truths, &mut readings);
    assert_eq!(detector(&findings, ANY_FLAG).hostile_pointed_at, Some(0));
    assert_eq!(detector(&findings, ANY_DETECTOR).hostile_pointed_at, Some(1));
    assert_eq!(detector(&findings, ANY_DETECTOR).auc, Some(1.0));
}
