//! What waits for somebody at their banks.

use std::{net::TcpListener, time::Duration};

use serde_json::Value;

use crate::support::{
    Barter,
    bank::{KEYS, Stuck, Traders, Turnstile},
    reputation::answers,
};

/// Calls after which both banks approve, and nobody has confirmed.
const APPROVED: usize = 2;
/// Calls after which both banks hold, and everybody has confirmed.
const HELD: usize = 8;

/// A swap that stops after so many calls, its driver killed.
fn stopped(traders: &Traders, turnstile: &Turnstile, calls: usize) {
    traders.swap("swap.json", "3", "2.5");
    let told = turnstile.close_after(calls, Stuck::Call);
    let deal = traders.words("bank deal swap.json --key alice.key --also bob.key --yes --json --journal swap.journal");
    let (mut deal, _folder) = deal.start(std::process::Stdio::null());
    told.recv_timeout(Duration::from_secs(30)).unwrap();
    deal.kill().unwrap();
    deal.wait().unwrap();
    turnstile.reopen();
}

fn inbox(traders: &Traders, key: &str) -> Barter {
    traders.at_both("bank inbox --key").arg(key)
}

#[test]
fn each_holder_is_told_their_own_part() {
    let turnstile = Turnstile::open();
    let traders = Traders::behind(&turnstile);
    assert_eq!(inbox(&traders, KEYS[0]).json()["deals"], Value::Array(vec![]));
    stopped(&traders, &turnstile, APPROVED);
    for (person, expected) in [(0, [("1 logo", "-3"), ("1 hour", "2.5")]), (1, [("1 logo", "3"), ("1 hour", "-2.5")])] {
        let listed = inbox(&traders, KEYS[person]).json();
        let deals = listed["deals"].as_array().unwrap();
        assert_eq!(deals.len(), 2, "{listed}");
        for (bank, deal) in deals.iter().enumerate() {
            assert_eq!((&deal["state"], &deal["proposer"]), (&"approved".into(), &traders.people[0].clone().into()));
            assert_eq!((&deal["confirmed"], &deal["unconfirmed"]), (&false.into(), &2.into()));
            assert!(deal["held_until_ms"].is_null() && deal["next"].as_str().unwrap().contains("--reject"));
            // One account, its own: nothing of the other's is told.
            let accounts = deal["accounts"].as_array().unwrap();
            assert_eq!(accounts.len(), 1, "{deal}");
            let (name, change) = expected[bank];
            assert_eq!((&accounts[0]["name"], &accounts[0]["change"]), (&name.into(), &change.into()), "{deal}");
            assert_eq!(accounts[0]["account"], traders.accounts[person][bank]);
            assert!(!deal.to_string().contains(&traders.accounts[1 - person][bank]), "{deal}");
        }
    }
    traders.words("bank keygen eve.key").json();
    assert_eq!(inbox(&traders, "eve.key").json()["deals"], Value::Array(vec![]));
    let shown = inbox(&traders, KEYS[1]).run().stdout;
    assert!(shown.contains("you give") && shown.contains("2.5 of “1 hour”") && shown.contains("you get"), "{shown}");
    // Settled is final: nothing waits any more.
    traders.words("bank settle swap.journal --key alice.key").json();
    assert_eq!(inbox(&traders, KEYS[1]).json()["deals"], Value::Array(vec![]));
}

#[test]
fn a_holder_ends_what_waits() {
    let turnstile = Turnstile::open();
    let traders = Traders::behind(&turnstile);
    stopped(&traders, &turnstile, HELD);
    let waiting = inbox(&traders, KEYS[1]).json()["deals"][0].clone();
    assert_eq!((&waiting["state"], &waiting["confirmed"]), (&"confirmed".into(), &true.into()), "{waiting}");
    assert!(waiting["held_until_ms"].as_u64().is_some(), "{waiting}");
    let deal = waiting["deal"].as_str().unwrap().to_owned();
    traders.words("bank keygen eve.key").json();
    let reject = |key: &str| inbox(&traders, key).args(["--reject", &deal]);
    reject("eve.key").failure().expect("not_waiting", 4, &[&deal]);
    inbox(&traders, KEYS[1]).args(["--reject", "x"]).failure().expect("hash", 2, &["32 bytes"]);
    let rejected = reject(KEYS[1]).json();
    assert_eq!(rejected["ended_at"].as_array().unwrap().len(), 2, "{rejected}");
    let settle = traders.words("bank settle swap.journal --key alice.key").failure();
    settle.expect("given_up", 1, &["rejected"]);
    assert_eq!(traders.balance(0, 0), "0");
    for bank in [0, 1] {
        assert_eq!(traders.audit(bank)["holds"], 0);
    }
}

#[test]
fn a_bank_that_does_not_answer_hides_no_other() {
    let turnstile = Turnstile::open();
    let mut traders = Traders::behind(&turnstile);
    stopped(&traders, &turnstile, HELD);
    traders.banks[0].kill();
    let (listed, error) = inbox(&traders, KEYS[0]).result_and_error();
    assert_eq!((&error["code"], &error["exit_code"]), (&"bank_unreachable".into(), &3.into()), "{error}");
    assert_eq!(listed["deals"].as_array().unwrap().len(), 1, "{listed}");
}

/// A bank of the published protocol, which knows no such method.
#[test]
fn a_bank_that_cannot_tell_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let made = Barter::words("bank keygen alice.key").within(folder.path()).json();
    let key = made["public_key"].as_str().unwrap();
    let answer = |status: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let unknown = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found"}}"#;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let known = format!(r#"{{"pubkey":"{key}","url":"{url}","name":"x","protocol_version":"barter.game/v1"}}"#);
    answers(listener, vec![answer("200 OK", &known), answer("404 Not Found", unknown)]);
    let inbox = Barter::words("bank inbox --key alice.key --bank").arg(format!("{key}@{url}")).within(folder.path());
    let (listed, error) = inbox.result_and_error();
    assert_eq!(listed["deals"], Value::Array(vec![]));
    // Who did not hear from every bank is not told that nothing waits.
    assert_eq!(listed["complete"], false);
    assert_eq!((&error["code"], &error["exit_code"]), (&"no_inbox".into(), &1.into()), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(key) && message.contains("list_legs"), "{message}");
}
