//! What strangers send: each wrong thing has its code, and none is an error of the service.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{NOW, OPERATOR, PREFIX, code, dispute, fields, key, outcome, sign, start};
use barter_reputation::wire::{Form, OutcomeFields};

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_what_is_expected_has_a_code() {
    let service = start().await;
    let deep = |levels: usize| format!(r#"{{"outcomes":[{}{}]}}"#, "[".repeat(levels), "]".repeat(levels));
    let bodies: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "invalid_json"),
        (b"{".to_vec(), "invalid_json"),
        (b"null".to_vec(), "invalid_field"),
        (b"[]".to_vec(), "invalid_field"),
        (b"7".to_vec(), "invalid_field"),
        (b"{}".to_vec(), "invalid_field"),
        (br#"{"outcomes":7}"#.to_vec(), "invalid_field"),
        (br#"{"outcomes":null}"#.to_vec(), "invalid_field"),
        (br#"{"outcomes":[NaN]}"#.to_vec(), "invalid_json"),
        (br#"{"outcomes":[Infinity]}"#.to_vec(), "invalid_json"),
        (br#"{"outcomes":[1e999]}"#.to_vec(), "invalid_json"),
        (br#"{"outcomes":[]} {}"#.to_vec(), "invalid_json"),
        (br#"{"outcomes":[],"outcomes":[]}"#.to_vec(), "duplicate_key"),
        (br#"{"outcomes":[{"status":"success","st\u0061tus":"failure"}]}"#.to_vec(), "duplicate_key"),
        (b"{\"outcomes\":[\"\xff\"]}".to_vec(), "invalid_json"),
        (b"\xef\xbb\xbf{\"outcomes\":[]}".to_vec(), "invalid_json"),
        (b"{\"outcomes\":[\"\\ud800\"]}".to_vec(), "invalid_json"),
        (deep(31).into_bytes(), "json_too_deep"),
        (deep(100_000).into_bytes(), "json_too_deep"),
        ("[".repeat(200_000).into_bytes(), "json_too_deep"),
    ];
    for (body, expected) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(code(&service.post_raw("/outcomes", body).await), (400, expected.to_owned()), "{shown}");
    }
    let (status, answer) = service.post_raw("/outcomes", deep(30)).await;
    assert_eq!((status, &answer["results"][0]["error"]), (StatusCode::OK, &json!("invalid_json")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_of_wrong_types_and_huge_numbers_is_rejected_and_the_next_is_not() {
    let service = start().await;
    let mut batch = Vec::new();
    for (name, wrong) in [
        ("price_usd", json!(1e300)),
        ("price_usd", json!(-1)),
        ("price_usd", json!("1")),
        ("price_usd", json!(0.000_000_1)),
        ("latency_ms", json!(4_294_967_296_u64)),
        ("latency_ms", json!(1.5)),
        ("quality_score", json!(1.000_1)),
        ("quality_score", json!([])),
        ("timestamp", json!("2026-13-01T00:00:00Z")),
        ("timestamp", json!("2026-11-20T17:00:00+00:00")),
        ("provider_hub", json!("x".repeat(257))),
        ("provider_hub", json!("a|status:failure")),
        ("invocation_id", json!("a\u{0}b")),
        ("status", json!("perfect")),
        ("signature", json!("!")),
        ("signature", json!({ "value": "AA" })),
    ] {
        let mut outcome = serde_json::to_value(outcome("wrong")).unwrap();
        outcome[name] = wrong;
        batch.push(outcome);
    }
    let count = batch.len();
    batch.push(serde_json::to_value(outcome("right")).unwrap());
    let (status, answer) = service.post("/outcomes", &json!({ "outcomes": batch })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&answer["rejected"], &answer["received"]), (&json!(count), &json!(1)), "{answer}");
    for result in answer["results"].as_array().unwrap().iter().take(count) {
        assert!(result["error"].is_string() && result["message"].as_str().unwrap().len() < 400, "{result}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_its_limit_is_refused_before_it_is_read() {
    let service = start().await;
    for (path, limit) in [("/outcomes", 256 * 1024), ("/events", 256 * 1024), ("/disputes", 160 * 1024)] {
        for length in [limit + 1, 1024 * 1024] {
            let body = vec![b' '; length];
            assert_eq!(
                code(&service.post_raw(path, body).await),
                (413, "body_too_large".to_owned()),
                "{path} {length}"
            );
        }
        let body = vec![b' '; limit];
        assert_eq!(code(&service.post_raw(path, body).await), (400, "invalid_json".to_owned()), "{path}");
    }
    // Without a length, it is cut off where it is too long.
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let chunked =
        format!("POST {PREFIX}/outcomes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(17));
    let answer = service.raw(chunked.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Only the head is sent: the length that it names is enough.
    let head = format!(
        "POST {PREFIX}/outcomes HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\nConnection: close\r\n\r\n"
    );
    let answer = service.raw(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_content_type_is_refused_and_none_is_taken_for_json() {
    let service = start().await;
    let url = format!("http://{}{PREFIX}/outcomes", service.address());
    let send = |content_type: Option<&str>| {
        let mut request = service.client.post(&url).body(json!({ "outcomes": [outcome("a")] }).to_string());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.send()
    };
    assert_eq!(send(Some("text/plain")).await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for content_type in [None, Some("application/json"), Some("Application/JSON; charset=utf-8")] {
        assert_eq!(send(content_type).await.unwrap().status(), StatusCode::OK, "{content_type:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_wrong_by_more_than_a_day_is_refused() {
    let service = start().await;
    let at =
        |timestamp: u64| sign(Form::Published, OutcomeFields { timestamp, ..fields(&timestamp.to_string()) }, &key(2));
    let day = 86_400;
    let answer = service.record(&[at(NOW - day), at(NOW + day), at(NOW - day - 1), at(NOW + day + 1)]).await;
    assert_eq!((&answer["received"], &answer["rejected"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&answer["results"][2]["error"], &answer["results"][3]["error"]),
        (&json!("wrong_time"), &json!("wrong_time"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_operator_registers_and_only_what_is_right() {
    let service = start().await;
    let small_order = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let consumer = |key: &str| json!({ "consumer_hub": "https://new.example", "public_key": key });
    let right = key(3).public().to_string();
    let body = serde_json::to_vec(&consumer(&right)).unwrap();
    for token in [None, Some("wrong"), Some("operator-token-of-the-test"), Some("operator-token-of-the-tests-")] {
        let answer = service.send(Method::PUT, "/consumers", Some(body.clone()), token).await;
        assert_eq!(code(&answer), (401, "not_the_operator".to_owned()));
    }
    // Without the token nothing is told about the body.
    let answer = service.send(Method::PUT, "/consumers", Some(b"{".to_vec()), None).await;
    assert_eq!(code(&answer), (401, "not_the_operator".to_owned()));
    for (body, expected) in [
        (consumer(small_order), "key_small_order"),
        (consumer("AAAA"), "wrong_length"),
        (json!({ "consumer_hub": "", "public_key": right }), "empty_field"),
        (json!({ "consumer_hub": "x", "public_key": right, "extra": 1 }), "invalid_field"),
    ] {
        let answer = service.operate(Method::PUT, "/consumers", &body).await;
        assert_eq!(code(&answer), (400, expected.to_owned()));
        assert!(!answer.1.to_string().contains(OPERATOR));
    }
    assert_eq!(service.operate(Method::PUT, "/consumers", &consumer(&right)).await.1["is_new"], json!(true));
    assert_eq!(service.operate(Method::PUT, "/consumers", &consumer(&right)).await.1["is_new"], json!(false));
    let provider = json!({ "provider_hub": "https://p.example", "wallet": "0x7099" });
    assert_eq!(code(&service.operate(Method::PUT, "/providers", &provider).await), (400, "invalid_address".to_owned()));
    let provider = json!({ "provider_hub": "p.example", "wallet": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" });
    let refused = service.operate(Method::PUT, "/providers", &provider).await;
    assert_eq!(code(&refused), (400, "invalid_hub".to_owned()));
    assert!(refused.1["message"].as_str().unwrap().contains("p.example"));
    // Registered is seen, though nothing was ever said of it.
    let provider =
        json!({ "provider_hub": "https://p.example", "wallet": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" });
    assert_eq!(service.operate(Method::PUT, "/providers", &provider).await.0, StatusCode::OK);
    let (status, answer) = service.get("/https://p.example").await;
    assert_eq!((status, &answer["wallets"][0]["counted"]), (StatusCode::OK, &json!(false)));
    assert_eq!(answer["wallets"][0]["bond"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_over_its_limit_is_413_and_at_it_is_not() {
    let service = start().await;
    service.record(&[outcome("a"), outcome("b")]).await;
    let with = |length: usize| {
        let mut dispute = dispute(&format!("d{length}"), "a");
        // Two quotation marks are evidence as well.
        dispute.evidence = Some(json!("e".repeat(length - 2)));
        serde_json::to_value(dispute).unwrap()
    };
    assert_eq!(code(&service.post("/disputes", &with(16_385)).await), (413, "evidence_too_large".to_owned()));
    assert_eq!(service.post("/disputes", &with(16_384)).await.0, StatusCode::OK);
}
