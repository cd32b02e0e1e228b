//! How often, how many, how slow.

use std::time::Duration;

use barter_reputation::service::Limits;
use reqwest::StatusCode;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Fixture, NO_LIMITS, PREFIX, PROVIDER, Setup, code, dispute, outcome, start, start_with};

/// Far more than anything here takes: a test that waits for longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn post_as(service: &Fixture, path: &str, client: &str) -> reqwest::Response {
    let url = format!("http://{}{PREFIX}{path}", service.address());
    service.client.post(url).header("x-forwarded-for", client).body("{}").send().await.unwrap()
}

fn limited(limits: Limits) -> Setup {
    let mut setup = Setup::default();
    setup.settings.limits = limits;
    setup
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_write_is_limited_for_itself() {
    let service =
        start_with(limited(Limits { batches_a_minute: 3, disputes_a_minute: 2, operator_a_minute: 1, ..NO_LIMITS }))
            .await;
    for (paths, turns) in [(["/outcomes", "/events"], 3), (["/disputes", "/disputes"], 2)] {
        for turn in 0..turns {
            let response = post_as(&service, paths[turn % 2], "203.0.113.1").await;
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{} {turn}", paths[turn % 2]);
        }
        // Another address in a header of a stranger's is nobody else.
        let response = post_as(&service, paths[0], "203.0.113.2").await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds));
        let body: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!((&body["error"], &body["retry_after_seconds"]), (&json!("rate_limited"), &json!(seconds)));
    }
    // Who has no token can try it as often as that.
    let first = post_as(&service, "/disputes/x/resolve", "203.0.113.1").await;
    assert_eq!(first.status(), StatusCode::UNAUTHORIZED);
    let second = post_as(&service, "/disputes/x/resolve", "203.0.113.1").await;
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    // Reading is not limited.
    assert_eq!(service.get("/healthz").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dear_to_read_is_limited_and_a_score_is_not() {
    let service = start_with(limited(Limits { pages_a_minute: 5, ..NO_LIMITS })).await;
    service.record(&[outcome("a")]).await;
    let encoded = "https%3A%2F%2Fprovider.example.com";
    let pages = [
        "/oracle/log/entries".to_owned(),
        "/slashes".to_owned(),
        format!("/{encoded}/outcomes"),
        format!("/slashes/by-provider/{encoded}"),
        format!("/{PROVIDER}/outcomes"),
    ];
    for page in &pages {
        assert_eq!(service.get(page).await.0, StatusCode::OK, "{page}");
    }
    for page in pages.iter().chain([&format!("/slashes/by-provider/{PROVIDER}")]) {
        assert_eq!(code(&service.get(page).await), (429, "rate_limited".to_owned()), "{page}");
    }
    assert_eq!(service.get(&format!("/{PROVIDER}")).await.0, StatusCode::OK);
    assert_eq!(service.get("/oracle/log").await.0, StatusCode::OK);
}

/// It asks for more than any buffer holds, and reads nothing of it.
#[tokio::test(start_paused = true)]
async fn who_reads_nothing_of_its_answers_is_cut_off() {
    let service = start().await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    let request = format!("GET {PREFIX}/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n");
    // Half the time that a connection lives.
    let cut_off = timeout(Duration::from_mins(5), async {
        while stream.write_all(request.as_bytes()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    cut_off.await.expect("the service gives the connection up");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_client_is_limited_for_itself() {
    let mut setup = limited(Limits { batches_a_minute: 1, ..NO_LIMITS });
    setup.settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let service = start_with(setup).await;
    assert_eq!(post_as(&service, "/outcomes", "203.0.113.1").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(post_as(&service, "/outcomes", "203.0.113.1").await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(post_as(&service, "/outcomes", "203.0.113.2").await.status(), StatusCode::BAD_REQUEST);
    // What a client wrote before its proxy did is not believed.
    assert_eq!(
        post_as(&service, "/outcomes", "203.0.113.3, 203.0.113.2").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_client_is_not_forgotten_for_a_flood_of_others() {
    let mut setup = limited(Limits { disputes_a_minute: 1, ..NO_LIMITS });
    setup.settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let service = start_with(setup).await;
    service.record(&[outcome("a")]).await;
    post_as(&service, "/disputes", "203.0.113.1").await;
    for number in 0..2_000 {
        post_as(&service, "/disputes", &format!("198.18.{}.{}", number / 250, number % 250)).await;
    }
    assert_eq!(post_as(&service, "/disputes", "203.0.113.1").await.status(), StatusCode::TOO_MANY_REQUESTS);
    let body = serde_json::to_value(dispute("d", "a")).unwrap();
    assert_eq!(service.post("/disputes", &body).await.0, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let service = start().await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    let head = format!("POST {PREFIX}/outcomes HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{");
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body_too_slow"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_given_up() {
    let service = start().await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    assert!(!read_all(&mut stream).await.contains("HTTP/1.1 200"));
    // Nor is one that says nothing at all kept.
    let mut silent = TcpStream::connect(service.address()).await.unwrap();
    assert_eq!(read_all(&mut silent).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_are_bounded_in_number_and_size() {
    let service = start().await;
    let head =
        |headers: String| format!("GET {PREFIX}/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let many = (0..100).fold(String::new(), |headers, number| headers + &format!("X-{number}: 1\r\n"));
    let long = format!("X-Long: {}\r\n", "a".repeat(64 * 1024));
    for headers in [many, long] {
        let answer = service.raw(head(headers).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let answer = service.raw(head("X-Some: 1\r\n".repeat(20)).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_all_connections() {
    let mut setup = Setup::default();
    setup.settings.max_connections = 16;
    let service = start_with(setup).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(service.address()).await.unwrap();
        // Answered, so it was accepted.
        stream.write_all(format!("GET {PREFIX}/healthz HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        held.push(stream);
    }
    let mut third = TcpStream::connect(service.address()).await.unwrap();
    // It may be closed before it has said anything.
    let _ = third.write_all(format!("GET {PREFIX}/healthz HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await;
    assert_eq!(read_all(&mut third).await, "");
    held.clear();
    // Its places are free again once the service has seen that they are closed.
    let answered = async {
        loop {
            let url = format!("http://{}{PREFIX}/healthz", service.address());
            match service.client.get(url).send().await {
                Ok(response) => break response.status(),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    assert_eq!(timeout(PATIENCE, answered).await.unwrap(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_being_answered_when_it_stops_is_answered_and_nobody_else() {
    let service = start().await;
    let address = service.address();
    let body = json!({ "outcomes": [outcome("last")] }).to_string();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {PREFIX}/outcomes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The service asks for the body, so it is at work on the request.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let oracle = service.oracle.clone();
    let stopping = tokio::spawn(service.server.stop());
    // It refuses whoever comes now.
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""received":1"#), "{answer}");
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
    let size = tokio::task::spawn_blocking(move || oracle.tree_head().unwrap().0).await.unwrap();
    assert_eq!(size, 1);
}

#[tokio::test(start_paused = true)]
async fn who_never_finishes_does_not_keep_it_from_stopping() {
    let service = start().await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    stream.write_all(format!("GET {PREFIX}/healthz HTTP/1.1\r\nHo").as_bytes()).await.unwrap();
    timeout(PATIENCE, service.server.stop()).await.unwrap();
}
