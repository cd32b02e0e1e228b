//! `barter devnet`: a chain that does not outlive whoever wanted it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use rustix::process::Signal;

use crate::support::{
    BARTER, Barter, Devnet, anvil,
    devnet::{assert_gone, processes_below, signal},
    fields,
};

#[test]
fn tells_what_to_put_into_the_environment() {
    let devnet = Devnet::shared();
    let told = &devnet.announced;
    assert_eq!(fields(told), ["accounts", "chain_id", "contracts", "deployment_file", "environment", "rpc_url"]);
    assert_eq!(fields(&told["contracts"]), ["BTRCredit", "BTRTrust", "BarterCore", "block"]);
    assert_eq!(fields(&told["accounts"][0]), ["address", "private_key"]);
    assert_eq!(
        fields(&told["environment"]),
        ["ALCHEMY_RPC_URL", "BARTER_DEPLOYMENT", "BARTER_NETWORK", "DEPLOYER_PRIVATE_KEY"]
    );
    // That is all a command needs.
    let call = told["environment"]
        .as_object()
        .unwrap()
        .iter()
        .fold(Barter::words("trade list"), |call, (name, value)| call.env(name, value.as_str().unwrap()));
    assert_eq!(call.json()["address"], told["accounts"][0]["address"]);
    // So is the same as a .env file.
    let lines = told["environment"].as_object().unwrap().iter();
    let lines: Vec<String> = lines.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let lines = lines.join("\n");
    assert_eq!(Barter::words("trade list").file(".env", &lines).json()["address"], told["accounts"][0]["address"]);
    let named = Barter::words("trade list --env-file settings").file("settings", &lines).json();
    assert_eq!(named["address"], told["accounts"][0]["address"]);
}

/// A devnet that talks to people, once it has said everything.
struct Started {
    child: Child,
    lines: Vec<String>,
    /// What it has for temporary files: one that is killed leaves its own behind.
    folder: tempfile::TempDir,
}

fn started(arguments: &[&str]) -> Started {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(BARTER)
        .args(["devnet", "--port", "0"])
        .args(arguments)
        .env("ANVIL", anvil())
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        let line = line.unwrap();
        let last = line.starts_with("export DEPLOYER_PRIVATE_KEY=");
        lines.push(line);
        if last {
            break;
        }
    }
    Started { child, lines, folder }
}

#[test]
fn stops_anvil_on_ctrl_c_on_termination_and_on_hanging_up() {
    for stop in [Signal::INT, Signal::TERM, Signal::HUP] {
        let Started { mut child, folder, .. } = started(&["--accounts", "1"]);
        let processes = processes_below(child.id());
        assert!(processes.len() >= 2, "keeper and anvil: {processes:?}");
        signal(child.id(), stop);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{stop:?}");
        assert_gone(&processes);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn anvil_does_not_outlive_a_devnet_that_is_killed() {
    let Started { mut child, folder: _folder, .. } = started(&["--accounts", "1"]);
    let processes = processes_below(child.id());
    assert!(processes.len() >= 2, "keeper and anvil: {processes:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_gone(&processes);
}

#[test]
fn says_that_its_keys_are_public_and_prints_lines_for_a_shell() {
    let Started { mut child, lines, folder: _folder } = started(&["--accounts", "3", "--block-time", "1"]);
    signal(child.id(), Signal::TERM);
    child.wait().unwrap();
    let text = lines.join("\n");
    assert!(text.contains("The whole world knows these keys"), "{text}");
    let exports: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("export ")).collect();
    assert_eq!(exports.len(), 4, "{text}");
    assert!(exports[0] == "BARTER_NETWORK=local", "{text}");
    // anvil's first account, as its documentation has it.
    assert!(text.contains("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), "{text}");
}

#[test]
fn writes_the_deployment_where_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made/for/me.json");
    let Started { mut child, folder: _folder, .. } = started(&["--deployment-out", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    signal(child.id(), Signal::TERM);
    child.wait().unwrap();
    let deployment: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(deployment["BarterCore"], Devnet::shared().announced["contracts"]["BarterCore"], "the same everywhere");
    assert!(file.is_file(), "a file that was asked for stays");
}

#[test]
fn writes_over_no_file_that_is_none_of_a_deployment() {
    let call = Barter::words("devnet --port 0 --stop-with-stdin --deployment-out notes.txt");
    call.file("notes.txt", "mine").failure().expect("unwritable_file", 2, &["notes.txt"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("local.json");
    std::fs::write(&file, "").unwrap();
    for _ in 0..2 {
        let call = Barter::words("devnet --port 0 --accounts 1 --stop-with-stdin --deployment-out").arg(&file);
        let outcome = call.input("").run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.stderr.contains("only") && outcome.stderr.contains("local.json"), "{outcome:?}");
    }
}

#[test]
fn refuses_what_it_cannot_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    Barter::new(["devnet", "--port", &port]).failure().expect("port_in_use", 5, &[&port, "127.0.0.1"]);
    Barter::words("devnet --port 70000").failure().expect("usage", 2, &["70000", "--port"]);
    Barter::words("devnet --accounts 0").failure().expect("usage", 2, &["--accounts", "0"]);
    Barter::words("devnet --block-time 0").failure().expect("usage", 2, &["--block-time", "0"]);
    Barter::words("devnet --rpc-url http://x").failure().expect("usage", 2, &["--rpc-url", "devnet"]);
    let missing = Barter::words("devnet").env("ANVIL", "/no/such/anvil").failure();
    missing.expect("anvil_not_found", 5, &["/no/such/anvil"]);
    // Found nowhere: neither named, nor in PATH, nor in a folder above.
    Barter::words("devnet").env("ANVIL", "").env("PATH", "").failure().expect(
        "anvil_not_found",
        5,
        &["node_modules/.bin"],
    );
    let other = Barter::words("devnet --port 0").env("ANVIL", BARTER).failure();
    other.expect("anvil_not_started", 5, &[BARTER]);
}
