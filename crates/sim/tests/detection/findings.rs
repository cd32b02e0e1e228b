//! Precision, recall, false alarms, and what is found of whom.

use alloy_primitives::{Address, B256, U256};
use barter_sim::{
    AgentId, CrowdId,
    detection::{CrowdFound, Detector, Findings, Reading, Truth},
};
use proptest::prelude::*;

use crate::common::{ANY_DETECTOR, ANY_FLAG, CLUSTER, ISOLATION, PAIR_CAP, RINGS, RISK, VELOCITY, VIEWPOINT};

const DETECTORS: usize = 9;

/// A wallet with the number of its agent as its address: combined detectors are set by even ones and judged by odd ones.
fn wallet(world: u64, agent: u32, crowd: u16, score: u64) -> Truth {
    let address = Address::from_word(B256::from(U256::from(agent)));
    Truth { world, address, agent: AgentId(agent), crowd: CrowdId(crowd), hostile: crowd > 0, score }
}

/// A reading of one detector; the others say nothing.
#[allow(clippy::unnecessary_wraps, reason = "as findings take them")]
fn reading(place: usize, statistic: f64, points_at: bool) -> Option<Reading> {
    let mut reading =
        Reading { statistics: vec![0.0; DETECTORS], points_at: vec![false; DETECTORS], is_trusted: false };
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
    // 200 honest wallets, of whom every other one sets the rates. By pair cap the first of them is above the attacker, by isolation
    // nobody is.
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
        assert_eq!(statistic(200, place), 1.0 - 1.0 / 101.0, "by isolation above all 100");
        assert_eq!(statistic(0, place), 1.0 - 2.0 / 101.0, "by pair cap only itself is not below");
        assert_eq!(statistic(1, place), 1.0 - 2.0 / 101.0, "by pair cap only the first is not below");
        assert_eq!(statistic(9, place), 1.0 - 6.0 / 101.0);
        assert_eq!(detector(&findings, place).found_at_one_percent[0].found, 1);
    }
    let points_at = |wallet: usize, place: usize| readings[wallet].as_ref().unwrap().points_at[place];
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(0, place)), [true, true]);
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(200, place)), [false, true], "a ring is no flag");
    assert_eq!([ANY_FLAG, ANY_DETECTOR].map(|place| points_at(1, place)), [false, false]);
}

#[test]
fn combined_detectors_are_not_judged_by_those_that_set_them() {
    // By one of the four wallets that set it the rates would be worse than they are: it is as suspicious as the attacker.
    let truths = [0, 2, 4, 6, 1, 7].map(|agent| wallet(0, agent, u16::from(agent == 7), 5));
    let mut readings = [9.0, 0.0, 0.0, 0.0, 0.0, 5.0].map(|statistic| reading(PAIR_CAP, statistic, statistic > 4.0));
    let findings = Findings::of(&truths, &mut readings);
    for place in [ANY_FLAG, ANY_DETECTOR] {
        let combined = detector(&findings, place);
        assert_eq!(readings[0].as_ref().unwrap().statistics[place], 1.0 - 2.0 / 5.0);
        assert_eq!(combined.auc, Some(1.0));
        assert_eq!((combined.threshold_at_one_percent, combined.false_alarms_at_one_percent), (Some(0.6), Some(0.0)));
        let by_default = (combined.honest_pointed_at, combined.precision, combined.false_alarms);
        assert_eq!(by_default, (Some(1), Some(0.5), Some(0.2)), "thresholds as they come are set by nobody");
    }
    assert_eq!(detector(&findings, PAIR_CAP).auc, Some(0.8), "one that is not combined is judged by all");
}

#[test]
fn with_too_few_honest_wallets_combined_detectors_are_not_compared() {
    // Nobody to set the rates, and nobody to judge them by.
    for honest in [1, 2] {
        let truths = [wallet(0, honest, 0, 5), wallet(0, 3, 1, 5)];
        let findings = Findings::of(&truths, &mut [reading(PAIR_CAP, 1.0, false), reading(PAIR_CAP, 9.0, true)]);
        for place in [ANY_FLAG, ANY_DETECTOR] {
            let combined = detector(&findings, place);
            assert_eq!((combined.auc, combined.threshold_at_one_percent), (None, None));
            assert_eq!((combined.roc.len(), combined.false_alarms_at_one_percent), (0, None));
            assert!(combined.statistic.contains("too few honest wallets"), "{}", combined.statistic);
            assert_eq!((combined.precision, combined.recall, combined.false_alarms), (Some(1.0), Some(1.0), Some(0.0)));
        }
        assert_eq!(detector(&findings, PAIR_CAP).auc, Some(1.0));
        assert!(!detector(&findings, PAIR_CAP).statistic.contains("too few"));
    }
}

/// An attacker, and honest wallets of both halves: trusted ones, of which nothing is unseen, and others.
#[test]
fn the_viewpoint_is_not_judged_by_those_it_trusts() {
    let mut truths: Vec<_> = (0..8).map(|agent| wallet(0, agent, 0, 5)).collect();
    let mut readings: Vec<_> = (0..8).map(|agent| reading(VIEWPOINT, f64::from(agent / 4), agent >= 4)).collect();
    for trusted in readings[..4].iter_mut().flatten() {
        trusted.is_trusted = true;
        trusted.points_at[PAIR_CAP] = true;
    }
    truths.push(wallet(0, 8, 1, 5));
    readings.push(reading(VIEWPOINT, 1.0, true));
    let findings = Findings::of(&truths, &mut readings);
    for place in [VIEWPOINT, ANY_DETECTOR] {
        let viewpoint = detector(&findings, place);
        assert_eq!(viewpoint.auc, Some(0.5), "it says the same of all others");
        assert_eq!((viewpoint.honest_pointed_at, viewpoint.false_alarms), (Some(4), Some(1.0)));
        assert_eq!((viewpoint.precision, viewpoint.recall), (Some(0.2), Some(1.0)));
        assert_eq!(viewpoint.threshold_at_one_percent, None);
    }
    assert_eq!(readings[8].as_ref().unwrap().statistics[ANY_DETECTOR], 0.0, "nor set by them");
    for place in [PAIR_CAP, ANY_FLAG] {
        let other = detector(&findings, place);
        assert_eq!((other.honest_pointed_at, other.false_alarms), (Some(4), Some(0.5)), "to others they are like any");
    }
    assert_eq!(findings.honest, 8);
}

#[test]
fn the_risk_level_is_not_counted_twice() {
    let truths = [wallet(0, 0, 0, 5), wallet(0, 1, 0, 5), wallet(0, 2, 1, 5)];
    let mut readings = [reading(RISK, 0.0, false), reading(RISK, 0.0, false), reading(RISK, 3.0, true)];
    let findings = Findings::of(&truths, &mut readings);
    for place in [ANY_FLAG, ANY_DETECTOR] {
        assert_eq!(detector(&findings, place).auc, Some(0.5));
        assert_eq!(detector(&findings, place).hostile_pointed_at, Some(0));
    }
}

fn anybody() -> impl Strategy<Value = (Truth, Option<Reading>)> {
    let statistics = prop::collection::vec((0_u8..5).prop_map(f64::from), DETECTORS);
    let points_at = prop::collection::vec(any::<bool>(), DETECTORS);
    let reading = prop::option::weighted(0.8, (statistics, points_at, any::<bool>()));
    (0_u64..3, 0_u32..6, 0_u16..3, 0_u64..50, reading).prop_map(|(world, agent, crowd, score, reading)| {
        let truth = wallet(world, agent, crowd, score);
        // Nobody trusts a hostile wallet.
        (
            truth,
            reading.map(|(statistics, points_at, lot)| Reading {
                statistics,
                points_at,
                is_trusted: lot && !truth.hostile,
            }),
        )
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
            let takes_viewpoint = [VIEWPOINT, ANY_DETECTOR].contains(&place);
            let judged = || measured().filter(|(_, reading)| !takes_viewpoint || !reading.is_trusted);
            let count = |hostile| judged().filter(|(truth, reading)| truth.hostile == hostile && reading.points_at[place]).count() as u64;
            if place != CLUSTER {
                prop_assert_eq!(detector.honest_pointed_at, Some(count(false)));
                prop_assert_eq!(detector.hostile_pointed_at, Some(count(true)));
                prop_assert_eq!(detector.found_by_default.iter().map(|crowd| crowd.found).sum::<u64>(), count(true));
            }
            if let Some(threshold) = detector.threshold_at_one_percent {
                let is_combined = [ANY_FLAG, ANY_DETECTOR].contains(&place);
                let honest = || judged().filter(|(truth, _)| !truth.hostile && (!is_combined || truth.agent.0 % 2 == 1));
                let alarms = honest().filter(|(_, reading)| reading.statistics[place] >= threshold).count();
                prop_assert!(alarms * 100 <= honest().count());
                prop_assert_eq!(detector.false_alarms_at_one_percent, Some(alarms as f64 / honest().count() as f64));
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

    /// Of an attacker who cannot be told from honest wallets no detector says more than a coin, and no statistic depends on who is which.
    #[test]
    fn equal_readings_are_told_apart_by_no_detector(wallets in prop::collection::vec(anybody(), 1..30)) {
        let readings = wallets.into_iter().filter_map(|(_, reading)| reading);
        let readings: Vec<_> = readings.map(|reading| Some(Reading { is_trusted: false, ..reading })).collect();
        prop_assume!(!readings.is_empty());
        // The same three times: for either half of the honest wallets, and the attackers.
        let truths: Vec<_> = [(0, 0), (1, 0), (0, 1)]
            .into_iter()
            .flat_map(|(agent, crowd)| std::iter::repeat_n(wallet(0, agent, crowd, 5), readings.len()))
            .collect();
        let mut thrice = [readings.clone(), readings.clone(), readings.clone()].concat();
        let findings = Findings::of(&truths, &mut thrice);
        for detector in &findings.detectors {
            prop_assert_eq!(detector.auc, Some(0.5), "{}", &detector.name);
        }
        for (place, reading) in thrice.iter().enumerate() {
            prop_assert_eq!(reading, &thrice[place % readings.len()]);
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
    let truths = [wallet(0, 0, 0, 5), wallet(0, 1, 0, 5), wallet(0, 2, 1, 5)];
    let mut readings = [(0.5, false), (0.5, false), (1.0, true)].map(|(unseen, is)| reading(VIEWPOINT, unseen, is));
    let findings = Findings::of(&truths, &mut readings);
    assert_eq!(detector(&findings, ANY_FLAG).hostile_pointed_at, Some(0));
    assert_eq!(detector(&findings, ANY_DETECTOR).hostile_pointed_at, Some(1));
    assert_eq!(detector(&findings, ANY_DETECTOR).auc, Some(1.0));
}
