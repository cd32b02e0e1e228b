//! A bank's store, looked through: a good one is found good, and no change of it goes unnoticed that could be noticed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, which may")]

mod change;
mod town;

use std::{collections::BTreeMap, path::Path};

use barter_bank::{
    audit::{Audited, audit},
    client::Settlement,
    document::{Decimal, Hash},
    ledger::{Leg, Policy, State},
    store,
};
use barter_store::{
    Location,
    Value::{Bytes, Text},
};
use serde_json::{Value, json};

use change::{Cell, Change, MORE, Table, changes, execute};
use town::{Town, person};

fn look(path: &Path) -> Result<Audited, store::Error> {
    audit(&Location::file(path), |_, _| {})
}

/// Has the first bank hold a leg that only the one who gives there has confirmed.
fn hold(town: &Town, settlement: &Settlement, giver: u8) {
    let (bank, key, tx) = (town.bank(1), person(giver), settlement.hash());
    let word = settlement.confirmation(key.public(), bank.key()).unwrap().to_json();
    bank.call(&key, "confirm_receipt", &json!({ "tx_hash": tx, "user_confirm": word }));
    bank.call(&key, "hold_leg", &json!({ "tx_hash": tx }));
}

/// A town whose first bank has a leg in every state, as a lead and as a follower.
fn town() -> Town {
    let mut town = Town::new(Policy::default());
    // The hold of this one ends by itself.
    town.deaf_to(Some("settle_leg"));
    town.settle(&[(9, "1", 10), (10, "1", 9)], 1);
    town.wait(Policy::default().hold_ttl_ms);
    town.deaf_to(None);
    town.settle(&[(1, "1.5", 2), (2, "2", 1)], 1);
    town.wait(1);
    town.settle(&[(1, "0.25", 2), (2, "1", 1)], 2);
    town.wait(1);
    let rejected = town.deal(&[(1, "7", 2), (2, "7", 1)], 1);
    town.deaf_to(Some("confirm_receipt"));
    town.drive(&mut rejected.clone(), 1).unwrap_err();
    hold(&town, &rejected, 1);
    town.bank(1).call(&person(2), "reject_leg", &json!({ "tx_hash": rejected.hash(), "reason": "no" }));
    // Bank 1 follows.
    let held = town.settle(&[(3, "3", 4), (4, "1", 3)], 2);
    hold(&town, &held, 3);
    for (method, giver, receiver) in [("hold_leg", 1, 2), ("settle_leg", 5, 6)] {
        town.deaf_to(Some(method));
        town.settle(&[(giver, "3", receiver), (receiver, "1", giver)], 1);
    }
    town.deaf_to(None);
    town
}

#[test]
fn a_good_store_is_found_good_and_everything_in_it_is_counted() {
    let town = town();
    let mut told = Vec::new();
    let audited = audit(&Location::file(town.path(1)), |done, all| told.push((done, all))).unwrap();
    assert_eq!(audited.findings, [], "{audited:?}");
    let counts = audited.counts;
    assert_eq!((counts.promises, counts.accounts, counts.legs, counts.settled), (4, 8, 7, 2), "{counts:?}");
    assert_eq!((counts.holds, counts.records), (2, 14));
    // Of each leg an approve of its proposer and one of the bank.
    assert!(counts.documents > counts.signatures && counts.signatures > 2 * counts.legs);
    assert_eq!(told.first(), Some(&(1, told.len() as u64)));
    assert_eq!(told.last(), Some(&(told.len() as u64, told.len() as u64)));
    assert_eq!(look(&town.path(2)).unwrap().findings, []);
}

#[test]
fn what_is_no_bank_s_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = look(&folder.path().join("none.db")).unwrap_err().to_string();
    assert!(missing.contains("no database") && missing.contains("none.db"), "{missing}");
    assert!(!folder.path().join("none.db").exists(), "and nothing is made");
    std::fs::write(folder.path().join("text.db"), "not a database, but long enough to be read as one".repeat(100))
        .unwrap();
    look(&folder.path().join("text.db")).unwrap_err();
}

/// Every change of one value of one row, each on a copy of its own: found, or one of those that are known to have no counterpart.
#[test]
fn no_change_goes_unnoticed_that_could_be_noticed() {
    let town = town();
    let path = town.path(1);
    let _folder = town.close();
    // A thousand copies: in memory, where there is a place for that.
    let memory = Path::new("/dev/shm");
    let copies = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let copy = copies.path().join("copy.db");
    let tables = Table::all(&path);
    let mut unseen = Vec::new();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for change in tables.iter().flat_map(changes) {
        std::fs::copy(&path, &copy).unwrap();
        change.make(&copy);
        *tried.entry(change.table).or_default() += 1;
        match look(&copy) {
            Ok(audited) if audited.findings.is_empty() && !has_no_counterpart(&change) => unseen.push(change.told()),
            _ => {}
        }
    }
    assert!(unseen.is_empty(), "{} of {tried:?} unseen:\n{}", unseen.len(), unseen.join("\n"));
    for (table, least) in
        [("accounts", 60), ("minted", 15), ("legs", 200), ("holds", 10), ("records", 20), ("documents", 100)]
    {
        assert!(tried[table] >= least, "{table}: {tried:?}");
    }
}

/// What is moved from one account to another keeps the sum, and is in no leg.
#[test]
fn a_sum_that_is_right_hides_nothing() {
    let town = town();
    let path = town.path(1);
    let _folder = town.close();
    let accounts = Table::all(&path).into_iter().find(|table| table.name == "accounts").unwrap();
    let changes = accounts.moved(&["-1.75", "1.75"], &["-2.75", "2.75"]);
    assert_eq!(changes.len(), 2);
    for change in &changes {
        change.make(&path);
    }
    let findings = look(&path).unwrap().findings;
    assert_eq!(findings.len(), 2, "{findings:?}");
    let told = findings[0].to_string();
    assert!(told.starts_with("accounts ") && told.contains("2.75, expected") && told.contains("1.75"), "{told}");
}

/// What docs/settlement.md says: who can write to the store can take back the last deal of its accounts, whole, and the store is one
/// that it was.
#[test]
fn the_last_deal_of_its_accounts_can_be_taken_back_unseen() {
    let town = town();
    let path = town.path(1);
    let _folder = town.close();
    let tables = Table::all(&path);
    let rows = |name: &str| &tables.iter().find(|table| table.name == name).unwrap().rows;
    let leg_of = |row: &Vec<Cell>| match &row[2] {
        Cell::Text(state) => serde_json::from_str::<Leg>(state).unwrap(),
        _ => panic!("a leg without a state"),
    };
    let balances: BTreeMap<Hash, Decimal> = rows("accounts")
        .iter()
        .map(|row| match (&row[0], &row[2]) {
            (Cell::Bytes(hash), Cell::Text(balance)) => {
                (Hash::new(hash.as_slice().try_into().unwrap()), balance.parse().unwrap())
            }
            _ => panic!("an account without a balance"),
        })
        .collect();
    let is_last = |leg: &Leg| {
        leg.state == State::Settled && leg.balances.iter().all(|(account, balance)| balances[account] == *balance)
    };
    let last = rows("legs").iter().map(leg_of).find(is_last).unwrap();
    for (account, change) in &last.changes {
        let before = (&balances[account] - &change.delta).to_string();
        let values = [Text(&before), Bytes(account.as_bytes())];
        assert_eq!(execute(&path, "UPDATE accounts SET balance = $1 WHERE hash = $2", &values), 1);
    }
    for (hash, table, key) in last.terms.records.iter().map(|hash| (hash, "documents", "hash")).chain([
        (&last.tx, "documents", "hash"),
        (&last.tx, "records", "tx"),
        (&last.tx, "legs", "tx"),
    ]) {
        let removed = execute(&path, &format!("DELETE FROM {table} WHERE {key} = $1"), &[Bytes(hash.as_bytes())]);
        assert!(removed > 0, "{table}");
    }
    let about = format!("%{}%", last.tx);
    assert!(execute(&path, "DELETE FROM documents WHERE text LIKE $1", &[Text(&about)]) > 0);
    let audited = look(&path).unwrap();
    assert_eq!((audited.findings, audited.counts.settled), (vec![], 1));
}

/// What docs/settlement.md says cannot be seen.
fn has_no_counterpart(change: &Change) -> bool {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        _ => Value::Null,
    };
    let (before, after) = (text(&change.before), change.after.as_ref().map_or(Value::Null, text));
    match (change.table, change.column) {
        // That a call was made, by whom, and how far the past is forgotten.
        ("calls", "" | "caller" | MORE) => true,
        ("barter_bank", "forgotten_ms") => change.after != Some(Cell::Integer(-1)),
        // A pocket that its holder need not have handed in.
        ("documents", "") => before["type"] == "pocket",
        // For whom a bank waits and whose hold it awaits, as long as no holder has signed it.
        ("legs", "state") => {
            let without = |mut leg: Value| {
                leg["terms"]["awaits"].take();
                leg["terms"]["role"].take();
                leg["terms"]["predecessors"].take();
                leg["terms"]["legs"].take();
                leg
            };
            let is_signed =
                before["holders"].as_object().is_some_and(|words| words.values().any(|word| !word.is_null()));
            !is_signed && !after.is_null() && without(before) == without(after)
        }
        _ => false,
    }
}
