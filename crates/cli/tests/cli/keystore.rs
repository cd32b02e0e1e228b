//! Keys in encrypted files.

use crate::support::{
    Barter, Devnet, Wallet,
    trade::{new_preimage, propose},
};

const PASSWORD: &str = "correct horse battery staple";

/// A wallet's key, encrypted, as a keystore's text.
fn keystore_of(wallet: &Wallet) -> String {
    let folder = tempfile::tempdir().unwrap();
    let key: Vec<u8> = alloy_primitives::hex::decode(&wallet.private_key).unwrap();
    let mut randomness = eth_keystore_randomness();
    eth_keystore::encrypt_key(folder.path(), &mut randomness, key, PASSWORD, Some("key.json")).unwrap();
    std::fs::read_to_string(folder.path().join("key.json")).unwrap()
}

fn eth_keystore_randomness() -> rand::rngs::StdRng {
    rand::SeedableRng::seed_from_u64(7)
}

fn proposing(wallet: &Wallet) -> Barter {
    let devnet = Devnet::shared();
    let call = propose(&devnet.wallet().address, new_preimage()).on(devnet).hiding(&wallet.private_key);
    call.hiding(PASSWORD).file("key.json", keystore_of(wallet))
}

#[test]
fn a_keystore_signs() {
    let wallet = Devnet::shared().wallet();
    // An editor's line end is not part of the password.
    let by_file = proposing(&wallet).args(["--keystore", "key.json", "--password-file", "word"]);
    let trade = by_file.file("word", format!("{PASSWORD}\n")).json();
    assert!(trade["trade_id"].is_string());
    let by_environment =
        proposing(&wallet).env("BARTER_KEYSTORE", "key.json").env("BARTER_KEYSTORE_PASSWORD", PASSWORD);
    by_environment.json();
    // A keystore that is named wins over a key that happens to be set, even over a bad one.
    let both = proposing(&wallet).args(["--keystore", "key.json"]).env("BARTER_KEYSTORE_PASSWORD", PASSWORD);
    let both = both.env("DEPLOYER_PRIVATE_KEY", "0x12").json();
    let trade = Barter::words("trade get").arg(both["trade_id"].as_str().unwrap()).on(Devnet::shared()).json();
    assert_eq!(trade["payer"], wallet.address);
}

#[test]
fn a_keystore_that_cannot_be_opened() {
    let wallet = Devnet::shared().wallet();
    let call = || proposing(&wallet).args(["--keystore", "key.json"]);
    let wrong = "wrong password";
    let failure = call().env("BARTER_KEYSTORE_PASSWORD", wrong).hiding(wrong).failure();
    failure.expect("keystore", 5, &["key.json", "password is wrong"]);
    call().failure().expect("keystore", 5, &["key.json", "BARTER_KEYSTORE_PASSWORD"]);
    let missing = proposing(&wallet).args(["--keystore", "no/such.json"]).failure();
    missing.expect("keystore", 5, &["no/such.json", "no such file"]);
    let missing = call().args(["--password-file", "no/such"]).failure();
    missing.expect("unreadable_file", 2, &["no/such"]);
}

#[test]
fn a_file_that_is_no_keystore() {
    let whole = keystore_of(&Devnet::shared().wallet());
    let short_key = whole.replace("\"dklen\":32", "\"dklen\":8");
    assert_ne!(short_key, whole);
    let short_vector = whole.replacen("\"iv\":\"", "\"iv\":\"00\",\"was\":\"", 1);
    assert_ne!(short_vector, whole);
    let costly = whole.replace("\"n\":8192", "\"n\":1073741824");
    assert_ne!(costly, whole);
    for text in ["", "{}", "[]", "0x12", &short_key, &short_vector, &costly] {
        let call = proposing(&Devnet::shared().wallet()).args(["--keystore", "bad.json"]).file("bad.json", text);
        let failure = call.env("BARTER_KEYSTORE_PASSWORD", PASSWORD).failure();
        failure.expect("keystore", 5, &["bad.json"]);
    }
}
