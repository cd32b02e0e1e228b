//! Setting a bank up, and what stands in the way of serving it.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Stdio};

use crate::support::{Barter, bank};

#[test]
fn a_bank_is_set_up_once_and_served() {
    let folder = tempfile::tempdir().unwrap();
    let init = || Barter::words("bank init --key first.key --database first.db").within(folder.path());
    let made = init().json();
    assert_eq!((&made["key_made"], &made["store_made"]), (&true.into(), &true.into()), "{made}");
    assert_eq!(fs::metadata(folder.path().join("first.key")).unwrap().permissions().mode() & 0o777, 0o600);
    let again = init().json();
    assert_eq!((&again["key_made"], &again["store_made"]), (&false.into(), &false.into()), "{again}");
    assert_eq!(again["public_key"], made["public_key"]);
    let served = bank::Bank::start(folder.path(), "first", "127.0.0.1:0");
    assert_eq!(served.key(), made["public_key"]);
    // Nothing is amiss where it runs already.
    assert_eq!(init().json(), again);
}

#[test]
fn what_is_there_and_does_not_fit_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let words = |line: &str| Barter::words(line).within(folder.path());
    let made = words("bank init").json();
    let other = words("bank init --key other.key --database other.db").json();
    let keys = [&made, &other].map(|made| made["public_key"].as_str().unwrap().to_owned());
    words("bank init --key other.key").failure().expect("bank_store", 5, &[&keys[0], &keys[1], "bank.db"]);
    words("bank init --key new.key").failure().expect("key_lost", 5, &[&keys[0], "new.key", "bank.db"]);
    assert!(!folder.path().join("new.key").exists(), "a key that fits nothing was made");
    fs::write(folder.path().join("notes.txt"), "notes").unwrap();
    words("bank init --key third.key --database notes.txt").failure().expect("bank_store", 5, &["notes.txt"]);
    assert!(!folder.path().join("third.key").exists());
    assert_eq!(fs::read(folder.path().join("notes.txt")).unwrap(), b"notes");
    fs::set_permissions(folder.path().join("bank.key"), fs::Permissions::from_mode(0o640)).unwrap();
    words("bank init").failure().expect("key_file", 5, &["bank.key", "chmod 600"]);
}

#[test]
fn a_second_server_on_one_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = bank::Bank::start(folder.path(), "first", "127.0.0.1:0");
    let mut second = bank::serve(folder.path(), "first", "127.0.0.1:0");
    let ended = second.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(5), "{told}");
    assert!(told.contains("first.db is in use by another process"), "{told}");
    // And the first goes on.
    Barter::words("bank keygen alice.key").within(folder.path()).json();
    let mint = Barter::words("bank mint --key alice.key --bank").args([&first.pin, "1 logo"]);
    mint.within(folder.path()).json();
}

#[test]
fn what_is_no_promise_is_refused_before_anybody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let made = Barter::words("bank keygen alice.key").within(folder.path()).json();
    // Nobody is there, and nobody is asked.
    let pin = format!("{}@http://127.0.0.1:1", made["public_key"].as_str().unwrap());
    let mint = |name: &str, rest: &str| {
        let mint = Barter::words("bank mint --key alice.key --bank").args([&pin, name]).args(rest.split_whitespace());
        mint.within(folder.path()).failure()
    };
    mint("", "").expect("document", 2, &["name"]);
    mint("1 logo", "--due 2027-02-30").expect("document", 2, &["2027-02-30"]);
    mint("1 logo", "--limit 0").expect("amount", 2, &["0"]);
    mint("1 logo", "--limit 0.1000000000000000055").expect("amount", 2, &["0.1000000000000000055"]);
    mint("1 logo", "").expect("bank_unreachable", 3, &["127.0.0.1:1"]);
}
