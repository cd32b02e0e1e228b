//! Wrong input, each with a sentence.

use super::{SMALL, sim};
use crate::support::Barter;

#[test]
fn scenarios_that_cannot_be_read() {
    sim("run nowhere.toml").failure().expect("no_scenario", 4, &["nowhere.toml", "siege"]);
    sim("run seige").failure().expect("no_scenario", 4, &["seige", "siege"]);
    sim("run .").failure().expect("unreadable_file", 2, &[". cannot be read", "directory"]);
    sim("run binary.toml").file("binary.toml", [0xff, 0xfe]).failure().expect("unreadable_file", 2, &["binary.toml"]);
    let long = "#".repeat((1 << 20) + 1);
    sim("run long.toml").file("long.toml", long).failure().expect("unreadable_file", 2, &["1048576 bytes"]);
    sim("run empty.toml").file("empty.toml", "").failure().expect("invalid_scenario", 2, &["empty.toml", "name"]);
    let misspelt = SMALL.replace("days", "dayz");
    let failure = sim("run small.toml").file("small.toml", misspelt).failure();
    failure.expect("invalid_scenario", 2, &["small.toml", "line 4", "dayz", "expected one of"]);
}

#[test]
fn values_that_make_no_sense() {
    for (line, parts) in [
        ("--seed -1", &["seed", "-1"][..]),
        ("--seed 9223372036854775808", &["seed"]),
        ("--seed 99999999999999999999999", &["seed"]),
        ("--seed many", &["seed", "many", "whole number"]),
        ("--days 0", &["days is 0, expected 1 to 3650"]),
        ("--worlds 0", &["worlds is 0"]),
        ("--worlds 1001", &["worlds is 1001"]),
        ("--set parameters.pair_cap=0", &["parameters.pair_cap is 0"]),
        ("--set parameters.pear_cap=1", &["parameters.pear_cap", "pair_cap"]),
        ("--set crowd.ring.count=1", &["crowd.ring.count", "trader, circle"]),
        ("--set crowd.circle=3", &["crowd.circle: this is a whole crowd"]),
        ("--set crowd=1", &["crowd: invalid type", "expected a list of tables"]),
        ("--set parameters=1", &["parameters: invalid type", "expected a table"]),
        ("--set arbiter=fair", &["arbiter: invalid type", "expected a table"]),
        ("--set arbiter={kind=\"none\",after_days=99}", &["arbiter: after_days is 99 though kind is none"]),
        ("--set crowd.circle.wheels=1", &["circle", "wheels"]),
        ("--set costs.gas_price_gwei=nan", &["costs.gas_price_gwei is NaN"]),
        ("--set name=", &["name"]),
    ] {
        let failure = sim(&format!("run small.toml {line}").replace("--seed -", "--seed=-")).failure();
        failure.expect("invalid_scenario", 2, parts);
    }
    for line in
        ["--set seed", "--set =1", "--threads 0", "--threads 1025", "--threads x", "--force", "--log", "--sed 1"]
    {
        sim(&format!("run small.toml {line}")).failure().expect("usage", 2, &[]);
    }
    sim("compare small.toml").failure().expect("usage", 2, &[]);
    sim("sweep siege").failure().expect("invalid_scenario", 2, &["siege", "no table sweep"]);
    sim("sweep small.toml --set days=0").failure().expect("invalid_scenario", 2, &["days is 0"]);
    let bad = SMALL.replace("[1, 2]", "[1, 0]");
    sim("sweep bad.toml").file("bad.toml", bad).failure().expect("invalid_scenario", 2, &["sweep", "pair_cap is 0"]);
}

#[test]
fn logs_that_are_none() {
    sim("replay nowhere.log").failure().expect("unreadable_file", 2, &["nowhere.log"]);
    sim("replay .").failure().expect("unreadable_file", 2, &["directory"]);
    sim("replay small.toml").failure().expect("invalid_log", 2, &["small.toml", "no event log"]);
    sim("replay empty").file("empty", "").failure().expect("invalid_log", 2, &["empty"]);
    sim("replay small.toml --show").failure().expect("invalid_log", 2, &["small.toml"]);
    sim("replay small.toml --wallet 0x12").failure().expect("invalid_address", 2, &["0x12"]);
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_reads() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = |call: Barter, output: std::process::Stdio| {
        let (child, _folder) = call.start(output);
        child.wait_with_output().unwrap().status.code()
    };
    assert_eq!(ended(sim("run small.toml"), full().into()), Some(5));
    assert_eq!(ended(sim("run small.toml --json"), full().into()), Some(5));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(ended(sim("scenarios"), writer.into()), Some(0));
}
