//! Deals over banks in processes of their own.

use crate::support::{bank::Traders, reputation::expose};

#[test]
fn a_swap_is_settled_and_stands_after_the_banks_were_killed() {
    let mut traders = Traders::new();
    traders.swap("swap.json", "1", "2.5");
    let settled =
        traders.words("bank deal swap.json --key alice.key --also bob.key --yes --journal swap.journal").json();
    assert_eq!(settled["settled"].as_array().unwrap().len(), 2, "{settled}");
    for bank in &mut traders.banks {
        bank.again();
    }
    assert_eq!([traders.balance(0, 0), traders.balance(1, 0)], ["-1", "1"]);
    assert_eq!([traders.balance(1, 1), traders.balance(0, 1)], ["-2.5", "2.5"]);
    // Once more is no harm: it is settled.
    let again = traders.words("bank settle swap.journal --key alice.key").json();
    assert_eq!(again, settled);
    assert_eq!(traders.balance(0, 0), "-1");
}

#[test]
fn a_deal_waits_for_who_has_not_signed() {
    let traders = Traders::new();
    traders.swap("swap.json", "1", "1");
    let waiting = traders.words("bank deal swap.json --key alice.key --yes --journal swap.journal").json();
    assert_eq!(waiting["unsigned"][0], traders.people[1]);
    let settle = || traders.words("bank settle swap.journal --key alice.key");
    settle().failure().expect("unsigned", 1, &[&traders.people[1]]);
    traders.words("bank keygen eve.key").json();
    let confirm = |line: &str| traders.at_both(&format!("bank confirm swap.journal {line}"));
    confirm("--yes --key eve.key").failure().expect("not_in_deal", 1, &[]);
    confirm("--key bob.key").failure().expect("not_confirmed", 2, &["--yes"]);
    let signed = confirm("--yes --key bob.key").json();
    assert_eq!(signed["unsigned"], serde_json::json!([]));
    settle().json();
    assert_eq!([traders.balance(0, 1), traders.balance(1, 0)], ["1", "1"]);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let traders = Traders::new();
    traders.swap("swap.json", "1", "1");
    let deal = |rest: &str| traders.words(&format!("bank deal swap.json {rest} --yes")).failure();
    deal("--key nobody.key").expect("key_file", 5, &["nobody.key"]);
    deal("--key alice.key --lead 0").expect("usage", 2, &["--lead 0", "32 bytes"]);
    let key = &traders.people[0];
    deal(&format!("--key alice.key --lead {key}")).expect("no_deal", 2, &[key]);
    expose(&traders.folder.path().join("bob.key"));
    deal("--key alice.key --also bob.key").expect("key_file", 5, &["bob.key", "chmod 600"]);
    assert!(!traders.folder.path().join("deal.journal").exists());
    let open =
        |bank: &str, promise: &str| traders.words("bank open --key alice.key --bank").args([bank, promise]).failure();
    let pin = &traders.banks[0].pin;
    open(pin, "x0").expect("hash", 2, &["32 bytes"]);
    open("somewhere", &traders.promises[0]).expect("bank_pin", 2, &["somewhere", "KEY@URL"]);
    let other = format!("{}@{}", traders.banks[1].key(), pin.split_once('@').unwrap().1);
    open(&other, &traders.promises[0]).expect("bank_not_pinned", 5, &[traders.banks[0].key(), traders.banks[1].key()]);
    open(pin, &traders.promises[1]).expect("bank_refused", 1, &[&traders.promises[1]]);
    let dead = format!("{}@http://127.0.0.1:1", traders.banks[0].key());
    open(&dead, &traders.promises[0]).expect("bank_unreachable", 3, &["http://127.0.0.1:1"]);
}
