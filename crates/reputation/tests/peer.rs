//! The published package as a peer: what we sign it takes, what it signs we take, and both judge alike.
//!
//! Runs if `BARTER_TEST_PYTHON` names a Python with `aimarket-hub` in it (`requirements/peer.txt`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{SystemTime, UNIX_EPOCH};

use barter_reputation::{
    key::{SecretKey, Signature},
    verify::{Signed, Verifier},
    wire::{
        AttestationEnvelope, Dispute, DisputeFields, DisputeForm, DisputeJson, Form, Fraction, Number, Outcome,
        OutcomeFields, OutcomeJson, Price, ProofOfMisbehavior, Ruling, SignedDispute, SignedOutcome, SlashAttestation,
        Status, base64,
    },
};
use serde_json::{Value, json};
use wire_python as python;
use wire_signatures::cases;

mod wire_python;
mod wire_signatures;

const COUNT: u32 = 60;

fn key() -> SecretKey {
    SecretKey::from_seed(&[0x42; 32])
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Outcomes of every status, with numbers that print in every way.
fn outcome(number: u32, form: Form) -> SignedOutcome {
    let prices = [
        Number::Float(0.4),
        Number::Integer(1),
        Number::Float(1.0),
        Number::Float(1e-6),
        Number::Float(1e-5),
        Number::Float(0.0001),
        Number::Float(999_999_999.999_999),
        Number::Integer(1_000_000_000),
        Number::Integer(0),
        Number::Float(0.0),
        Number::Float(123_456.789_012),
    ];
    let qualities = [
        Number::Float(0.93),
        Number::Float(0.90 + 4.0 * 0.01),
        Number::Integer(1),
        Number::Integer(0),
        Number::Float(1.0),
        Number::Float(5e-324),
        Number::Float(0.000_012_34),
    ];
    let is_event = form == Form::Event;
    let pick = |count: usize| number as usize % count;
    let fields = OutcomeFields {
        invocation_id: format!("inv_{number}: “ü 💶”"),
        capability_id: "translate.multi@v2".to_owned(),
        product_id: String::new(),
        provider_hub: format!("https://p{number}.example/"),
        consumer_hub: "https://c.example".to_owned(),
        status: Status::ALL[pick(if is_event { 3 } else { 4 })],
        price: Price::from_number(prices[pick(prices.len())]).unwrap(),
        latency_ms: number * 71_582_788,
        quality: Some(Fraction::from_number("quality_score", qualities[pick(qualities.len())]).unwrap()),
        timestamp: now() - u64::from(number),
    };
    let outcome = Outcome::new(form, fields).unwrap();
    SignedOutcome { signature: key().sign(&outcome.signed_bytes()), outcome }
}

fn dispute(number: u32) -> SignedDispute {
    let fields = DisputeFields {
        dispute_id: format!("d{number}"),
        invocation_id: format!("inv_{number}"),
        provider_hub: format!("https://p{number}.example"),
        consumer_hub: "https://c.example".to_owned(),
        reason: "Returned wrong language — asked for French,\ngot German: 0.5".to_owned(),
        requested_slash: Fraction::from_ppm("requested_slash_ppm", number * 16_001).unwrap(),
        timestamp: now(),
        evidence: json!({"expected_lang": "fr"}).to_string(),
    };
    let dispute = Dispute::new(DisputeForm::Published, fields).unwrap();
    SignedDispute { signature: key().sign(&dispute.signed_bytes()), consumer_key: key().public(), dispute }
}

/// An attestation with a proof of it, of another slash, damaged, or none.
fn slash(number: u32) -> AttestationEnvelope {
    let proven = dispute(if number % 4 == 1 { number + 1 } else { number });
    let attestation = SlashAttestation {
        issuer_hub: "https://ours.example".to_owned(),
        provider_hub: format!("https://p{number}.example"),
        slashed_usd: 100.0 / f64::from(number + 3),
        dispute_id: format!("d{number}"),
        seq: u64::from(number),
        timestamp: now(),
    };
    let mut signature = *proven.signature.as_bytes();
    signature[40] ^= u8::from(number % 4 == 2);
    let pom = ProofOfMisbehavior {
        dispute_canonical: proven.dispute.signed_text(),
        complainant_pubkey_b64: key().public().to_string(),
        signature_b64: Signature::new(signature).to_string(),
    };
    let mut issued = *key().sign(&attestation.signed_bytes()).as_bytes();
    issued[3] ^= u8::from(number % 10 == 9);
    AttestationEnvelope {
        issuer_hub: attestation.issuer_hub,
        provider_hub: attestation.provider_hub,
        slashed_usd: Number::Float(attestation.slashed_usd),
        dispute_id: attestation.dispute_id,
        reason: "upheld".to_owned(),
        seq: attestation.seq,
        timestamp: Number::Integer(attestation.timestamp),
        pom: (number % 4 != 3).then_some(pom),
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64: key().public().to_string(),
        signature_b64: Signature::new(issued).to_string(),
    }
}

/// The package's word for it.
fn tier(envelope: &AttestationEnvelope) -> Value {
    match envelope.judge(&Verifier::new()) {
        Err(_) => Value::Null,
        Ok(judged) if judged.proof.is_some() => json!("strong"),
        Ok(_) => json!("weak"),
    }
}

fn bools(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|good| good.as_bool().unwrap()).collect()
}

#[test]
fn the_published_package_and_we_take_each_others_word() {
    let Some(python) = python::with_the_package() else { return };
    let verifier = Verifier::new();
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key");
    key().write(&key_file).unwrap();

    let outcomes: Vec<_> = (0..COUNT).map(|number| OutcomeJson::write(&outcome(number, Form::Published))).collect();
    // The hub takes an event with a signature object only, and an outcome as a dataclass with a text.
    let mut events: Vec<_> = (0..COUNT).map(|number| OutcomeJson::write(&outcome(number, Form::Event))).collect();
    events.push(events[0].clone());
    let disputes: Vec<_> = (1..COUNT).map(|number| DisputeJson::write(&dispute(number))).collect();
    let rulings: Vec<(Ruling, Value)> = (0..COUNT)
        .map(|number| {
            let slash_pct = f64::from(number) / 97.0;
            let slash = Fraction::from_number("slash_pct", Number::Float(slash_pct)).unwrap();
            let ruling = Ruling::new(&format!("d{number}"), slash, "upheld — 5 %").unwrap();
            let signature = json!([{"pubkey": key().public().to_string(), "sig": key().sign(&ruling.signed_bytes()).to_string()}]);
            let asked = json!({"dispute_id": format!("d{number}"), "slash_pct": slash_pct, "ruling_note": "upheld — 5 %",
                "signatures": signature});
            (ruling, asked)
        })
        .collect();
    let slashes: Vec<_> = (0..COUNT).map(slash).collect();
    // It signs and checks texts; messages that are none cannot be put to it.
    let signatures: Vec<_> =
        (0..12).flat_map(cases).filter(|case| std::str::from_utf8(&case.message).is_ok()).collect();
    let asked = json!({
        "key": key().public().to_string(),
        "key_file": base64::encode(&std::fs::read(key_file).unwrap()),
        "outcomes": outcomes,
        "events": events,
        "disputes": disputes,
        "rulings": rulings.iter().map(|(_, asked)| asked).collect::<Vec<_>>(),
        "slashes": slashes,
        "signatures": signatures.iter().map(|case| json!({
            "key": case.key.to_string(),
            "signature": case.signature.to_string(),
            "message": String::from_utf8(case.message.clone()).unwrap(),
        })).collect::<Vec<_>>(),
    });
    let answer = python::run(&python, include_str!("data/peer.py"), asked.to_string());
    let answer: Value = serde_json::from_str(&answer).unwrap();

    // What we sign, it takes.
    assert_eq!(answer["key_file"], json!(key().public().to_string()), "our key file is its");
    assert_eq!(bools(&answer["outcomes"]), vec![true; outcomes.len()]);
    assert_eq!(bools(&answer["disputes"]), vec![true; disputes.len()]);
    assert_eq!(bools(&answer["rulings"]), vec![true; rulings.len()]);
    assert_eq!(answer["events"], json!({"received": COUNT, "rejected": 0, "replayed": 1}));

    // Both judge alike.
    let judged: Vec<_> = slashes.iter().map(tier).collect();
    assert_eq!(answer["slashes"], json!(judged));
    for wanted in [Value::Null, json!("weak"), json!("strong")] {
        assert!(judged.contains(&wanted), "{wanted}");
    }
    let ours: Vec<_> = signatures
        .iter()
        .map(|case| verifier.verify(Signed { key: &case.key, message: &case.message, signature: &case.signature }))
        .collect();
    let theirs = bools(&answer["signatures"]);
    for ((case, ours), theirs) in signatures.iter().zip(&ours).zip(&theirs) {
        assert_eq!([ours, theirs], [&case.good; 2], "{case:?}");
    }
    assert!(theirs.contains(&true) && theirs.contains(&false) && theirs.len() > 300, "{}", theirs.len());

    // What it signs, we take.
    let consumer = barter_reputation::key::PublicKey::parse(answer["consumer"].as_str().unwrap()).unwrap();
    let verify = |message: &[u8], signature: &Signature| verifier.verify(Signed { key: &consumer, message, signature });
    for list in ["signed_outcomes", "signed_events"] {
        for value in answer[list].as_array().unwrap() {
            let signed = serde_json::from_value::<OutcomeJson>(value.clone()).unwrap().read().unwrap();
            assert!(verify(&signed.outcome.signed_bytes(), &signed.signature), "{value}");
        }
    }
    for value in answer["signed_disputes"].as_array().unwrap() {
        let signed = serde_json::from_value::<DisputeJson>(value.clone()).unwrap().read().unwrap();
        assert!(verify(&signed.dispute.signed_bytes(), &signed.signature), "{value}");
    }
    for ((ruling, _), signature) in rulings.iter().zip(answer["signed_rulings"].as_array().unwrap()) {
        assert!(verify(&ruling.signed_bytes(), &Signature::parse(signature.as_str().unwrap()).unwrap()));
    }
    let envelopes: Vec<AttestationEnvelope> = serde_json::from_value(answer["signed_slashes"].clone()).unwrap();
    assert_eq!(envelopes.len(), disputes.len());
    assert_eq!(json!(envelopes.iter().map(tier).collect::<Vec<_>>()), answer["tiers"]);
}
