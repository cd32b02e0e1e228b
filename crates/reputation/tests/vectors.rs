//! Vectors made with the published package: `aimarket-hub` signs these, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use barter_reputation::{
    key::{PublicKey, Signature},
    wire::{
        AttestationEnvelope, DisputeClaim, DisputeJson, Fraction, OutcomeJson, Ruling,
        float::{python_repr, round6},
    },
};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde_json::{Value, json};

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/reputation-wire.json")).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

/// Signs with the seed of 32 such bytes.
fn sign(seed: u8, message: &[u8]) -> String {
    Signature::new(SigningKey::from_bytes(&[seed; 32]).sign(message).to_bytes()).to_string()
}

#[test]
fn keys_come_from_their_seeds() {
    let vectors = vectors();
    for (seed, name) in [(1, "consumer_pub"), (2, "hub_pub"), (3, "authority_pub")] {
        let key = PublicKey::from_unchecked(SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes());
        assert_eq!(key.to_string(), text(&vectors, name));
        assert_eq!(PublicKey::parse(text(&vectors, name)).unwrap(), key);
        assert_eq!(key.checked(), Ok(key));
    }
}

#[test]
fn outcome() {
    let vectors = vectors();
    let vector = &vectors["outcome"];
    let shape: OutcomeJson = serde_json::from_value(json!({
        "invocation_id": "inv_1", "capability_id": "translate.multi@v2", "product_id": "prod-001",
        "provider_hub": "https://p.example", "consumer_hub": "https://c.example", "status": "success",
        "price_usd": 0.40, "latency_ms": 8100, "quality_score": 0.93, "timestamp": "2026-01-02T03:04:05Z",
        "signature": text(vector, "sig"),
    }))
    .unwrap();
    let signed = shape.clone().read().unwrap();
    assert_eq!(String::from_utf8(signed.outcome.signed_bytes()).unwrap(), text(vector, "canonical"));
    assert_eq!(sign(1, &signed.outcome.signed_bytes()), text(vector, "sig"));
    assert_eq!(OutcomeJson::write(&signed), shape);
}

#[test]
fn event() {
    let vectors = vectors();
    let vector = &vectors["event"];
    let shape: OutcomeJson = serde_json::from_value(json!({
        "type": "invocation_success", "provider_hub": "https://p.example", "capability_id": "translate.multi@v2",
        "price_usd": 0.40, "latency_ms": 8100, "consumer_hub": "https://c.example",
        "timestamp": "2026-01-02T03:04:05Z", "signature": {"algorithm": "ed25519", "value": text(vector, "sig")},
    }))
    .unwrap();
    let signed = shape.clone().read().unwrap();
    assert_eq!(String::from_utf8(signed.outcome.signed_bytes()).unwrap(), text(vector, "canonical"));
    assert_eq!(sign(1, &signed.outcome.signed_bytes()), text(vector, "sig"));
    assert_eq!(OutcomeJson::write(&signed), shape);
}

#[test]
fn dispute() {
    let vectors = vectors();
    let vector = &vectors["dispute"];
    let shape: DisputeJson = serde_json::from_value(json!({
        "dispute_id": "d1", "invocation_id": "inv_1", "provider_hub": "https://p.example",
        "consumer_hub": "https://c.example", "reason": "Returned wrong language", "requested_slash_pct": 0.1,
        "evidence": {"expected_lang": "fr"}, "timestamp": "2026-01-02T03:05:05Z", "signature": text(vector, "sig"),
        "consumer_pubkey": text(&vectors, "consumer_pub"),
    }))
    .unwrap();
    let signed = shape.clone().read().unwrap();
    assert_eq!(signed.dispute.signed_text(), text(vector, "canonical"));
    assert_eq!(sign(1, &signed.dispute.signed_bytes()), text(vector, "sig"));
    assert_eq!(DisputeJson::write(&signed), shape);
    let claim = DisputeClaim::parse(text(vector, "canonical")).unwrap();
    assert_eq!((claim.dispute_id.as_str(), claim.consumer_hub.as_str()), ("d1", "https://c.example"));
}

#[test]
fn ruling() {
    let vectors = vectors();
    let vector = &vectors["ruling"];
    let ruling = Ruling::new("d1", Fraction::from_ppm("slash", 50_000).unwrap(), "upheld").unwrap();
    assert_eq!(String::from_utf8(ruling.signed_bytes()).unwrap(), text(vector, "canonical"));
    assert_eq!(sign(3, &ruling.signed_bytes()), text(vector, "sig"));
}

#[test]
fn slash_attestation() {
    let vectors = vectors();
    let vector = &vectors["slash"];
    let envelope: AttestationEnvelope = serde_json::from_value(vector["envelope"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&envelope).unwrap(), vector["envelope"]);
    let (attestation, key, signature) = envelope.open().unwrap();
    assert_eq!(String::from_utf8(attestation.signed_bytes()).unwrap(), text(vector, "canonical"));
    assert_eq!(key.to_string(), text(&vectors, "hub_pub"));
    assert_eq!(sign(2, &attestation.signed_bytes()), signature.to_string());

    let pom = envelope.pom.unwrap();
    let claim = pom.claim("d1", "https://p.example").unwrap();
    assert_eq!(claim.invocation_id, "inv_1");
    let (key, signature) = pom.key_and_signature().unwrap();
    VerifyingKey::from_bytes(key.as_bytes())
        .unwrap()
        .verify_strict(&pom.signed_bytes(), &ed25519_dalek::Signature::from_bytes(signature.as_bytes()))
        .unwrap();
}

#[test]
fn floats() {
    let vectors = vectors();
    for (written, printed) in vectors["float_repr"].as_object().unwrap() {
        assert_eq!(python_repr(written.parse().unwrap()), printed.as_str().unwrap());
    }
    for (written, rounded) in vectors["round6"].as_object().unwrap() {
        assert_eq!(python_repr(round6(written.parse().unwrap())), rounded.as_str().unwrap());
    }
}
