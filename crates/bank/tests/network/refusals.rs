//! Everything that a bank refuses a stranger over HTTP: with which status, which code, and which sentence.
//!
//! [`rows`] is the table. A code that is in the sources and in no row fails the last test.

use std::{collections::BTreeSet, fs, path::Path, sync::atomic::Ordering};

use barter_bank::{
    document::{Hash, Promise, Ulid},
    rpc::Call,
    store::WINDOW_MS,
};
use serde_json::{Value, json};

use crate::{
    envelope::client,
    place::Store,
    rows::{ALICE, BOB, Maker, Row, Setting, rows},
    support::{Banks, key_of, now, person},
};

async fn post(banks: &Banks, body: Vec<u8>) -> (u16, Value) {
    let answer = client().post(format!("{}/rpc", banks.connection(1).pin().url)).body(body).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

/// Sends a good call.
async fn done(banks: &Banks, body: Vec<u8>) -> Value {
    let (status, mut answer) = post(banks, body).await;
    assert!(status == 200 && answer.get("error").is_none(), "{answer}");
    answer["result"].take()
}

async fn setting(banks: &mut Banks, make: &mut Maker) -> (Setting, Hash) {
    let (alices, bobs) = (banks.account(ALICE, 1).await, banks.account(BOB, 1).await);
    let promise = Promise { bank: key_of(1), name: "another".to_owned(), due: None, limit: None, integer: None };
    let other = banks.connection(1).mint(&person(BOB), &promise, now()).await.unwrap();
    let mut hashes = Vec::new();
    for _ in 0..2 {
        let proposal = make.transfer(alices.account, bobs.account, "1");
        let proposed = done(banks, make.call(ALICE, "propose_leg", &proposal)).await;
        let tx: Hash = proposed["tx_hash"].as_str().unwrap().parse().unwrap();
        let confirmed = make.confirmation(tx, &proposal);
        done(banks, make.call(ALICE, "confirm_receipt", &confirmed)).await;
        hashes.push(tx);
    }
    done(banks, make.call(ALICE, "hold_leg", &json!({ "tx_hash": hashes[0] }))).await;
    let (alices, promise, bobs) = (alices.account, alices.promise, bobs.account);
    (Setting { promise, alices, bobs, other: other.account, held: hashes[0] }, hashes[1])
}

/// What is wrong with how a bank refused. It says one sentence, short enough to be read.
fn fault(row: &Row, (status, answer): &(u16, Value)) -> Option<String> {
    let error = &answer["error"];
    let message = error["message"].as_str().unwrap_or_default();
    let is_sentence = !message.is_empty() && !message.contains('\n') && message.len() < 500;
    let is_answer = answer["jsonrpc"] == "2.0"
        && answer.as_object().is_some_and(|answer| answer.contains_key("id") && answer.len() == 3);
    // Whose call it was is said wherever it could be read.
    let call: Value = serde_json::from_slice(&row.body).unwrap_or_default();
    let id = call["id"].as_str().filter(|id| id.parse::<Ulid>().is_ok());
    let silent: Vec<&String> = row.says.iter().filter(|word| !message.contains(word.as_str())).collect();
    let expected = (row.status, Some(row.code));
    let is_as_expected = (*status, error["code"].as_i64()) == expected && is_sentence && is_answer;
    let is_good = is_as_expected && silent.is_empty() && answer["id"].as_str() == id;
    (!is_good).then(|| format!("{}: {status} {answer}, expected {expected:?} and {silent:?}", row.what))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_status_its_code_and_its_sentence() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 1).await;
        let mut make = Maker { made: 0, rows: Vec::new() };
        let (at, conflicting) = setting(&mut banks, &mut make).await;
        let before = banks.connection(1).holdings(&person(ALICE), now()).await.unwrap();
        let rows = rows(&at, conflicting);
        let mut faults = Vec::new();
        for row in &rows {
            faults.extend(fault(row, &post(&banks, row.body.clone()).await));
            // An id is spent where the envelope was good, whatever came of the call.
            if [200, 404].contains(&row.status) {
                let (status, answer) = post(&banks, row.body.clone()).await;
                assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(-32002)), "{}", row.what);
            }
        }
        assert!(faults.is_empty(), "on {store:?}:\n{}", faults.join("\n"));
        println!("{} bodies were refused, on {store:?}", rows.len());
        assert_eq!(banks.connection(1).holdings(&person(ALICE), now()).await.unwrap(), before, "nothing has changed");
    }
}

/// What was answered is refused for as long as it could be mistaken for new, and afterwards for being old: also when the bank's clock
/// is put back.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_refused_after_the_window_too() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 1).await;
        let mut make = Maker { made: 0, rows: Vec::new() };
        let old = make.call(ALICE, "list_accounts", &json!({}));
        done(&banks, old.clone()).await;
        let refused = async |banks: &Banks, says: &str| {
            let (status, answer) = post(banks, old.clone()).await;
            assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(-32002)), "{answer}");
            assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{answer}");
        };
        refused(&banks, "was made before").await;
        let later = WINDOW_MS + 120_000;
        banks.ahead.store(later, Ordering::Relaxed);
        refused(&banks, "this bank knows calls from").await;
        // Whatever is called now makes the bank forget what is older.
        let id = Ulid::new(now() + later, [1; 10]);
        done(&banks, Call::write(id, "list_accounts", &json!({}), &key_of(1), &person(ALICE))).await;
        banks.ahead.store(0, Ordering::Relaxed);
        refused(&banks, "this bank knows calls from").await;
        banks.stop(1).await;
        banks.serve(1).await;
        refused(&banks, "this bank knows calls from").await;
    }
}

/// The bank's own fault: it says that it is, and tells nothing of its store's statements.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_whose_store_fails_says_so() {
    let banks = Banks::new(Store::Sqlite, 1).await;
    banks.place(1).tamper("ALTER TABLE calls RENAME TO lost");
    let mut make = Maker { made: 0, rows: Vec::new() };
    let body = make.call(ALICE, "list_accounts", &json!({}));
    make.row("a store that fails", body.clone(), (500, -32603), &["could not write"]);
    let answer = post(&banks, body.clone()).await;
    assert_eq!(fault(&make.rows[0], &answer), None);
    assert_eq!(answer.1["error"]["message"], "the bank could not write this down", "nor where it is");
    // Nothing was done: the same call is good once the store is.
    banks.place(1).tamper("ALTER TABLE lost RENAME TO calls");
    done(&banks, body).await;
}

/// Numbers that look like codes, in all sources of the crate but their comments.
fn codes_in(folder: &Path) -> BTreeSet<i64> {
    let mut codes = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes.extend(codes_in(&path));
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim_start().starts_with("//")) {
            let numbers = line.split("-32").skip(1).filter_map(|rest| rest.get(..3)?.parse::<i64>().ok());
            codes.extend(numbers.map(|rest| -32_000 - rest));
        }
    }
    codes
}

#[test]
fn each_code_in_the_sources_has_a_row() {
    let nothing = Hash::of(b"nothing");
    let at = Setting { promise: nothing, alices: nothing, bobs: nothing, other: nothing, held: nothing };
    let mut met: BTreeSet<i64> = rows(&at, nothing).iter().map(|row| row.code).collect();
    // Those that need more than a body, in tests above.
    met.insert(-32603);
    let written = codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(written.len() > 8, "{written:?}");
    assert_eq!(written, met, "a code in src, and in no row here; or the other way round");
}
