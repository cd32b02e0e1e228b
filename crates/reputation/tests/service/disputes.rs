//! Disputes, from the consumer's signature to the attestation of what the chain took.

use std::time::Duration;

use alloy_primitives::{Address, B256, address, keccak256};
use barter_protocol::bond::dispute_id_of;
use barter_reputation::{
    chain::{Anchor, Bond, Dispute, DisputeStatus},
    verify::Verifier,
    wire::{AttestationEnvelope, DisputeFields, DisputeForm, DisputeJson, Form, Number},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    fake_chain::FakeChain,
    support::{
        CHAIN_ID, CONSUMER, Fixture, OWN_HUB, PROVIDER, Setup, WALLET, code, dispute, dispute_fields, dispute_paying,
        fields, key, outcome, sign, sign_dispute, start, start_with,
    },
};

/// The wallet of the consumer.
const PAID: Address = address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");
/// Somebody else's.
const STRANGER: Address = address!("90F79bf6EB2c4f870365E785982E1f101E93b906");

/// The id on the chain of the dispute of outcome `a` in which a wallet is to be paid.
fn on_chain(consumer: Address) -> B256 {
    dispute_id_of(WALLET, consumer, leaf("a"))
}

/// The leaf of an outcome.
fn leaf(invocation: &str) -> B256 {
    outcome(invocation).read().unwrap().leaf(&key(2).public()).into()
}

fn ours(dispute: &str, invocation: &str) -> DisputeJson {
    DisputeJson::write(&dispute_paying(PAID, dispute, invocation))
}

async fn file(service: &Fixture, dispute: &DisputeJson) -> (u16, Value) {
    let (status, answer) = service.post("/disputes", &serde_json::to_value(dispute).unwrap()).await;
    (status.as_u16(), answer)
}

async fn refused(service: &Fixture, dispute: &DisputeJson) -> (u16, String) {
    let (status, answer) = file(service, dispute).await;
    (status, answer["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_recorded_once_and_answered_as_often_as_it_is_sent() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    let (status, first) = file(&service, &dispute("d", "a")).await;
    assert_eq!((status, &first["status"], &first["replayed"]), (200, &json!("recorded"), &json!(false)));
    let (status, again) = file(&service, &dispute("d", "a")).await;
    assert_eq!((status, &again["replayed"], &again["evidence_digest"]), (200, &json!(true), &first["evidence_digest"]));
    let (status, stored) = service.get("/disputes/d").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&stored["status"], &stored["outcome_index"]), (&json!("open"), &json!(0)));
    assert_eq!(stored["dispute"]["signature"], serde_json::to_value(dispute("d", "a").signature).unwrap());
    assert_eq!(code(&service.get("/disputes/other").await), (404, "unknown_dispute".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_needs_its_consumer_and_the_outcome_on_record() {
    let service = start().await;
    service.record(&[outcome("a"), outcome("b")]).await;
    let signed =
        |fields: DisputeFields, seed| DisputeJson::write(&sign_dispute(DisputeForm::Published, fields, &key(seed)));
    // A fresh key of the consumer's name, a consumer nobody knows, a forged text, a call nobody made, another provider's call.
    assert_eq!(refused(&service, &signed(dispute_fields("d", "a"), 7)).await, (403, "other_key".to_owned()));
    let stranger = DisputeFields { consumer_hub: "https://stranger.example".to_owned(), ..dispute_fields("d", "a") };
    assert_eq!(refused(&service, &signed(stranger, 7)).await, (403, "unknown_consumer".to_owned()));
    let mut forged = dispute("d", "a");
    forged.reason = Some("something else".to_owned());
    assert_eq!(refused(&service, &forged).await, (403, "wrong_signature".to_owned()));
    assert_eq!(refused(&service, &dispute("d", "never")).await, (404, "no_outcome".to_owned()));
    let other = DisputeFields { provider_hub: "https://other.example".to_owned(), ..dispute_fields("d", "a") };
    assert_eq!(refused(&service, &signed(other, 2)).await, (404, "no_outcome".to_owned()));
    let mut unsigned = dispute("d", "a");
    unsigned.signature = None;
    assert_eq!(refused(&service, &unsigned).await, (400, "missing_field".to_owned()));
    assert_eq!(service.get("/disputes/d").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_dispute_takes_the_place_of_another() {
    let service = start().await;
    service.record(&[outcome("a"), outcome("b")]).await;
    assert_eq!(file(&service, &dispute("d", "a")).await.0, 200);
    assert_eq!(refused(&service, &dispute("d", "b")).await, (409, "dispute_id_taken".to_owned()));
    assert_eq!(refused(&service, &dispute("e", "a")).await, (409, "already_disputed".to_owned()));
    let longer = DisputeFields { reason: "and late".to_owned(), ..dispute_fields("d", "a") };
    let longer = DisputeJson::write(&sign_dispute(DisputeForm::Published, longer, &key(2)));
    assert_eq!(refused(&service, &longer).await, (409, "dispute_id_taken".to_owned()));
    assert_eq!(service.get("/disputes/d").await.1["dispute"]["reason"], json!("Returned wrong language"));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_form_covers_the_evidence_and_the_published_one_does_not() {
    let service = start().await;
    service.record(&[outcome("a"), outcome("b")]).await;
    let mut ours = ours("ours", "a");
    let signed = ours.evidence.replace(json!("swapped"));
    assert_eq!(refused(&service, &ours).await, (403, "wrong_signature".to_owned()));
    ours.evidence = signed;
    assert_eq!(file(&service, &ours).await.0, 200);
    let mut elsewhere = ours.clone();
    elsewhere.chain_id = Some(1);
    assert_eq!(refused(&service, &elsewhere).await, (400, "other_domain".to_owned()));
    let mut redirected = ours.clone();
    redirected.wallet = Some(STRANGER.to_string());
    assert_eq!(refused(&service, &redirected).await, (403, "wrong_signature".to_owned()));
    redirected.wallet = None;
    assert_eq!(refused(&service, &redirected).await, (400, "missing_field".to_owned()));
    // As published: whoever passes it on can put other evidence beside it. It is kept as it first came.
    assert_eq!(file(&service, &dispute("d", "b")).await.0, 200);
    let mut swapped = dispute("d", "b");
    swapped.evidence = Some(json!({ "swapped": true }));
    assert_eq!(refused(&service, &swapped).await, (409, "other_evidence".to_owned()));
    let (_, shown) = service.get("/disputes/d").await;
    assert_eq!(shown["dispute"]["evidence"], json!({ "expected_lang": "fr" }));
    assert_eq!(shown["evidence_is_signed"], json!(false));
    assert_eq!(service.get("/disputes/ours").await.1["evidence_is_signed"], json!(true));
}

// ------------------------------------------------------------------------------------------------ resolving

fn bond() -> Bond {
    Bond {
        active: 1_900_000_000,
        ever_bonded: 2_000_000_000,
        ever_slashed: 100_000_000,
        first_bonded_at: 1_789_000_000,
        upheld: 1,
        hub: keccak256(PROVIDER),
        ..Bond::default()
    }
}

/// What the chain has of the dispute of outcome `a`, once it was executed.
pub(crate) fn executed() -> Dispute {
    Dispute {
        provider: WALLET,
        consumer: PAID,
        status: DisputeStatus::Upheld,
        slash_ppm: 50_000,
        slashed: 100_000_000,
        evidence: dispute_paying(PAID, "d", "a").dispute.digest().into(),
    }
}

pub(crate) fn ruling(slash_ppm: u32) -> Value {
    ruling_on(on_chain(PAID), slash_ppm)
}

fn ruling_on(dispute: B256, slash_ppm: u32) -> Value {
    let signature =
        |auditor: u8| json!({ "auditor": Address::with_last_byte(auditor).to_string(), "signature": "0x1234" });
    json!({ "on_chain_id": dispute.to_string(), "slash_ppm": slash_ppm, "deadline": 1_800_000_000, "signatures": [signature(7), signature(8)] })
}

/// A service over a chain that it has read, with the dispute on record.
pub(crate) async fn disputed(setup: Setup) -> Fixture {
    let service = start_with(setup).await;
    let provider = json!({ "provider_hub": PROVIDER, "wallet": WALLET.to_string() });
    assert_eq!(service.operate(Method::PUT, "/providers", &provider).await.0, StatusCode::OK);
    service.record(&[outcome("a")]).await;
    assert_eq!(file(&service, &ours("d", "a")).await.0, 200);
    until(&service, |score| score["wallets"][0]["counted"] == json!(true)).await;
    service
}

/// Waits until the provider's score is so.
async fn until(service: &Fixture, is_so: impl Fn(&Value) -> bool) -> Value {
    let looking = async {
        loop {
            let (_, score) = service.get(&format!("/{PROVIDER}")).await;
            if is_so(&score) {
                break score;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_mins(1), looking).await.expect("the score gets there")
}

fn over(chain: &FakeChain) -> Setup {
    Setup { chain: Some(chain.clone()), ..Setup::default() }
}

pub(crate) fn chain_with(dispute: Dispute) -> FakeChain {
    let chain = FakeChain::new(CHAIN_ID, 10);
    chain.bond(0, WALLET, bond());
    let mut script = chain.script();
    script.disputes.insert(on_chain(PAID), dispute);
    script.signed_ppm = Some(50_000);
    drop(script);
    chain
}

pub(crate) async fn resolve(service: &Fixture, body: &Value) -> (u16, Value) {
    let (status, answer) = service.operate(Method::POST, "/disputes/d/resolve", body).await;
    (status.as_u16(), answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_chain_took_is_attested_with_the_consumers_proof() {
    let chain = chain_with(executed());
    let service = disputed(over(&chain)).await;
    let (status, answer) = resolve(&service, &ruling(50_000)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["status"], &answer["resolution"]["ending"]), (&json!("resolved"), &json!("upheld")));
    assert_eq!(answer["resolution"]["slashed_units"], json!("100000000"));
    let envelope: AttestationEnvelope = serde_json::from_value(answer["attestation"].clone()).unwrap();
    let judged = envelope.judge(&Verifier::new()).unwrap();
    assert_eq!((envelope.issuer_hub.as_str(), envelope.slashed_usd), (OWN_HUB, Number::Float(100.0)));
    assert_eq!((envelope.seq, judged.issuer_key), (1, key(9).public()));
    let (claim, consumer_key) = judged.proof.unwrap();
    assert_eq!((claim.consumer_hub.as_str(), consumer_key), (CONSUMER, key(2).public()));
    // Again: the first answer, with the first attestation.
    assert_eq!(resolve(&service, &ruling(50_000)).await.1, answer);
    let (_, slashes) = service.get("/slashes").await;
    assert_eq!((&slashes["hub_url"], &slashes["slashes"]), (&json!(OWN_HUB), &json!([answer["attestation"]])));
    assert_eq!(service.get("/slashes?after=1").await.1["slashes"], json!([]));
    let (_, about) = service.get(&format!("/slashes/by-provider/{PROVIDER}")).await;
    assert_eq!((&about["slash_count"], &about["federated_penalty"]), (&json!(1), &json!(0.0)));
    assert_eq!(about["attestations"][0]["own"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_attested_that_the_chain_does_not_show() {
    let waiting = |status| Dispute { status, slashed: 0, ..executed() };
    let cases = [
        (waiting(DisputeStatus::Filed), 50_000, (409, "not_executed")),
        (waiting(DisputeStatus::Ruled), 50_000, (409, "not_executed")),
        (waiting(DisputeStatus::Overturned), 50_000, (409, "not_executed")),
        (Dispute { evidence: B256::repeat_byte(1), ..executed() }, 50_000, (409, "other_dispute")),
        (Dispute { consumer: STRANGER, ..executed() }, 50_000, (409, "other_wallet")),
        (Dispute { provider: Address::with_last_byte(6), ..executed() }, 50_000, (409, "other_outcome")),
        (executed(), 60_000, (409, "other_ruling")),
        (Dispute { slash_ppm: 60_000, ..executed() }, 60_000, (403, "not_signed")),
    ];
    let chain = chain_with(executed());
    let service = disputed(over(&chain)).await;
    for (shown, asked, expected) in cases {
        chain.script().disputes.insert(on_chain(PAID), shown);
        let (status, answer) = resolve(&service, &ruling(asked)).await;
        assert_eq!((status, answer["error"].as_str().unwrap()), expected);
    }
    chain.script().disputes.clear();
    assert_eq!(
        code(&service.operate(Method::POST, "/disputes/d/resolve", &ruling(50_000)).await),
        (409, "not_on_chain".to_owned())
    );
    chain.script().is_down = true;
    assert_eq!(
        code(&service.operate(Method::POST, "/disputes/d/resolve", &ruling(50_000)).await),
        (503, "chain_unavailable".to_owned())
    );
    assert_eq!(service.get("/slashes").await.1["slashes"], json!([]));
    assert_eq!(service.get("/disputes/d").await.1["status"], json!("open"));
}

/// Whoever reads a dispute can complain with it on the chain, and auditors may not see whose wallet that is.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_wallet_that_the_consumer_named_is_paid_for_its_dispute() {
    let chain = chain_with(executed());
    let service = disputed(over(&chain)).await;
    // A stranger's wallet, with the consumer's leaf and dispute.
    let theirs = on_chain(STRANGER);
    chain.script().disputes.insert(theirs, Dispute { consumer: STRANGER, ..executed() });
    // The consumer's wallet, with another leaf; with the provider's other wallet, which declares it too.
    let other_leaf = dispute_id_of(WALLET, PAID, leaf("b"));
    chain.script().disputes.insert(other_leaf, executed());
    let undeclared = Address::with_last_byte(6);
    let other_wallet = dispute_id_of(undeclared, PAID, leaf("a"));
    chain.script().disputes.insert(other_wallet, Dispute { provider: undeclared, ..executed() });
    for (id, code) in [(theirs, "other_wallet"), (other_leaf, "other_outcome"), (other_wallet, "other_provider")] {
        let (status, answer) = resolve(&service, &ruling_on(id, 50_000)).await;
        assert_eq!((status, answer["error"].as_str().unwrap()), (409, code));
    }
    assert_eq!(service.get("/slashes").await.1["slashes"], json!([]));
    // Her own, after all that.
    let (_, shown) = service.get("/disputes/d").await;
    assert_eq!((&shown["status"], &shown["dispute"]["wallet"]), (&json!("open"), &json!(PAID.to_string())));
    assert_eq!(shown["outcome_leaf"], json!(leaf("a").to_string()));
    assert_eq!(resolve(&service, &ruling(50_000)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_form_names_no_wallet_and_ours_completes_it() {
    let published = sign_dispute(DisputeForm::Published, dispute_fields("e", "b"), &key(2));
    let completed = dispute_paying(PAID, "e", "b");
    let [by_published, by_ours] =
        [&published, &completed].map(|signed| Dispute { evidence: signed.dispute.digest().into(), ..executed() });
    let id = dispute_id_of(WALLET, PAID, leaf("b"));
    let chain = chain_with(executed());
    chain.script().disputes.insert(id, by_published);
    let service = disputed(over(&chain)).await;
    service.record(&[outcome("b")]).await;
    assert_eq!(file(&service, &DisputeJson::write(&published)).await.0, 200);
    let body = ruling_on(id, 50_000);
    let resolving = || service.operate(Method::POST, "/disputes/e/resolve", &body);
    let refused = resolving().await;
    assert_eq!(code(&refused), (409, "no_wallet".to_owned()));
    assert!(refused.1["message"].as_str().unwrap().contains("same dispute_id"), "{}", refused.1);
    // Ours beside it is what counts; the published one is shown to those who know no other.
    let (status, answer) = file(&service, &DisputeJson::write(&completed)).await;
    assert_eq!((status, &answer["replayed"]), (200, &json!(false)));
    let (_, shown) = service.get("/disputes/e").await;
    assert_eq!(shown["published"], serde_json::to_value(published.proof()).unwrap());
    assert_eq!(shown["evidence_digest"], answer["evidence_digest"]);
    assert_eq!(code(&resolving().await), (409, "other_dispute".to_owned()));
    chain.script().disputes.insert(id, by_ours);
    let (status, answer) = resolving().await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["attestation"]["pom"], shown["published"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_proof_that_names_the_provider_otherwise_proves_nothing_and_ours_is_shown() {
    let chain = chain_with(executed());
    let service = disputed(over(&chain)).await;
    let spelled = DisputeFields { provider_hub: format!("{PROVIDER}/"), ..dispute_fields("d", "a") };
    let spelled = DisputeJson::write(&sign_dispute(DisputeForm::Published, spelled, &key(2)));
    assert_eq!(file(&service, &spelled).await.0, 200);
    let (status, answer) = resolve(&service, &ruling(50_000)).await;
    assert_eq!(status, 200, "{answer}");
    let envelope: AttestationEnvelope = serde_json::from_value(answer["attestation"].clone()).unwrap();
    assert_eq!(envelope.pom, Some(dispute_paying(PAID, "d", "a").proof()));
    assert!(envelope.judge(&Verifier::new()).unwrap().proof.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_that_ended_without_a_slash_is_written_down_and_attested_by_nobody() {
    for (status, ending, body) in [
        (DisputeStatus::Dismissed, "dismissed", ruling(0)),
        (DisputeStatus::Void, "void", json!({ "on_chain_id": on_chain(PAID).to_string() })),
    ] {
        let chain = chain_with(Dispute { status, slash_ppm: 0, slashed: 0, ..executed() });
        chain.script().signed_ppm = Some(0);
        let service = disputed(over(&chain)).await;
        let (status, answer) = resolve(&service, &body).await;
        assert_eq!((status, &answer["resolution"]["ending"]), (200, &json!(ending)));
        assert_eq!(answer["attestation"], json!(null));
        assert_eq!(service.get("/slashes").await.1["slashes"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_operator_resolves_and_only_over_a_chain() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    file(&service, &ours("d", "a")).await;
    let body = ruling(50_000);
    assert_eq!(code(&service.post("/disputes/d/resolve", &body).await), (401, "not_the_operator".to_owned()));
    assert_eq!(code(&service.operate(Method::POST, "/disputes/d/resolve", &body).await), (409, "no_chain".to_owned()));
    assert_eq!(
        code(&service.operate(Method::POST, "/disputes/x/resolve", &body).await),
        (404, "unknown_dispute".to_owned())
    );
    for body in [
        json!({ "on_chain_id": "0x12" }),
        json!({ "on_chain_id": on_chain(PAID).to_string(), "slash_ppm": -1 }),
        json!({ "on_chain_id": on_chain(PAID).to_string(), "signatures": [{ "auditor": "0x", "signature": "0x" }] }),
        json!({ "on_chain_id": on_chain(PAID).to_string(), "signatures": [{ "auditor": WALLET.to_string(), "signature": "zz" }] }),
        json!({}),
    ] {
        let answer = service.operate(Method::POST, "/disputes/d/resolve", &body).await;
        assert_eq!(code(&answer), (400, "invalid_field".to_owned()), "{body}");
    }
}

// ------------------------------------------------------------------------------------------------ the score over HTTP

/// The published package's score over HTTP knows neither bonds nor disputes nor slashes.
#[tokio::test(flavor = "multi_thread")]
async fn the_score_has_the_bond_the_slash_and_the_upheld_dispute_of_the_chain() {
    let chain = chain_with(executed());
    chain.script().anchor = Some(Anchor { index: 4, root: B256::repeat_byte(9), size: 1, anchored_at: 1_789_999_000 });
    let service = disputed(over(&chain)).await;
    let (_, score) = service.get(&format!("/{PROVIDER}")).await;
    let details = &score["details"];
    assert_eq!((&details["bond_usd"], &details["slash_ratio"]), (&json!(1_900.0), &json!(0.05)));
    assert_eq!(details["dispute_count"], json!(1));
    assert!(details["slash_penalty"].as_f64() > Some(0.0) && details["dispute_penalty"].as_f64() > Some(0.0));
    assert_eq!((&details["is_listed_testnet"], &details["is_listed_mainnet"]), (&json!(true), &json!(true)));
    let chain_answer = &score["chain"];
    assert_eq!((&chain_answer["status"], &chain_answer["block"]["number"]), (&json!("current"), &json!(7)));
    assert_eq!(score["wallets"][0]["bond"]["active"], json!("1900000000"));
    let (_, quorum) = service.get("/oracle/quorum").await;
    assert_eq!(
        (&quorum["mode"], &quorum["authorities"], &quorum["threshold"]),
        (&json!("m_of_n"), &json!(3), &json!(2))
    );
    let (_, log) = service.get("/oracle/log").await;
    assert_eq!((&log["last_anchor"]["index"], &log["last_anchor"]["size"]), (&json!(4), &json!("1")));
    // The node goes away: what was read stays, and says that it is old.
    chain.script().is_down = true;
    let score = until(&service, |score| score["chain"]["status"] == json!("unreachable")).await;
    assert_eq!((&score["chain"]["block"]["number"], &score["details"]["bond_usd"]), (&json!(7), &json!(1_900.0)));
    assert!(score["chain"]["block"]["age_seconds"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_never_read_lends_nothing_and_says_so() {
    let chain = chain_with(executed());
    chain.script().chain_id = 1;
    let service = start_with(Setup { chain: Some(chain.clone()), ..Setup::default() }).await;
    let provider = json!({ "provider_hub": PROVIDER, "wallet": WALLET.to_string() });
    service.operate(Method::PUT, "/providers", &provider).await;
    let (_, score) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!((&score["chain"]["status"], &score["chain"]["block"]), (&json!("never_read"), &json!(null)));
    assert_eq!((&score["details"]["bond_usd"], &score["wallets"][0]["bond"]), (&json!(0.0), &json!(null)));
    assert_eq!(
        code(&service.operate(Method::POST, "/disputes/d/resolve", &ruling(1)).await),
        (404, "unknown_dispute".to_owned())
    );
    service.record(&[sign(Form::Published, fields("a"), &key(2))]).await;
    file(&service, &ours("d", "a")).await;
    assert_eq!(
        code(&service.operate(Method::POST, "/disputes/d/resolve", &ruling(1)).await),
        (503, "chain_never_read".to_owned())
    );
}
