//! A store, looked through as it lies there and while its bank runs.

use serde_json::Value;

use crate::support::{Barter, bank::Traders};

#[test]
fn a_store_is_looked_through_while_its_bank_runs() {
    let traders = Traders::new();
    traders.swap("swap.json", "1", "2.5");
    traders.words("bank deal swap.json --key alice.key --also bob.key --yes").json();
    for bank in [0, 1] {
        let looked = traders.audit(bank);
        assert_eq!(looked["bank"], traders.banks[bank].key());
        let counts = ["promises", "accounts", "legs", "settled", "holds", "records"].map(|name| looked[name].clone());
        assert_eq!(counts, [1, 2, 1, 1, 0, 2].map(Value::from), "{looked}");
        assert_eq!((&looked["findings"], &looked["confirmations_without_terms"]), (&Value::Array(vec![]), &0.into()));
    }
}

#[test]
fn what_somebody_else_wrote_is_told_by_row() {
    let mut traders = Traders::new();
    traders.banks[0].kill();
    let store = rusqlite::Connection::open(traders.banks[0].database()).unwrap();
    store
        .execute("UPDATE accounts SET balance = '5' WHERE holder <> (SELECT holder FROM accounts LIMIT 1)", ())
        .unwrap();
    drop(store);
    let audit = || traders.words("bank audit --database").arg(traders.banks[0].database());
    let (looked, error) = audit().result_and_error();
    assert_eq!((&error["code"], &error["exit_code"]), (&"store_differs".into(), &1.into()), "{error}");
    // The account, and that the promise does not come to nothing any more.
    let findings = looked["findings"].as_array().unwrap();
    let named = |name: &str| {
        let found = findings.iter().find(|finding| finding["row"] == name);
        found.unwrap_or_else(|| panic!("{name}: {looked}"))["problem"].as_str().unwrap()
    };
    assert_eq!(named(&traders.promises[0]), "its sum over all accounts is 5, expected 0");
    let changed = traders.accounts.iter().find(|accounts| findings.iter().any(|finding| finding["row"] == accounts[0]));
    assert!(named(&changed.unwrap()[0]).starts_with("its balance is 5, expected 0"), "{looked}");
    let shown = audit().run();
    assert!(shown.stdout.contains("its balance is 5") && shown.stderr.contains("2 faults found"), "{shown:?}");
}

#[test]
fn where_no_bank_s_store_is_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let audit = |name: &str| Barter::words("bank audit --database").arg(name).within(folder.path()).failure();
    audit("bank.db").expect("bank_store", 5, &["bank.db"]);
    assert!(!folder.path().join("bank.db").exists());
    std::fs::write(folder.path().join("notes.txt"), "no database").unwrap();
    audit("notes.txt").expect("bank_store", 5, &["notes.txt"]);
}
