//! What is signed and how it travels: against Python itself, and back from what is stored.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use alloy_primitives::{Address, hex};
use barter_reputation::{
    key::{PublicKey, SecretKey, Signature},
    wire::{
        Dispute, DisputeClaim, DisputeFields, DisputeForm, DisputeJson, Domain, Error, Form, Fraction,
        MAX_DISPUTE_BYTES, Number, Outcome, OutcomeFields, OutcomeJson, Price, SignedDispute, SignedOutcome, Status,
        base64,
        float::{python_repr, round6},
        hub::normal,
        number::MAX_PRICE_UNITS,
        time,
    },
};
use proptest::prelude::*;
use serde_json::json;
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

    /// Whoever passes it on can write something else into the fields that are said to be unsigned, and into no others.
    #[test]
    fn what_is_not_signed_is_said(outcome in outcome()) {
        let signed = SignedOutcome { signature: SecretKey::from_seed(&[1; 32]).sign(b""), outcome };
        let written = serde_json::to_value(OutcomeJson::write(&signed)).unwrap();
        let texts = ["invocation_id", "capability_id", "product_id", "provider_hub", "consumer_hub"];
        for name in texts.into_iter().filter(|name| written.get(name).is_some()) {
            let mut other = written.clone();
            other[name] = json!("another");
            let read = serde_json::from_value::<OutcomeJson>(other).unwrap().read().unwrap();
            let is_unsigned = signed.outcome.form().unsigned_fields().contains(&name);
            prop_assert_eq!(read.outcome.signed_bytes() == signed.outcome.signed_bytes(), is_unsigned, "{}", name);
        }
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
