//! `barter devnet`: a chain that does not outlive whoever wanted it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
};

use barter_lightning::{
    InvoiceLock, InvoiceRequest, Lightning, PaymentLimits,
    lnd::{Lnd, LndSettings},
};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    BARTER, Barter, Devnet, anvil,
    devnet::{assert_gone, processes_below, signal},
    fields,
    trade::new_preimage,
};

#[test]
fn tells_what_to_put_into_the_environment() {
    let devnet = Devnet::shared();
    let told = &devnet.announced;
    assert_eq!(
        fields(told),
        ["accounts", "chain_id", "contracts", "deployment_file", "environment", "lightning", "rpc_url"]
    );
    assert_eq!(
        fields(&told["contracts"]),
        ["AuditorQuorum", "BTRCredit", "BTRTrust", "BarterBond", "BarterCore", "BondToken", "block"]
    );
    assert_eq!(fields(&told["accounts"][0]), ["address", "private_key"]);
    assert_eq!(
        fields(&told["environment"]),
        ["ALCHEMY_RPC_URL", "BARTER_DEPLOYMENT", "BARTER_NETWORK", "DEPLOYER_PRIVATE_KEY"]
    );
    // That is all a command needs.
    let call = within(Barter::words("trade list"), &told["environment"]);
    assert_eq!(call.json()["address"], told["accounts"][0]["address"]);
    // So is the same as a .env file.
    let lines = told["environment"].as_object().unwrap().iter();
    let lines: Vec<String> = lines.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let lines = lines.join("\n");
    assert_eq!(Barter::words("trade list").file(".env", &lines).json()["address"], told["accounts"][0]["address"]);
    let named = Barter::words("trade list --env-file settings").file("settings", &lines).json();
    assert_eq!(named["address"], told["accounts"][0]["address"]);
}

/// Sets what was told to be set.
fn within(call: Barter, environment: &Value) -> Barter {
    let variables = environment.as_object().unwrap().iter();
    variables.fold(call, |call, (name, value)| call.env(name, value.as_str().unwrap()))
}

#[test]
fn tells_either_party_what_to_put_into_its_environment() {
    let devnet = Devnet::start(2);
    let told = &devnet.announced["lightning"];
    assert_eq!(fields(told), ["payee", "payer"]);
    for (index, side) in ["payer", "payee"].into_iter().enumerate() {
        let party = &told[side];
        assert_eq!(fields(party), ["environment", "node", "wallet"]);
        assert_eq!(
            fields(&party["environment"]),
            [
                "ALCHEMY_RPC_URL",
                "BARTER_DEPLOYMENT",
                "BARTER_JOURNAL",
                "BARTER_LND_MACAROON",
                "BARTER_LND_URL",
                "BARTER_NETWORK",
                "DEPLOYER_PRIVATE_KEY"
            ]
        );
        let wallet = within(Barter::words("wallet"), &party["environment"]).json();
        assert_eq!(
            (&wallet["address"], &party["wallet"]),
            (&party["wallet"], &devnet.announced["accounts"][index]["address"])
        );
        let macaroon = std::fs::metadata(party["environment"]["BARTER_LND_MACAROON"].as_str().unwrap()).unwrap();
        assert_eq!(macaroon.permissions().mode() & 0o777, 0o600);
    }
    let settings = |side: &str| told[side]["environment"].clone();
    assert_ne!(settings("payer")["BARTER_LND_URL"], settings("payee")["BARTER_LND_URL"]);
    assert_ne!(settings("payer")["BARTER_JOURNAL"], settings("payee")["BARTER_JOURNAL"]);
}

#[tokio::test]
async fn its_lightning_nodes_pay_each_other() {
    let devnet = Devnet::start(2);
    let node = |side: &str| {
        let told = devnet.announced["lightning"][side].clone();
        let settings = LndSettings::from_variables(|name| told["environment"][name].as_str().map(str::to_owned));
        (Lnd::connect(settings.unwrap().unwrap()).unwrap(), told["node"].as_str().unwrap().to_owned())
    };
    let ((payer, payer_key), (payee, payee_key)) = (node("payer"), node("payee"));
    assert_eq!(payer.node().await.unwrap().public_key, payer_key);
    assert_eq!(payee.node().await.unwrap().public_key, payee_key);
    for (from, to) in [(&payer, &payee), (&payee, &payer)] {
        let preimage = new_preimage();
        let request = InvoiceRequest {
            lock: InvoiceLock::Preimage(preimage),
            amount_sats: 2_000_000,
            description: "a rug".to_owned(),
            lifetime_seconds: 600,
        };
        let invoice = to.make_invoice(&request).await.unwrap();
        let paid = from.pay(&invoice, &PaymentLimits::for_amount(2_000_000)).await.unwrap();
        assert_eq!(paid.preimage, preimage);
    }
}

/// A devnet that talks to people, once it has said everything.
struct Started {
    child: Child,
    lines: Vec<String>,
    /// What it has for temporary files: one that is killed leaves its own behind.
    folder: tempfile::TempDir,
}

/// Lines for a shell that it prints: seven for each party.
const EXPORTS: usize = 14;

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
        lines.push(line);
        if lines.iter().filter(|line| line.starts_with("export ")).count() == EXPORTS {
            break;
        }
    }
    Started { child, lines, folder }
}

#[test]
fn stops_anvil_on_ctrl_c_on_termination_and_on_hanging_up() {
    for stop in [Signal::INT, Signal::TERM, Signal::HUP] {
        let Started { mut child, folder, .. } = started(&["--accounts", "2"]);
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
    let Started { mut child, folder: _folder, .. } = started(&["--accounts", "2"]);
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
    assert_eq!(
        (exports.len(), exports[0], exports[7]),
        (EXPORTS, "BARTER_NETWORK=local", "BARTER_NETWORK=local"),
        "{text}"
    );
    let position = |start: &str| {
        lines.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start}: {text}"))
    };
    let (payee, payer) = (position("The payee's terminal"), position("The payer's terminal"));
    assert!(lines[payee..payer].contains(&exports[3].replacen("DEPLOYER", "export DEPLOYER", 1)), "{text}");
    // anvil's second account, whose key is in its documentation.
    assert!(exports[3].ends_with("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"), "{text}");
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
    let deployment: Value = serde_json::from_str(&text).unwrap();
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
        let call = Barter::words("devnet --port 0 --accounts 2 --stop-with-stdin --deployment-out").arg(&file);
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
    Barter::words("devnet --accounts 1").failure().expect("usage", 2, &["--accounts", "1"]);
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
