//! A report held against a policy.

use barter_compliance::{
    ComplianceReport, Decision, FlagKind, Policy, Reason, RiskLevel, Screening, SeenScore, Settings, Standing,
    Unfinished, full_report, screen,
};
use barter_protocol::Level;
use proptest::prelude::*;
use serde_json::json;

use crate::common::{AT, DAY, ME, NOW, plain, trade, wallet, whole};

/// Score 450, 20 trades with 20 counterparties, one dispute, no flag.
fn good() -> ComplianceReport {
    let standing =
        Standing { score: 450, unfinished: Unfinished { disputed: 1, accepted_at: Vec::new() }, ..Standing::default() };
    full_report(&whole(&plain(20)), wallet(ME), &standing, AT, NOW, &Settings::default())
}

/// Score 12, 20 trades with one counterparty: isolation and the pair cap.
fn bad() -> ComplianceReport {
    let trades: Vec<_> = (0..20).map(|number| trade(number, ME, 1, 1_000 + number as u64, NOW - 90 * DAY)).collect();
    let standing = Standing { score: 12, ..Standing::default() };
    full_report(&whole(&trades), wallet(ME), &standing, AT, NOW, &Settings::default())
}

fn nobody() -> ComplianceReport {
    full_report(&whole(&[]), wallet(ME), &Standing::default(), AT, NOW, &Settings::default())
}

fn seen(seen: f64) -> SeenScore {
    SeenScore { wallet: wallet(ME), seen, score: 450, share: seen / 450.0, bridge: None }
}

fn screened(report: &ComplianceReport, policy: &str) -> Screening {
    screen(report, None, &Policy::parse(policy).unwrap())
}

/// Why the policy denies, in words too; nothing where it allows.
fn reasons(report: &ComplianceReport, policy: &str) -> Vec<(Reason, String)> {
    let screening = screened(report, policy);
    let denies = !screening.reasons.is_empty();
    assert_eq!(screening.decision, if denies { Decision::Deny } else { Decision::Allow });
    screening.reasons.into_iter().map(|reason| (reason.clone(), reason.to_string())).collect()
}

fn denies(report: &ComplianceReport, policy: &str, reason: Reason, words: &str) {
    assert_eq!(reasons(report, policy), [(reason, words.to_owned())], "{policy}");
}

fn allows(report: &ComplianceReport, policy: &str) {
    assert_eq!(reasons(report, policy), [], "{policy}");
}

#[test]
fn the_score_must_reach_its_minimum() {
    allows(&good(), "minimum_score = 450");
    let reason = Reason::MinimumScore { required: 451, actual: 450 };
    denies(&good(), "minimum_score = 451", reason, "the score is 450, expected at least 451");
}

#[test]
fn there_must_be_enough_counterparties() {
    allows(&good(), "minimum_counterparties = 20");
    let reason = Reason::MinimumCounterparties { required: 21, actual: 20 };
    let words = "the number of counterparties is 20, expected at least 21";
    denies(&good(), "minimum_counterparties = 21", reason, words);
}

#[test]
fn the_risk_must_not_be_higher() {
    allows(&good(), "highest_risk = \"low\"");
    let reason = Reason::HighestRisk { required: RiskLevel::Medium, actual: RiskLevel::High };
    denies(&bad(), "highest_risk = \"medium\"", reason, "the risk is high, expected at most medium");
}

#[test]
fn the_level_must_be_reached() {
    allows(&good(), "required_level = \"B\"");
    let reason = Reason::RequiredLevel { required: Level::A, actual: Level::B };
    denies(&good(), "required_level = \"A\"", reason, "the level is B, expected at least A");
}

#[test]
fn the_completion_rate_must_be_reached_and_known() {
    // 20 of 21.
    allows(&good(), "minimum_completion_rate = 95.2");
    let reason = |required, actual| Reason::MinimumCompletionRate { required, actual };
    let words = "the completion rate is 95.2%, expected at least 95.3%";
    denies(&good(), "minimum_completion_rate = 95.3", reason(95.3, Some(95.2)), words);
    let words = "there is no trade to tell a completion rate by, expected at least 1%";
    denies(&nobody(), "minimum_completion_rate = 1", reason(1.0, None), words);
}

#[test]
fn denied_flags_must_not_be_raised() {
    allows(&good(), "deny_flags = [\"isolation\", \"pair_cap_exceeded\"]");
    allows(&bad(), "deny_flags = [\"high_velocity\", \"amount_uniformity\", \"off_hours\"]");
    let actual = "Isolation: 1 counterparty in 20 trades".to_owned();
    let words = format!("a denied flag is raised: {actual}");
    let reason = Reason::DenyFlags { required: FlagKind::Isolation, actual };
    denies(&bad(), "deny_flags = [\"off_hours\", \"isolation\"]", reason, &words);
}

#[test]
fn enough_of_the_score_must_be_seen_from_those_trusted() {
    let text = format!("[viewpoint]\ntrusted = [\"{:?}\"]\nminimum_seen_score = 12.5", wallet(5));
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(screen(&good(), Some(&seen(12.5)), &policy).decision, Decision::Allow);
    let reason = |actual| vec![Reason::MinimumSeenScore { required: 12.5, actual }];
    let screening = screen(&good(), Some(&seen(12.25)), &policy);
    assert_eq!((screening.decision, &screening.reasons), (Decision::Deny, &reason(Some(12.25))));
    let words = screening.reasons[0].to_string();
    assert_eq!(words, "the score seen from trusted wallets is 12.25, expected at least 12.5");
    // What was not computed, or is another wallet's, does not count as enough.
    let screening = screen(&good(), None, &policy);
    assert_eq!((screening.decision, &screening.reasons), (Decision::Deny, &reason(None)));
    let words = screening.reasons[0].to_string();
    assert_eq!(words, "the score seen from trusted wallets is not known, expected at least 12.5");
    let of_another = SeenScore { wallet: wallet(6), ..seen(400.0) };
    assert_eq!(screen(&good(), Some(&of_another), &policy).reasons, reason(None));
    assert_eq!(screen(&good(), Some(&seen(f64::NAN)), &policy).decision, Decision::Deny);
    // A policy that does not ask for it does not look at it.
    let policy = Policy::parse("minimum_score = 1").unwrap();
    assert_eq!(screen(&good(), Some(&seen(0.0)), &policy).decision, Decision::Allow);
}

/// 19.999 is not "20.00, expected at least 20".
#[test]
fn a_seen_score_is_shown_rounded_down() {
    let shown = |actual| Reason::MinimumSeenScore { required: 20.0, actual: Some(actual) }.to_string();
    for (actual, expected) in [
        (19.999, "19.99"),
        (f64::from_bits(20.0_f64.to_bits() - 1), "19.99"),
        (12.25, "12.25"),
        (0.29, "0.29"),
        (0.007, "0.00"),
        (0.0, "0.00"),
    ] {
        let expected = format!("the score seen from trusted wallets is {expected}, expected at least 20");
        assert_eq!(shown(actual), expected, "{actual}");
    }
}

proptest! {
    #[test]
    fn what_is_shown_of_a_seen_score_is_never_more_than_it_is(
        actual in prop_oneof![0.0..30.0_f64, 0.0..1e9_f64, (0..3_000_u32, 0..3_u64).prop_map(|(hundredths, less)| {
            f64::from_bits((f64::from(hundredths) / 100.0).to_bits().saturating_sub(less))
        })],
    ) {
        let words = Reason::MinimumSeenScore { required: 2e9, actual: Some(actual) }.to_string();
        let (_, from_number) = words.split_once(" is ").unwrap();
        let shown: f64 = from_number.split(',').next().unwrap().parse().unwrap();
        prop_assert!(shown <= actual && actual - shown < 0.010_001, "{} is shown as {}", actual, shown);
    }
}

#[test]
fn every_rule_that_is_not_met_is_named() {
    let policy = format!(
        "minimum_score = 200\nminimum_counterparties = 5\nhighest_risk = \"low\"\nrequired_level = \"B\"\n\
         minimum_completion_rate = 90\ndeny_flags = [\"isolation\", \"pair_cap_exceeded\"]\n\
         [viewpoint]\ntrusted = [\"{:?}\"]\nminimum_seen_score = 5",
        wallet(5)
    );
    let screening = screened(&bad(), &policy);
    let json = serde_json::to_value(&screening).unwrap();
    let other = wallet(1);
    let expected = json!({
        "wallet": wallet(ME).to_checksum(None),
        "decision": "deny",
        "reasons": [
            { "rule": "minimum_score", "required": 200, "actual": 12 },
            { "rule": "minimum_counterparties", "required": 5, "actual": 1 },
            { "rule": "highest_risk", "required": "low", "actual": "high" },
            { "rule": "required_level", "required": "B", "actual": "C" },
            { "rule": "deny_flags", "required": "isolation", "actual": "Isolation: 1 counterparty in 20 trades" },
            { "rule": "deny_flags", "required": "pair_cap_exceeded",
              "actual": format!("Pair cap exceeded: 20 trades with {other}") },
            { "rule": "minimum_seen_score", "required": 5.0, "actual": null },
        ],
        "generated_at": NOW,
        "at": AT,
    });
    assert_eq!(json, expected);
    assert_eq!([Decision::Allow, Decision::Deny].map(|decision| decision.to_string()), ["allow", "deny"]);
}
