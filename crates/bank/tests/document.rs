//! The six documents: what is taken, what is refused and with which sentence, and that their hash is that of what was received.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fmt::Debug;

use barter_bank::document::{
    Account, Action, Amount, Decimal, Doc, Document, Error, Hash, Header, KeyError, Kind, Pocket, Promise, PublicKey,
    Record, SecretKey, Side, Signature, SignatureBytes, Tx, Ulid, canonical,
};
use curve25519_dalek::{EdwardsPoint, Scalar, constants::EIGHT_TORSION, scalar::clamp_integer, traits::Identity as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

const ULID: &str = "01J9Z00000000000000000000A";

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn key(seed: u8) -> PublicKey {
    secret(seed).public()
}

fn header() -> Header {
    Header { pubkey: key(1), ulid: ULID.parse().unwrap() }
}

/// One of each, as it travels.
fn examples() -> Vec<Value> {
    let [hash, other] = [Hash::of(b"a").to_string(), Hash::of(b"b").to_string()];
    let (me, bank) = (key(1).to_string(), key(2).to_string());
    let signature = Signature { seen: Some(vec![Hash::of(b"b")]), ..Signature::new(Hash::of(b"a"), Action::Settle) };
    vec![
        json!({"type": "promise", "pubkey": me, "ulid": ULID, "bank": bank, "name": "1 hour", "due": "2028-02-29",
            "limit": 12.5, "integer": false}),
        json!({"type": "pocket", "pubkey": me, "ulid": ULID, "name": ""}),
        json!({"type": "account", "pubkey": me, "ulid": ULID, "pocket": hash, "promise": other}),
        json!({"type": "credit", "pubkey": bank, "ulid": ULID, "amount": 0.1, "account": hash}),
        json!({"type": "debit", "pubkey": bank, "ulid": ULID, "amount": 1e300, "account": hash}),
        json!({"type": "tx", "pubkey": me, "ulid": ULID, "records": [hash, other], "order": "x"}),
        Doc::sign(&secret(1), ULID.parse().unwrap(), &signature).unwrap().to_json(),
    ]
}

fn refusal(value: &Value) -> String {
    Document::read(value.clone()).expect_err("this is no document").to_string()
}

/// An example with a field set to something else, or without it.
fn with(index: usize, field: &str, value: Option<Value>) -> Value {
    let mut document = examples().swap_remove(index);
    let object = document.as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(field.to_owned(), value),
        None => object.remove(field),
    };
    document
}

#[test]
fn every_document_reads_back_from_its_text() {
    for example in examples() {
        let document = Document::read(example.clone()).unwrap();
        assert_eq!(document.kind(), example["type"]);
        assert_eq!(document.text(), canonical::write(&example).unwrap());
        let again = Document::read(canonical::read(document.text().as_bytes()).unwrap()).unwrap();
        assert_eq!(again, document);
        let mut preimage = example;
        preimage.as_object_mut().unwrap().remove("sig");
        assert_eq!(document.hash(), Hash::of(canonical::write(&preimage).unwrap().as_bytes()));
    }
}

fn made<T: Kind + Debug + PartialEq>(fields: &T) {
    // What is signed here is not verified here: but others do.
    let signed = Doc::sign(&secret(1), ULID.parse().unwrap(), fields).unwrap();
    assert_eq!(Doc::parse(signed.text()).unwrap(), signed);
    let doc = Doc::new(header(), fields).unwrap();
    assert_eq!(doc.fields(), fields);
    assert_eq!(*doc.header(), header());
    assert_eq!(Doc::parse(doc.text()).unwrap(), doc);
}

#[test]
fn what_is_made_is_what_is_read() {
    let [a, b] = [Hash::of(b"a"), Hash::of(b"b")];
    made(&Promise { bank: key(2), name: "é\u{1f600}".into(), due: None, limit: None, integer: None });
    made(&Pocket { name: "work".into() });
    made(&Account { pocket: a, promise: b });
    made(&Record { side: Side::Debit, amount: "0.30000000000000004".parse().unwrap(), account: a });
    made(&Tx { records: vec![a, b], order: None });
    let signature = Signature {
        about: a,
        action: Action::Reject,
        seen: Some(vec![]),
        reason: Some("out of hours".into()),
        terms: None,
        until: Some(1 << 53),
        leg: Some(b),
    };
    let signed = Doc::sign(&secret(1), ULID.parse().unwrap(), &signature).unwrap();
    assert_eq!(signed.fields(), &signature);
    assert!(key(1).verify(&signed.hash(), signed.sig().unwrap()));
}

/// What somebody signed with a field that we do not know is still what they signed.
#[test]
fn an_unknown_field_is_part_of_the_hash() {
    for index in 0..examples().len() - 1 {
        let plain = Document::read(examples().swap_remove(index)).unwrap();
        let more = Document::read(with(index, "colour", Some(json!(["blue"])))).unwrap();
        assert_ne!(plain.hash(), more.hash());
        assert!(more.text().contains(r#""colour":["blue"]"#));
    }
}

#[test]
fn a_signature_is_over_all_but_itself() {
    let signed = examples().pop().unwrap();
    let changes = [
        ("pubkey", json!(key(2).to_string())),
        ("ulid", json!("01J9Z00000000000000000000B")),
        ("hash", json!(Hash::of(b"c").to_string())),
        ("action", json!("hold")),
        ("seen", json!([])),
        ("reason", json!("")),
        ("more", json!(1)),
        ("sig", json!(SignatureBytes::new([7; 64]).to_string())),
    ];
    for (field, value) in changes {
        let mut changed = signed.clone();
        changed[field] = value;
        let error = Document::read(changed).unwrap_err();
        assert!(matches!(error, Error::BadSignature { document: "signature", .. }), "{field}: {error}");
    }
    assert_eq!(refusal(&with(6, "sig", None)), "signature.sig is missing");
}

/// Any other document may be signed, and then it has to be right.
#[test]
fn a_wrong_signature_on_a_document_that_needs_none_is_refused() {
    let pocket = Pocket { name: "work".into() };
    let plain = Doc::new(header(), &pocket).unwrap();
    let signed = Doc::sign(&secret(1), ULID.parse().unwrap(), &pocket).unwrap();
    assert_eq!(plain.hash(), signed.hash());
    assert_ne!(plain.text(), signed.text());
    let mut stolen = signed.to_json();
    stolen["pubkey"] = json!(key(2).to_string());
    assert!(matches!(Document::read(stolen), Err(Error::BadSignature { document: "pocket", .. })));
}

/// The order of the group, little endian: S and S + L would both verify, were it not refused.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_signature_has_one_encoding() {
    let hash = Hash::of(b"what is signed");
    let signature = secret(1).sign(&hash);
    assert!(key(1).verify(&hash, &signature));
    let mut bytes = *signature.as_bytes();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert!(!key(1).verify(&hash, &SignatureBytes::new(bytes)));
}

/// A signature with the identity for its R needs no nonce, and libraries differ over it.
#[test]
fn a_signature_with_a_point_of_small_order_is_refused() {
    let hash = Hash::of(b"what is signed");
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&Sha512::digest([1; 32])[..32]);
    let scalar = Scalar::from_bytes_mod_order(clamp_integer(bytes));
    let point = EdwardsPoint::identity().compress();
    let hashed = Sha512::digest([&point.as_bytes()[..], key(1).as_bytes(), hash.as_bytes()].concat());
    let challenge = Scalar::from_bytes_mod_order_wide(&hashed.into());
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(point.as_bytes());
    signature[32..].copy_from_slice((challenge * scalar).as_bytes());
    let lenient = ed25519_dalek::VerifyingKey::from_bytes(key(1).as_bytes()).unwrap();
    let as_others = ed25519_dalek::Signature::from_bytes(&signature);
    ed25519_dalek::Verifier::verify(&lenient, hash.as_bytes(), &as_others).unwrap();
    assert!(!key(1).verify(&hash, &SignatureBytes::new(signature)));
}

/// A key that is one of those known with a point of small order added, and a signature under it that holds for one message of eight:
/// made on purpose by who has the private key.
fn mixed(scalar: Scalar, torsion: usize) -> [u8; 32] {
    (EdwardsPoint::mul_base(&scalar) + EIGHT_TORSION[torsion]).compress().to_bytes()
}

fn signed(scalar: Scalar, key: &[u8; 32], nonce: Scalar, torsion: usize, message: &[u8]) -> [u8; 64] {
    let point = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[torsion]).compress();
    let challenge = Sha512::digest([&point.as_bytes()[..], key, message].concat());
    let response = nonce + Scalar::from_bytes_mod_order_wide(&challenge.into()) * scalar;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(point.as_bytes());
    signature[32..].copy_from_slice(response.as_bytes());
    signature
}

proptest! {
    /// Whatever stands before `sig` and behind it, a document that is signed is what reading its canonical form gives, and its hash
    /// and text are what a library makes of it.
    #[test]
    fn sig_has_its_place(more in prop::collection::btree_map("[a-z\u{e000}\u{1f600}]{0,4}|si[f-h]|sig.?", any::<String>(), 0..5)) {
        let mut example = examples().swap_remove(6);
        let object = example.as_object_mut().unwrap();
        for (key, text) in more {
            if !object.contains_key(&key) {
                object.insert(key, json!(text));
            }
        }
        object.remove("sig");
        let preimage = serde_json_canonicalizer::to_string(object).unwrap();
        let sig = secret(1).sign(&Hash::of(preimage.as_bytes())).to_string();
        object.insert("sig".to_owned(), json!(sig));
        let document = Document::read(&example).unwrap();
        prop_assert_eq!(document.hash(), Hash::of(preimage.as_bytes()));
        prop_assert_eq!(document.text(), serde_json_canonicalizer::to_string(&example).unwrap());
    }

    /// What is verified is what `verify_strict` verifies, of keys and of R with and without a part of small order, of R that is nothing
    /// else, and of bytes changed anywhere.
    #[test]
    fn verifying_is_strict(
        seed in any::<[u8; 32]>(),
        nonce in prop_oneof![any::<[u8; 32]>(), Just([0; 32])],
        (in_key, in_point) in (0..8_usize, 0..8_usize),
        changed in prop::option::of((0..64_usize, 1..=255_u8)),
        other_r in prop::option::weighted(0.2, prop_oneof![
            (0..8_usize).prop_map(|torsion| EIGHT_TORSION[torsion].compress().to_bytes()),
            // Encodings of points of small order that are not their own, and of none.
            (0..=255_u8, any::<bool>()).prop_map(|(low, sign)| {
                let mut bytes = [0xff; 32];
                (bytes[0], bytes[31]) = (low, if sign { 0xff } else { 0x7f });
                bytes
            }),
        ]),
    ) {
        let (scalar, nonce) = (Scalar::from_bytes_mod_order(seed), Scalar::from_bytes_mod_order(nonce));
        let key = mixed(scalar, in_key);
        let hash = Hash::of(&seed);
        let mut signature = signed(scalar, &key, nonce, in_point, hash.as_bytes());
        if let Some((place, bits)) = changed {
            signature[place] ^= bits;
        }
        if let Some(bytes) = other_r {
            signature[..32].copy_from_slice(&bytes);
        }
        let strict = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
        let strict = strict.verify_strict(hash.as_bytes(), &ed25519_dalek::Signature::from_bytes(&signature)).is_ok();
        match PublicKey::from_bytes(key) {
            Ok(key) => prop_assert_eq!(key.verify(&hash, &SignatureBytes::new(signature)), strict),
            Err(_) => prop_assert!(!strict),
        }
    }

    /// A key is what it is whichever were read before it: these share the bits by which keys are remembered.
    #[test]
    fn what_was_read_before_changes_no_key(keys in prop::collection::vec(any::<[u8; 32]>(), 1..8)) {
        for mut bytes in keys {
            (bytes[0], bytes[1]) = (3, 0);
            let point = curve25519_dalek::edwards::CompressedEdwardsY(bytes).decompress();
            let is_one = point.is_some_and(|point| !point.is_small_order() && point.compress().0 == bytes);
            for _ in 0..2 {
                prop_assert_eq!(PublicKey::from_bytes(bytes).map(|key| *key.as_bytes()).ok(), is_one.then_some(bytes));
            }
        }
    }

    /// Base58 as the library reads and writes it that takes any length.
    #[test]
    fn base58_is_base58(
        bytes in prop::collection::vec(any::<u8>(), 28..68),
        zeros in prop_oneof![2 => Just(0_usize), 1 => 0..68_usize],
        changed in prop::option::of((any::<prop::sample::Index>(), any::<char>())),
        cut in prop::option::of(any::<prop::sample::Index>()),
        ones in prop_oneof![3 => Just(0_usize), 1 => 1..4_usize],
        full in any::<bool>(),
    ) {
        let mut bytes = bytes;
        let zeros = zeros.min(bytes.len());
        bytes[..zeros].fill(0);
        if full {
            bytes.fill(0xff);
        }
        let mut text: Vec<char> = "1".repeat(ones).chars().chain(bs58::encode(&bytes).into_string().chars()).collect();
        if let Some((place, character)) = changed {
            let place = place.index(text.len());
            text[place] = character;
        }
        if let Some(place) = cut {
            text.truncate(place.index(text.len()));
        }
        same_base58(&text.into_iter().collect::<String>());
    }

    #[test]
    fn base58_of_any_text(text in prop_oneof![
        "[1-9A-HJ-NP-Za-km-z]{30,46}", "[1-9A-HJ-NP-Za-km-z]{80,90}", "[J-Z][1-9A-HJ-NP-Za-km-z]{43}", "[5-9][1-9A-HJ-NP-Za-km-z]{87}",
        "1{0,40}[1-9A-HJ-NP-Za-km-z]{0,46}", ".{0,90}"
    ]) {
        same_base58(&text);
    }
}

fn same_base58(text: &str) {
    let expected = bs58::decode(text).into_vec().ok();
    let hash = text.parse::<Hash>().ok();
    assert_eq!(hash.map(|hash| hash.as_bytes().to_vec()), expected.clone().filter(|bytes| bytes.len() == 32), "{text}");
    let signature = text.parse::<SignatureBytes>().ok();
    assert_eq!(signature.map(|it| it.as_bytes().to_vec()), expected.filter(|bytes| bytes.len() == 64), "{text}");
    // Of a value there is one text.
    assert!(hash.is_none_or(|hash| hash.to_string() == text), "{text}");
    assert!(signature.is_none_or(|signature| signature.to_string() == text), "{text}");
}

/// The largest value of either length and the one above it, and each number of leading zeros.
#[test]
fn base58_at_its_limits() {
    for length in [32, 64] {
        let largest = bs58::encode(vec![0xff; length]).into_string();
        same_base58(&largest);
        let mut above = vec![0; length + 1];
        above[0] = 1;
        same_base58(&bs58::encode(&above).into_string());
        same_base58(&"z".repeat(largest.len()));
        for zeros in 0..=length {
            for off in [0, 1, 2] {
                let mut bytes = vec![7; (length + off - 1).max(zeros)];
                bytes[..zeros].fill(0);
                same_base58(&bs58::encode(bytes).into_string());
            }
        }
    }
}

#[test]
fn a_key_anybody_can_sign_under_is_refused() {
    for point in EIGHT_TORSION {
        let bytes = point.compress().to_bytes();
        assert_eq!(PublicKey::from_bytes(bytes), Err(KeyError::SmallOrder));
        let text = bs58::encode(bytes).into_string();
        for field in ["pubkey", "bank"] {
            let said = refusal(&with(0, field, Some(json!(text))));
            assert!(said.contains("small order"), "{said}");
        }
    }
    // The identity with its sign bit set, which is another encoding of it, and p + 3, which is 3 written otherwise.
    let mut identity = [0; 32];
    (identity[0], identity[31]) = (1, 0x80);
    assert!(PublicKey::from_bytes(identity).is_err());
    let mut three = [0xff; 32];
    (three[0], three[31]) = (0xf0, 0x7f);
    assert_eq!(PublicKey::from_bytes(three), Err(KeyError::NotCanonical));
    let mut two = [0; 32];
    two[0] = 2;
    assert_eq!(PublicKey::from_bytes(two), Err(KeyError::NotAPoint));
    // Every y around p, with either sign: what is read is written the same.
    for (low, high) in (0..=255).flat_map(|low| [0x7f, 0xff].map(|high| (low, high))) {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, high);
        let point = curve25519_dalek::edwards::CompressedEdwardsY(bytes).decompress();
        let is_one = point.is_some_and(|point| !point.is_small_order() && point.compress().0 == bytes);
        assert_eq!(PublicKey::from_bytes(bytes).is_ok(), is_one, "{low:x} {high:x}");
    }
}

#[test]
fn base58_of_another_length_or_alphabet_is_refused() {
    let good = key(1).to_string();
    for text in ["", "1", "0OIl", &good[2..], &format!("1{good}"), &format!("{good} "), &"z".repeat(1_000_000)] {
        assert_eq!(text.parse::<PublicKey>(), Err(KeyError::Text), "{}", text.len());
        assert!(text.parse::<Hash>().is_err());
        assert!(text.parse::<SignatureBytes>().is_err());
    }
}

#[test]
fn each_wrong_field_is_named_with_what_was_expected() {
    let cases: Vec<(usize, &str, Value, &str)> = vec![
        (
            0,
            "pubkey",
            json!("abc"),
            "promise.pubkey is \"abc\", expected a public key (not a public key: expected 32 bytes in base58)",
        ),
        (
            0,
            "ulid",
            json!("01J9Z0000000000000000000OA"),
            "promise.ulid is \"01J9Z0000000000000000000OA\", expected a ULID",
        ),
        (0, "ulid", json!(5), "promise.ulid is 5, expected a ULID as text"),
        (0, "name", json!(""), "promise.name is \"\", expected a text that is not empty"),
        (0, "due", json!("2027-02-29"), "promise.due is \"2027-02-29\", expected a day that exists, as YYYY-MM-DD"),
        (0, "due", json!("2027-2-9"), "promise.due is \"2027-2-9\", expected a day"),
        (0, "due", json!("2027-+1-01"), "promise.due is"),
        (0, "due", Value::Null, "promise.due is null, expected a text"),
        (0, "limit", json!(0), "promise.limit is 0, expected the amount is 0, expected more than zero"),
        (0, "limit", json!("5"), "promise.limit is \"5\", expected not an amount: expected a number over zero"),
        (0, "integer", json!(1), "promise.integer is 1, expected true or false"),
        (1, "name", json!(5), "pocket.name is 5, expected a text"),
        (2, "pocket", json!("x"), "account.pocket is \"x\", expected a hash (not a hash: expected 32 bytes in base58)"),
        (3, "amount", json!(-0.0), "record.amount is -0.0"),
        (4, "amount", json!(-1), "record.amount is -1, expected the amount is -1, expected more than zero"),
        (3, "pair", json!(Hash::of(b"a").to_string()), "record.pair is"),
        (4, "tx", json!(Hash::of(b"a").to_string()), "record.tx is"),
        (5, "records", json!([]), "tx.records is [], expected at least one hash, and none twice"),
        (5, "records", json!([1]), "tx.records is [1], expected a list of at most 1000 hashes"),
        (6, "action", json!("sign"), "signature.action is \"sign\", expected one of ack, approve"),
        (6, "seen", json!("x"), "signature.seen is \"x\", expected a list of at most 1000 hashes"),
        (6, "reason", json!([]), "signature.reason is [], expected a text"),
        (6, "sig", json!("x"), "signature.sig is \"x\", expected a signature"),
        (0, "type", json!("voucher"), "the document's type is voucher, expected promise, pocket"),
        (0, "type", json!(7), "the document's type is 7, expected a text"),
    ];
    for (index, field, value, expected) in cases {
        let said = refusal(&with(index, field, Some(value)));
        assert!(said.starts_with(expected), "{said}\n{expected}");
    }
    assert_eq!(refusal(&json!([1])), "[1] is no document, expected an object");
    assert_eq!(refusal(&with(0, "type", None)), "document.type is missing");
    assert_eq!(refusal(&with(0, "bank", None)), "promise.bank is missing");
    // Empty as the published format has them.
    for empty in [Value::Null, json!("")] {
        Document::read(with(3, "pair", Some(empty))).unwrap();
    }
}

#[test]
fn lists_and_documents_have_a_longest() {
    let hashes =
        |count: u32| -> Vec<_> { (0..count).map(|index| Hash::of(&index.to_be_bytes()).to_string()).collect() };
    Document::read(with(5, "records", Some(json!(hashes(1_000))))).unwrap();
    assert!(refusal(&with(5, "records", Some(json!(hashes(1_001))))).contains("at most 1000 hashes"));
    let twice = [hashes(2), hashes(1)].concat();
    assert!(refusal(&with(5, "records", Some(json!(twice)))).contains("none twice"));
    let said = refusal(&with(1, "name", Some(json!("n".repeat(65_536)))));
    assert!(said.contains("expected at most 65536"), "{said}");
    // A refusal repeats no novel.
    assert!(refusal(&with(0, "type", Some(json!("x".repeat(10_000))))).len() < 300);
}

/// A document of one type never reads as another.
#[test]
fn a_type_is_asked_for_by_name() {
    for (index, example) in examples().into_iter().enumerate() {
        let promise = Doc::<Promise>::read(example.clone()).is_ok();
        let pocket = Doc::<Pocket>::read(example.clone()).is_ok();
        let account = Doc::<Account>::read(example.clone()).is_ok();
        let record = Doc::<Record>::read(example.clone()).is_ok();
        let tx = Doc::<Tx>::read(example.clone()).is_ok();
        let signature = Doc::<Signature>::read(example).is_ok();
        let expected = [index == 0, index == 1, index == 2, index == 3 || index == 4, index == 5, index == 6];
        assert_eq!([promise, pocket, account, record, tx, signature], expected);
    }
}

#[test]
fn nothing_shows_a_private_key() {
    let shown = format!("{:?}", secret(1));
    assert_eq!(shown, format!("SecretKey of {}", key(1)));
    assert!(!shown.contains(&bs58::encode([1; 32]).into_string()));
}

#[test]
fn a_ulid_tells_its_time() {
    let ulid = Ulid::new(1_767_323_045_123, [0xab; 10]);
    assert_eq!(ulid.time_ms(), 1_767_323_045_123);
    assert_eq!(ulid.to_string().parse(), Ok(ulid));
    assert!(Ulid::new(1, [0xff; 10]) < Ulid::new(2, [0; 10]));
    // The published pattern, and only that.
    assert!("ZZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<Ulid>().is_ok());
    for text in [
        "",
        "01j9z00000000000000000000a",
        "01J9Z00000000000000000000",
        "01J9Z00000000000000000000U",
        "é1J9Z0000000000000000000A",
    ] {
        assert!(text.parse::<Ulid>().is_err(), "{text}");
    }
    // The example of the ULID specification.
    assert_eq!("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<Ulid>().unwrap().time_ms(), 1_469_922_850_259);
}

#[test]
fn amounts_are_the_decimals_that_were_written() {
    let amount = |text: &str| text.parse::<Amount>().unwrap();
    let sum: Decimal = [amount("0.1"), amount("0.2")].iter().map(Amount::decimal).sum();
    assert_eq!(sum.to_string(), "0.3");
    assert_eq!(Amount::from_json(&json!(1e21)).unwrap().to_string(), "1000000000000000000000");
    assert_eq!(Amount::from_json(&json!(5e-324)).unwrap().to_string().len(), 326);
    let refused = |text: &str| text.parse::<Amount>().unwrap_err().to_string();
    assert_eq!(
        refused("0.1000000000000000055"),
        "the amount 0.1000000000000000055 cannot be written in a document, the nearest that can is 0.1"
    );
    assert_eq!(
        refused("9007199254740993"),
        "the amount 9007199254740993 cannot be written in a document, the nearest that can is 9007199254740992"
    );
    assert_eq!(refused("-1"), "the amount is -1, expected more than zero");
    assert_eq!(refused("0.000"), "the amount is 0, expected more than zero");
    for text in ["", "-", ".", "1.", ".5", "1e3", "+1", "0x1", "1_000", "one", "1.2.3", "Infinity", &"9".repeat(651)] {
        assert_eq!(refused(text), "not an amount: expected a number over zero");
    }
    assert!(refused(&"9".repeat(400)).contains("cannot be written"));
    assert!(refused(&format!("0.{}1", "0".repeat(400))).contains("cannot be written"));
}

/// An amount of any magnitude that a document can hold.
fn any_amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_map(f64::abs),
        (1_u32..1_000_000).prop_map(|cents| f64::from(cents) / 100.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
    ]
    .prop_filter_map("over zero", |double| Amount::from_json(&json!(double)).ok())
}

proptest! {
    #[test]
    fn an_amount_reads_back(amount in any_amount()) {
        prop_assert_eq!(&amount.to_string().parse::<Amount>().unwrap(), &amount);
        prop_assert_eq!(&Amount::from_json(&amount.to_json()).unwrap(), &amount);
    }

    /// What goes out of one account and into another sums to nothing, in whatever order and however unlike the amounts are.
    #[test]
    fn sums_are_exact(amounts in prop::collection::vec(any_amount(), 1..20), turn in any::<prop::sample::Index>()) {
        let sum: Decimal = amounts.iter().map(Amount::decimal).sum();
        let mut turned = amounts.clone();
        turned.rotate_left(turn.index(amounts.len()));
        prop_assert_eq!(&turned.iter().map(Amount::decimal).sum::<Decimal>(), &sum);
        let left = amounts.iter().fold(sum.clone(), |left, amount| &left - amount.decimal());
        prop_assert!(left.is_zero() && left == Decimal::ZERO, "{:?}", left);
        prop_assert_eq!(&sum.to_string().parse::<Decimal>().unwrap(), &sum);
        prop_assert_eq!(&(-sum.clone()).to_string().parse::<Decimal>().unwrap(), &-sum.clone());
        prop_assert!(-sum.clone() < Decimal::ZERO && Decimal::ZERO < sum);
    }

    /// Against whole numbers over the same power of ten.
    #[test]
    fn decimals_are_numbers(left in any::<i64>(), right in any::<i64>(), scale in 0_usize..20) {
        let decimal = |value: i128| -> Decimal {
            let sign = if value < 0 { "-" } else { "" };
            let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let point = if scale == 0 { "" } else { "." };
            format!("{sign}{whole}{point}{fraction}").parse().unwrap()
        };
        let (l, r) = (i128::from(left), i128::from(right));
        prop_assert_eq!(&decimal(l) + &decimal(r), decimal(l + r));
        prop_assert_eq!(&decimal(l) - &decimal(r), decimal(l - r));
        prop_assert_eq!(decimal(l).cmp(&decimal(r)), left.cmp(&right));
        prop_assert_eq!(decimal(l).is_integer(), l % 10_i128.pow(u32::try_from(scale).unwrap()) == 0);
        prop_assert_eq!(decimal(l).is_negative(), left < 0);
    }

    #[test]
    fn nothing_makes_reading_panic(field in "[a-z]{1,7}", index in 0..7_usize, value in prop_oneof![
        any::<f64>().prop_map(Value::from), any::<String>().prop_map(Value::from), Just(json!([])), Just(json!({})), Just(Value::Null),
    ]) {
        for field in [field.as_str(), "type", "pubkey", "ulid", "sig", "bank", "limit", "amount", "records", "seen", "hash"] {
            let _ = Document::read(with(index, field, Some(value.clone())));
        }
    }
}
