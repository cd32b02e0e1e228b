//! One answer, however a signature is checked: singly or in a batch, under a key met for the first time or for the hundredth.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use barter_reputation::{
    key::{PublicKey, SecretKey, Signature},
    verify::{MAX_KNOWN_KEYS, Signed, Verifier},
};
use ed25519_dalek::VerifyingKey;
use proptest::prelude::*;
use wire_signatures::{Case, cases};

mod wire_signatures;

/// Uses of a key after which it surely has a table.
const MANY: usize = 150;

fn signed(case: &Case) -> Signed<'_> {
    Signed { key: &case.key, message: &case.message, signature: &case.signature }
}

/// `ed25519-dalek`'s strict check, which has the same rules.
fn strict(case: &Case) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(case.signature.as_bytes());
    VerifyingKey::from_bytes(case.key.as_bytes()).is_ok_and(|key| key.verify_strict(&case.message, &signature).is_ok())
}

fn check(cases: &[Case], verifier: &Verifier) {
    let batch: Vec<_> = cases.iter().map(signed).collect();
    for (case, in_batch) in cases.iter().zip(verifier.verify_batch(&batch)) {
        assert_eq!(in_batch, case.good, "in a batch: {case:?}");
        assert_eq!(verifier.verify(signed(case)), case.good, "singly: {case:?}");
        assert_eq!(strict(case), case.good, "ed25519-dalek: {case:?}");
    }
}

#[test]
fn every_kind_met_for_the_first_time() {
    for seed in 0..20 {
        check(&cases(seed), &Verifier::new());
    }
}

#[test]
fn every_kind_under_a_key_with_a_table() {
    let cases = cases(7);
    let verifier = Verifier::new();
    for case in &cases {
        for _ in 0..MANY {
            verifier.verify(signed(case));
        }
    }
    check(&cases, &verifier);
}

#[test]
fn a_batch_of_nothing() {
    assert_eq!(Verifier::new().verify_batch(&[]), Vec::<bool>::new());
}

#[test]
fn many_keys_make_room_for_each_other() {
    let verifier = Verifier::new();
    let keys: Vec<_> = (0..=MAX_KNOWN_KEYS * 2)
        .map(|number| {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&number.to_be_bytes());
            SecretKey::from_seed(&seed)
        })
        .collect();
    for _ in 0..2 {
        for key in &keys {
            let (public, signature) = (key.public(), key.sign(b"outcome"));
            assert!(verifier.verify(Signed { key: &public, message: b"outcome", signature: &signature }));
        }
    }
    assert_eq!(format!("{verifier:?}"), format!("Verifier {{ known_keys: {MAX_KNOWN_KEYS} }}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The answers of a batch do not depend on what else is in it, or on its order.
    #[test]
    fn a_batch_answers_for_each(seeds in proptest::collection::vec(any::<u32>(), 1..3), order in any::<prop::sample::Index>(), taken in 1_usize..200) {
        let mut all: Vec<_> = seeds.iter().flat_map(|seed| cases(u64::from(*seed))).collect();
        let middle = order.index(all.len());
        all.rotate_left(middle);
        all.truncate(taken);
        check(&all, &Verifier::new());
    }

    #[test]
    fn any_bytes(key in any::<[u8; 32]>(), half in any::<[[u8; 32]; 2]>(), message in any::<Vec<u8>>()) {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&half[0]);
        bytes[32..].copy_from_slice(&half[1]);
        let case = Case { name: "noise", key: PublicKey::from_unchecked(key), message, signature: Signature::new(bytes), good: false };
        check(&[case], &Verifier::new());
    }

    #[test]
    fn what_is_signed_verifies(seed in any::<[u8; 32]>(), message in any::<Vec<u8>>()) {
        let key = SecretKey::from_seed(&seed);
        let case = Case { name: "signed", key: key.public(), signature: key.sign(&message), message, good: true };
        check(&[case], &Verifier::new());
    }
}
