//! The reputation service under load: outcomes in by the hundred, and scores out while they come in, over HTTP and on disk.
//!
//! The service is a process of its own, `barter reputation serve` with its SQLite file; this process signs everything before the clock
//! starts, and then only sends it. `PEER_PYTHON` names a Python with `aimarket-hub` in it, which is then timed in the same run at what it
//! can do: it records and scores in memory, without HTTP, without a disk and without checking a signature.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "numbers of a bench are small")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use barter_reputation::{
    key::SecretKey,
    wire::{Form, Fraction, Outcome, OutcomeFields, OutcomeJson, Price, SignedOutcome, Status},
};
use serde_json::{Value, json};

/// Outcomes of the provider whose score is asked for, all in its window.
const OUTCOMES: usize = 100_000;
/// Outcomes of another one that come in while it is asked for.
const MEANWHILE: usize = OUTCOMES;
/// A second of them, where they come in as fast as is aimed at and not as fast as they can.
const PACED: f64 = AIM_RECORDED;
/// Outcomes in a request.
const BATCH: usize = 100;
/// Consumers who sign them.
const CONSUMERS: usize = 5;
/// Connections that send at once.
const SENDERS: usize = 4;
/// Outcomes stored when the service's memory is looked at.
const REMEMBERED: usize = 1_000_000;
/// Scores asked for.
const SCORES: usize = 2_000;
/// What is aimed at.
const AIM_RECORDED: f64 = 10_000.0;
const AIM_SCORE: Duration = Duration::from_millis(2);

const PREFIX: &str = "/ai-market/v2/reputation";
const TOKEN: &str = "bench-operator-token-of-no-worth";
const PROVIDER: &str = "https://provider.example";
const OTHER: &str = "https://other.example";
const PACED_OTHER: &str = "https://paced.example";

fn main() {
    let service = Served::start();
    let consumers: Vec<SecretKey> = (1..=CONSUMERS).map(|seed| SecretKey::from_seed(&[seed as u8; 32])).collect();
    let mut connection = Connection::to(service.address);
    for (number, key) in consumers.iter().enumerate() {
        let body = json!({ "consumer_hub": format!("consumer_{number}"), "public_key": key.public().to_string() });
        connection.ask(&request("PUT", "/consumers", body.to_string().as_bytes()));
    }

    let first = batches(&consumers, PROVIDER, OUTCOMES);
    let recorded = send(service.address, &first, None);
    let rate = OUTCOMES as f64 / recorded.as_secs_f64();
    println!(
        "record: {OUTCOMES} outcomes in batches of {BATCH}, durable, verified, over HTTP: {rate:.0}/s (aim {AIM_RECORDED:.0}/s)"
    );

    // The one before was idle for too long while outcomes were signed.
    let mut connection = Connection::to(service.address);
    let question = request("GET", &format!("/{}", PROVIDER.replace("://", "%3A%2F%2F")), b"");
    let answer: Value = serde_json::from_slice(&connection.ask(&question)).unwrap();
    assert_eq!(answer["details"]["total_outcomes"], OUTCOMES, "{answer}");
    let quiet = scores(&mut connection, &question);
    show("score, nothing else going on", &quiet);

    for (pace, provider) in [(Some(PACED), PACED_OTHER), (None, OTHER)] {
        let requests = batches(&consumers, provider, MEANWHILE);
        let (rate, times) = scores_while(service.address, &question, &requests, pace);
        show(&format!("score while {rate:.0} outcomes/s come in"), &times);
    }
    let stored = 3 * OUTCOMES;
    for lot in 0..(REMEMBERED - stored) / OUTCOMES {
        let requests = batches(&consumers, &format!("https://provider-{lot}.example"), OUTCOMES);
        send(service.address, &requests, None);
    }
    println!("memory of the service, at most, with {REMEMBERED} outcomes: {} MB (aim 100 MB)", service.most_memory());
    published();
}

/// Scores asked for while outcomes come in: how many of these came in a second, and what the scores took.
fn scores_while(address: SocketAddr, question: &[u8], requests: &[Vec<u8>], pace: Option<f64>) -> (f64, Vec<Duration>) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writes = scope.spawn(|| {
            let took = send(address, requests, pace);
            done.store(true, Ordering::SeqCst);
            took
        });
        let mut connection = Connection::to(address);
        let mut times = Vec::new();
        while !done.load(Ordering::SeqCst) {
            times.extend(scores_of(&mut connection, question, 1));
        }
        times.sort_unstable();
        ((requests.len() * BATCH) as f64 / writes.join().unwrap().as_secs_f64(), times)
    })
}

fn show(what: &str, times: &[Duration]) {
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what}: {} asked, p50 {:.3} ms, p99 {:.3} ms (aim {:.0} ms)",
        times.len(),
        at(50),
        at(99),
        AIM_SCORE.as_secs_f64() * 1e3
    );
}

/// Requests with outcomes, signed before the clock starts.
fn batches(consumers: &[SecretKey], provider: &str, count: usize) -> Vec<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let record = |number: usize| {
        let fields = OutcomeFields {
            invocation_id: format!("{provider}/{number}"),
            capability_id: "translate.multi@v2".to_owned(),
            product_id: "prod-001".to_owned(),
            provider_hub: provider.to_owned(),
            consumer_hub: format!("consumer_{}", number % CONSUMERS),
            status: Status::Success,
            price: Price::from_units(400_000).unwrap(),
            latency_ms: 8_000 + (number as u32 % 20) * 100,
            quality: Some(Fraction::from_ppm("quality_score", 900_000 + (number as u32 % 10) * 10_000).unwrap()),
            timestamp: now - (number as u64 % 3_600),
        };
        let outcome = Outcome::new(Form::Published, fields).unwrap();
        let signature = consumers[number % CONSUMERS].sign(&outcome.signed_bytes());
        OutcomeJson::write(&SignedOutcome { outcome, signature })
    };
    let records: Vec<OutcomeJson> = (0..count).map(record).collect();
    let body = |batch: &[OutcomeJson]| serde_json::to_vec(&json!({ "outcomes": batch })).unwrap();
    records.chunks(BATCH).map(|batch| request("POST", "/outcomes", &body(batch))).collect()
}

/// Sends them over a few connections, so many outcomes a second if a pace is given, and waits for every answer.
fn send(address: SocketAddr, requests: &[Vec<u8>], pace: Option<f64>) -> Duration {
    let next = Mutex::new(requests.iter().enumerate());
    let started = Instant::now();
    let received: usize = std::thread::scope(|scope| {
        let sender = || {
            let mut connection = Connection::to(address);
            let mut received = 0;
            loop {
                let Some((number, request)) = next.lock().unwrap().next() else { return received };
                if let Some(pace) = pace {
                    let due = Duration::from_secs_f64((number * BATCH) as f64 / pace);
                    std::thread::sleep(due.saturating_sub(started.elapsed()));
                }
                let answer: Value = serde_json::from_slice(&connection.ask(request)).unwrap();
                assert_eq!(answer["rejected"], 0, "{answer}");
                received += usize::try_from(answer["received"].as_u64().unwrap()).unwrap();
            }
        };
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    let took = started.elapsed();
    assert_eq!(received, requests.len() * BATCH);
    took
}

fn scores(connection: &mut Connection, question: &[u8]) -> Vec<Duration> {
    let mut times = scores_of(connection, question, SCORES);
    times.sort_unstable();
    times
}

fn scores_of(connection: &mut Connection, question: &[u8], count: usize) -> Vec<Duration> {
    let ask = |_| {
        let started = Instant::now();
        std::hint::black_box(connection.ask(question));
        started.elapsed()
    };
    (0..count).map(ask).collect()
}

/// What the published package takes for the same number of outcomes.
fn published() {
    let Some(python) = std::env::var_os("PEER_PYTHON") else {
        println!("PEER_PYTHON is not set: nothing to compare with");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/published_reputation.py");
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new(python).arg(script).arg(OUTCOMES.to_string()).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |name: &str| found[name].as_f64().unwrap();
    println!(
        "the published package in memory, signing itself: {:.0} outcomes/s, a score of {OUTCOMES} {:.0} ms",
        number("recorded_per_second"),
        number("score_seconds") * 1e3
    );
}

/// A request over HTTP/1.1 on a connection that stays open.
fn request(method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "{method} {PREFIX}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// A connection that asks and waits.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// The body of the answer, which has to be a good one.
    fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.0.get_mut().write_all(request).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let is_good = line.starts_with("HTTP/1.1 2");
        let status = line.clone();
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            let field = line.trim_end().to_ascii_lowercase();
            if field.is_empty() {
                break;
            }
            if let Some(value) = field.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        assert!(is_good, "{status}{}", String::from_utf8_lossy(&body));
        body
    }
}

/// The service, in a process and a folder of its own.
struct Served {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("operator.token"), TOKEN).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_barter"))
            .args([
                "reputation",
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--no-chain",
                "--token-file",
                "operator.token",
                "--json",
            ])
            .args(["--batches-a-minute", "1000000"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).expect("the service starts");
        let address = announced["service"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address, _folder: folder }
    }

    /// The most memory that it ever had, in megabytes.
    fn most_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1_024 / 1_000_000
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
