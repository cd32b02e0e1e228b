//! What the oracle takes, what it refuses, and what is at the place it is given (`place`); the published package's defects by name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod place;

use alloy_primitives::{Address, B256};
use barter_reputation::{
    chain::BondReading,
    key::{PublicKey, Signature},
    oracle::{
        Ending, Error, Filed, Ingested, MAX_BATCH, MAX_CLOCK_DIFFERENCE, Oracle, Refusal, Resolution, Verdict, Worth,
    },
    wire::{
        AttestationEnvelope, Dispute, DisputeFields, DisputeForm, Form, Fraction, Number, OutcomeFields, SignedDispute,
        SignedOutcome,
    },
};
use common::{DOMAIN, NOW, Place, fields, secret, sign};

const PROVIDER: &str = "https://p.example";
const CONSUMER: &str = "https://c.example";

/// An oracle that knows one consumer, whose key is number 1.
fn oracle(place: &Place) -> Oracle {
    let oracle = place.oracle();
    oracle.register_consumer(CONSUMER, secret(1).public(), NOW).unwrap().unwrap();
    oracle
}

fn said(form: Form, call: &str) -> SignedOutcome {
    sign(form, fields(PROVIDER, CONSUMER, call, NOW), &secret(1))
}

fn record(oracle: &Oracle, signed: SignedOutcome) -> Verdict {
    oracle.record(vec![signed], NOW).unwrap().remove(0)
}

fn record_of(oracle: &Oracle) -> barter_reputation::score::Record {
    oracle.score(PROVIDER, NOW, &BondReading::default()).unwrap().unwrap().record
}

fn dispute(id: &str, call: &str, key: u8) -> SignedDispute {
    dispute_in(DisputeForm::Published, id, call, key)
}

/// In our form, to pay this wallet.
fn paid(wallet: u8, id: &str, call: &str) -> SignedDispute {
    dispute_in(DisputeForm::Bound { domain: DOMAIN, wallet: Address::with_last_byte(wallet) }, id, call, 1)
}

fn dispute_in(form: DisputeForm, id: &str, call: &str, key: u8) -> SignedDispute {
    let fields = DisputeFields {
        dispute_id: id.to_owned(),
        invocation_id: call.to_owned(),
        provider_hub: PROVIDER.to_owned(),
        consumer_hub: CONSUMER.to_owned(),
        reason: "Returned the wrong language".to_owned(),
        requested_slash: Fraction::from_ppm("slash", 100_000).unwrap(),
        timestamp: NOW,
        evidence: r#"{"expected":"fr"}"#.to_owned(),
    };
    let dispute = Dispute::new(form, fields).unwrap();
    let key = secret(key);
    SignedDispute { signature: key.sign(&dispute.signed_bytes()), dispute, consumer_key: key.public() }
}

fn envelope(provider: &str, seq: u64) -> AttestationEnvelope {
    AttestationEnvelope {
        issuer_hub: "https://hub.example".to_owned(),
        provider_hub: provider.to_owned(),
        slashed_usd: Number::Float(100.0),
        dispute_id: "d1".to_owned(),
        reason: "upheld".to_owned(),
        seq,
        timestamp: Number::Float(1_767_323_105.9),
        pom: None,
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64: secret(8).public().to_string(),
        signature_b64: String::new(),
    }
}

// ------------------------------------------------------------------------------------------------ outcomes

#[test]
fn times_are_within_a_day() {
    for place in Place::all() {
        let oracle = oracle(&place);
        for (timestamp, is_taken) in [
            (NOW - MAX_CLOCK_DIFFERENCE - 1, false),
            (NOW - MAX_CLOCK_DIFFERENCE, true),
            (NOW + MAX_CLOCK_DIFFERENCE, true),
            (NOW + MAX_CLOCK_DIFFERENCE + 1, false),
        ] {
            let signed =
                sign(Form::Bound(DOMAIN), fields(PROVIDER, CONSUMER, &timestamp.to_string(), timestamp), &secret(1));
            let verdict = record(&oracle, signed);
            let expected = Verdict::Rejected(Refusal::WrongTime { found: timestamp, now: NOW });
            assert_eq!(matches!(verdict, Verdict::Recorded { .. }), is_taken);
            assert!(is_taken || verdict == expected, "{verdict:?}");
        }
    }
}

#[test]
fn a_window_ends_to_the_second() {
    for place in Place::all() {
        let oracle = oracle(&place);
        for call in 0..3 {
            let at = NOW - 10 + call;
            let signed = sign(Form::Bound(DOMAIN), fields(PROVIDER, CONSUMER, &call.to_string(), at), &secret(1));
            assert!(matches!(record(&oracle, signed), Verdict::Recorded { .. }));
        }
        // Of a window of a day; also with what was remembered of a later time.
        for round in 0..2 {
            for (later, counted) in [(0, 3), (86_389, 3), (86_390, 2), (86_391, 1), (86_392, 0), (200_000, 0)] {
                let scored = oracle.score(PROVIDER, NOW + later, &BondReading::default()).unwrap().unwrap();
                assert_eq!(scored.record.counts.total(), counted, "{later} in round {round}");
                assert_eq!((scored.standing.outcomes, scored.record.first_outcome_at), (3, Some(NOW - 10)));
            }
        }
    }
}

#[test]
fn too_many_at_once_are_refused_whole() {
    let place = Place::file();
    let oracle = oracle(&place);
    let outcomes = vec![said(Form::Published, "call"); MAX_BATCH + 1];
    let error = oracle.record(outcomes, NOW).unwrap_err();
    assert!(matches!(error, Error::TooMany { maximum: MAX_BATCH, .. }) && error.code() == "too_many", "{error:?}");
    assert_eq!(oracle.tree_head().unwrap().0, 0);
    assert!(oracle.record(Vec::new(), NOW).unwrap().is_empty());
}

#[test]
fn keys_that_are_none_are_not_registered() {
    let place = Place::file();
    let oracle = place.oracle();
    let mut small = [0; 32];
    small[0] = 1;
    let refused = oracle.register_consumer("c", PublicKey::from_unchecked(small), NOW).unwrap().unwrap_err();
    assert_eq!(refused.code(), "key_small_order");
    for (hub, code) in [("", "empty_field"), ("a\0b", "nul_in_field"), (&"x".repeat(257), "field_too_long")] {
        let refused = oracle.register_consumer(hub, secret(1).public(), NOW).unwrap().unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(oracle.register_provider(hub, Address::ZERO, NOW).unwrap().unwrap_err().code(), code);
    }
    // A bond is behind a hub's URL; what has none would be registered in vain.
    for hub in ["p.example", "not a url", "https://user@p.example", "ftp://p.example"] {
        let refused = oracle.register_provider(hub, Address::ZERO, NOW).unwrap().unwrap_err();
        assert_eq!(refused.code(), "invalid_hub", "{hub}");
    }
    assert!(oracle.consumers(0, 10).unwrap().is_empty() && oracle.wallets().unwrap().is_empty());
}

#[test]
fn a_key_is_one_consumers_for_ever() {
    for place in Place::all() {
        let oracle = oracle(&place);
        oracle.replace_consumer(CONSUMER, secret(2).public(), NOW).unwrap().unwrap();
        for key in [1, 2] {
            let refused = oracle.register_consumer("another", secret(key).public(), NOW).unwrap().unwrap_err();
            assert_eq!(refused, Refusal::KeyTaken { hub: CONSUMER.to_owned() });
        }
        assert_eq!(oracle.registered_consumer("HTTPS://C.example/").unwrap(), Some(secret(2).public()));
        // One it once had is another again; replacing it has to be said, and what is refused changes nothing.
        let refused = oracle.register_consumer("HTTPS://c.example", secret(1).public(), NOW).unwrap().unwrap_err();
        let registered = secret(2).public();
        assert_eq!(refused, Refusal::OtherKeyRegistered { hub: "HTTPS://c.example".to_owned(), registered });
        assert_eq!(oracle.registered_consumer(CONSUMER).unwrap(), Some(registered));
        assert_eq!(oracle.register_consumer(CONSUMER, registered, NOW).unwrap(), Ok(false));
        assert_eq!(oracle.replace_consumer(CONSUMER, secret(1).public(), NOW + 1).unwrap(), Ok(true));
        let keys: Vec<_> = oracle.consumers(0, 10).unwrap().into_iter().map(|key| (key.number, key.key)).collect();
        assert_eq!(keys, [(1, secret(1).public()), (2, secret(2).public()), (3, secret(1).public())]);
        assert_eq!(oracle.consumers(1, 1).unwrap()[0].number, 2);
    }
}

#[test]
fn wallets_are_only_ever_added() {
    for place in Place::all() {
        let oracle = place.oracle();
        let wallets = [Address::repeat_byte(2), Address::repeat_byte(1)];
        for (wallet, is_new) in [(wallets[0], true), (wallets[1], true), (wallets[0], false)] {
            assert_eq!(oracle.register_provider("https://P.example/", wallet, NOW).unwrap(), Ok(is_new));
        }
        oracle.register_provider("https://q.example", wallets[0], NOW).unwrap().unwrap();
        assert_eq!(oracle.wallets_of(PROVIDER).unwrap(), wallets);
        assert_eq!(oracle.wallets().unwrap(), [wallets[1], wallets[0]]);
        // Known without an outcome.
        let scored = oracle.score(PROVIDER, NOW, &BondReading::default()).unwrap().unwrap();
        assert_eq!((scored.standing.outcomes, scored.record.first_outcome_at), (0, None));
        assert!(oracle.score("https://r.example", NOW, &BondReading::default()).unwrap().is_none());
        assert!(oracle.outcomes("https://r.example", 0, 1).unwrap().is_none());
    }
}

// ------------------------------------------------------------------------------------------------ the package's defects

/// Defect: `record_outcome` takes one invocation as often as it is told; a replay is known by the text of its signature only.
#[test]
fn a_call_counts_once_however_its_signature_is_written() {
    for place in Place::all() {
        let oracle = oracle(&place);
        for (index, form) in [(0, Form::Published), (1, Form::Event)] {
            let signed = said(form, "inv_1");
            assert_eq!(record(&oracle, signed.clone()), Verdict::Recorded { index });
            let text = signed.signature.to_string();
            let unpadded = text.trim_end_matches('=').to_owned();
            for spelling in [text.clone(), unpadded.clone(), text.replace('+', "-").replace('/', "_")] {
                let again = SignedOutcome { signature: Signature::parse(&spelling).unwrap(), ..signed.clone() };
                assert_eq!(record(&oracle, again), Verdict::Replayed { index });
            }
        }
        assert_eq!(record_of(&oracle).counts.total(), 2);
        // In one batch, and of the same call in another form.
        let twice = vec![
            said(Form::Bound(DOMAIN), "inv_2"),
            said(Form::Bound(DOMAIN), "inv_2"),
            said(Form::Published, "inv_2"),
        ];
        let verdicts = oracle.record(twice, NOW).unwrap();
        let taken = Verdict::Rejected(Refusal::CallTaken { index: 2 });
        assert_eq!(verdicts, [Verdict::Recorded { index: 2 }, Verdict::Replayed { index: 2 }, taken]);
    }
}

/// Defect: who passes an event on may write another consumer or capability to it, which are not signed, and it counts again.
#[test]
fn an_event_counts_once_whoever_passes_it_on() {
    for place in Place::all() {
        let oracle = oracle(&place);
        oracle.register_consumer("another", secret(2).public(), NOW).unwrap().unwrap();
        let signed = said(Form::Event, "");
        assert_eq!(record(&oracle, signed.clone()), Verdict::Recorded { index: 0 });
        for (consumer, capability) in [("https://C.EXAMPLE/", "x"), (CONSUMER, "y"), ("another", "z")] {
            let mut fields = signed.outcome.fields().clone();
            fields.consumer_hub = consumer.to_owned();
            fields.capability_id = capability.to_owned();
            let outcome = barter_reputation::wire::Outcome::new(Form::Event, fields).unwrap();
            let verdict = record(&oracle, SignedOutcome { outcome, signature: signed.signature });
            assert!(!matches!(verdict, Verdict::Recorded { .. }), "{verdict:?}");
        }
        assert_eq!(record_of(&oracle).counts.total(), 1);
    }
}

/// Defect: `total_outcomes` ends at a hundred, and success without an outcome is 0.5.
#[test]
fn outcomes_are_counted_to_the_last() {
    let place = Place::file();
    let oracle = oracle(&place);
    oracle.register_provider(PROVIDER, Address::ZERO, NOW).unwrap().unwrap();
    let score = |oracle: &Oracle| oracle.score(PROVIDER, NOW, &BondReading::default()).unwrap().unwrap();
    assert!(score(&oracle).score.success_rate.abs() < f64::EPSILON);
    oracle.record((0..250).map(|call| said(Form::Bound(DOMAIN), &call.to_string())).collect(), NOW).unwrap();
    assert_eq!((score(&oracle).standing.outcomes, score(&oracle).record.counts.total()), (250, 250));
}

/// Defect: disputes are taken from any fresh key, about calls nobody has heard of.
#[test]
fn a_dispute_is_of_a_known_consumer_about_its_own_outcome() {
    for place in Place::all() {
        let oracle = oracle(&place);
        let file = |dispute| oracle.file_dispute(dispute, NOW).unwrap();
        assert_eq!(file(dispute("d1", "inv_1", 1)).unwrap_err().code(), "no_outcome");
        record(&oracle, said(Form::Published, "inv_1"));
        assert_eq!(file(dispute("d1", "inv_1", 7)).unwrap_err().code(), "other_key");
        let mut forged = dispute("d1", "inv_1", 7);
        forged.consumer_key = secret(1).public();
        assert_eq!(file(forged).unwrap_err().code(), "wrong_signature");
        assert_eq!(file(dispute("d1", "inv_1", 1)), Ok(Filed::New));
        assert_eq!(file(dispute("d1", "inv_1", 1)), Ok(Filed::Replayed));
        let late = oracle.file_dispute(dispute("d1", "inv_1", 1), NOW + 200_000).unwrap();
        assert_eq!(late, Ok(Filed::Replayed));
        assert_eq!(
            oracle.file_dispute(dispute("d9", "inv_1", 1), NOW + 200_000).unwrap().unwrap_err().code(),
            "wrong_time"
        );
        let again = file(dispute("d2", "inv_1", 1)).unwrap_err();
        assert_eq!(again, Refusal::AlreadyDisputed { dispute_id: "d1".to_owned() });
        record(&oracle, said(Form::Published, "inv_2"));
        assert_eq!(file(dispute("d1", "inv_2", 1)).unwrap_err().code(), "dispute_id_taken");
        assert_eq!(oracle.dispute("d2").unwrap(), None);
        assert_eq!(oracle.dispute("d\0").unwrap(), None);
    }
}

#[test]
fn what_is_on_record_is_replayed_whatever_its_date_and_whoevers_turn_it_is_to_sign() {
    const LATER: u64 = NOW + MAX_CLOCK_DIFFERENCE + 1;
    for place in Place::all() {
        let oracle = oracle(&place);
        let all = [Form::Published, Form::Event, Form::Bound(DOMAIN)].map(|form| said(form, &format!("{form:?}")));
        oracle.record(all.to_vec(), NOW).unwrap();
        let replayed: Vec<_> = (0..3).map(|index| Verdict::Replayed { index }).collect();
        assert_eq!(oracle.record(all.to_vec(), LATER).unwrap(), replayed);
        // Another key signs now; what the one before had signed is as it was.
        oracle.replace_consumer(CONSUMER, secret(2).public(), NOW).unwrap().unwrap();
        assert_eq!(oracle.record(all.to_vec(), NOW).unwrap(), replayed);
        // Not on record: of another signature, or of another text.
        let refused = |signed, now| match oracle.record(vec![signed], now).unwrap().remove(0) {
            Verdict::Rejected(refusal) => refusal.code(),
            verdict => panic!("{verdict:?}"),
        };
        let mut other = all[0].clone();
        other.signature = secret(2).sign(b"something else");
        assert_eq!((refused(other.clone(), NOW), refused(other, LATER)), ("wrong_signature", "wrong_time"));
        assert_eq!(refused(said(Form::Published, "new"), LATER), "wrong_time");
        assert_eq!(oracle.tree_head().unwrap().0, 3);
    }
}

#[test]
fn a_dispute_is_filed_in_both_forms_and_pays_the_wallet_of_ours() {
    for place in Place::all() {
        let oracle = oracle(&place);
        for call in ["inv_1", "inv_2", "inv_3"] {
            record(&oracle, said(Form::Published, call));
        }
        let file = |dispute| oracle.file_dispute(dispute, NOW).unwrap().map_err(|refusal| refusal.code());
        let stored = |id| oracle.dispute(id).unwrap().unwrap();
        // In either order: ours is the dispute, and the other one its proof.
        let orders = [
            ("inv_1", [dispute("inv_1", "inv_1", 1), paid(5, "inv_1", "inv_1")]),
            ("inv_2", [paid(5, "inv_2", "inv_2"), dispute("inv_2", "inv_2", 1)]),
        ];
        for (call, [first, second]) in orders {
            assert_eq!(file(first.clone()), Ok(Filed::New));
            assert_eq!((stored(call).signed, stored(call).published), (first.clone(), None));
            let later = oracle.file_dispute(second.clone(), NOW + 5).unwrap();
            assert_eq!(later, Ok(Filed::New));
            let expected = (paid(5, call, call), Some(dispute(call, call, 1).proof()), NOW);
            assert_eq!((stored(call).signed, stored(call).published, stored(call).filed_at), expected);
            for again in [first, second] {
                assert_eq!(file(again), Ok(Filed::Replayed));
            }
            // Neither is replaced: no other wallet is paid.
            assert_eq!(file(paid(6, call, call)), Err("dispute_id_taken"));
            assert_eq!(file(paid(6, "x", call)), Err("already_disputed"));
        }
        // The id of another outcome's.
        assert_eq!(file(dispute("inv_3", "inv_3", 1)), Ok(Filed::New));
        assert_eq!(file(dispute("y", "inv_3", 1)), Err("already_disputed"));
        assert_eq!(file(paid(5, "inv_3", "inv_1")), Err("dispute_id_taken"));
        assert_eq!(file(paid(5, "inv_3", "inv_4")), Err("dispute_id_taken"));
        // What has ended stays as it was.
        let resolution =
            Resolution { on_chain: B256::ZERO, slash_ppm: 0, slashed_units: 0, ending: Ending::Void, resolved_at: NOW };
        oracle.resolve("inv_3", resolution, |_, _| None).unwrap().unwrap();
        assert_eq!(file(paid(5, "inv_3", "inv_3")), Err("dispute_id_taken"));
        // One that names no wallet keeps none out that does, whoever passed it on and under whatever id.
        assert_eq!(file(paid(5, "z", "inv_3")), Ok(Filed::New));
        let before = ["inv_1", "inv_2", "inv_3"].map(stored);
        drop(oracle);
        let oracle = place.oracle();
        assert_eq!(["inv_1", "inv_2", "inv_3"].map(|id| oracle.dispute(id).unwrap().unwrap()), before);
    }
}

/// Defect: the oldest dispute of all makes room for the newest, whoever files it.
#[test]
fn no_dispute_makes_room_for_another() {
    let place = Place::file();
    let oracle = oracle(&place);
    let calls: Vec<_> = (0..40).map(|call| format!("inv_{call}")).collect();
    oracle.record(calls.iter().map(|call| said(Form::Published, call)).collect(), NOW).unwrap();
    for call in &calls {
        assert_eq!(oracle.file_dispute(dispute(call, call, 1), NOW).unwrap(), Ok(Filed::New));
    }
    for (index, call) in (0..).zip(&calls) {
        let stored = oracle.dispute(call).unwrap().unwrap();
        assert_eq!((stored.signed, stored.outcome, stored.resolution), (dispute(call, call, 1), index, None));
    }
}

/// Defects: a dispute can be resolved again and again, slashing each time; one that was filed counts as one that was upheld.
#[test]
fn a_dispute_ends_once_and_filing_one_costs_nothing() {
    for place in Place::all() {
        let oracle = oracle(&place);
        record(&oracle, said(Form::Published, "inv_1"));
        record(&oracle, said(Form::Published, "inv_2"));
        let before = oracle.score(PROVIDER, NOW, &BondReading::default()).unwrap().unwrap().score;
        for call in ["inv_1", "inv_2"] {
            oracle.file_dispute(dispute(call, call, 1), NOW).unwrap().unwrap();
        }
        assert_eq!(oracle.score(PROVIDER, NOW, &BondReading::default()).unwrap().unwrap().score, before);

        let resolution = Resolution {
            on_chain: B256::repeat_byte(3),
            slash_ppm: 50_000,
            slashed_units: u128::from(u64::MAX) + 5,
            ending: Ending::Upheld,
            resolved_at: NOW,
        };
        let resolve = |id: &str, resolution| {
            oracle.resolve(id, resolution, |dispute, seq| {
                Some(envelope(&dispute.signed.dispute.fields().provider_hub, seq))
            })
        };
        assert_eq!(resolve("none", resolution).unwrap().unwrap_err().code(), "unknown_dispute");
        let first = resolve("inv_1", resolution).unwrap().unwrap();
        assert_eq!(first.dispute.resolution, Some(resolution));
        assert_eq!((first.dispute.attestation, &first.attestation), (Some(1), &Some(envelope(PROVIDER, 1))));
        // The same again, at whatever time: the first answer.
        assert_eq!(resolve("inv_1", Resolution { resolved_at: NOW + 9, ..resolution }).unwrap().unwrap(), first);
        let other = resolve("inv_1", Resolution { slash_ppm: 60_000, ..resolution }).unwrap();
        assert_eq!(other.unwrap_err().code(), "ended_otherwise");
        // Nothing was taken: there is nothing to attest.
        let dismissed = Resolution { slashed_units: 0, slash_ppm: 0, ending: Ending::Dismissed, ..resolution };
        let second = resolve("inv_2", dismissed).unwrap().unwrap();
        assert_eq!((second.dispute.attestation, second.attestation), (None, None));
        assert_eq!(oracle.attestations(Some(0), 10).unwrap(), [envelope(PROVIDER, 1)]);
        assert_eq!(oracle.attestations(None, 10).unwrap(), [envelope(PROVIDER, 1)]);
        assert!(oracle.attestations(Some(1), 10).unwrap().is_empty());
        drop(oracle);
        let stored = place.oracle().dispute("inv_1").unwrap().unwrap();
        assert_eq!(stored, first.dispute);
    }
}

/// How many issuers a provider has, strong and weak: what its score says, which what is told of its slashes has to say too.
fn issuers(oracle: &Oracle) -> (u64, u64) {
    let record = record_of(oracle);
    let about = oracle.attestations_about(PROVIDER, 0, 10).unwrap();
    assert_eq!((about.strong_issuers, about.weak_issuers), (record.strong_issuers, record.weak_issuers));
    (record.strong_issuers, record.weak_issuers)
}

/// Keeps an attestation of the provider by the hub of a number, with a proof about an outcome or without.
fn ingest(oracle: &Oracle, issuer: u8, seq: u64, outcome: Option<u64>, reason: &str) -> Ingested {
    let reason = reason.to_owned();
    let envelope = AttestationEnvelope { reason, ..envelope("https://P.example/", seq) };
    oracle.ingest(secret(issuer).public(), vec![(envelope, outcome)], NOW).unwrap()[0]
}

#[test]
fn peers_attestations_count_by_issuer_and_the_first_of_a_number_stays() {
    for place in Place::all() {
        let oracle = oracle(&place);
        record(&oracle, said(Form::Published, "inv_1"));
        oracle.pin_peers(&[secret(5).public(), secret(6).public()]).unwrap();
        assert_eq!(issuers(&oracle), (0, 0));
        assert_eq!(ingest(&oracle, 5, 1, None, "first"), Ingested::Stored);
        assert_eq!(issuers(&oracle), (0, 1));
        assert_eq!(ingest(&oracle, 5, 1, Some(0), "second"), Ingested::Known);
        assert_eq!(ingest(&oracle, 6, 1, None, ""), Ingested::Stored);
        assert_eq!(issuers(&oracle), (0, 2));
        assert_eq!(ingest(&oracle, 5, 2, Some(0), ""), Ingested::Stored);
        assert_eq!(issuers(&oracle), (1, 1));
        let about = oracle.attestations_about(PROVIDER, 0, 10).unwrap();
        assert_eq!(
            about.attestations.iter().map(|found| (found.own, found.worth)).collect::<Vec<_>>(),
            [(false, Worth::Weak), (false, Worth::Weak), (false, Worth::Strong)]
        );
        assert_eq!((about.count, about.attestations[0].envelope.reason.as_str()), (3, "first"));
        let page = oracle.attestations_about(PROVIDER, about.attestations[0].number, 1).unwrap();
        assert_eq!((page.count, &page.attestations[..]), (3, &about.attestations[1..2]));
        assert!(oracle.attestations(Some(0), 10).unwrap().is_empty(), "ours are ours alone");
    }
}

/// A peer that was found out, or whose key was stolen.
#[test]
fn a_peer_that_is_none_any_more_does_not_count() {
    for place in Place::all() {
        let oracle = oracle(&place);
        record(&oracle, said(Form::Published, "inv_1"));
        oracle.pin_peers(&[secret(5).public(), secret(6).public()]).unwrap();
        ingest(&oracle, 5, 1, Some(0), "");
        ingest(&oracle, 6, 1, None, "");
        assert_eq!(issuers(&oracle), (1, 1));
        oracle.pin_peers(&[secret(6).public(), secret(7).public()]).unwrap();
        assert_eq!(issuers(&oracle), (0, 1));
        let about = oracle.attestations_about(PROVIDER, 0, 10).unwrap();
        assert_eq!((about.count, about.attestations.len()), (1, 1));
        drop(oracle);
        let oracle = place.oracle();
        assert_eq!(issuers(&oracle), (0, 1));
        oracle.pin_peers(&[]).unwrap();
        assert_eq!(issuers(&oracle), (0, 0));
        // What was said is still there.
        oracle.pin_peers(&[secret(5).public()]).unwrap();
        assert_eq!(issuers(&oracle), (1, 0));
    }
}

/// Disputes are public, with their signatures: a copy of one proves no slash elsewhere once it was ruled on here.
#[test]
fn what_was_ruled_on_here_proves_nothing_elsewhere() {
    for place in Place::all() {
        let oracle = oracle(&place);
        oracle.pin_peers(&[secret(5).public()]).unwrap();
        for (number, (ending, expected)) in
            [(Ending::Dismissed, (0, 1)), (Ending::Void, (0, 1)), (Ending::Upheld, (0, 0))].into_iter().enumerate()
        {
            let call = format!("inv_{number}");
            record(&oracle, said(Form::Published, &call));
            let outcome = oracle.outcome_of(CONSUMER, &secret(1).public(), PROVIDER, &call).unwrap().unwrap();
            oracle.file_dispute(dispute(&call, &call, 1), NOW).unwrap().unwrap();
            let issuer = 5 + u8::try_from(number).unwrap();
            oracle.pin_peers(&[secret(issuer).public()]).unwrap();
            ingest(&oracle, issuer, 1, Some(outcome), "");
            assert_eq!(issuers(&oracle), (1, 0));
            let slashed_units = if ending == Ending::Upheld { 5 } else { 0 };
            let resolution = Resolution {
                on_chain: B256::repeat_byte(3),
                slash_ppm: 50_000,
                slashed_units,
                ending,
                resolved_at: NOW,
            };
            oracle.resolve(&call, resolution, |_, _| None).unwrap().unwrap();
            assert_eq!(issuers(&oracle), expected, "{ending:?}");
        }
    }
}

#[test]
fn an_outcome_on_record_is_of_its_consumer_key_provider_and_call() {
    for place in Place::all() {
        let oracle = oracle(&place);
        record(&oracle, said(Form::Published, "inv_1"));
        oracle.replace_consumer(CONSUMER, secret(2).public(), NOW).unwrap().unwrap();
        for (consumer, key, provider, call, is_there) in [
            ("HTTPS://c.example/", 1, "https://P.example", "inv_1", true),
            (CONSUMER, 2, PROVIDER, "inv_1", true),
            (CONSUMER, 3, PROVIDER, "inv_1", false),
            (CONSUMER, 1, "https://q.example", "inv_1", false),
            (CONSUMER, 1, PROVIDER, "inv_2", false),
            ("nobody", 1, PROVIDER, "inv_1", false),
            ("no\0body", 1, PROVIDER, "inv_1", false),
        ] {
            let found = oracle.outcome_of(consumer, &secret(key).public(), provider, call).unwrap();
            assert_eq!(found, is_there.then_some(0));
        }
    }
}

/// The fields that a domain does not change are the same in every form.
#[test]
fn every_form_comes_back_as_it_was_signed() {
    for place in Place::all() {
        let oracle = oracle(&place);
        let mut all = Vec::new();
        for (number, form) in [Form::Published, Form::Event, Form::Bound(DOMAIN)].into_iter().enumerate() {
            let spelled =
                fields("HTTPS://P.example/", "https://C.EXAMPLE", &format!("inv {number} é"), NOW + number as u64);
            let empty = OutcomeFields { capability_id: String::new(), product_id: String::new(), ..spelled };
            all.push(sign(form, empty, &secret(1)));
        }
        oracle.record(all.clone(), NOW).unwrap();
        let found: Vec<_> = oracle.export().map(|entry| entry.unwrap().signed).collect();
        assert_eq!(found, all);
        assert_eq!(oracle.outcomes(PROVIDER, 0, 10).unwrap().unwrap().entries.len(), 3);
    }
}
