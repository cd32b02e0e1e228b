//! What the published package (aimarket-hub 3.16.0) gets wrong over HTTP, each by its name. Those that have a page of their own:
//! routes that shadow each other in `routes`, its score without bond, disputes and slashes in `disputes`, limits that a flood of
//! addresses lifts in `limits`, bodies that end it with status 500 in `input`.

use std::{env, process::Command};

use barter_reputation::{
    key::Signature,
    wire::{Form, OutcomeFields, json::SignatureJson},
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{CONSUMER, NOW, PROVIDER, WALLET, code, dispute, event, fields, key, outcome, sign, start};

/// Its hub signs outcomes with its own key where the consumer did not.
#[tokio::test(flavor = "multi_thread")]
async fn the_hub_signs_in_the_consumers_place() {
    let service = start().await;
    let mut unsigned = outcome("a");
    unsigned.signature = None;
    // The hub's own key, which is seed 9 here, is nobody's word.
    let by_the_hub = sign(Form::Published, fields("b"), &key(9));
    let body = json!({ "outcomes": [unsigned, by_the_hub] });
    let (status, answer) = service.operate(Method::POST, "/outcomes", &body).await;
    assert_eq!((status, &answer["rejected"]), (StatusCode::OK, &json!(2)));
    assert_eq!(answer["results"][0]["error"], json!("missing_field"));
    assert_eq!(answer["results"][1]["error"], json!("wrong_signature"));
}

/// Its operator files disputes in the consumer's place, which then count as the consumer's proof.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_disputes_in_the_consumers_place() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    let mut unsigned = dispute("d", "a");
    (unsigned.signature, unsigned.consumer_pubkey) = (None, None);
    let answer = service.operate(Method::POST, "/disputes", &serde_json::to_value(unsigned).unwrap()).await;
    assert_eq!(code(&answer), (400, "missing_field".to_owned()));
}

/// It knows a replay by the signature's text, of which base64 has several.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_known_by_the_spelling_of_its_signature() {
    let service = start().await;
    let respelled = |text: &str, step: usize| match step {
        0 => text.to_owned(),
        1 => text.trim_end_matches('=').to_owned(),
        2 => text.replace('+', "-").replace('/', "_"),
        _ => text.trim_end_matches('=').replace('+', "-").replace('/', "_"),
    };
    for (route, name, mut sent) in [("/outcomes", "outcomes", outcome("a")), ("/events", "events", event(NOW))] {
        let signature: Signature = sent.signature.as_ref().unwrap().read().unwrap();
        for step in 0..4 {
            sent.signature = Some(SignatureJson::Text(respelled(&signature.to_string(), step)));
            let (_, answer) = service.post(route, &json!({ name: [sent] })).await;
            let expected = if step == 0 { "received" } else { "replayed" };
            assert_eq!(answer["results"][0]["status"], json!(expected), "{route} {step}");
        }
    }
}

/// It keeps an event's consumer and capability beside what is signed, so that whoever passes it on makes a new one of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_relayed_event_with_another_capability_counts_again() {
    let service = start().await;
    let mut relayed = event(NOW);
    relayed.capability_id = Some("another".to_owned());
    let (_, answer) = service.post("/events", &json!({ "events": [event(NOW), relayed] })).await;
    assert_eq!((&answer["received"], &answer["replayed"]), (&json!(1), &json!(1)));
}

/// Its times are read in the zone of the machine.
#[test]
fn times_depend_on_the_machines_zone() {
    for zone in ["America/New_York", "Pacific/Kiritimati"] {
        let test = ["--exact", "input::a_clock_wrong_by_more_than_a_day_is_refused"];
        let status = Command::new(env::current_exe().unwrap()).args(test).env("TZ", zone).output().unwrap().status;
        assert!(status.success(), "{zone}");
    }
}

/// Its score over HTTP makes numbers up: a bond of ten times the highest price, half of successes where there are none, an age of a
/// tenth where nothing is known, and 1.0 for a provider called `local`.
#[tokio::test(flavor = "multi_thread")]
async fn a_score_is_made_up_of_nothing() {
    let service = start().await;
    let provider = json!({ "provider_hub": "https://new.example", "wallet": WALLET.to_string() });
    service.operate(Method::PUT, "/providers", &provider).await;
    let (_, answer) = service.get("/https://new.example").await;
    for term in
        ["score", "bond_usd", "bond_factor", "success_rate_30d", "age_factor", "volume_factor", "avg_quality_score_30d"]
    {
        assert_eq!(answer["details"][term], json!(0.0), "{term}");
    }
    let dear =
        OutcomeFields { price: barter_reputation::wire::Price::from_units(1_000_000_000).unwrap(), ..fields("dear") };
    service.record(&[sign(Form::Published, dear, &key(2))]).await;
    let (_, answer) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!((&answer["details"]["bond_usd"], &answer["record"]["bond_units"]), (&json!(0.0), &json!("0")));
    assert_eq!(code(&service.get("/local").await), (404, "unknown_provider".to_owned()));
}

/// It counts a bond because somebody names a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_somebody_names_is_a_bond() {
    let service = start().await;
    let body =
        json!({ "provider_hub": PROVIDER, "wallet": WALLET.to_string(), "tx_hash": "0x01", "amount_usd": 2_000 });
    assert_eq!(code(&service.operate(Method::PUT, "/providers", &body).await), (400, "invalid_field".to_owned()));
}

/// It counts at most the last hundred outcomes.
#[tokio::test(flavor = "multi_thread")]
async fn outcomes_past_the_hundredth_are_not_counted() {
    let service = start().await;
    for batch in 0..3 {
        service.record(&(0..50).map(|number| outcome(&format!("{batch}-{number}"))).collect::<Vec<_>>()).await;
    }
    let (_, answer) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!(
        (&answer["details"]["total_outcomes"], &answer["record"]["outcomes"]["success"]),
        (&json!(150), &json!(150))
    );
}

/// Entries that are no objects, times in other spellings and prices that are no numbers end it with status 500, or are taken.
#[tokio::test(flavor = "multi_thread")]
async fn strange_events_are_taken_or_break_it() {
    let service = start().await;
    let with = |name: &str, value: serde_json::Value| {
        let mut event = serde_json::to_value(event(NOW)).unwrap();
        event[name] = value;
        event
    };
    let strange = [
        json!("an event"),
        json!(null),
        json!([]),
        with("timestamp", json!("2026-09-21T12:53:20+00:00")),
        with("timestamp", json!("2026-09-21 12:53:20Z")),
        with("timestamp", json!(NOW)),
        with("price_usd", json!("NaN")),
        with("price_usd", json!({})),
        with("signature", json!([])),
        with("type", json!("invocation_disputed")),
    ];
    let (status, answer) = service.post("/events", &json!({ "events": strange })).await;
    assert_eq!((status, &answer["rejected"]), (StatusCode::OK, &json!(strange.len())));
    assert!(answer["results"].as_array().unwrap().iter().all(|result| result["error"].is_string()));
}

/// A share that is no number ends it with status 500; a negative one, one over 1 and NaN are taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_strange_share_is_taken_or_breaks_it() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    for share in [json!("a tenth"), json!(-0.1), json!(1.5), json!([]), json!("NaN")] {
        let mut strange = serde_json::to_value(dispute("d", "a")).unwrap();
        strange["requested_slash_pct"] = share.clone();
        let (status, answer) = service.post("/disputes", &strange).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{share}: {answer}");
        assert!(answer["error"].is_string());
    }
}

/// One who signed under two spellings of its name has two outcomes of one call.
#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_a_consumer_is_another_consumer() {
    let service = start().await;
    let spelled = OutcomeFields { consumer_hub: format!("{}/", CONSUMER.to_uppercase()), ..fields("a") };
    let answer = service.record(&[outcome("a"), sign(Form::Published, spelled, &key(2))]).await;
    assert_eq!((&answer["received"], &answer["results"][1]["error"]), (&json!(1), &json!("call_taken")));
}
