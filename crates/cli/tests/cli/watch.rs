//! `barter trade watch`: events of the past, and then live.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{BARTER, Deal, Devnet, devnet::signal};

/// A watch that runs, and the lines it prints.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(devnet: &Devnet, arguments: &[&str]) -> Self {
        let mut child = Command::new(BARTER)
            .args(["trade", "watch"])
            .args(arguments)
            .env("BARTER_NETWORK", "local")
            .env("ALCHEMY_RPC_URL", &devnet.rpc_url)
            .env("BARTER_DEPLOYMENT", &devnet.deployment_file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    fn next_line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    fn next(&self) -> Value {
        serde_json::from_str(&self.next_line()).unwrap()
    }

    fn stop(mut self) {
        signal(self.child.id(), Signal::INT);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn shows_the_past_and_then_what_happens() {
    let deal = Deal::proposed();
    let watch = Watch::start(deal.devnet, &["--json", "--past", "--wallet", &deal.payee.address]);
    let proposed = watch.next();
    assert_eq!((&proposed["change"], &proposed["event"]), (&"added".into(), &"trade_proposed".into()));
    assert_eq!(proposed["trade_id"], deal.trade_id.as_str());

    deal.accept();
    let accepted = watch.next();
    assert_eq!((&accepted["event"], &accepted["trade_id"]), (&"trade_accepted".into(), &deal.trade_id.as_str().into()));
    deal.settle();
    let mut events = Vec::new();
    while events.len() < 3 {
        events.push(watch.next()["event"].as_str().unwrap().to_owned());
    }
    events.sort_unstable();
    assert_eq!(events, ["credit_transferred", "score_updated", "trade_settled"]);
    watch.stop();
}

#[test]
fn can_be_of_one_trade_and_for_people() {
    let deal = Deal::accepted();
    let other = Deal::proposed_between(deal.payer.clone(), deal.payee.clone());
    let watch = Watch::start(deal.devnet, &["--past", "--trade", &deal.trade_id]);
    let proposed = watch.next_line();
    assert!(proposed.contains("proposed") && proposed.contains("50,000 sats"), "{proposed}");
    assert_eq!(watch.next_line().trim(), deal.trade_id);
    assert!(watch.next_line().contains("accepted"));
    assert_eq!(watch.next_line().trim(), deal.trade_id);
    other.accept();
    deal.settle();
    // The other trade's acceptance is not among them.
    let settled = watch.next_line();
    assert!(settled.contains("settled") || settled.contains("score"), "{settled}");
}

#[test]
fn waits_for_a_node_that_went_away() {
    let mut devnet = Devnet::start(2);
    let mut child = Command::new(BARTER)
        .args(["trade", "watch", "--json"])
        .env("BARTER_NETWORK", "local")
        .env("ALCHEMY_RPC_URL", &devnet.rpc_url)
        .env("BARTER_DEPLOYMENT", &devnet.deployment_file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for it to have found the node; had it not, it would end with an error instead of a warning.
    std::thread::sleep(Duration::from_secs(1));
    devnet.stop();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let warning: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(warning["warning"]["code"], "network", "{warning}");
    assert!(child.try_wait().unwrap().is_none(), "it ended");
    signal(child.id(), Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn ends_at_the_last_block_asked_for() {
    let deal = Deal::accepted();
    let number = deal.settle()["block_number"].clone();
    let block = number.to_string();
    let part = deal.reading("trade watch --from-block").args([&block, "--to-block", &block, "--json"]).run();
    assert_eq!(part.code, 0, "{part:?}");
    let events: Vec<Value> = part.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.iter().all(|event| event["block_number"] == number), "{events:?}");
    assert!(events.iter().any(|event| event["event"] == "trade_settled"), "{events:?}");
}

#[test]
fn whoever_stops_reading_stops_it_without_an_error() {
    let deal = Deal::accepted();
    deal.settle();
    let mut child = Command::new(BARTER)
        .args(["trade", "watch", "--past", "--json"])
        .env("BARTER_NETWORK", "local")
        .env("ALCHEMY_RPC_URL", &deal.devnet.rpc_url)
        .env("BARTER_DEPLOYMENT", &deal.devnet.deployment_file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
