//! How many, how large, how slow: what strangers may do to a bank's server. The numbers are those of crates/http.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use barter_bank::{
    document::{SecretKey, Ulid},
    ledger::Policy,
    rpc::{Call, MAX_CALL_BYTES},
    server::{Server, Settings},
    store::Bank,
};
use barter_store::Location;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Far more than anything here takes: a test that waits for longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);
const DISCOVERY: &[u8] = b"GET /barter-bank.json HTTP/1.1\r\nHost: x\r\n\r\n";

struct Served {
    server: Server,
    _folder: tempfile::TempDir,
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

async fn start_with(change: impl FnOnce(&mut Settings)) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::file(folder.path().join("bank.db"));
    let bank = Bank::open(&location, key(1), Policy::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = Settings::new("http://bank.example", "a bank");
    change(&mut settings);
    Served { server: Server::start(listener, bank, settings).unwrap(), _folder: folder }
}

async fn start() -> Served {
    start_with(|_| {}).await
}

impl Served {
    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// A connection that has sent this, and may not have been taken any more of.
    async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        let _ = stream.write_all(bytes).await;
        stream
    }

    /// What is answered until the connection ends.
    async fn answer_to(&self, bytes: &[u8]) -> String {
        read_all(&mut self.sent(bytes).await).await
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Is it answered, and so was accepted?
async fn is_answered(stream: &mut TcpStream) -> bool {
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.is_ok_and(|_| &first == b"HTTP/1.1 200")
}

fn head(rest: &str) -> Vec<u8> {
    format!("POST /rpc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{rest}\r\n\r\n").into_bytes()
}

/// A call that is right.
fn call() -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let id = Ulid::new(now.try_into().unwrap(), [1; 10]);
    Call::write(id, "list_accounts", &json!({}), &key(1).public(), &key(2))
}

/// It asks for more than any buffer holds, and reads nothing of it.
#[tokio::test(start_paused = true)]
async fn who_reads_nothing_of_its_answers_is_cut_off() {
    let bank = start().await;
    let mut stream = TcpStream::connect(bank.address()).await.unwrap();
    // Half the time that a connection lives.
    let cut_off = timeout(Duration::from_mins(5), async {
        while stream.write_all(&DISCOVERY.repeat(64)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    cut_off.await.expect("the bank gives the connection up");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let bank = start().await;
    let answer = bank.answer_to(&[head("Content-Length: 100"), b"{".to_vec()].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("10 seconds"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_given_up() {
    let bank = start().await;
    assert!(!bank.answer_to(b"GET / HTTP/1.1\r\nHo").await.contains("HTTP/1.1 200"));
    // Nor is one that says nothing at all kept.
    assert_eq!(bank.answer_to(b"").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_its_limit_is_refused_in_the_form_of_an_answer() {
    let bank = start().await;
    let too_large = |answer: &str| {
        let names_the_limit = answer.contains(&format!("{MAX_CALL_BYTES} bytes"));
        answer.starts_with("HTTP/1.1 413") && answer.contains("\"code\":-32600") && names_the_limit
    };
    for length in [MAX_CALL_BYTES + 1, 3 * MAX_CALL_BYTES] {
        let body = vec![b' '; length];
        let answer = bank.answer_to(&[head(&format!("Content-Length: {length}")), body].concat()).await;
        assert!(too_large(&answer), "{length}: {answer}");
    }
    let body = vec![b' '; MAX_CALL_BYTES];
    let answer = bank.answer_to(&[head(&format!("Content-Length: {MAX_CALL_BYTES}")), body].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("-32700"), "{answer}");
    // Without a length, it is cut off where it is too long.
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000)).into_bytes();
    let answer = bank.answer_to(&[head("Transfer-Encoding: chunked"), chunk.repeat(65)].concat()).await;
    assert!(too_large(&answer), "{answer}");
    // Only the head is sent: the length that it names is enough.
    let answer = bank.answer_to(&head("Content-Length: 999999999999")).await;
    assert!(too_large(&answer), "{answer}");
    // It ends, or is no HTTP, in the middle.
    let answer = bank.answer_to(&[head("Transfer-Encoding: chunked"), b"zz\r\n".to_vec()].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_are_bounded_in_number_and_size() {
    let bank = start().await;
    let head =
        |headers: &str| format!("GET /barter-bank.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let many = (0..100).fold(String::new(), |headers, number| headers + &format!("X-{number}: 1\r\n"));
    let long = format!("X-Long: {}\r\n", "a".repeat(64 * 1024));
    for headers in [many, long] {
        let answer = bank.answer_to(head(&headers).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let answer = bank.answer_to(head(&"X-Some: 1\r\n".repeat(20)).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_all_connections() {
    let bank = start_with(|settings| settings.max_connections = 16).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = bank.sent(DISCOVERY).await;
        assert!(is_answered(&mut stream).await);
        held.push(stream);
    }
    assert_eq!(bank.answer_to(DISCOVERY).await, "");
    held.clear();
    // Its places are free again once the bank has seen that they are closed.
    let answered = async { while !is_answered(&mut bank.sent(DISCOVERY).await).await {} };
    timeout(PATIENCE, answered).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_trusted_may_take_all_connections() {
    let bank = start_with(|settings| {
        settings.max_connections = 16;
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..16 {
        let mut stream = bank.sent(DISCOVERY).await;
        assert!(is_answered(&mut stream).await);
        held.push(stream);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_being_answered_when_it_stops_is_answered_and_nobody_else() {
    let bank = start().await;
    let address = bank.address();
    let body = call();
    let mut stream = bank.sent(&head(&format!("Expect: 100-continue\r\nContent-Length: {}", body.len()))).await;
    // The bank asks for the body, so it is at work on the call.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let stopping = tokio::spawn(bank.server.stop());
    // It refuses whoever comes now.
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""result":"#), "{answer}");
    timeout(PATIENCE, stopping).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_never_finishes_does_not_keep_it_from_stopping() {
    let bank = start().await;
    let _stream = bank.sent(b"GET /barter-bank.json HTTP/1.1\r\nHo").await;
    timeout(PATIENCE, bank.server.stop()).await.unwrap();
}
