//! A service that lies, and a log that was tampered with: `verify` says what does not hold.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    Outcome,
    reputation::{HUB, Liar, Served},
};

/// What `verify` says of a service, and which of its checks failed.
fn verify(service: &Served, url: &str, arguments: &[&str]) -> (Outcome, Vec<String>) {
    let outcome = service.ask_at(url, "reputation verify --no-chain --json").args(arguments).arg(HUB).run();
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap_or(Value::Null);
    let failed = result["checks"].as_array().into_iter().flatten().filter(|check| check["outcome"] == "fails");
    let failed = failed.map(|check| check["name"].as_str().unwrap().to_owned()).collect();
    (outcome, failed)
}

#[test]
fn each_lie_is_caught_by_the_check_that_it_is_about() {
    type Change = fn(&mut Value);
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 20);
    let (outcome, failed) = verify(&service, &service.url, &[]);
    assert_eq!((outcome.code, failed.as_slice()), (0, &[][..]), "{outcome:?}");

    let lies: [(&str, &str, Change, &[&str]); 12] = [
        ("another score", "example", |answer| answer["trust_score"] = json!(0.99), &["score"]),
        ("another term", "example", |answer| answer["details"]["success_rate_30d"] = json!(1.0), &["score"]),
        (
            "a failure that did not count",
            "example",
            |answer| answer["record"]["outcomes"]["failure"] = json!(1),
            &["outcomes"],
        ),
        ("a bond out of nowhere", "example", |answer| answer["record"]["bond_units"] = json!("1000000"), &["outcomes"]),
        ("another root", "example", |answer| answer["log_root"] = json!(format!("0x{}", "11".repeat(32))), &["log"]),
        ("a longer log", "example", |answer| answer["log_size"] = json!(21), &["log"]),
        ("a shorter log", "example", |answer| answer["log_size"] = json!(19), &["log", "outcomes"]),
        (
            "another window",
            "example",
            |answer| answer["computed_at"] = json!(4_000_000_000_u64),
            &["outcomes", "score"],
        ),
        (
            "another status",
            "entries",
            |answer| answer["entries"][9]["status"] = json!("success"),
            &["signatures", "log", "outcomes"],
        ),
        (
            "another key",
            "entries",
            |answer| {
                answer["entries"][0]["consumer_key"] = json!("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=");
            },
            &["signatures", "log", "registered keys"],
        ),
        ("two swapped", "entries", |answer| answer["entries"].as_array_mut().unwrap().swap(3, 4), &["order", "log"]),
        (
            "one twice",
            "entries",
            |answer| {
                let entries = answer["entries"].as_array_mut().unwrap();
                entries[9] = entries[8].clone();
            },
            &["order", "one per call", "log", "outcomes"],
        ),
    ];
    for (lie, path, change, caught) in lies {
        let liar = Liar::before(&service.url, path, change);
        let (outcome, failed) = verify(&service, &liar.url, &[]);
        assert_eq!(outcome.code, 1, "{lie} was believed: {outcome:?}");
        for check in caught {
            assert!(failed.iter().any(|name| name == check), "{lie}: {check} is not among {failed:?}: {outcome:?}");
        }
        assert!(outcome.stderr.contains("reputation_differs"), "{lie}: {outcome:?}");
    }
}

#[test]
fn a_log_with_an_entry_left_out_ends_too_early() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 10);
    let dropped = |answer: &mut Value| {
        answer["entries"].as_array_mut().unwrap().retain(|entry| entry["status"] != "failure");
    };
    let liar = Liar::before(&service.url, "entries", dropped);
    let (outcome, _) = verify(&service, &liar.url, &[]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert!(outcome.stderr.contains("invalid_service_answer"), "{outcome:?}");
}

#[test]
fn a_service_that_asks_for_another_key_than_it_registered_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 2);
    let forgotten = |answer: &mut Value| answer["consumers"] = json!([]);
    let liar = Liar::before(&service.url, "consumers", forgotten);
    let (outcome, failed) = verify(&service, &liar.url, &[]);
    assert_eq!((outcome.code, failed), (1, vec!["registered keys".to_owned()]), "{outcome:?}");
}

#[test]
fn an_export_of_a_log_that_has_not_its_root_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 3);
    let liar = Liar::before(&service.url, "entries", |answer| answer["entries"][1]["latency_ms"] = json!(1));
    let failure = service.ask_at(&liar.url, "reputation export log.jsonl").failure();
    failure.expect("invalid_service_answer", 3, &["root"]);
    assert!(!folder.path().join("log.jsonl").exists());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
}
