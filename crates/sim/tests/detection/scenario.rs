//! Detectors in a scenario: from agents over the real bytecode to findings.

use barter_sim::{Outcome, Scenario, run};

use crate::common::{ANY_DETECTOR, ANY_FLAG, ISOLATION};

const SCENARIO: &str = r#"
    name = "one circle"
    days = 10
    worlds = 3
    [detection]
    trusted_wallets = 5
    [[crowd]]
    agent = "trader"
    count = 40
    [[crowd]]
    agent = "circle"
    count = 1
    trades = 12
"#;

fn outcome() -> Outcome {
    run(&Scenario::parse(SCENARIO).unwrap(), &()).unwrap()
}

#[test]
fn a_circle_among_traders_is_isolated() {
    let outcome = outcome();
    let findings = outcome.findings.as_ref().unwrap();
    assert_eq!((findings.hostile, findings.hostile_agents), (6, 3), "two wallets in each of three worlds");
    assert_eq!(
        findings.honest,
        outcome.wallets.iter().filter(|wallet| !wallet.hostile && wallet.settled > 0).count() as u64
    );
    for place in [ISOLATION, ANY_FLAG, ANY_DETECTOR] {
        let detector = &findings.detectors[place];
        assert_eq!(detector.recall, Some(1.0), "{}", detector.name);
        assert_eq!((detector.found_by_default[0].found, detector.found_by_default[0].agents_found), (6, 3));
        assert_eq!(detector.found_by_default[0].score_share, Some(1.0));
    }
    assert!(findings.detectors[ISOLATION].auc > Some(0.8));
    for wallet in &outcome.wallets {
        let detectors = if wallet.settled > 0 { findings.detectors.len() } else { 0 };
        assert_eq!(wallet.statistics.len(), detectors);
        if wallet.hostile {
            assert_eq!(wallet.statistics[ISOLATION], 12.0, "12 trades with the other one");
        }
    }
}

#[test]
fn findings_are_the_same_on_any_number_of_threads() {
    let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(outcome);
    let (one, many) = (on(1), on(4));
    assert_eq!(one.findings, many.findings);
    let statistics =
        |outcome: &Outcome| outcome.wallets.iter().map(|wallet| wallet.statistics.clone()).collect::<Vec<_>>();
    assert_eq!(statistics(&one), statistics(&many));
}

#[test]
fn detection_can_be_switched_off() {
    let mut scenario = Scenario::parse(SCENARIO).unwrap();
    scenario.detection.enabled = false;
    let outcome = run(&scenario, &()).unwrap();
    assert!(outcome.findings.is_none());
    assert!(outcome.wallets.iter().all(|wallet| wallet.statistics.is_empty()));
}
