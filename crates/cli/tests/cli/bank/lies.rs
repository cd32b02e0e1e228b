//! Journals that whoever proposed a deal has changed before they hand them on.

use serde_json::{Value, json};

use crate::support::bank::Traders;

/// A swap that Alice has signed, whose lead is her bank: Bob gives at one that follows.
fn signed() -> Traders {
    let traders = Traders::new();
    traders.swap("swap.json", "1", "1");
    let deal = traders.words("bank deal swap.json --key alice.key --yes --journal swap.journal --lead");
    deal.arg(traders.banks[0].key()).json();
    traders
}

/// Changes the journal, and has Bob asked to sign it.
fn changed(traders: &Traders, change: impl FnOnce(&mut Value)) -> crate::support::Failure {
    let path = traders.folder.path().join("swap.journal");
    let mut journal: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut journal);
    std::fs::write(&path, journal.to_string()).unwrap();
    let failure = traders.at_both("bank confirm swap.journal --key bob.key --yes").failure();
    let kept: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(kept, journal, "something was signed");
    failure
}

/// Bob's bank is to wait for a key of hers, whose settlement she signs herself: Bob would have given for nothing.
#[test]
fn a_bank_that_waits_for_a_key_of_the_proposer_is_not_signed_for() {
    let traders = signed();
    let made = traders.words("bank keygen hers.key").json();
    let failure =
        changed(&traders, |journal| journal["legs"][1]["terms"]["predecessors"] = json!([made["public_key"]]));
    failure.expect("journal", 5, &[traders.banks[1].key(), "none of the deal's banks"]);
}

#[test]
fn a_lead_that_awaits_nobody_is_not_signed_for() {
    let traders = signed();
    let failure = changed(&traders, |journal| journal["legs"][0]["terms"]["awaits"] = json!([]));
    failure.expect("journal", 5, &[traders.banks[0].key(), "does not await"]);
}

#[test]
fn a_bank_elsewhere_than_its_holder_knows_it_is_not_asked() {
    let traders = signed();
    let failure = changed(&traders, |journal| journal["legs"][0]["url"] = json!("http://127.0.0.1:1"));
    failure.expect("other_address", 1, &["http://127.0.0.1:1", &traders.banks[0].pin[45..]]);
}

#[test]
fn who_is_said_to_have_an_account_somewhere_else_does_not_sign() {
    let traders = signed();
    let pin = &traders.banks[1].pin;
    let confirm = traders.words("bank confirm swap.journal --key bob.key --yes --bank").arg(pin);
    confirm.failure().expect("unfit_deal", 1, &[traders.banks[0].key(), "did not name"]);
    // An account of his, and he is not to be asked.
    let failure = changed(&traders, |journal| journal["legs"][1]["holders"] = json!([traders.people[0]]));
    failure.expect("unfit_deal", 1, &[traders.banks[1].key(), "does not have you sign"]);
}

#[test]
fn a_bank_that_cannot_be_asked_is_not_signed_for() {
    let mut traders = signed();
    traders.banks[0].kill();
    let confirm = traders.at_both("bank confirm swap.journal --key bob.key --yes");
    confirm.failure().expect("bank_unreachable", 3, &[traders.banks[0].key()]);
}
