//! `barter reputation demo`: the published package's example, with nothing faked.

use crate::support::{Barter, fields};

#[test]
fn slashes_pays_and_verifies_as_data() {
    let demo = Barter::words("reputation demo").json();
    assert_eq!(
        fields(&demo),
        [
            "anchor",
            "attestation",
            "chain_id",
            "claim",
            "consumer",
            "contracts",
            "dispute",
            "execution",
            "hub",
            "operator",
            "outcomes",
            "provider",
            "refusal",
            "ruling",
            "scores",
            "service",
            "staked",
            "verification"
        ]
    );
    assert_eq!(demo["staked"]["amount"], "2000");
    assert_eq!((&demo["outcomes"]["received"], &demo["outcomes"]["log_size"]), (&100.into(), &100.into()));
    assert_eq!(demo["refusal"]["code"], "refused_by_the_service");
    assert_eq!((&demo["dispute"]["requested_ppm"], &demo["ruling"]["slash_ppm"]), (&100_000.into(), &50_000.into()));
    assert_eq!(demo["ruling"]["auditors"].as_array().unwrap().len(), 2);
    assert_eq!((&demo["execution"]["slashed"], &demo["execution"]["bond_left"]), (&"100".into(), &"1900".into()));
    let attestation = &demo["attestation"];
    assert_eq!((&attestation["slashed_usd"], &attestation["provider_hub"]), (&100.0.into(), &demo["hub"]));
    assert!(attestation["pom"]["dispute_canonical"].as_str().unwrap().starts_with("0x"));
    assert_eq!(demo["anchor"]["root"], demo["outcomes"]["log_root"]);

    let (before, after) = (&demo["scores"]["before"], &demo["scores"]["after"]);
    assert_eq!((&before["details"]["bond_usd"], &after["details"]["bond_usd"]), (&2000.0.into(), &1900.0.into()));
    assert_eq!((&before["details"]["dispute_count"], &after["details"]["dispute_count"]), (&0.into(), &1.into()));
    assert_eq!((&before["details"]["slash_ratio"], &after["details"]["slash_ratio"]), (&0.0.into(), &0.05.into()));
    assert_eq!(after["details"]["success_rate_30d"], 1.0);
    assert_eq!(after["details"]["volume_usd"], 40.0);
    let quality = after["details"]["avg_quality_score_30d"].as_f64().unwrap();
    assert!((quality - 0.945).abs() < 1e-9, "{quality}");
    let score = |answer: &serde_json::Value| answer["trust_score"].as_f64().unwrap();
    assert!(score(after) < score(before), "{demo}");

    let verification = &demo["verification"];
    assert_eq!((&verification["told"], &verification["computed"]), (&after["trust_score"], &after["trust_score"]));
    let checks = verification["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["outcome"] == "holds"), "{verification}");
    for name in ["signatures", "log", "anchors", "bond contract", "block", "bonds", "score"] {
        assert!(checks.iter().any(|check| check["name"] == name), "no {name}: {verification}");
    }
}

#[test]
fn tells_the_story_to_people() {
    let told = Barter::words("reputation demo").run();
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told:?}");
    let acts = [
        "stake",
        "$2,000",
        "record",
        "100 outcomes",
        "refused",
        "wrong_signature",
        "dispute",
        "inv_42",
        "wrong language",
        "rule",
        "5%",
        "wait",
        "2 days",
        "execute",
        "$100",
        "claim",
        "attest",
        "anchor",
        "verify",
        "slash ratio",
        "5.0%",
        "score",
    ];
    let mut rest = told.stdout.as_str();
    for act in acts {
        let (_, after) = rest.split_once(act).unwrap_or_else(|| panic!("{act} does not follow: {}", told.stdout));
        rest = after;
    }
    assert!(!told.stdout.contains('\u{1b}'), "colours into a pipe: {told:?}");
    let longest = told.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 80, "a line of {longest} characters: {}", told.stdout);
    assert!(told.stdout.lines().count() <= 55, "more than a screen: {}", told.stdout);
}

#[test]
fn refuses_a_chain_of_yours() {
    let demo = |line: &str| Barter::words(line).env("ANVIL", "/no/such/anvil").failure();
    demo("reputation demo --network sepolia").expect("usage", 2, &["--network", "reputation demo"]);
    demo("reputation demo").expect("anvil_not_found", 5, &["/no/such/anvil"]);
}
