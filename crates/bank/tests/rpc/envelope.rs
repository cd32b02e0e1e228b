//! A call as it is written and read.

use barter_bank::{
    document::{Hash, SecretKey, Ulid},
    rpc::{Call, code},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn body() -> Vec<u8> {
    Call::write(Ulid::new(1_000, [7; 10]), "hold_leg", &json!({ "tx_hash": "x" }), &key(1).public(), &key(2))
}

/// The same call with one field changed, by somebody who cannot sign.
fn with(field: &str, value: Value) -> Vec<u8> {
    let mut fields: Map<String, Value> = serde_json::from_slice(&body()).unwrap();
    if value.is_null() {
        _ = fields.remove(field);
    } else {
        _ = fields.insert(field.to_owned(), value);
    }
    serde_json::to_vec(&fields).unwrap()
}

fn code_of(body: &[u8]) -> i32 {
    let failure = Call::read(body, &key(1).public()).unwrap_err();
    assert_eq!(failure.http_status(), 400, "{failure}");
    failure.code
}

#[test]
fn a_call_is_read_as_it_was_written() {
    let call = Call::read(&body(), &key(1).public()).unwrap();
    assert_eq!(call.id, Ulid::new(1_000, [7; 10]));
    assert_eq!((call.method.as_str(), call.caller), ("hold_leg", key(2).public()));
    assert_eq!(Value::Object(call.params), json!({ "tx_hash": "x" }));
}

#[test]
fn each_check_has_its_code() {
    assert_eq!(code_of(b"{"), code::PARSE);
    assert_eq!(code_of(b"{\"id\":1,\"id\":1}"), code::PARSE);
    assert_eq!(code_of(b"[]"), code::SHAPE);
    for field in ["jsonrpc", "id", "method", "pubkey", "to", "sig"] {
        assert_eq!(code_of(&with(field, Value::Null)), code::SHAPE, "{field}");
        assert_eq!(code_of(&with(field, json!(1))), code::SHAPE, "{field}");
        if field != "method" {
            assert_eq!(code_of(&with(field, json!("1"))), code::SHAPE, "{field}");
        }
    }
    assert_eq!(code_of(&with("params", json!([]))), code::SHAPE);
    // A key of small order: anybody could sign under it.
    assert_eq!(code_of(&with("pubkey", json!("11111111111111111111111111111111"))), code::SHAPE);
    assert_eq!(code_of(&with("to", json!(key(3).public().to_string()))), code::UNAUTHORIZED);
}

#[test]
fn the_order_of_the_checks_is_kept() {
    // To another bank and unsigned: whom it is for comes first.
    let mut fields: Map<String, Value> = serde_json::from_slice(&body()).unwrap();
    fields.insert("to".to_owned(), json!(key(3).public().to_string()));
    fields.insert("sig".to_owned(), json!(key(4).sign(&Hash::of(b"another")).to_string()));
    let failure = Call::read(&serde_json::to_vec(&fields).unwrap(), &key(1).public()).unwrap_err();
    assert!(failure.message.starts_with("the call is to bank"), "{failure}");
    assert_eq!(failure.id, Some(Ulid::new(1_000, [7; 10])));
}

#[test]
fn every_field_is_signed() {
    for (field, value) in [
        ("id", json!(Ulid::new(1_001, [7; 10]).as_str())),
        ("method", json!("settle_leg")),
        ("params", json!({ "tx_hash": "y" })),
        ("params", Value::Null),
        ("pubkey", json!(key(3).public().to_string())),
        ("a field of tomorrow", json!(1)),
    ] {
        assert_eq!(code_of(&with(field, value)), code::UNAUTHORIZED, "{field}");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), place in 0_usize..400) {
        prop_assert!(Call::read(&bytes, &key(1).public()).is_err());
        let mut body = body();
        let place = place % body.len();
        body.splice(place..place, bytes);
        // Spaces between fields change nothing; whatever else is read is what was signed.
        if let Ok(call) = Call::read(&body, &key(1).public()) {
            prop_assert_eq!(call.method, "hold_leg");
        }
    }
}
