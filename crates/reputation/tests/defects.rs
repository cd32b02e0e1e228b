//! What the published package gets wrong, one test each: that it does not happen here. Those that need the log or the service are with
//! their tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::float_cmp, reason = "the very same double is what is meant")]

use std::{env, process::Command};

use barter_reputation::{
    key::{FileProblem, PublicKey, SecretKey, Signature},
    score::{Counts, Record, Score, Settings, federated_penalty},
    verify::{Signed, Verifier},
    wire::{
        AttestationEnvelope, Dispute, DisputeClaim, DisputeFields, DisputeForm, Domain, Error, Fraction, Number,
        OutcomeJson, Price, ProofOfMisbehavior, SlashAttestation, time,
    },
};
use serde_json::json;

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
const DOLLAR: u128 = 1_000_000;

fn score(record: &Record) -> Score {
    Score::of(record, &Settings::default(), NOW)
}

fn dispute(reason: &str, form: DisputeForm, evidence: &str) -> Result<Dispute, Error> {
    let fields = DisputeFields {
        dispute_id: "d1".to_owned(),
        invocation_id: "inv_1".to_owned(),
        provider_hub: "https://p.example".to_owned(),
        consumer_hub: "https://c.example".to_owned(),
        reason: reason.to_owned(),
        requested_slash: Fraction::from_ppm("requested_slash_ppm", 100_000).unwrap(),
        timestamp: NOW,
        evidence: evidence.to_owned(),
    };
    Dispute::new(form, fields)
}

/// Its canonical strings join fields by `|` and let a reason hold one; its reader takes the last of two fields of a name. So a consumer's
/// own dispute could be made to name another provider.
#[test]
fn a_reason_forges_no_field() {
    let forged = dispute("late|provider_hub:https://victim.example", DisputeForm::Published, "{}");
    let found = "late|provider_hub:https://victim.example".to_owned();
    assert_eq!(forged, Err(Error::Separator { field: "reason", found }));
    let signed = "dispute_id:d1|invocation_id:inv_1|provider_hub:https://p.example|consumer_hub:https://c.example\
                  |reason:late|provider_hub:https://victim.example|requested_slash_pct:0.1|timestamp:2026-01-02T03:05:05Z";
    let pom = ProofOfMisbehavior {
        dispute_canonical: signed.to_owned(),
        complainant_pubkey_b64: String::new(),
        signature_b64: String::new(),
    };
    assert!(DisputeClaim::parse(signed).is_err());
    assert!(pom.claim("d1", "https://victim.example").is_err());
    assert!(pom.claim("d1", "https://p.example").is_err());
}

/// It signs a dispute without its evidence, which anybody on the way can replace.
#[test]
fn evidence_is_covered_in_our_form() {
    let domain = Domain { chain_id: 1, bond: alloy_primitives::Address::ZERO };
    let ours = DisputeForm::Bound { domain, wallet: alloy_primitives::Address::ZERO };
    let [one, other] = ["de", "fr"].map(|evidence| dispute("late", ours, evidence).unwrap().signed_bytes());
    assert_ne!(one, other);
}

/// It reads `2026-01-02T03:04:05Z` as the machine's local time.
#[test]
fn times_are_utc_whatever_the_zone() {
    const CHILD: &str = "BARTER_TEST_ZONE_CHILD";
    let seconds = time::parse("timestamp", "2026-01-02T03:04:05Z");
    assert_eq!((seconds, time::write(1_767_323_045)), (Ok(1_767_323_045), "2026-01-02T03:04:05Z".to_owned()));
    if env::var_os(CHILD).is_some() {
        return;
    }
    for zone in ["UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"] {
        let mut child = Command::new(env::current_exe().unwrap());
        let output =
            child.args(["--exact", "times_are_utc_whatever_the_zone"]).env("TZ", zone).env(CHILD, "1").output();
        assert!(String::from_utf8_lossy(&output.unwrap().stdout).contains("1 passed"), "{zone}");
    }
}

/// A time that it cannot read is 1970 to it, so the outcome is stored and never counts.
#[test]
fn a_time_that_cannot_be_read_is_refused() {
    assert!(matches!(time::parse("timestamp", "2026-01-02T03:04:05+01:00"), Err(Error::BadTime { .. })));
}

/// Python's reader of JSON takes `NaN` and `1e999`, and what it signs is then `nan` or `inf`.
#[test]
fn numbers_that_are_none_are_refused() {
    for number in ["NaN", "Infinity", "-Infinity", "1e999"] {
        let text = format!("{{\"price_usd\": {number}}}");
        assert!(serde_json::from_str::<OutcomeJson>(&text).is_err(), "{number}");
    }
    assert!(Price::from_number(Number::Float(f64::NAN)).is_err());
    assert!(Price::from_number(Number::Float(f64::INFINITY)).is_err());
    assert!(Fraction::from_number("quality_score", Number::Float(f64::NAN)).is_err());
}

/// It takes prices below nothing and qualities over everything.
#[test]
fn numbers_outside_their_range_are_refused() {
    assert!(Price::from_number(Number::Float(-0.4)).is_err());
    assert!(Fraction::from_number("quality_score", Number::Float(9.0)).is_err());
}

/// It lets a hub vouch for itself.
#[test]
fn nobody_vouches_for_itself() {
    let shape = json!({
        "invocation_id": "inv_1", "provider_hub": "https://P.example/", "consumer_hub": "https://p.example",
        "status": "success", "price_usd": 0.4, "latency_ms": 1, "quality_score": 1.0,
        "timestamp": "2026-01-02T03:04:05Z", "signature": "A".repeat(86),
    });
    let read = serde_json::from_value::<OutcomeJson>(shape).unwrap().read();
    assert_eq!(read.unwrap_err().code(), "provider_is_consumer");
}

/// Its receipts could not be checked once a browser had made `1` of `1.0`: what is a different text is a different number here.
#[test]
fn how_a_number_was_written_is_kept() {
    let [integer, float] = ["1", "1.0"].map(|text| Price::from_number(serde_json::from_str(text).unwrap()).unwrap());
    assert_eq!(integer.units(), float.units());
    assert_ne!(integer, float);
    assert_eq!([integer.number().python(), float.number().python()], ["1", "1.0"]);
}

/// It once took the all-zero signature of the identity for anybody's.
#[test]
fn nobody_signs_under_a_key_of_small_order() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    let key = PublicKey::from_unchecked(identity);
    let signed = Signed { key: &key, message: b"anything", signature: &Signature::new(signature) };
    assert!(!Verifier::new().verify(signed));
    assert_eq!(Verifier::new().verify_batch(&[signed, signed]), [false, false]);
    assert_eq!(key.checked().unwrap_err().code(), "key_small_order");
}

/// It compares signatures by their text to know a replay, and keys to count issuers and authorities.
#[test]
fn one_signature_and_one_key_however_they_are_written() {
    let key = SecretKey::from_seed(&[3; 32]);
    let respelled = |text: String| text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned();
    let (public, signature) = (key.public(), key.sign(b"outcome"));
    assert_eq!(Signature::parse(&respelled(signature.to_string())), Ok(signature));
    assert_eq!(PublicKey::parse(&respelled(public.to_string())), Ok(public));
    assert_ne!(respelled(signature.to_string()), signature.to_string());

    let attestation = SlashAttestation {
        issuer_hub: "https://one.example".to_owned(),
        provider_hub: "https://p.example".to_owned(),
        slashed_usd: 100.0,
        dispute_id: "d1".to_owned(),
        seq: 1,
        timestamp: NOW,
    };
    let envelope = |issuer_pubkey_b64| AttestationEnvelope {
        issuer_hub: attestation.issuer_hub.clone(),
        provider_hub: attestation.provider_hub.clone(),
        slashed_usd: Number::Float(100.0),
        dispute_id: "d1".to_owned(),
        reason: String::new(),
        seq: 1,
        timestamp: Number::Integer(NOW),
        pom: None,
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64,
        signature_b64: key.sign(&attestation.signed_bytes()).to_string(),
    };
    let issuers = [public.to_string(), respelled(public.to_string())]
        .map(|text| envelope(text).judge(&Verifier::new()).unwrap().issuer_key);
    assert_eq!(issuers[0], issuers[1]);
}

/// It writes its key and then closes it to others, over whatever was there.
#[test]
fn a_key_file_is_private_from_the_start_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    SecretKey::from_seed(&[1; 32]).write(&path).unwrap();
    let error = SecretKey::from_seed(&[2; 32]).write(&path).unwrap_err();
    assert!(matches!(error.problem, FileProblem::Exists));
    assert_eq!(SecretKey::read(&path).unwrap().public(), SecretKey::from_seed(&[1; 32]).public());
}

/// Half of what nobody reported are successes to it.
#[test]
fn no_outcomes_are_no_success() {
    assert_eq!(score(&Record::default()).success_rate, 0.0);
}

/// Its rate counts disputed outcomes as failures, so filing a dispute lowers it.
#[test]
fn a_disputed_outcome_is_no_failure() {
    let counts = Counts { success: 9, disputed: 1, ..Counts::default() };
    assert_eq!(score(&Record { counts, ..Record::default() }).success_rate, 1.0);
}

/// Its HTTP score takes a hundred dollars of bond for granted, or ten times the highest price anybody reported.
#[test]
fn a_bond_is_what_is_bonded() {
    let counts = Counts { success: 1, ..Counts::default() };
    let dear = Record { volume_units: 1_000_000 * DOLLAR, counts, ..Record::default() };
    assert_eq!(score(&dear).bond_factor, 0.0);
}

/// Its HTTP score does not know bonds, disputes or slashes.
#[test]
fn bonds_disputes_and_slashes_move_the_score() {
    let record = Record {
        first_outcome_at: Some(NOW - 365 * DAY),
        bond_units: 100 * DOLLAR,
        ever_bonded_units: 100 * DOLLAR,
        ..Record::default()
    };
    let before = score(&record).score;
    assert!(score(&Record { bond_units: 1_000 * DOLLAR, ..record }).score > before);
    assert!(score(&Record { upheld_disputes: 1, ..record }).score < before);
    assert!(score(&Record { ever_slashed_units: DOLLAR, ..record }).score < before);
    assert!(score(&Record { strong_issuers: 1, ..record }).score < before);
}

/// Its volume factor is −0.4 for a provider that sold nothing.
#[test]
fn no_volume_takes_nothing_off() {
    assert_eq!(score(&Record::default()).volume_factor, 0.0);
    assert_eq!(score(&Record { volume_units: 10_000, ..Record::default() }).volume_factor, 0.0);
}

/// It counts a hub's age from when it was last crawled.
#[test]
fn nothing_resets_age() {
    let record = Record { first_outcome_at: Some(NOW - 365 * DAY), ..Record::default() };
    assert_eq!(score(&record).age_factor, 1.0);
    assert_eq!(score(&Record { first_bonded_at: Some(NOW), ..record }).age_factor, 1.0);
}

/// It divides what was slashed by a bond that a top-up grows and a withdrawal forgets.
#[test]
fn a_withdrawal_forgets_no_slash() {
    let slashed = Record {
        bond_units: 90 * DOLLAR,
        ever_bonded_units: 100 * DOLLAR,
        ever_slashed_units: 10 * DOLLAR,
        ..Record::default()
    };
    assert_eq!(score(&slashed).slash_ratio, 0.1);
    assert_eq!(score(&Record { bond_units: 0, ..slashed }).slash_ratio, 0.1);
}

/// A lone issuer without proof moves nothing; that was once otherwise.
#[test]
fn one_hubs_mood_is_no_evidence() {
    assert_eq!(federated_penalty(0, 1), 0.0);
    assert_eq!(federated_penalty(1, 1), 0.5);
}
