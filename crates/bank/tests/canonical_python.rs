//! Canonical JSON, hashes and signatures against independent implementations: `rfc8785`, `base58` and `cryptography` of the Python index
//! (`requirements/settlement.txt`). `BARTER_TEST_PYTHON` names a Python that has them, and has to be an absolute path; without,
//! nothing is compared.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::{
    env,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
};

use barter_bank::document::{Action, Doc, Hash, Pocket, SecretKey, Signature, Ulid, canonical};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

/// JSON texts that are compared.
const TEXTS: usize = 4_000;
/// Documents that are.
const DOCUMENTS: usize = 300;

/// What Python answers, a line for each that is asked.
fn ask(python: &str, asked: &[Value]) -> Vec<Value> {
    let mut child = Command::new(python)
        .args(["-X", "utf8", "-c", include_str!("canonical_python/ask.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = asked.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    input.push('\n');
    let mut stdin = child.stdin.take().expect("piped");
    // It answers while it is asked: one thread alone would wait for it forever.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let mut output = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut output).expect("Python writes UTF-8");
    writer.join().expect("the writer ends").expect("Python reads all");
    assert!(child.wait().expect("Python ends").success(), "Python failed");
    let answers: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), asked.len());
    answers
}

fn python() -> Option<String> {
    let python = env::var("BARTER_TEST_PYTHON").ok().filter(|python| !python.is_empty());
    if python.is_none() {
        println!("skipped: BARTER_TEST_PYTHON names no Python with the packages of requirements/settlement.txt in it");
    }
    python
}

fn generated<T>(count: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

/// Numbers as texts: of any double, of integers around what doubles and 64 bits hold, and with more digits and larger exponents than
/// either.
fn number() -> impl Strategy<Value = String> {
    let near =
        |value: f64| (-2_i64..=2).prop_map(move |steps| f64::from_bits(value.to_bits().wrapping_add_signed(steps)));
    let limits = prop_oneof![
        near(f64::MAX).prop_filter("finite", |double| double.is_finite()),
        near(f64::MIN_POSITIVE),
        near(1e-6),
        near(1e-7),
        near(1e21),
        near(9_007_199_254_740_992.0),
        (1_u64..5).prop_map(f64::from_bits),
        (-323_i32..309).prop_flat_map(move |exponent| near(format!("1e{exponent}").parse().unwrap())),
    ];
    prop_oneof![
        any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |double| double.is_finite())
            .prop_map(|double| format!("{double:e}")),
        limits.prop_filter("finite", |double| double.is_finite()).prop_map(|double| format!("{double:e}")),
        any::<i64>().prop_map(|integer| integer.to_string()),
        any::<u64>().prop_map(|integer| integer.to_string()),
        r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
    ]
}

/// Strings as texts: any character, and escapes of anything, half surrogate pairs among them.
fn string() -> impl Strategy<Value = String> {
    let character = any::<char>().prop_map(|character| {
        let quoted = Value::String(character.to_string()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    });
    let piece = prop_oneof![
        8 => character,
        2 => "[a-z]",
        2 => r#"\\["\\/bfnrt]"#,
        2 => r"\\u(00|20|[ef][0-9a-f])[0-9a-fA-F]{2}",
        1 => r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}",
    ];
    let whole = prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()));
    prop_oneof![30 => whole, 1 => r#""\\ud[89a-f][0-9a-f]{2}(x|\\ud8[0-9a-f]{2})?""#]
}

fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![number(), string(), "true|false|null"];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec((string(), inner), 0..6).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key} : {value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

#[test]
fn canonical_texts_are_those_of_rfc8785() {
    let Some(python) = python() else { return };
    let texts = generated(TEXTS, &text());
    let asked: Vec<_> = texts.iter().map(|text| json!({"text": text})).collect();
    let (mut taken, mut refused) = (0, 0);
    for (text, theirs) in texts.iter().zip(ask(&python, &asked)) {
        let ours = canonical::read(text.as_bytes()).and_then(|value| canonical::write(&value)).ok();
        assert_eq!(ours.as_deref(), theirs.as_str(), "{text}");
        *if ours.is_some() { &mut taken } else { &mut refused } += 1;
    }
    println!("{taken} texts have the same canonical form, {refused} have none");
    assert!(taken > TEXTS / 2 && refused > 20, "{taken} taken, {refused} refused");
}

#[test]
fn hashes_and_signatures_are_those_of_others() {
    let Some(python) = python() else { return };
    let parts = (
        any::<[u8; 32]>(),
        any::<String>(),
        any::<[u8; 10]>(),
        prop::collection::vec(any::<[u8; 32]>(), 0..4),
        number(),
    );
    let documents: Vec<_> = generated(DOCUMENTS, &parts)
        .into_iter()
        .map(|(seed, text, randomness, seen, number)| {
            let key = SecretKey::from_seed(&seed);
            let ulid = Ulid::new(1_767_323_045_000, randomness);
            let word = Signature {
                seen: Some(seen.into_iter().map(Hash::new).collect()),
                reason: Some(text.clone()),
                ..Signature::new(Hash::of(text.as_bytes()), Action::ALL[usize::from(seed[0]) % Action::ALL.len()])
            };
            let signature = Doc::sign(&key, ulid, &word).unwrap();
            // And one with a field that we know nothing of.
            let mut pocket = Doc::sign(&key, ulid, &Pocket { name: text }).unwrap().to_json();
            pocket["more"] = canonical::read(number.as_bytes()).unwrap_or_default();
            pocket.as_object_mut().unwrap().remove("sig");
            let hash = Doc::<Pocket>::read(pocket.clone()).unwrap().hash();
            pocket["sig"] = json!(key.sign(&hash).to_string());
            let pocket = Doc::<Pocket>::read(pocket).unwrap();
            let seed = bs58::encode(seed).into_string();
            [(signature.text().to_owned(), signature.hash(), seed.clone()), (pocket.text().to_owned(), hash, seed)]
        })
        .collect::<Vec<_>>()
        .concat();
    let asked: Vec<_> = documents.iter().map(|(text, _, seed)| json!({"document": text, "seed": seed})).collect();
    for ((text, hash, _), theirs) in documents.iter().zip(ask(&python, &asked)) {
        let ours = serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(theirs["hash"], json!(hash.to_string()), "{text}");
        assert_eq!(theirs["verified"], json!(true), "{text}");
        // Ed25519 has no randomness: who has the key makes the same signature.
        assert_eq!(theirs["sig"], ours["sig"], "{text}");
    }
    println!("{} documents have the same hash and signature", documents.len());
}
