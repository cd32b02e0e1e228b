//! What somebody kept of a log, held against the service: first by itself, then against what the service has now.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{followed::Followed, raw};
use crate::support::{
    Failure, Outcome,
    reputation::{HUB, Liar, Served},
};

/// A service with ten outcomes, and a copy of its log.
struct Kept {
    service: Served,
    copy: PathBuf,
    folder: tempfile::TempDir,
}

impl Kept {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Served::start(folder.path());
        service.record("consumer_1", 10);
        service.ask("reputation export log.jsonl").json();
        let copy = folder.path().join("log.jsonl");
        Self { service, copy, folder }
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.copy).unwrap().lines().map(str::to_owned).collect()
    }

    fn put(&self, lines: &[String]) {
        fs::write(&self.copy, lines.join("\n") + "\n").unwrap();
    }

    /// What `verify` says, and which of its checks failed.
    fn verified(&self, url: &str) -> (Outcome, Vec<String>) {
        let verifying = self.service.ask_at(url, "reputation verify --no-chain --log log.jsonl --json");
        let outcome = verifying.arg(HUB).run();
        let result: Value = serde_json::from_str(&outcome.stdout).unwrap_or(Value::Null);
        let failed = result["checks"].as_array().into_iter().flatten().filter(|check| check["outcome"] == "fails");
        let failed = failed.map(|check| check["name"].as_str().unwrap().to_owned()).collect();
        (outcome, failed)
    }

    fn refused(&self, url: &str) -> Failure {
        self.service.ask_at(url, "reputation verify --no-chain --log log.jsonl").arg(HUB).failure()
    }
}

/// The first line, with one of its fields changed.
fn saying(line: &str, field: &str, value: Value) -> String {
    let mut first: Value = serde_json::from_str(line).unwrap();
    first[field] = value;
    first.to_string()
}

#[test]
fn a_damaged_copy_is_found_before_anything_is_said_of_the_service() {
    type Damage = fn(&mut Vec<String>);
    let kept = Kept::start();
    let whole = kept.lines();
    let damages: [(&str, Damage, &str); 9] = [
        ("a changed byte", |lines| lines[3] = lines[3].replace("success", "failure"), "10 entries have not the root"),
        ("a line deleted", |lines| drop(lines.remove(3)), "entry 3 stands in the place of 2"),
        ("its end cut off", |lines| lines.truncate(5), "it has 4 entries, and its first line names 10"),
        ("all cut off", |lines| lines.truncate(1), "it has 0 entries, and its first line names 10"),
        ("two swapped", |lines| lines.swap(3, 4), "entry 3 stands in the place of 2"),
        ("one twice", |lines| lines.insert(3, lines[3].clone()), "entry 2 stands in the place of 3"),
        (
            "one appended",
            |lines| lines.push(lines[10].replace("\"index\":9", "\"index\":10")),
            "it has 11 entries, and its first line names 10",
        ),
        (
            "another root",
            |lines| lines[0] = saying(&lines[0], "root", json!(format!("0x{}", "11".repeat(32)))),
            "10 entries have not the root",
        ),
        ("another size", |lines| lines[0] = saying(&lines[0], "size", json!(9)), "it has 10 entries"),
    ];
    for (damage, change, says) in damages {
        let mut lines = whole.clone();
        change(&mut lines);
        assert_ne!(lines, whole, "{damage} changes nothing");
        kept.put(&lines);
        let refused = kept.refused(&kept.service.url);
        assert_eq!((refused.code.as_str(), refused.exit), ("damaged_log", 2), "{damage}: {refused:?}");
        assert!(
            refused.message.contains("log.jsonl is damaged: ") && refused.message.contains(says),
            "{damage}: {refused:?}"
        );
    }
    let not_a_log: [(&str, &str); 2] = [("{}", "first line"), (&whole[0], "line 2")];
    for (first, part) in not_a_log {
        kept.put(&[first.to_owned(), "{\"index\":".to_owned()]);
        kept.refused(&kept.service.url).expect("invalid_exported_log", 2, &["log.jsonl", part]);
    }
}

#[test]
fn a_service_that_lost_what_the_copy_has_is_found_out() {
    let kept = Kept::start();
    assert_eq!(kept.verified(&kept.service.url).1, [""; 0]);

    // Another service of the same key, with the first three of the ten.
    let folder = tempfile::tempdir().unwrap();
    for name in ["hub.key", "consumer_1.key"] {
        fs::copy(kept.folder.path().join(name), folder.path().join(name)).unwrap();
    }
    let short = shortened(folder.path(), &kept.lines()[1..4]);
    let (outcome, failed) = kept.verified(&short.url);
    assert_eq!((outcome.code, failed), (1, vec!["log size".to_owned(), "copy".to_owned()]), "{outcome:?}");
    assert!(
        outcome.stdout.contains("your copy has 10 entries, and the service's log has 3: some are gone"),
        "{outcome:?}"
    );

    // The same number of others.
    let calls = (20..27).map(|call| short.outcome("consumer_1", &format!("inv_{call}"), "success"));
    short.ask("reputation submit -").input(calls.collect::<String>()).json();
    let (outcome, failed) = kept.verified(&short.url);
    assert_eq!(
        (outcome.code, failed),
        (1, ["copy", "log", "outcomes", "score"].map(str::to_owned).to_vec()),
        "{outcome:?}"
    );
}

/// A service whose log is these lines of another's.
fn shortened(folder: &Path, lines: &[String]) -> Served {
    let service = Served::start(folder);
    let first: Value = serde_json::from_str(&lines[0]).unwrap();
    let key = first["consumer_key"].as_str().unwrap();
    service.operate("reputation register consumer consumer_1").arg(key).json();
    let submitted = service.ask("reputation submit -").input(lines.join("\n")).run();
    assert_eq!(submitted.code, 0, "{submitted:?}");
    service
}

#[test]
fn what_came_after_the_copy_is_asked_for_and_has_to_fit() {
    let kept = Kept::start();
    kept.service.consumer("consumer_2");
    let outcome = kept.service.outcome("consumer_2", "inv_1", "failure");
    kept.service.ask("reputation submit -").input(outcome).json();
    let (outcome, failed) = kept.verified(&kept.service.url);
    assert_eq!((outcome.code, failed), (0, Vec::new()), "{outcome:?}");
    assert!(outcome.stdout.contains("begins with your copy's 10 entries"), "{outcome:?}");
    let liar = Liar::before(&kept.service.url, "entries", |answer| {
        answer["entries"][0]["status"] = json!("success");
    });
    let (outcome, failed) = kept.verified(&liar.url);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(failed.contains(&"copy".to_owned()) && failed.contains(&"signatures".to_owned()), "{failed:?}");
}

#[test]
fn a_copy_of_another_log_fails_and_both_are_named() {
    let kept = Kept::start();
    let folder = tempfile::tempdir().unwrap();
    let other = Served::start_with(folder.path(), &["--hub-url", "https://other.example"]);
    other.record("consumer_1", 10);
    let (outcome, failed) = kept.verified(&other.url);
    assert_eq!((outcome.code, failed[0].as_str()), (1, "copy"), "{outcome:?}");
    let kept_key = keeper(&kept.lines()[0]);
    for named in [kept_key.as_str(), &key_of(&other), "https://other.example", "it is another service's"] {
        assert!(outcome.stdout.contains(named), "{named}: {outcome:?}");
    }
    // One that does not say under which key it is, is not let off for it.
    let silent = Liar::before(&other.url, "slashes", |answer| answer["public_key"] = json!(7));
    let (outcome, failed) = kept.verified(&silent.url);
    assert_eq!((outcome.code, failed[0].as_str()), (1, "copy"), "{outcome:?}");
    assert!(outcome.stdout.contains(&kept_key), "{outcome:?}");

    // The same entries under a key that was lost and made anew are the same log.
    let renamed = Liar::before(&kept.service.url, "slashes", |answer| answer["public_key"] = json!("another"));
    assert_eq!(kept.verified(&renamed.url).1, [""; 0]);

    let moved = Liar::before(&kept.service.url, "oracle/log", |answer| {
        answer["chain_id"] = json!(11_155_111);
        answer["bond"] = json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    });
    let (outcome, failed) = kept.verified(&moved.url);
    assert_eq!((outcome.code, failed), (1, vec!["copy".to_owned()]), "{outcome:?}");
    for named in ["bound to no chain", "11155111", "0x70997970"] {
        assert!(outcome.stdout.contains(named), "{named}: {outcome:?}");
    }
}

/// The key that a copy's first line names.
fn keeper(first: &str) -> String {
    let first: Value = serde_json::from_str(first).unwrap();
    first["keeper"]["public_key"].as_str().unwrap().to_owned()
}

fn key_of(service: &Served) -> String {
    raw::get(&service.url, "slashes").1["public_key"].as_str().unwrap().to_owned()
}

#[test]
fn another_key_does_not_let_an_operator_off_who_rewrote_the_log() {
    let Followed { market, service, folder: _folder } = Followed::start();
    service.record("consumer_1", 3);
    service.ask("reputation anchor").on(&market.devnet).signed_by(&market.auditors[0]).json();
    service.ask("reputation export log.jsonl").json();
    // The same operator, with the same wallets, and all else anew.
    let folder = tempfile::tempdir().unwrap();
    let rewritten = Served::following(folder.path(), &market.devnet, &market.auditors[0].address);
    rewritten.operate("reputation register provider").args([HUB, &market.provider.address]).json();
    rewritten.record("consumer_1", 5);
    rewritten.score_with(|score| score["record"]["bond_units"] == "2000000000");
    let verifying = service.ask_at(&rewritten.url, "reputation verify --log log.jsonl").arg(HUB).on(&market.devnet);
    let (told, error) = verifying.result_and_error();
    assert_eq!((&error["code"], &error["exit_code"]), (&json!("reputation_differs"), &json!(1)), "{error}");
    let check = |name: &str| {
        let checks = told["checks"].as_array().unwrap();
        checks
            .iter()
            .find(|check| check["name"] == name)
            .unwrap_or_else(|| panic!("{name} is not told: {told}"))
            .clone()
    };
    let copy = check("copy");
    assert_eq!(copy["outcome"], "fails", "{told}");
    for key in [key_of(&service), key_of(&rewritten)] {
        assert!(copy["detail"].as_str().unwrap().contains(&key), "{key}: {copy}");
    }
    // The anchor is of the log that was copied; the service's own has another root.
    assert_eq!((&check("anchors")["outcome"], &check("log")["outcome"]), (&json!("holds"), &json!("fails")), "{told}");
    assert_eq!(check("bonds")["outcome"], "holds", "{told}");
}
