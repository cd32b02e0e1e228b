//! Calls as strangers make them.

use std::collections::BTreeSet;

use barter_bank::{
    client::{Connection, Error, Pin},
    document::{Promise, Ulid},
    rpc::{Call, code},
    store,
};
use serde_json::{Value, json};

use crate::{
    place::Store,
    support::{Banks, key_of, now, person},
};

/// Sends a body; the status and what is answered.
async fn send(banks: &Banks, body: Vec<u8>) -> (u16, Value) {
    let url = format!("{}/rpc", banks.connection(1).pin().url);
    let answer = client().post(url).body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

pub(crate) fn client() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

fn id(random: u8) -> Ulid {
    Ulid::new(now(), [random; 10])
}

fn call(id: Ulid, method: &str, params: &Value) -> Vec<u8> {
    Call::write(id, method, params, &key_of(1), &person(1))
}

fn code_of((status, answer): (u16, Value)) -> (u16, i64) {
    (status, answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}")))
}

#[tokio::test]
async fn a_call_is_made_once_even_if_it_fails_and_the_bank_restarts() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 1).await;
        let replayed = (400, i64::from(code::REPLAY));
        let good = call(id(1), "list_accounts", &json!({}));
        assert_eq!(send(&banks, good.clone()).await.0, 200);
        assert_eq!(code_of(send(&banks, good.clone()).await), replayed);
        // Spent, though there is no such method.
        let bad = call(id(2), "no_such", &json!({}));
        assert_eq!(code_of(send(&banks, bad.clone()).await).0, 404);
        assert_eq!(code_of(send(&banks, bad.clone()).await), replayed);
        banks.stop(1).await;
        banks.serve(1).await;
        assert_eq!(code_of(send(&banks, good).await), replayed);
        assert_eq!(code_of(send(&banks, bad).await), replayed);
    }
}

#[tokio::test]
async fn whose_bank_it_is_is_said_at_both_addresses_and_compared() {
    for store in Store::all() {
        let banks = Banks::new(store, 1).await;
        let url = &banks.connection(1).pin().url;
        for path in ["/.well-known/barter-bank.json", "/barter-bank.json"] {
            let found: Value = serde_json::from_slice(
                &client().get(format!("{url}{path}")).send().await.unwrap().bytes().await.unwrap(),
            )
            .unwrap();
            let expected = json!({
                "pubkey": key_of(1).to_string(),
                "url": url,
                "name": "bank 1",
                "protocol_version": "barter.game/v1",
            });
            assert_eq!(found, expected);
        }
        let other = Pin { key: key_of(2), url: url.clone() };
        assert!(matches!(Connection::open(other).await, Err(Error::NotPinned { field: "key", .. })));
        let other = Pin { key: key_of(1), url: url.replace("127.0.0.1", "localhost") };
        assert!(matches!(Connection::open(other).await, Err(Error::NotPinned { field: "address", .. })));
        for wrong in ["http://bank.example", "ftp://127.0.0.1", "bank", "http://127.0.0.1:1/"] {
            let pin = Pin { key: key_of(1), url: wrong.to_owned() };
            assert!(matches!(Connection::open(pin).await, Err(Error::Url { .. })), "{wrong}");
        }
    }
}

#[tokio::test]
async fn a_store_is_of_one_bank_and_of_one_process() {
    for store in Store::all() {
        let mut banks = Banks::new(store, 2).await;
        let error = banks.open(1, person(101)).await.unwrap_err();
        assert!(matches!(error, store::Error::Store(barter_store::Error::InUse { .. })), "{error}");
        banks.stop(1).await;
        let error = banks.open(1, person(102)).await.unwrap_err();
        assert!(matches!(error, store::Error::OtherBank { .. }), "{error}");
        assert!(banks.open(1, person(101)).await.is_ok());
    }
}

/// An answer has an end, whatever somebody has: promises that would make it longer are asked for one by one.
#[tokio::test]
async fn what_somebody_has_is_told_in_an_answer_that_has_an_end() {
    for store in Store::all() {
        let banks = Banks::new(store, 1).await;
        let holder = person(9);
        let promise = |number: usize| Promise {
            bank: key_of(1),
            name: format!("{number} {}", "x".repeat(60_000)),
            due: None,
            limit: None,
            integer: None,
        };
        let mut minted = BTreeSet::new();
        for number in 0..50 {
            minted.insert(banks.connection(1).mint(&holder, &promise(number), now()).await.unwrap().promise);
        }
        let body = Call::write(id(1), "list_accounts", &json!({}), &key_of(1), &holder);
        let (status, answer) = send(&banks, body).await;
        assert_eq!((status, answer["result"]["accounts"].as_array().unwrap().len()), (200, 50));
        assert!(answer.to_string().len() < 3_000_000, "{} bytes", answer.to_string().len());
        let holdings = banks.connection(1).holdings(&holder, now()).await.unwrap();
        assert_eq!(holdings.iter().map(|holding| holding.promise.hash()).collect::<BTreeSet<_>>(), minted);
    }
}
