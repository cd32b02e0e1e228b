//! No output ever shows a secret. Every other test checks it for the keys it uses; these try the places where one slips out.

use crate::support::{Barter, Deal, Devnet};

#[test]
fn a_key_in_arguments_is_refused_and_not_repeated() {
    let key = Devnet::shared().wallet().private_key;
    for arguments in [
        vec!["--private-key", &key, "credit", "supply"],
        vec!["credit", "supply", "--private-key", &key],
        vec!["trade", "list", &format!("--private-key={key}")],
    ] {
        let failure = Barter::new(arguments).hiding(&key).failure();
        failure.expect("key_in_arguments", 2, &["private key", "command line"]);
    }
    for arguments in [vec!["credit", "supply", &key], vec!["--key", &key], vec!["devnet", "--port", &key], vec![&key]] {
        Barter::new(&arguments).hiding(&key).failure().expect("usage", 2, &[]);
        // Neither is it in the text for people.
        let outcome = Barter::new(&arguments).hiding(&key).run();
        assert_eq!(outcome.code, 2);
    }
}

#[test]
fn a_key_where_a_wallet_is_meant_is_not_repeated() {
    let devnet = Devnet::shared();
    let wallet = devnet.wallet();
    let failure =
        Barter::words("trust score").arg(&wallet.private_key).on(devnet).hiding(&wallet.private_key).failure();
    failure.expect("invalid_address", 2, &["expected 40"]);
}

#[test]
fn a_preimage_that_was_not_shown_stays_hidden() {
    let deal = Deal::proposed();
    let preimage = deal.preimage.to_string();
    // Settled too early: the preimage is still worth something, and neither text nor data repeat it.
    deal.settling(deal.preimage).hiding(&preimage).failure().expect("wrong_status", 1, &[]);
    let outcome = deal.settling(deal.preimage).hiding(&preimage).run();
    assert_eq!(outcome.code, 1);
    deal.accept();
    let outcome = deal.settling(deal.preimage).hiding(&preimage).run();
    assert_eq!(outcome.code, 0, "a success does not repeat it either: {outcome:?}");
}
