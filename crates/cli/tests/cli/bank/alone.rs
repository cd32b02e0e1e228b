//! What needs no bank that runs, and the demo that runs its own.

use serde_json::Value;

use crate::support::Barter;

/// What somebody has of a promise after an act.
fn balance<'a>(act: &'a Value, holder: &str, promise: &str) -> &'a str {
    let balances = act["balances"].as_array().unwrap();
    let found = balances.iter().find(|balance| balance["holder"] == holder && balance["promise"] == promise);
    found.unwrap_or_else(|| panic!("{holder} has no {promise}: {act}"))["balance"].as_str().unwrap()
}

#[test]
fn the_demo_settles_three_deals_and_shows_what_a_lead_risks() {
    let report = Barter::words("bank demo").json();
    let [swap, ring, graph] = [0, 1, 2].map(|act| &report["deals"][act]);
    assert_eq!(balance(swap, "Alice", "1 logo"), "-1");
    assert_eq!(balance(swap, "Bob", "1 logo"), "1");
    let proofs = swap["settled"].as_array().unwrap();
    assert_eq!(proofs.len(), 2);
    assert_eq!(proofs[1]["seen"][0], proofs[0]["settle"], "the follower cites the lead");
    assert_eq!(ring["settled"].as_array().unwrap().len(), 4);
    assert_eq!(balance(ring, "Alice", "1 meal"), "1");
    let leads =
        |act: &Value| act["plan"]["steps"].as_array().unwrap().iter().filter(|step| step["role"] == "lead").count();
    assert_eq!((leads(ring), leads(graph)), (1, 1), "two givers need one lead");
    let refused = &report["refused"];
    assert!(refused["refusal"].as_str().unwrap().contains("rejected"), "{refused}");
    let words: Vec<_> = refused["evidence"].as_array().unwrap().iter().map(|word| &word["action"]).collect();
    assert_eq!(words, ["settle", "hold"]);
}

#[test]
fn a_bank_without_a_key_of_its_own_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |key: &str| {
        let serve = Barter::words("bank serve --listen 127.0.0.1:0 --key").arg(key).within(folder.path());
        serve.failure()
    };
    serve("bank.key").expect("key_file", 5, &["bank.key"]);
    assert!(!folder.path().join("bank.db").exists(), "nothing was made for it");
    assert_eq!(Barter::words("bank keygen bank.key").within(folder.path()).run().code, 0);
    let path = folder.path().join("bank.key");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    serve("bank.key").expect("key_file", 5, &["others", "chmod 600"]);
}

#[test]
fn an_invitation_proves_itself() {
    let folder = tempfile::tempdir().unwrap();
    let made = Barter::words("bank keygen alice.key").within(folder.path()).json();
    let promise = made["public_key"].as_str().unwrap();
    let sign = Barter::words("bank invite sign --key alice.key --bank-url https://bank.example/rpc");
    let sign = sign.args(["--give", &format!("{promise}:1"), "--get", &format!("{promise}:0.5")]);
    let signed = sign.within(folder.path()).json();
    let text = signed["invitation"].as_str().unwrap();
    let shown = Barter::words("bank invite show").arg(text).json();
    assert_eq!((&shown["inviter"], &shown["bank_url"]), (&made["public_key"], &"https://bank.example/rpc".into()));
    let changed = text.replace(":0.5", ":0.25");
    Barter::words("bank invite show").arg(&changed).failure().expect("invitation", 2, &["not signed by"]);
}
