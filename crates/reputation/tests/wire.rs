//! What is signed and how it travels: against Python itself, and back from what is stored.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use alloy_primitives::{Address, hex};
use barter_reputation::{
    key::{PublicKey, SecretKey, Signature},
    wire::{
        AttestationEnvelope, Dispute, DisputeClaim, DisputeFields, DisputeForm, DisputeJson, Domain, Error, Form,
        Fraction, MAX_DISPUTE_BYTES, MAX_EVIDENCE_BYTES, MAX_HUB_BYTES, MAX_ID_BYTES, MAX_REASON_BYTES, Number,
        Outcome, OutcomeFields, OutcomeJson, Price, ProofOfMisbehavior, Ruling, SignedDispute, SignedOutcome,
        SlashAttestation, Status, base64,
        float::{python_repr, round6},
        hub::normal,
        number::MAX_PRICE_UNITS,
        time,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire_python as python;

mod wire_python;

/// Doubles asked of Python.
const DOUBLES: usize = 100_000;
const BOND: Domain = Domain { chain_id: 31_337, bond: Address::repeat_byte(0xb0) };

/// Random doubles by their bits, and those that printing and rounding get wrong: powers of two, where the neighbours are not equally
/// far, powers of ten and their neighbours, where the layout changes, and ties at the sixth digit.
fn doubles() -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut doubles: Vec<f64> = (0..DOUBLES).map(|_| f64::from_bits(random())).collect();
    #[allow(clippy::cast_precision_loss, reason = "any double will do")]
    for _ in 0..DOUBLES / 4 {
        let bits = random();
        doubles.push((bits >> 11) as f64 / (1_u64 << 53) as f64);
        doubles.push((bits % 10_000_000_000) as f64 / 1e6);
        doubles.push((bits % 1_000_000) as f64 / 128.0);
        doubles.push((bits % 100_000_000) as f64 / 1e7);
    }
    doubles.extend((-1074..1024).map(|power| 2_f64.powi(power)));
    for power in -30..30 {
        let ten: f64 = format!("1e{power}").parse().unwrap();
        doubles.extend([ten, ten.next_up(), ten.next_down()]);
    }
    doubles.extend([0.0, f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1), 9_007_199_254_740_993.0, 0.1 + 0.2]);
    let negative: Vec<f64> = doubles.iter().map(|double| -double).collect();
    doubles.extend(negative);
    doubles.retain(|double| double.is_finite());
    doubles
}

#[test]
fn floats_as_python_prints_and_rounds_them() {
    let Some(python) = python::any() else { return };
    let doubles = doubles();
    let script = "
import struct, sys
for line in sys.stdin:
    x = struct.unpack('>d', bytes.fromhex(line))[0]
    print(repr(x), repr(round(x, 6)))
";
    let input = doubles.iter().fold(String::new(), |mut input, double| {
        writeln!(input, "{:016x}", double.to_bits()).unwrap();
        input
    });
    let output = python::run(&python, script, input);
    let mut lines = output.lines();
    for double in doubles {
        let (printed, rounded) = lines.next().unwrap().split_once(' ').unwrap();
        assert_eq!(python_repr(double), printed, "{double:e}");
        assert_eq!(python_repr(round6(double)), rounded, "{double:e} rounded");
    }
}

/// JSON as somebody writes it, read by both, printed by both.
#[test]
fn numbers_of_json_as_python_reads_them() {
    let Some(python) = python::any() else { return };
    let written = [
        "0",
        "1",
        "1.0",
        "1e0",
        "10E-1",
        "0.40",
        "0.4",
        "4e-1",
        "1e-06",
        "0.000001",
        "1E-4",
        "0.0001",
        "2500",
        "2500.000000",
        "999999999.999999",
        "1000000000",
        "1e9",
        "0.1",
        "123456.789012",
        "0.30",
        "0.0",
        "0e5",
        "12e+1",
    ];
    let script = "import json, sys\nfor line in sys.stdin: print(json.loads(line))";
    let output = python::run(&python, script, written.join("\n"));
    for (written, printed) in written.iter().zip(output.lines()) {
        let number: Number = serde_json::from_str(written).unwrap();
        assert_eq!(number.python(), printed, "{written}");
        assert_eq!(Price::from_number(number).unwrap().number().python(), printed, "{written} as a price");
    }
    assert_eq!(output.lines().count(), written.len());
}

#[test]
fn prices_that_are_no_number_of_base_units() {
    let price = |written: &str| Price::from_number(serde_json::from_str(written).unwrap());
    for written in ["0.30000000000000004", "0.0000001", "1e-300", "0.40000000000000008", "123456.7890123"] {
        assert!(matches!(price(written), Err(Error::NotWholeUnits { field: "price_usd", .. })), "{written}");
    }
    for written in
        ["-1", "-0.1", "-0.0", "-0", "1000000001", "1000000000.000001", "1e300", "18446744073709551615", "1e999"]
    {
        let read = serde_json::from_str::<Number>(written).map(Price::from_number);
        assert!(matches!(read, Err(_) | Ok(Err(Error::OutOfRange { .. }))), "{written}: {read:?}");
    }
    for written in ["true", "null", "\"1\"", "[1]", "{}"] {
        assert!(serde_json::from_str::<Number>(written).is_err(), "{written}");
    }
    assert!(matches!(Price::from_units(MAX_PRICE_UNITS + 1), Err(Error::OutOfRange { .. })));
    assert!(matches!(Price::from_parts(1, true), Err(Error::NotWholeUnits { .. })));
}

#[test]
fn shares_outside_zero_to_one() {
    let share = |written: &str| Fraction::from_number("quality_score", serde_json::from_str(written).unwrap());
    for written in ["1.0000000000000002", "-0.0", "-1", "2", "1e9"] {
        assert!(matches!(share(written), Err(Error::OutOfRange { field: "quality_score", .. })), "{written}");
    }
    assert!(Fraction::from_number("quality_score", Number::Float(f64::NAN)).is_err());
    assert!(Fraction::from_ppm("quality_ppm", 1_000_001).is_err());
    assert!(Fraction::from_parts("quality_score", 0.5, true).is_err());
    // What the source's example computes: 0.90 + 4 × 0.01.
    let computed = share("0.9400000000000001").unwrap();
    assert_eq!((computed.number().python().as_str(), computed.rounded_ppm()), ("0.9400000000000001", 940_000));
    assert_eq!(computed.ppm(), None);
}

#[test]
fn times_in_one_spelling() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-02T03:04:05Z", 1_767_323_045),
        ("2024-02-29T23:59:59Z", 1_709_251_199),
        ("9999-12-31T23:59:59Z", time::LAST_SECOND),
    ] {
        assert_eq!(time::parse("timestamp", text), Ok(seconds));
        assert_eq!(time::write(seconds), text);
    }
    for text in [
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05z",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:05.0Z",
        "2026-1-2T3:4:5Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:60Z",
        "1969-12-31T23:59:59Z",
        "+026-01-02T03:04:05Z",
        "２026-01-02T03:04Z",
        " 026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z ",
    ] {
        let wanted = Error::BadTime { field: "timestamp", found: text.to_owned() };
        assert_eq!(time::parse("timestamp", text), Err(wanted));
    }
}

#[test]
fn base64_in_either_alphabet_padded_or_not() {
    let key = PublicKey::from_unchecked([0xfb; 32]);
    let standard = key.to_string();
    assert!(standard.contains('+') && standard.ends_with('='), "{standard}");
    let url = standard.replace('+', "-").replace('/', "_");
    for text in [&standard, &url, standard.trim_end_matches('='), url.trim_end_matches('=')] {
        assert_eq!(PublicKey::parse(text), Ok(key), "{text}");
    }
    let signature = Signature::new([0xff; 64]);
    assert_eq!(Signature::parse(signature.to_string().replace('/', "_").trim_end_matches('=')), Ok(signature));

    let refused = Error::NotBase64 { field: "public key" };
    for text in ["?", "AAAA AAAA", &format!(" {standard}"), &format!("{standard}\n"), "AAAA=AAA"] {
        assert_eq!(PublicKey::parse(text), Err(refused.clone()), "{text}");
    }
    assert_eq!(PublicKey::parse(""), Err(Error::WrongLength { field: "public key", bytes: 0, expected: 32 }));
    let signature = signature.to_string();
    assert_eq!(PublicKey::parse(&signature), Err(Error::WrongLength { field: "public key", bytes: 64, expected: 32 }));
    let huge = "A".repeat(4_000_000);
    assert_eq!(
        PublicKey::parse(&huge),
        Err(Error::WrongLength { field: "public key", bytes: 3_000_000, expected: 32 })
    );
    assert_eq!(base64::encode(b"outcome"), "b3V0Y29tZQ==");
}

#[test]
fn hubs_as_they_are_compared() {
    for (written, compared) in [
        ("https://P.Example/", "https://p.example"),
        ("HTTPS://p.example/A/b//", "https://p.example/A/b"),
        ("https://p.example:8443", "https://p.example:8443"),
        ("Consumer_3", "consumer_3"),
        ("https://", "https:"),
    ] {
        assert_eq!(normal(written), compared);
        assert_eq!(normal(compared), compared, "settled after once");
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z0-9:/._@é💶\n =-]{1,30}").unwrap()
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let form = prop_oneof![Just(Form::Published), Just(Form::Event), Just(Form::Bound(BOND))];
    let price = (0..=MAX_PRICE_UNITS / 1_000_000, any::<bool>(), 0_u64..1_000_000);
    let quality = prop_oneof![
        Just(Number::Integer(0)),
        Just(Number::Integer(1)),
        (0..=1.0_f64.to_bits()).prop_map(|bits| Number::Float(f64::from_bits(bits))),
        (0_u32..=1_000_000).prop_map(|ppm| Number::Float(f64::from(ppm) / 1e6)),
    ];
    let numbers = (price, any::<u32>(), quality, 0..=time::LAST_SECOND, 0_u8..4);
    (form, [text(), text(), text(), text()], numbers).prop_map(
        |(form, [invocation_id, capability_id, product_id, hub], (price, latency_ms, quality, timestamp, status))| {
            let (dollars, integer, fraction) = price;
            let integer = integer && form.domain().is_none();
            let units =
                if integer { dollars * 1_000_000 } else { (dollars * 1_000_000 + fraction).min(MAX_PRICE_UNITS) };
            let quality = Fraction::from_number("quality_score", quality).unwrap();
            let quality = match form {
                Form::Published => Some(quality),
                Form::Event => None,
                Form::Bound(_) => Some(Fraction::from_ppm("quality_ppm", quality.rounded_ppm()).unwrap()),
            };
            let is_event = form == Form::Event;
            let fields = OutcomeFields {
                invocation_id: if is_event { String::new() } else { invocation_id },
                capability_id,
                product_id: if is_event { String::new() } else { product_id },
                provider_hub: format!("p{hub}"),
                consumer_hub: format!("c{hub}"),
                status: Status::from_code(if is_event { status % 3 } else { status }).unwrap(),
                price: Price::from_parts(units, integer).unwrap(),
                latency_ms,
                quality,
                timestamp,
            };
            Outcome::new(form, fields).unwrap()
        },
    )
}

fn bound(outcome: &Outcome) -> Outcome {
    let mut fields = outcome.fields().clone();
    fields.quality = Some(Fraction::from_ppm("quality_ppm", fields.quality.map_or(0, Fraction::rounded_ppm)).unwrap());
    fields.price = Price::from_units(fields.price.units()).unwrap();
    if fields.invocation_id.is_empty() {
        fields.invocation_id.push('i');
    }
    Outcome::new(Form::Bound(BOND), fields).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_outcome_comes_back_from_json_and_from_what_is_stored(outcome in outcome(), signature in any::<[u8; 32]>()) {
        let key = SecretKey::from_seed(&signature);
        let signed = SignedOutcome { signature: key.sign(&outcome.signed_bytes()), outcome };
        let text = serde_json::to_string(&OutcomeJson::write(&signed)).unwrap();
        let read = serde_json::from_str::<OutcomeJson>(&text).unwrap().read().unwrap();
        prop_assert_eq!(&read, &signed);
        prop_assert_eq!(read.outcome.signed_bytes(), signed.outcome.signed_bytes());

        let fields = signed.outcome.fields().clone();
        let stored = OutcomeFields {
            status: Status::from_code(fields.status.code()).unwrap(),
            price: Price::from_parts(fields.price.units(), fields.price.is_integer()).unwrap(),
            quality: fields.quality.map(|quality| {
                let value = f64::from_bits(quality.value().to_bits());
                Fraction::from_parts("quality_score", value, quality.is_integer()).unwrap()
            }),
            ..fields
        };
        let stored = Outcome::new(signed.outcome.form(), stored).unwrap();
        prop_assert_eq!(stored.signed_bytes(), signed.outcome.signed_bytes());
        let leaf = SignedOutcome { outcome: stored, signature: signed.signature }.leaf(&key.public());
        prop_assert_eq!(leaf, signed.leaf(&key.public()));
    }

    /// Our own form says one thing: whatever is changed changes what is signed, even where one text ends and the next begins.
    #[test]
    fn what_our_form_signs_says_all_of_it(one in outcome(), other in outcome()) {
        let (one, other) = (bound(&one), bound(&other));
        prop_assert_eq!(one == other, one.signed_bytes() == other.signed_bytes());
        let fields = one.fields().clone();
        let moved = OutcomeFields {
            capability_id: fields.capability_id.chars().skip(1).collect(),
            invocation_id: fields.invocation_id.clone() + &fields.capability_id.chars().take(1).collect::<String>(),
            ..fields.clone()
        };
        if let Ok(moved) = Outcome::new(one.form(), moved) {
            prop_assert_eq!(moved == one, moved.signed_bytes() == one.signed_bytes());
        }
        for domain in [Domain { chain_id: 1, ..BOND }, Domain { bond: Address::repeat_byte(1), ..BOND }] {
            let elsewhere = Outcome::new(Form::Bound(domain), fields.clone()).unwrap();
            prop_assert_ne!(elsewhere.signed_bytes(), one.signed_bytes());
        }
        prop_assert_eq!(one.signed_bytes()[0], 0, "no published text begins so");
    }

    #[test]
    fn a_dispute_comes_back(bound in any::<bool>(), texts in [text(), text(), text(), text()], ppm in 0_u32..=1_000_000, timestamp in 0..=time::LAST_SECOND, evidence in text(), wallet in any::<[u8; 20]>()) {
        let [dispute_id, invocation_id, hub, reason] = texts;
        let ours = |wallet: [u8; 20]| DisputeForm::Bound { domain: BOND, wallet: wallet.into() };
        let form = if bound { ours(wallet) } else { DisputeForm::Published };
        let fields = DisputeFields {
            dispute_id,
            invocation_id,
            provider_hub: format!("p{hub}"),
            consumer_hub: format!("c{hub}"),
            reason,
            requested_slash: Fraction::from_ppm("requested_slash_ppm", ppm).unwrap(),
            timestamp,
            evidence: if bound { evidence } else { json!({"text": evidence}).to_string() },
        };
        let dispute = Dispute::new(form, fields.clone()).unwrap();
        let key = SecretKey::from_seed(&[9; 32]);
        let signed = SignedDispute { signature: key.sign(&dispute.signed_bytes()), consumer_key: key.public(), dispute };
        let text = serde_json::to_string(&DisputeJson::write(&signed)).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DisputeJson>(&text).unwrap().read().unwrap(), &signed);
        prop_assert!(signed.dispute.signed_bytes().len() <= MAX_DISPUTE_BYTES);

        let claim = DisputeClaim::parse(&signed.dispute.signed_text()).unwrap();
        let wanted = [&fields.dispute_id, &fields.invocation_id, &fields.provider_hub, &fields.consumer_hub];
        prop_assert_eq!([&claim.dispute_id, &claim.invocation_id, &claim.provider_hub, &claim.consumer_hub], wanted);
        prop_assert_eq!(claim.domain, form.domain());

        // The evidence is covered in our form, and only there.
        let other = Dispute::new(form, DisputeFields { evidence: "{}".to_owned(), ..fields.clone() }).unwrap();
        prop_assert_eq!(other.digest() == signed.dispute.digest(), !bound);

        // So is the wallet, all of it.
        for place in 0..20 {
            let mut other = wallet;
            other[place] ^= 1;
            let other = Dispute::new(ours(other), fields.clone()).unwrap();
            prop_assert_ne!(other.digest(), signed.dispute.digest());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = DisputeClaim::parse(&text);
        let _ = DisputeClaim::parse(&format!("0x{}", hex::encode(&text)));
        let _ = time::parse("timestamp", &text);
        let _ = PublicKey::parse(&text);
        prop_assert_eq!(normal(&normal(&text)), normal(&text));
    }
}

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
