//! A store in which something is not as the bank wrote it.

use std::sync::mpsc::channel;

use barter_bank::{
    rpc::{Call, Request},
    server::{Server, Settings},
};
use serde_json::json;

use crate::{
    place::Store,
    support::{Banks, key_of, now, person},
};

/// Calls that are written down together, of which one comes upon a damaged row.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_fails_its_own_call_and_no_other() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 1).await;
        let opened = banks.account(1, 1).await;
        banks.stop(1).await;
        banks.place(1).tamper("UPDATE accounts SET state = '{'");
        let bank = banks.open(1, person(101)).await.unwrap();
        let mut ids = 0_u8;
        let mut ask = |method: &str, params| {
            ids += 1;
            let id = barter_bank::document::Ulid::new(now(), [ids; 10]);
            Request::read(Call::read(&Call::write(id, method, &params, &key_of(1), &person(1)), &key_of(1)).unwrap())
        };
        let good = json!({ "promise_hash": opened.promise });
        let mut asked: Vec<_> = (0..40).map(|_| ask("get_promise", good.clone())).collect();
        asked.insert(20, ask("get_account_balance", json!({ "account_hash": opened.account })));
        let (tell, told) = channel();
        // Faster than the first of them is on the disk.
        for (number, request) in asked.into_iter().enumerate() {
            let tell = tell.clone();
            bank.submit(request, now, move |answer| {
                tell.send((number, answer.map_err(|failure| failure.code))).unwrap();
            })
            .unwrap();
        }
        drop(tell);
        let failed: Vec<_> = told.iter().filter_map(|(number, answer)| Some((number, answer.err()?))).collect();
        assert_eq!(failed, [(20, -32603)], "on {store:?}");
        tokio::task::spawn_blocking(move || drop(bank)).await.unwrap();
    }
}

/// A panic where calls are decided, here of who is told: nobody is answered any more, and whoever runs the bank hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_writes_no_more_says_so() {
    let mut banks = Banks::new(Store::Sqlite, 1).await;
    let opened = banks.account(1, 1).await;
    banks.stop(1).await;
    let bank = banks.open(1, person(101)).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(listener, bank.clone(), Settings::new("http://bank.example", "a bank")).unwrap();
    assert!(bank.is_running());
    let call = |random| {
        let id = barter_bank::document::Ulid::new(now(), [random; 10]);
        let params = json!({ "promise_hash": opened.promise });
        Request::read(Call::read(&Call::write(id, "get_promise", &params, &key_of(1), &person(1)), &key_of(1)).unwrap())
    };
    bank.submit(call(1), now, |_| panic!("a fault, planted")).unwrap();
    tokio::time::timeout(std::time::Duration::from_mins(1), server.ended()).await.unwrap();
    assert_eq!(bank.submit(call(2), now, |_| ()).unwrap_err().code, -32603);
}
