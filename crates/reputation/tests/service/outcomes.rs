//! Outcomes in and out, and the score.

use alloy_primitives::hex;
use barter_reputation::{merkle, wire::Form};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{CONSUMER, DOMAIN, NOW, PROVIDER, code, event, fields, key, outcome, sign, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_answered_for_one_by_one() {
    let service = start().await;
    let mut forged = outcome("forged");
    forged.latency_ms = outcome("other").latency_ms.map(|_| barter_reputation::wire::Number::Integer(1));
    let batch = json!({ "outcomes": [outcome("a"), forged, outcome("b"), outcome("a"), 7, { "status": "success" }] });
    let (status, answer) = service.post("/outcomes", &batch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&answer["received"], &answer["rejected"], &answer["replayed"]), (&json!(2), &json!(3), &json!(1)));
    let results = answer["results"].as_array().unwrap();
    let told: Vec<_> =
        results.iter().map(|result| result["error"].as_str().or(result["status"].as_str()).unwrap()).collect();
    assert_eq!(told, ["received", "wrong_signature", "received", "replayed", "invalid_json", "missing_field"]);
    assert_eq!((&results[0]["index"], &results[2]["index"], &results[3]["index"]), (&json!(0), &json!(1), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_come_out_with_proofs_that_lead_to_the_root() {
    let service = start().await;
    let ours = sign(Form::Bound(DOMAIN), fields("ours"), &key(2));
    let mut all: Vec<_> = (0..6).map(|number| outcome(&format!("inv_{number}"))).collect();
    all.push(ours);
    service.record(&all).await;
    let (mut cursor, mut seen) = (0, Vec::new());
    loop {
        let (status, page) = service.get(&format!("/{PROVIDER}/outcomes?limit=3&cursor={cursor}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let root: [u8; 32] = hex::decode_to_array(page["root"].as_str().unwrap()).unwrap();
        for entry in page["outcomes"].as_array().unwrap() {
            let hashes = |value: &serde_json::Value| hex::decode_to_array::<_, 32>(value.as_str().unwrap()).unwrap();
            let proof: Vec<_> = entry["proof"].as_array().unwrap().iter().map(hashes).collect();
            let index = entry["index"].as_u64().unwrap();
            let read: barter_reputation::wire::OutcomeJson = serde_json::from_value(entry.clone()).unwrap();
            let signed = read.read().unwrap();
            let leaf = signed.leaf(&key(2).public());
            assert_eq!(leaf, hashes(&entry["leaf"]));
            assert!(merkle::verify_inclusion(&leaf, index, page["size"].as_u64().unwrap(), &proof, &root));
            seen.push(index);
        }
        match page["next"].as_u64() {
            Some(next) => cursor = next,
            None => break,
        }
    }
    assert_eq!(seen, (0..7).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_log_comes_out_in_order_and_makes_its_root() {
    let service = start().await;
    service.record(&(0..5).map(|number| outcome(&format!("inv_{number}"))).collect::<Vec<_>>()).await;
    let (_, head) = service.get("/oracle/log").await;
    assert_eq!(
        (&head["size"], &head["chain_id"], &head["chain"]["status"]),
        (&json!(5), &json!(31_337), &json!("none"))
    );
    let (_, first) = service.get("/oracle/log/entries?limit=2").await;
    let (_, rest) = service.get("/oracle/log/entries?from=2&limit=1000").await;
    let (_, none) = service.get("/oracle/log/entries?from=5").await;
    assert_eq!(none["entries"], json!([]));
    let entries = first["entries"].as_array().unwrap().iter().chain(rest["entries"].as_array().unwrap());
    let leaves: Vec<[u8; 32]> =
        entries.map(|entry| hex::decode_to_array(entry["leaf"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(hex::encode_prefixed(merkle::root(&leaves)), head["root"].as_str().unwrap());
    let (_, proof) = service.get("/oracle/log/consistency?from=2&to=5").await;
    let hashes: Vec<[u8; 32]> = proof["proof"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| hex::decode_to_array(hash.as_str().unwrap()).unwrap())
        .collect();
    assert!(merkle::verify_consistency(2, &merkle::root(&leaves[..2]), 5, &merkle::root(&leaves), &hashes));
    for path in [
        "/oracle/log/consistency?from=0&to=5",
        "/oracle/log/consistency?from=2&to=6",
        "/oracle/log/consistency?from=5&to=2",
    ] {
        assert_eq!(code(&service.get(path).await), (404, "no_such_size".to_owned()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_tells_every_term_and_what_it_was_made_of() {
    let service = start().await;
    service.record(&(0..10).map(|number| outcome(&format!("inv_{number}"))).collect::<Vec<_>>()).await;
    let (status, answer) = service.get(&format!("/{PROVIDER}")).await;
    assert_eq!(status, StatusCode::OK);
    let details = &answer["details"];
    assert_eq!(answer["hub_url"], json!(PROVIDER));
    assert_eq!(answer["trust_score"], details["score"]);
    assert_eq!((&details["success_rate_30d"], &details["total_outcomes"]), (&json!(1.0), &json!(10)));
    assert_eq!((&details["volume_usd"], &details["avg_quality_score_30d"]), (&json!(4.0), &json!(0.9)));
    assert_eq!((&answer["record"]["volume_units"], &answer["computed_at"]), (&json!("4000000"), &json!(NOW)));
    assert_eq!((&answer["chain"]["status"], &answer["chain"]["block"]), (&json!("none"), &json!(null)));
    assert_eq!(answer["log_size"], json!(10));
    for name in
        ["age_factor", "bond_factor", "volume_factor", "slash_penalty", "dispute_penalty", "federated_deduction"]
    {
        assert!(details[name].is_f64(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_never_seen_is_not_found() {
    let service = start().await;
    assert_eq!(code(&service.get("/https://nobody.example").await), (404, "unknown_provider".to_owned()));
    assert_eq!(code(&service.get("/https://nobody.example/outcomes").await), (404, "unknown_provider".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_outcomes_each_have_their_route() {
    let service = start().await;
    let (_, answer) = service.post("/events", &json!({ "events": [event(NOW), event(NOW), outcome("a")] })).await;
    assert_eq!((&answer["received"], &answer["rejected"], &answer["replayed"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(answer["results"][2]["error"], json!("not_an_event"));
    let (_, answer) = service.post("/outcomes", &json!({ "outcomes": [event(NOW)] })).await;
    assert_eq!(answer["results"][0]["error"], json!("is_an_event"));
    service.record(&[outcome("a")]).await;
    let (_, page) = service.get(&format!("/{PROVIDER}/outcomes")).await;
    let unsigned = |place: usize| &page["outcomes"][place]["unsigned_fields"];
    assert_eq!((unsigned(0), unsigned(1)), (&json!(["consumer_hub", "capability_id"]), &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_has_one_to_a_hundred() {
    let service = start().await;
    let many: Vec<_> = (0..101).map(|number| outcome(&format!("inv_{number}"))).collect();
    for (name, route) in [("outcomes", "/outcomes"), ("events", "/events")] {
        assert_eq!(code(&service.post(route, &json!({ name: [] })).await), (400, "batch_size".to_owned()));
        assert_eq!(code(&service.post(route, &json!({ name: many })).await), (400, "batch_size".to_owned()));
    }
    assert_eq!(service.record(&many[..100]).await["received"], json!(100));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_counts_from_now_on_and_what_is_on_record_stays() {
    let service = start().await;
    service.record(&[outcome("a")]).await;
    let mut body = json!({ "consumer_hub": CONSUMER, "public_key": key(3).public().to_string() });
    // A slip of the operator's would make all that the consumer signs wrong, so replacing its key is said.
    let refused = service.operate(reqwest::Method::PUT, "/consumers", &body).await;
    assert_eq!(code(&refused), (409, "other_key_registered".to_owned()));
    let message = format!("{CONSUMER:?} is registered with {}; say `replace`", key(2).public());
    assert!(refused.1["message"].as_str().unwrap().starts_with(&message), "{refused:?}");
    assert_eq!(service.record(&[outcome("z")]).await["received"], json!(1));
    body["replace"] = json!(true);
    let (status, answer) = service.operate(reqwest::Method::PUT, "/consumers", &body).await;
    assert_eq!((status, &answer["is_new"]), (StatusCode::OK, &json!(true)));
    let answer = service.record(&[outcome("b"), sign(Form::Published, fields("c"), &key(3))]).await;
    assert_eq!((&answer["results"][0]["error"], &answer["received"]), (&json!("wrong_signature"), &json!(1)));
    let (_, page) = service.get(&format!("/{PROVIDER}/outcomes")).await;
    let keys: Vec<_> = page["outcomes"].as_array().unwrap().iter().map(|entry| entry["consumer_key"].clone()).collect();
    assert_eq!(keys[1..], [json!(key(2).public().to_string()), json!(key(3).public().to_string())]);
    let (_, listed) = service.get("/oracle/consumers?limit=1").await;
    assert_eq!((&listed["consumers"][0]["public_key"], &listed["next"]), (&keys[0], &json!(1)));
}
