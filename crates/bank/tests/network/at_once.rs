//! Calls that are on their way at once: what one of them does, the next one finds.

use std::{sync::atomic::Ordering, time::Duration};

use barter_bank::{client::Settlement, document::Ulid, ledger::Policy, rpc::Call};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    envelope::client,
    place::Store,
    support::{Banks, Kept, key_of, now, person},
};

/// As many calls as one transaction may take, and more.
const AT_ONCE: u8 = 40;

/// A deal at one bank, held and confirmed: the client was killed before it could ask the bank to settle.
async fn confirmed(store: Store) -> (Banks, Settlement) {
    let mut banks = Banks::new(store, 1).await;
    let mut settlement = banks.deal_of(&[(1, 2, "1")], 1).await;
    let mut kept = Kept { dies_at: Some(2), ..Kept::default() };
    banks.drive(&mut settlement, &mut kept).await.unwrap_err();
    (banks, settlement)
}

/// Asks the bank to settle, with a call made a minute from now.
async fn settle(url: String, settlement: Settlement, number: u8) -> Value {
    let params = json!({ "tx_hash": settlement.hash(), "upstream_settles": [] });
    let id = Ulid::new(now() + 60_000, [number; 10]);
    let body = Call::write(id, "settle_leg", &params, &key_of(1), &person(1));
    let answer = client().post(format!("{url}/rpc")).body(body).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// One leg is settled by many calls at once, each over a connection of its own: once, and all are given the same word of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_leg_settled_by_many_calls_at_once_is_settled_once() {
    for store in Store::all() {
        let (banks, settlement) = confirmed(store).await;
        let url = &banks.connection(1).pin().url;
        let mut asked: JoinSet<Value> =
            (0..AT_ONCE).map(|number| settle(url.clone(), settlement.clone(), number)).collect();
        let mut answers = Vec::new();
        while let Some(answer) = asked.join_next().await {
            answers.push(answer.unwrap());
        }
        let words: Vec<&Value> = answers.iter().map(|answer| &answer["result"]["settle"]).collect();
        assert!(words[0].is_object() && words.iter().all(|word| *word == words[0]), "{answers:?}");
        let new = answers.iter().filter(|answer| answer["result"].get("already").is_none()).count();
        assert_eq!(new, 1, "{answers:?}");
        assert_eq!((banks.balance(1, 1).await, banks.balance(2, 1).await), ("-1".to_owned(), "1".to_owned()));
        assert!(banks.audited(1).await.findings.is_empty());
    }
}

/// A call waits while the bank cannot write. The hold ends meanwhile: the leg does not settle on the time at which the call came.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_decided_at_the_time_when_it_is_decided() {
    let (banks, settlement) = confirmed(Store::Sqlite).await;
    let url = banks.connection(1).pin().url.clone();
    let writing = banks.place(1).writing();
    let asked = tokio::spawn(settle(url, settlement, 0));
    // For the call to arrive. Did it arrive later, it would be refused all the same.
    tokio::time::sleep(Duration::from_millis(500)).await;
    banks.ahead.fetch_add(Policy::default().hold_ttl_ms, Ordering::Relaxed);
    drop(writing);
    let answer = asked.await.unwrap();
    assert_eq!(answer["error"]["code"], -32000, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("is rejected"), "{answer}");
}
