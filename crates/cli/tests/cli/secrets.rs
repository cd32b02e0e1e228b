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
fn a_key_where_a_file_is_meant_is_not_repeated() {
    let devnet = Devnet::shared();
    let wallet = devnet.wallet();
    let key = wallet.private_key.as_str();
    let (file, trade_id) = (".env", format!("0x{}", "0".repeat(64)));
    for (line, code) in [
        (vec!["credit", "balance", "--keystore", key], 5),
        (vec!["credit", "balance", "--env-file", key], 5),
        (vec!["credit", "balance", "--deployment", key], 5),
        (vec!["credit", "balance", "--keystore", file, "--password-file", key], 5),
        (vec!["trade", "cancel", "--signed", key], 2),
        (vec!["trade", "settle", "--signed", key], 2),
        (vec!["trade", "open", key], 2),
        (vec!["trade", "settle-batch", key], 2),
        (vec!["trade", "settle", &trade_id, "--preimage-file", key], 2),
        (vec!["demo", "--invoice", "lnbc1", "--preimage-file", key], 2),
        (vec!["demo", "--invoice", key, "--preimage-file", file], 2),
    ] {
        for form in [None, Some("--json")] {
            let call = Barter::new(&line).args(form).on(devnet).file(file, "");
            let outcome = call.signed_by(&wallet).run();
            assert_eq!(outcome.code, code, "{line:?}: {outcome:?}");
        }
    }
    let deal = Deal::accepted();
    deal.settle();
    let (card, nowhere) = (format!("trust card {}", deal.payer.address), format!("/no/such/{key}"));
    deal.reading(&card).args(["--out", &nowhere]).hiding(key).failure().expect("unwritable_file", 2, &["/no/such"]);
    assert_eq!(deal.reading(&card).args(["--out", key]).hiding(key).run().code, 0);
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
