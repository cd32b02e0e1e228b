//! Keys and what is signed with them.

use std::os::unix::fs::PermissionsExt as _;

use barter_reputation::{
    key::{PublicKey, SecretKey},
    verify::{Signed, Verifier},
    wire::{DisputeJson, OutcomeJson},
};
use serde_json::Value;

use crate::support::{Barter, reputation::expose};

const OUTCOME: &str = "reputation sign outcome --provider https://p.example --consumer consumer_1 --invocation inv_1 \
                       --status success --price-usd 0.4 --latency-ms 8100 --quality 0.94";

/// A key of a fixed seed, in a file that only its owner can read.
fn key_file(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("consumer.key");
    SecretKey::from_seed(&[1; 32]).write(&path).unwrap();
    path
}

#[test]
fn a_key_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("consumer.key");
    let made = Barter::words("reputation keygen").arg(&path).json();
    let key = SecretKey::read(&path).unwrap();
    assert_eq!(made["public_key"], key.public().to_string());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let seed = alloy_primitives::hex::encode(&std::fs::read(&path).unwrap()[..32]);
    let again = Barter::words("reputation keygen").arg(&path).hiding(&seed).failure();
    again.expect("key_file", 5, &["consumer.key", "already"]);
    assert!(again.next_step.contains("another file"), "{again:?}");
    assert_eq!(SecretKey::read(&path).unwrap().public(), key.public());
    Barter::words("reputation keygen /no/such/folder/key").failure().expect("key_file", 5, &["/no/such/folder/key"]);
}

#[test]
fn a_key_that_others_can_read_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = key_file(folder.path());
    expose(&path);
    let refused = Barter::words(OUTCOME).args(["--form", "published", "--key"]).arg(&path).failure();
    refused.expect("key_file", 5, &["consumer.key", "644"]);
}

#[test]
fn what_is_signed_is_what_the_published_package_signs() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path());
    let words = format!(
        "{OUTCOME} --form published --capability translate.multi@v2 --product prod-001 --at 2026-01-02T03:04:05Z"
    );
    let record = Barter::words(&words).arg("--key").arg(&key).json();
    let signed = serde_json::from_value::<OutcomeJson>(record).unwrap().read().unwrap();
    let bytes = signed.outcome.signed_bytes();
    assert_eq!(
        String::from_utf8(bytes.clone()).unwrap(),
        "invocation_id:inv_1|capability_id:translate.multi@v2|product_id:prod-001|provider_hub:https://p.example|\
         consumer_hub:consumer_1|status:success|price_usd:0.4|latency_ms:8100|quality_score:0.94|\
         timestamp:2026-01-02T03:04:05Z"
    );
    let public = SecretKey::from_seed(&[1; 32]).public();
    assert!(Verifier::new().verify(Signed { key: &public, message: &bytes, signature: &signed.signature }));
}

#[test]
fn an_event_and_a_dispute_are_signed_too() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path());
    let event = "reputation sign event --provider https://p.example --consumer https://c.example --status timeout \
                 --price-usd 1 --latency-ms 60000 --at 2026-01-02T03:04:05Z";
    let event = Barter::words(event).arg("--key").arg(&key).json();
    assert_eq!((&event["type"], &event["price_usd"]), (&"invocation_timeout".into(), &1.into()));
    let dispute = "reputation sign dispute --form published --provider https://p.example --consumer consumer_1 \
                   --invocation inv_1 --slash 0.1 --id d1 --evidence -";
    let dispute = Barter::words(dispute).arg("--key").arg(&key).input(r#"{"expected":"fr"}"#).json();
    assert_eq!(dispute["evidence"]["expected"], "fr");
    let signed = serde_json::from_value::<DisputeJson>(dispute).unwrap().read().unwrap();
    let public: PublicKey = signed.consumer_key;
    let bytes = signed.dispute.signed_bytes();
    assert!(Verifier::new().verify(Signed { key: &public, message: &bytes, signature: &signed.signature }));
}

#[test]
fn wrong_values_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_file(folder.path());
    let sign = |replaced: &str, by: &str| {
        let line = format!("{OUTCOME} --form published").replace(replaced, by);
        Barter::words(&line).arg("--key").arg(&key).failure()
    };
    sign("0.4 ", "0.4x ").expect("invalid_number", 2, &["--price-usd", "0.4x"]);
    sign("0.4 ", "-1 ").expect("out_of_range", 2, &["--price-usd is -1, expected 0 to"]);
    sign("0.4 ", "0.0000001 ").expect("invalid_number", 2, &["--price-usd", "0.0000001"]);
    sign("0.94", "1.5").expect("out_of_range", 2, &["--quality is 1.5, expected 0 to 1"]);
    sign("https://p.example", "p.example").expect("invalid_hub", 2, &["'p.example'", "http://"]);
    sign("8100", "-1").expect("usage", 2, &["-1", "--latency-ms"]);
    sign("inv_1", "inv|status:failure").expect("separator_in_field", 2, &["invocation_id"]);
    sign("consumer_1", "https://P.example/").expect("provider_is_consumer", 2, &["p.example"]);
    sign("--status success", "--status success --at yesterday").expect("invalid_time", 2, &["yesterday"]);
    sign("success", "splendid").expect("usage", 2, &["splendid"]);
    let long = "x".repeat(16_385);
    let dispute = "reputation sign dispute --form published --provider https://p.example --consumer c --invocation i --slash 0.1 --evidence -";
    let dispute = Barter::words(dispute).arg("--key").arg(&key).input(format!("\"{long}\"")).failure();
    dispute.expect("field_too_long", 2, &["evidence", "16387", "16384"]);
}

#[test]
fn a_private_key_in_place_of_a_public_one_is_not_repeated() {
    let key = "ac".repeat(32);
    let refused = Barter::words("reputation register consumer consumer_1").arg(&key).hiding(&key).failure();
    assert_eq!(refused.exit, 2, "{refused:?}");
    let value: Value = serde_json::json!(refused.message);
    assert!(!value.to_string().contains(&key));
}
