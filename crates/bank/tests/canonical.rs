//! The canonical form: what RFC 8785 says of it, and what is refused because two readers could differ over it.

#![allow(clippy::unwrap_used, reason = "a test")]

use barter_bank::document::{Error, canonical};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn canonical(json: &str) -> String {
    canonical::write(&canonical::read(json.as_bytes()).unwrap()).unwrap()
}

fn refusal(json: &[u8]) -> String {
    match canonical::read(json) {
        Err(Error::Json { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rfc_8785_section_3_2() {
    let given = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(canonical(given), expected);
}

#[test]
fn keys_are_in_utf16_order() {
    let given = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
        "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let text = canonical(given);
    let values = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
    let places: Vec<_> = values.iter().map(|value| text.find(value).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

/// The table of RFC 8785, appendix B.
#[test]
fn numbers_are_ecmascripts() {
    let table: [(u64, &str); 25] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        (0x3ff0_0000_0000_0000, "1"),
    ];
    for (bits, expected) in table {
        assert_eq!(canonical::write(&json!(f64::from_bits(bits))).unwrap(), expected, "{bits:016x}");
    }
}

/// Integers are doubles as well: one that a double cannot hold becomes the nearest that it can.
#[test]
fn integers_beyond_a_double_are_rounded_as_doubles_are() {
    assert_eq!(
        canonical("[9007199254740993, 18446744073709551615, -9223372036854775808]"),
        "[9007199254740992,18446744073709552000,-9223372036854776000]"
    );
    assert_eq!(canonical("[123456789012345678901234567890, -0, -0.0, 1e0]"), "[1.2345678901234568e+29,0,0,1]");
}

#[test]
fn what_two_readers_could_differ_over_is_refused() {
    assert!(refusal(br#"{"a":1,"b":{"c":1,"c":1}}"#).contains("\"c\" is there twice"));
    // The same key, written in two ways.
    assert!(refusal(br#"{"a":1,"\u0061":1}"#).contains("\"a\" is there twice"));
    for surrogate in
        [r#"["\ud800"]"#, r#"["\udc00"]"#, r#"{"\ud800x":1}"#, r#"["\ud800\ud800"]"#, r#"["\udc00\ud800"]"#]
    {
        refusal(surrogate.as_bytes());
    }
    assert!(refusal(b"[1e309]").contains("out of range"));
    assert!(refusal(b"[-1e309]").contains("out of range"));
    for text in
        ["NaN", "Infinity", "[01]", "[+1]", "[1.]", "[.5]", "{} {}", "[1,]", "{\"a\":1,}", "'a'", "\u{feff}{}", ""]
    {
        refusal(text.as_bytes());
    }
    refusal(b"[\"\xff\"]");
    refusal(b"[\"a\nb\"]");
    // Deeper than anybody needs, and no deeper than the stack.
    refusal(["[".repeat(100_000), "]".repeat(100_000)].concat().as_bytes());
}

/// Any text, controls, quotes and what lies beyond the 16 bits in it.
fn any_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![any::<char>(), (0..0x80_u8).prop_map(char::from), Just('\u{ffff}'), Just('\u{1f600}')];
    prop::collection::vec(character, 0..8).prop_map(String::from_iter)
}

/// Any JSON, numbers of all magnitudes in it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any_text(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    /// Its own canonical form, and no other text has more than one.
    #[test]
    fn the_canonical_form_is_canonical(value in any_json()) {
        let text = canonical::write(&value).unwrap();
        prop_assert_eq!(canonical(&text), text.clone());
        // However it was laid out and whatever the order of keys.
        prop_assert_eq!(canonical(&serde_json::to_string_pretty(&value).unwrap()), text);
    }

    /// The same as a library writes, and as it is hashed: `sig` left out and put back where it was.
    #[test]
    fn it_is_what_others_write(value in any_json()) {
        prop_assert_eq!(canonical::write(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
    }

    #[test]
    fn every_double_reads_back(bits in any::<u64>()) {
        let double = f64::from_bits(bits);
        prop_assume!(double.is_finite());
        let text = canonical::write(&json!(double)).unwrap();
        let read: f64 = text.parse().unwrap();
        prop_assert_eq!(read.to_bits(), if double == 0.0 { 0 } else { bits });
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = canonical::read(&bytes);
    }
}
