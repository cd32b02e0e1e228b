//! What a bank tells whoever runs it.

use std::fs::{self, File};

use serde_json::Value;

use crate::support::{
    Barter,
    bank::{Bank, serve},
};

#[test]
fn the_operator_hears_what_strangers_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut serve = serve(folder.path(), "a-bank", "127.0.0.1:0");
    serve.args(["--log", "json"]);
    let bank = Bank::logging(serve, folder.path(), "a-bank", File::create(&log).unwrap().into());
    rusqlite::Connection::open(bank.database()).unwrap().execute_batch("ALTER TABLE calls RENAME TO lost").unwrap();
    Barter::words("bank keygen alice.key").within(folder.path()).json();
    let mint = Barter::words("bank mint --key alice.key --bank").args([&bank.pin, "1 logo"]).within(folder.path());
    let failure = mint.failure();
    assert!(failure.message.contains("could not write this down"), "{failure:?}");
    assert!(!failure.message.contains("a-bank.db") && !failure.message.contains("calls"), "{failure:?}");
    let log = fs::read_to_string(&log).unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["error"].as_str().unwrap().contains("a-bank.db"), "{line}");
}
