//! Folders of results, and event logs.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{ENDLESS, SMALL};
use crate::support::{Barter, devnet::signal};

const FILES: [&str; 8] = [
    "agents.parquet",
    "curves.parquet",
    "detectors.parquet",
    "events-0.log",
    "events-1.log",
    "report.html",
    "results.json",
    "wallets.parquet",
];

/// A folder of ours, with the scenarios in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    fs::write(folder.path().join("endless.toml"), ENDLESS).unwrap();
    folder
}

fn sim(line: &str, folder: &tempfile::TempDir) -> Barter {
    Barter::words(&format!("sim {line}")).within(folder.path())
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn run_into(folder: &tempfile::TempDir) {
    let outcome = sim("run small.toml --out out --log", folder).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn a_folder_of_results_is_whole_and_the_same_again() {
    let folder = folder();
    run_into(&folder);
    let out = folder.path().join("out");
    assert_eq!(names(&out), FILES.map(str::to_owned).into());
    let printed = sim("run small.toml", &folder).json();
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(out.join("results.json")).unwrap()).unwrap();
    assert_eq!(printed, kept);
    let outcome = sim("run small.toml --out again --log --threads 1", &folder).run();
    assert!(outcome.stdout.contains("again/results.json"), "{outcome:?}");
    for name in FILES {
        let [one, other] = ["out", "again"].map(|into| fs::read(folder.path().join(into).join(name)).unwrap());
        assert!(!one.is_empty() && one == other, "{name}");
    }
}

#[test]
fn what_is_there_is_not_written_over() {
    let folder = folder();
    run_into(&folder);
    let report = folder.path().join("out/report.html");
    fs::write(&report, "mine").unwrap();
    sim("run small.toml --out out", &folder).failure().expect("exists", 2, &["out/", "is there already"]);
    assert_eq!(fs::read_to_string(&report).unwrap(), "mine");
    assert_eq!(sim("run small.toml --out out --force", &folder).run().code, 0);
    assert!(fs::read_to_string(&report).unwrap().contains("<html"));
    // One file is enough.
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/sweep.html"), "mine").unwrap();
    sim("sweep small.toml --out other", &folder).failure().expect("exists", 2, &["other/sweep.html"]);
    assert_eq!(names(&folder.path().join("other")), ["sweep.html".to_owned()].into());
}

#[test]
fn sweeps_and_comparisons_have_folders_too() {
    let folder = folder();
    assert_eq!(sim("sweep small.toml --out swept", &folder).run().code, 0);
    let swept = ["sweep.html", "sweep.json", "sweep.parquet"].map(str::to_owned);
    assert_eq!(names(&folder.path().join("swept")), swept.into());
    assert_eq!(sim("compare small.toml small.toml --out both", &folder).run().code, 0);
    let both = ["comparison.html", "comparison.json"].map(str::to_owned);
    assert_eq!(names(&folder.path().join("both")), both.into());
}

#[test]
fn folders_that_cannot_be_written() {
    let folder = folder();
    for out in ["small.toml", "small.toml/below", "/dev/full", "/proc/nothing"] {
        let failure = sim(&format!("run small.toml --out {out}"), &folder).failure();
        failure.expect("unwritable_file", 2, &[out]);
    }
}

/// Starts a long run and waits until it writes.
fn begun(folder: &tempfile::TempDir) -> (std::process::Child, tempfile::TempDir) {
    let started = sim("run endless.toml --out out --log --json", folder).start(Stdio::piped());
    let deadline = Instant::now() + Duration::from_secs(30);
    let out = folder.path().join("out");
    // A log with something in it: the file that tries the folder is empty, and comes before signals are listened to.
    let is_written = |name: &String| fs::metadata(out.join(name)).is_ok_and(|file| file.len() > 0);
    while !out.is_dir() || !names(&out).iter().any(is_written) {
        assert!(Instant::now() < deadline, "nothing is written");
        sleep(Duration::from_millis(20));
    }
    started
}

#[test]
fn a_signal_stops_it_and_leaves_nothing_behind() {
    for (stop, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let folder = folder();
        let (child, _folder) = begun(&folder);
        signal(child.id(), stop);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{output:?}");
        let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(told["error"]["code"], "interrupted");
        assert_eq!(names(&folder.path().join("out")), BTreeSet::new());
    }
}

#[test]
fn a_killed_run_leaves_nothing_that_looks_whole() {
    let folder = folder();
    let (mut child, _folder) = begun(&folder);
    child.kill().unwrap();
    child.wait().unwrap();
    let left = names(&folder.path().join("out"));
    assert!(left.iter().all(|name| name.ends_with(".unfinished")), "{left:?}");
}

#[test]
fn a_log_is_replayed_shown_and_filtered() {
    let folder = folder();
    run_into(&folder);
    let replayed = sim("replay out/events-1.log", &folder).json();
    assert_eq!((&replayed["world"], &replayed["scenario"]["seed"]), (&1.into(), &5.into()), "{replayed}");
    assert!(replayed["settled"].as_u64().unwrap() > 0, "{replayed}");
    let told = sim("replay out/events-0.log", &folder).run();
    // Of each world the hash that the results have.
    let results: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/results.json")).unwrap()).unwrap();
    assert_eq!(results["world_log_hashes"].as_array().unwrap().len(), 2);
    assert_eq!(replayed["hash"], results["world_log_hashes"][1]);
    let printed = sim("run small.toml", &folder).run();
    assert!(printed.stdout.contains(replayed["hash"].as_str().unwrap()), "{printed:?}");
    assert!(told.stdout.starts_with("right") && told.stdout.contains("log hash"), "{told:?}");

    let lines = |line: &str| sim(&format!("replay out/events-0.log {line}"), &folder).json_lines();
    let all = lines("--show");
    let of_trade = lines("--trade 0");
    assert!(of_trade.len() > 1 && all.len() > 10 * of_trade.len(), "{of_trade:?}");
    let first = all.iter().find(|line| line["text"].as_str().unwrap().contains("0x")).unwrap();
    let text = first["text"].as_str().unwrap();
    let wallet = &text[text.find("0x").unwrap()..][..42];
    let of_wallet = lines(&format!("--wallet {wallet}"));
    assert!(of_wallet.contains(first) && of_wallet.len() < all.len(), "{of_wallet:?}");
    let people = sim("replay out/events-0.log --trade 0", &folder).run();
    assert_eq!(people.stdout.lines().count(), of_trade.len());
    assert!(people.stderr.contains("seed 5"), "{people:?}");

    let unknown = "0x0000000000000000000000000000000000000011";
    for (line, what) in [("--trade 999999", "trade 999999"), (&format!("--wallet {unknown}"), unknown)] {
        let failure = sim(&format!("replay out/events-0.log {line}"), &folder).failure();
        failure.expect("no_record", 4, &["events-0.log has no record of", what]);
    }
}

#[test]
fn a_damaged_log_is_refused() {
    let folder = folder();
    run_into(&folder);
    let whole = fs::read(folder.path().join("out/events-0.log")).unwrap();
    for (name, bytes) in [
        ("short", whole[..whole.len() / 2].to_vec()),
        ("flipped", whole.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == whole.len() / 2)).collect()),
        ("longer", [&whole[..], b"x"].concat()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let failure = sim(&format!("replay {name}"), &folder).failure();
        assert!(["invalid_log", "log_differs"].contains(&failure.code.as_str()), "{failure:?}");
        assert!([1, 2].contains(&failure.exit) && failure.message.contains(name), "{failure:?}");
    }
}
