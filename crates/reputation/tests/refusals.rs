//! Everything that may be wrong with what comes over the wire, and the code that tells it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use alloy_primitives::{Address, hex};
use barter_reputation::wire::{
    AttestationEnvelope, Dispute, DisputeClaim, DisputeForm, DisputeJson, Domain, Error, Fraction, MAX_DISPUTE_BYTES,
    MAX_EVIDENCE_BYTES, MAX_HUB_BYTES, MAX_ID_BYTES, MAX_REASON_BYTES, OutcomeJson, ProofOfMisbehavior, Ruling,
    SignedDispute, SignedOutcome, SlashAttestation, number::MAX_PRICE_UNITS,
};
use serde_json::{Value, json};

const BOND: Domain = Domain { chain_id: 31_337, bond: Address::repeat_byte(0xb0) };

fn published() -> Value {
    json!({
        "invocation_id": "inv_1", "capability_id": "translate.multi@v2", "product_id": "prod-001",
        "provider_hub": "https://p.example", "consumer_hub": "https://c.example", "status": "success",
        "price_usd": 0.40, "latency_ms": 8100, "quality_score": 0.93, "timestamp": "2026-01-02T03:04:05Z",
        "signature": "A".repeat(86),
    })
}

fn ours() -> Value {
    let mut ours = published();
    let more =
        json!({"chain_id": 31_337, "bond": BOND.bond.to_string(), "price_units": 400_000, "quality_ppm": 930_000});
    ours.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    ours
}

fn event() -> Value {
    json!({
        "type": "invocation_success", "provider_hub": "https://p.example", "consumer_hub": "https://c.example",
        "timestamp": "2026-01-02T03:04:05Z", "signature": {"algorithm": "ed25519", "value": "A".repeat(86)},
    })
}

fn dispute() -> Value {
    json!({
        "dispute_id": "d1", "invocation_id": "inv_1", "provider_hub": "https://p.example",
        "consumer_hub": "https://c.example", "reason": "Returned wrong language", "requested_slash_pct": 0.1,
        "timestamp": "2026-01-02T03:05:05Z", "signature": "A".repeat(86), "consumer_pubkey": "A".repeat(43),
    })
}

fn read_outcome(value: Value) -> Result<SignedOutcome, Error> {
    match serde_json::from_value::<OutcomeJson>(value) {
        Ok(shape) => shape.read(),
        Err(error) => Err(Error::Json { reason: error.to_string() }),
    }
}

fn read_dispute(value: Value) -> Result<SignedDispute, Error> {
    match serde_json::from_value::<DisputeJson>(value) {
        Ok(shape) => shape.read(),
        Err(error) => Err(Error::Json { reason: error.to_string() }),
    }
}

/// Everything that can be wrong with one field, by the code that tells it.
#[test]
fn every_refusal_of_an_outcome() {
    let long = |length: usize| json!("x".repeat(length));
    let none = Value::Null;
    #[rustfmt::skip]
    let cases = [
        (published(), "invocation_id", none.clone(), "empty_field"),
        (published(), "invocation_id", json!(""), "empty_field"),
        (published(), "invocation_id", json!(7), "invalid_json"),
        (published(), "invocation_id", long(MAX_ID_BYTES + 1), "field_too_long"),
        (published(), "invocation_id", json!("inv|status:success"), "separator_in_field"),
        (published(), "invocation_id", json!("inv\0"), "nul_in_field"),
        (published(), "capability_id", long(MAX_ID_BYTES + 1), "field_too_long"),
        (published(), "capability_id", json!("a|b"), "separator_in_field"),
        (published(), "product_id", json!("a|b"), "separator_in_field"),
        (published(), "product_id", long(MAX_ID_BYTES + 1), "field_too_long"),
        (published(), "provider_hub", none.clone(), "missing_field"),
        (published(), "provider_hub", json!(""), "empty_field"),
        (published(), "provider_hub", json!("p|consumer_hub:c"), "separator_in_field"),
        (published(), "provider_hub", long(MAX_HUB_BYTES + 1), "field_too_long"),
        (published(), "provider_hub", json!("HTTPS://C.example/"), "provider_is_consumer"),
        (published(), "consumer_hub", none.clone(), "missing_field"),
        (published(), "consumer_hub", json!("c|status:success"), "separator_in_field"),
        (published(), "status", none.clone(), "missing_field"),
        (published(), "status", json!("Success"), "unknown_word"),
        (published(), "price_usd", none.clone(), "missing_field"),
        (published(), "price_usd", json!("0.4"), "invalid_json"),
        (published(), "price_usd", json!(true), "invalid_json"),
        (published(), "price_usd", json!(-1), "out_of_range"),
        (published(), "price_usd", json!(0.1 + 0.2), "not_whole_units"),
        (published(), "latency_ms", none.clone(), "missing_field"),
        (published(), "latency_ms", json!(8100.0), "out_of_range"),
        (published(), "latency_ms", json!(-1), "out_of_range"),
        (published(), "latency_ms", json!(1_u64 << 32), "out_of_range"),
        (published(), "quality_score", none.clone(), "missing_field"),
        (published(), "quality_score", json!(1.5), "out_of_range"),
        (published(), "timestamp", none.clone(), "missing_field"),
        (published(), "timestamp", json!("2026-01-02T03:04:05+00:00"), "invalid_time"),
        (published(), "signature", none.clone(), "missing_field"),
        (published(), "signature", json!("?"), "invalid_base64"),
        (published(), "signature", json!("AAAA"), "wrong_length"),
        (published(), "signature", json!({"no": "value"}), "invalid_json"),
        (event(), "type", json!("invocation_disputed"), "unknown_word"),
        (event(), "type", json!("bond_update"), "unknown_word"),
        (event(), "provider_hub", json!("p|timestamp:2026-01-02T03:04:05Z"), "separator_in_field"),
        (event(), "price_usd", json!(-0.5), "out_of_range"),
        (event(), "latency_ms", json!(0.5), "out_of_range"),
        (ours(), "bond", none.clone(), "missing_field"),
        (ours(), "bond", json!("0x12"), "invalid_address"),
        (ours(), "chain_id", json!(-1), "invalid_json"),
        (ours(), "price_units", none.clone(), "missing_field"),
        (ours(), "price_units", json!(MAX_PRICE_UNITS + 1), "out_of_range"),
        (ours(), "quality_ppm", none, "missing_field"),
        (ours(), "quality_ppm", json!(1_000_001), "out_of_range"),
        (ours(), "invocation_id", json!("inv\0"), "nul_in_field"),
    ];
    for whole in [published(), event(), ours()] {
        read_outcome(whole).unwrap();
    }
    for (mut value, field, wrong, code) in cases {
        value[field] = wrong.clone();
        let error = read_outcome(value).expect_err(field);
        assert_eq!(error.code(), code, "{field} = {wrong}: {error}");
        assert!(error.to_string().len() < 300, "{error}");
    }
    let mut free = ours();
    free["invocation_id"] = json!("a|b");
    assert_eq!(read_outcome(free).unwrap().outcome.fields().invocation_id, "a|b", "any text goes in our form");
}

#[test]
fn every_refusal_of_a_dispute() {
    let mut ours = dispute();
    let more = json!({"chain_id": 31_337, "bond": BOND.bond.to_string(), "wallet": BOND.bond.to_string(), "requested_slash_ppm": 100_000, "evidence": "de"});
    ours.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    #[rustfmt::skip]
    let cases = [
        (dispute(), "dispute_id", json!(""), "empty_field"),
        (dispute(), "dispute_id", Value::Null, "missing_field"),
        (dispute(), "dispute_id", json!("d|reason:x"), "separator_in_field"),
        (dispute(), "invocation_id", json!("x".repeat(MAX_ID_BYTES + 1)), "field_too_long"),
        (dispute(), "provider_hub", json!("https://c.example"), "provider_is_consumer"),
        (dispute(), "reason", json!("x".repeat(MAX_REASON_BYTES + 1)), "field_too_long"),
        (dispute(), "reason", json!("late|requested_slash_pct:1.0"), "separator_in_field"),
        (dispute(), "requested_slash_pct", json!(1.1), "out_of_range"),
        (dispute(), "requested_slash_pct", json!("0.1"), "invalid_json"),
        (dispute(), "evidence", json!("x".repeat(MAX_EVIDENCE_BYTES)), "field_too_long"),
        (dispute(), "timestamp", json!("now"), "invalid_time"),
        (dispute(), "signature", json!("AAAA"), "wrong_length"),
        (dispute(), "consumer_pubkey", json!("!"), "invalid_base64"),
        (ours.clone(), "evidence", json!({"lang": "de"}), "invalid_json"),
        (ours.clone(), "evidence", json!("x".repeat(MAX_EVIDENCE_BYTES + 1)), "field_too_long"),
        (ours.clone(), "requested_slash_ppm", json!(1_000_001), "out_of_range"),
        (ours.clone(), "requested_slash_ppm", Value::Null, "missing_field"),
        (ours.clone(), "wallet", Value::Null, "missing_field"),
        (ours.clone(), "wallet", json!("0x5"), "invalid_address"),
    ];
    for (mut value, field, wrong, code) in cases {
        value[field] = wrong.clone();
        let error = read_dispute(value).expect_err(field);
        assert_eq!(error.code(), code, "{field} = {wrong}: {error}");
    }
    ours["reason"] = json!("a|b");
    read_dispute(ours).unwrap();
    // The published hub makes `1.0` of an integer before it checks.
    let mut whole = dispute();
    whole["requested_slash_pct"] = json!(1);
    let text = read_dispute(whole).unwrap().dispute.signed_text();
    assert!(text.contains("|requested_slash_pct:1.0|"), "{text}");
}

#[test]
fn every_refusal_of_an_attestation() {
    let vectors: Value = serde_json::from_str(include_str!("data/reputation-wire.json")).unwrap();
    let envelope = vectors["slash"]["envelope"].clone();
    let open = |value: Value| match serde_json::from_value::<AttestationEnvelope>(value) {
        Ok(envelope) => envelope.open().map(|(attestation, ..)| attestation),
        Err(error) => Err(Error::Json { reason: error.to_string() }),
    };
    #[rustfmt::skip]
    let cases = [
        ("issuer_hub", json!("https://hub|provider:x"), "separator_in_field"),
        ("provider_hub", json!("https://p|usd:0.0"), "separator_in_field"),
        ("dispute_id", json!("d|seq:9"), "separator_in_field"),
        ("issuer_hub", json!(""), "empty_field"),
        ("slashed_usd", json!(-1.0), "out_of_range"),
        ("slashed_usd", json!(-0.0), "out_of_range"),
        ("slashed_usd", json!(1e13), "out_of_range"),
        ("slashed_usd", json!("100"), "invalid_json"),
        ("seq", json!(u64::MAX), "out_of_range"),
        ("seq", json!(1.5), "invalid_json"),
        ("timestamp", json!(1e300), "out_of_range"),
        ("timestamp", json!(-1.0), "out_of_range"),
        ("timestamp", json!(u64::MAX), "out_of_range"),
        ("reason", json!("x".repeat(MAX_REASON_BYTES + 1)), "field_too_long"),
        ("evidence", json!("x".repeat(MAX_EVIDENCE_BYTES)), "field_too_long"),
        ("evidence_kind", json!("x".repeat(MAX_ID_BYTES + 1)), "field_too_long"),
        ("issuer_pubkey_b64", json!("AAAA"), "wrong_length"),
        ("signature_b64", json!("?"), "invalid_base64"),
        ("pom", json!({"dispute_canonical": "x".repeat(3 * MAX_DISPUTE_BYTES), "complainant_pubkey_b64": "", "signature_b64": ""}),
            "field_too_long"),
    ];
    for (field, wrong, code) in cases {
        let mut value = envelope.clone();
        value[field] = wrong.clone();
        let error = open(value).expect_err(field);
        assert_eq!(error.code(), code, "{field} = {wrong}: {error}");
    }
    // Python makes a float of an integer amount, and cuts the time.
    let mut whole = envelope.clone();
    whole["slashed_usd"] = json!(100);
    whole["timestamp"] = json!(1_767_323_105);
    assert_eq!(open(whole).unwrap().signed_bytes(), open(envelope).unwrap().signed_bytes());
}

#[test]
fn an_attestation_rounds_as_python_does() {
    let attestation = |slashed_usd| SlashAttestation {
        issuer_hub: "h".to_owned(),
        provider_hub: "p".to_owned(),
        slashed_usd,
        dispute_id: "d".to_owned(),
        seq: 1,
        timestamp: 5,
    };
    for (usd, printed) in [(0.123_456_5, "0.123456"), (0.000_000_5, "0.0"), (1e12, "1000000000000.0"), (1e-6, "1e-06")]
    {
        let text = String::from_utf8(attestation(usd).validated().unwrap().signed_bytes()).unwrap();
        assert_eq!(text, format!("slash|issuer:h|provider:p|usd:{printed}|dispute:d|seq:1|ts:5"));
    }
}

#[test]
fn a_ruling_says_one_thing() {
    let share = Fraction::from_ppm("slash", 50_000).unwrap();
    assert_eq!(Ruling::new("d|slash_pct:1.0", share, "").unwrap_err().code(), "separator_in_field");
    assert_eq!(Ruling::new("", share, "").unwrap_err().code(), "empty_field");
    assert_eq!(Ruling::new("d", share, "a|b").unwrap_err().code(), "separator_in_field");
    assert_eq!(Ruling::new("d", share, &"x".repeat(MAX_REASON_BYTES + 1)).unwrap_err().code(), "field_too_long");
}

#[test]
fn a_claim_is_read_in_one_way() {
    let text =
        "dispute_id:d1|invocation_id:i|provider_hub:p|consumer_hub:c|reason:r|requested_slash_pct:0.1|timestamp:t";
    assert!(DisputeClaim::parse(text).is_ok());
    for wrong in [
        "",
        "dispute_id:d1",
        &text.replace("dispute_id", "id"),
        &format!("{text}|provider_hub:victim"),
        &text.replace("reason:r", "reason:r|provider_hub:victim"),
        &text.replace("invocation_id:i|provider_hub:p", "provider_hub:p|invocation_id:i"),
        &format!("provider_hub:victim|{text}"),
        "0xzz",
        "0x00",
        &format!("0x{}", hex::encode(text)),
    ] {
        assert_eq!(DisputeClaim::parse(wrong).unwrap_err().code(), "not_a_dispute", "{wrong}");
    }
    let pom = ProofOfMisbehavior {
        dispute_canonical: text.to_owned(),
        complainant_pubkey_b64: String::new(),
        signature_b64: String::new(),
    };
    assert!(pom.claim("d1", "p").is_ok());
    assert!(pom.claim("d1", "victim").is_err(), "a proof of another provider's fault");
    assert!(pom.claim("d2", "p").is_err(), "a proof of another dispute");
    // Our own form, with something after it.
    let fields = read_dispute(dispute()).unwrap().dispute.fields().clone();
    let ours = Dispute::new(DisputeForm::Bound { domain: BOND, wallet: BOND.bond }, fields).unwrap().signed_text();
    assert!(DisputeClaim::parse(&ours).is_ok());
    assert!(DisputeClaim::parse(&format!("{ours}00")).is_err());
    assert!(DisputeClaim::parse(&ours[..ours.len() - 2]).is_err());
}

#[test]
fn json_that_is_deep_or_huge_is_refused_by_the_reader() {
    let deep = format!("{{\"evidence\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(serde_json::from_str::<DisputeJson>(&deep).is_err());
    let number = format!("{{\"price_usd\":{}}}", "9".repeat(100_000));
    assert!(
        serde_json::from_str::<OutcomeJson>(&number)
            .map_err(drop)
            .and_then(|shape| shape.read().map_err(drop))
            .is_err()
    );
}
