//! What goes over the wire, byte by byte: over a node that does as it is told. What it means is tested with the client, in
//! `tests/serve.rs`.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use barter_protocol::{PaymentHash, Preimage};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine};
use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use super::{
    encoding::{Binary, Long},
    *,
};
use std::sync::Mutex as Lock;

use crate::{
    BitcoinNetwork, FailureReason, Invoice, InvoiceRequest, InvoiceState, NodeInfo, OwnInvoice, Paid, Payment,
    PaymentLimits, PaymentStatus,
};

const PREIMAGE: Preimage = Preimage::new([0xfb; 32]);
/// Its bytes in both kinds of base64, which differ for these.
const PREIMAGE_BASE64: &str = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
const PREIMAGE_URL_SAFE: &str = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=";

/// A wait for what must come. Whoever waits for what must not come waits [`A_WHILE`].
const LONG: Duration = Duration::from_secs(30);
const A_WHILE: Duration = Duration::from_millis(100);

/// A node that does as it is told.
#[derive(Default)]
struct Puppet {
    invoices: Lock<HashMap<PaymentHash, OwnInvoice>>,
    payments: Lock<HashMap<PaymentHash, PaymentStatus>>,
    /// What paying says; a payment is pending as long as there is nothing.
    outcome: Lock<Option<Outcome>>,
    told: Notify,
    limits: Lock<Option<PaymentLimits>>,
}

#[derive(Clone, Copy)]
enum Outcome {
    Pays,
    Fails(FailureReason),
    RunsOutOfTime,
    IsRefused,
}

impl Puppet {
    /// Payments that were begun go on, whoever waits for them.
    fn tell(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap() = Some(outcome);
        let decided = match outcome {
            Outcome::Pays => Some(PaymentStatus::Paid(Paid::new(PREIMAGE, 1_500))),
            Outcome::Fails(reason) => Some(PaymentStatus::Failed(reason)),
            Outcome::RunsOutOfTime | Outcome::IsRefused => None,
        };
        if let Some(decided) = decided {
            let mut payments = self.payments.lock().unwrap();
            payments.values_mut().filter(|status| **status == PaymentStatus::Pending).for_each(|status| {
                status.clone_from(&decided);
            });
        }
        self.told.notify_waiters();
    }

    fn knows(&self, payment_hash: PaymentHash, status: PaymentStatus) {
        self.payments.lock().unwrap().insert(payment_hash, status);
    }

    fn has(&self, preimage: Preimage, state: InvoiceState) {
        let invoice = invoice(preimage, unix_now(), 3_600, Currency::Regtest);
        self.invoices.lock().unwrap().insert(preimage.payment_hash(), OwnInvoice::new(invoice, state));
    }

    fn state(&self, payment_hash: PaymentHash) -> Option<InvoiceState> {
        self.invoices.lock().unwrap().get(&payment_hash).map(|own| own.state)
    }

    fn set(&self, payment_hash: PaymentHash, state: InvoiceState) {
        if let Some(own) = self.invoices.lock().unwrap().get_mut(&payment_hash) {
            own.state = state;
        }
    }
}

/// The puppet's.
fn public_key() -> String {
    SecretKey::from_slice(&[3; 32]).unwrap().public_key(&Secp256k1::new()).to_string()
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn invoice(preimage: Preimage, made_at: u64, lifetime_seconds: u64, currency: Currency) -> Invoice {
    invoice_of(1, preimage, made_at, lifetime_seconds, currency)
}

/// An invoice of the node with this key.
fn invoice_of(key: u8, preimage: Preimage, made_at: u64, lifetime_seconds: u64, currency: Currency) -> Invoice {
    let key = SecretKey::from_slice(&[key; 32]).unwrap();
    let invoice = InvoiceBuilder::new(currency)
        .amount_milli_satoshis(50_000_000)
        .description("a logo".to_owned())
        .payment_hash(sha256::Hash::from_byte_array(*preimage.payment_hash().as_bytes()))
        .payment_secret(PaymentSecret([2; 32]))
        .duration_since_epoch(Duration::from_secs(made_at))
        .expiry_time(Duration::from_secs(lifetime_seconds))
        .min_final_cltv_expiry_delta(18)
        .build_signed(|message| Secp256k1::new().sign_ecdsa_recoverable(message, &key));
    Invoice::try_from(&invoice.unwrap()).unwrap()
}

impl Lightning for Arc<Puppet> {
    async fn node(&self) -> Result<NodeInfo, Error> {
        Ok(NodeInfo::new(public_key(), BitcoinNetwork::Regtest, "anna".to_owned()))
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        if request.amount_sats == 0 {
            return Err(Error::InvalidRequest { reason: "an amount of nothing".to_owned() });
        }
        let preimage = match request.lock {
            crate::InvoiceLock::Preimage(preimage) => preimage,
            crate::InvoiceLock::Held(payment_hash) => {
                assert_eq!(payment_hash, PREIMAGE.payment_hash());
                PREIMAGE
            }
        };
        assert_eq!((request.amount_sats, request.description.as_str()), (50_000, "a logo"));
        let invoice = invoice(preimage, unix_now(), request.lifetime_seconds.into(), Currency::Regtest);
        let given = matches!(request.lock, crate::InvoiceLock::Preimage(_)).then_some(preimage);
        let own = OwnInvoice::new(invoice.clone(), InvoiceState::Open).with_preimage(given);
        self.invoices.lock().unwrap().insert(preimage.payment_hash(), own);
        Ok(invoice)
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        Ok(self.invoices.lock().unwrap().get(&payment_hash).cloned())
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        let payment_hash = preimage.payment_hash();
        match self.state(payment_hash) {
            None => Err(Error::UnknownInvoice { payment_hash }),
            Some(InvoiceState::Held | InvoiceState::Paid) => {
                self.set(payment_hash, InvoiceState::Paid);
                Ok(())
            }
            Some(InvoiceState::Open | InvoiceState::Cancelled) => Err(Error::NotHeld { payment_hash }),
        }
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        match self.state(payment_hash) {
            None => Err(Error::UnknownInvoice { payment_hash }),
            Some(InvoiceState::Paid) => Err(Error::AlreadyPaid { payment_hash }),
            Some(_) => {
                self.set(payment_hash, InvoiceState::Cancelled);
                Ok(())
            }
        }
    }

    async fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
        let payment_hash = invoice.payment_hash();
        *self.limits.lock().unwrap() = Some(*limits);
        self.knows(payment_hash, PaymentStatus::Pending);
        loop {
            let told = self.told.notified();
            let outcome = *self.outcome.lock().unwrap();
            match outcome {
                None => told.await,
                Some(Outcome::Pays) => {
                    let paid = Paid::new(PREIMAGE, 1_500);
                    self.knows(payment_hash, PaymentStatus::Paid(paid));
                    return Ok(paid);
                }
                Some(Outcome::Fails(reason)) => {
                    self.knows(payment_hash, PaymentStatus::Failed(reason));
                    return Err(Error::PaymentFailed { payment_hash, reason });
                }
                Some(Outcome::RunsOutOfTime) => {
                    return Err(Error::PaymentPending { payment_hash, waited: limits.timeout });
                }
                Some(Outcome::IsRefused) => return Err(Error::Refused { reason: "no".to_owned() }),
            }
        }
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        let status = self.payments.lock().unwrap().get(&payment_hash).cloned();
        Ok(status.map(|status| Payment::new(payment_hash, status)))
    }
}

/// An answer that is being read.
struct Answer {
    status: u16,
    lines: Lines<BufReader<TcpStream>>,
}

impl Answer {
    /// The next line of the body, which has to come.
    async fn line(&mut self) -> Option<Value> {
        let line = timeout(LONG, self.lines.next_line()).await.expect("a line or the end").unwrap()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// The whole body, of one line.
    async fn body(mut self) -> Value {
        let body = self.line().await.unwrap();
        assert_eq!(self.line().await, None);
        body
    }
}

/// A server over a puppet.
struct Stage {
    puppet: Arc<Puppet>,
    server: Server,
}

impl Stage {
    async fn set() -> Self {
        let puppet = Arc::new(Puppet::default());
        let server = Server::start(Arc::clone(&puppet), ServerSettings::default()).await.unwrap();
        Self { puppet, server }
    }

    /// Sends a request with these macaroons, and reads the head of the answer.
    async fn send(&self, line: &str, macaroons: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.server.address).await.unwrap();
        // The old version, so that an answer ends with its connection.
        let mut request = format!("{line} HTTP/1.0\r\nContent-Length: {}\r\n", body.len());
        for macaroon in macaroons {
            request.extend(["Grpc-Metadata-macaroon: ", macaroon, "\r\n"]);
        }
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut head = Vec::new();
        loop {
            let line = timeout(LONG, lines.next_line()).await.expect("an answer").unwrap().unwrap();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        Answer { status: head[0].split(' ').nth(1).unwrap().parse().unwrap(), lines }
    }

    async fn ask(&self, line: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(line, &[&self.server.macaroon_hex()], &body).await
    }

    /// Asks for something that is refused, as LND does it.
    async fn refusal(&self, line: &str, body: &Value) -> (u16, u64, String) {
        let answer = self.ask(line, body).await;
        let (status, body) = (answer.status, answer.body().await);
        let error = if line.contains("/v2/router/") && body["error"].is_object() { &body["error"] } else { &body };
        assert_eq!((&error["details"], error.as_object().unwrap().len()), (&json!([]), 3), "{body}");
        (status, error["code"].as_u64().unwrap(), error["message"].as_str().unwrap().to_owned())
    }
}

fn send_request() -> Value {
    let invoice = invoice(PREIMAGE, unix_now(), 3_600, Currency::Regtest);
    json!({"payment_request": invoice.text(), "timeout_seconds": 5, "fee_limit_sat": "7", "no_inflight_updates": true})
}

fn seen(status: &str, preimage: &str, fee_msat: &str, failure: &str) -> Value {
    json!({"result": {
        "payment_hash": PREIMAGE.payment_hash().to_string()[2..],
        "payment_preimage": preimage,
        "status": status,
        "fee_sat": if fee_msat == "0" { "0" } else { "1" },
        "fee_msat": fee_msat,
        "failure_reason": format!("FAILURE_REASON_{failure}"),
    }})
}

fn in_flight() -> Value {
    seen("IN_FLIGHT", &"00".repeat(32), "0", "NONE")
}

fn succeeded() -> Value {
    seen("SUCCEEDED", &"fb".repeat(32), "1500", "NONE")
}

fn failed(reason: &str) -> Value {
    seen("FAILED", &"00".repeat(32), "0", reason)
}

/// The path that follows the payment.
fn track(query: &str) -> String {
    let hash = BASE64_URL_SAFE.encode(PREIMAGE.payment_hash().as_bytes());
    format!("GET /v2/router/track/{hash}{query}")
}

#[tokio::test]
async fn says_who_the_node_is() {
    let answer = Stage::set().await.ask("GET /v1/getinfo", &Value::Null).await;
    assert_eq!(answer.status, 200);
    let version = format!("barter-lightning {}", env!("CARGO_PKG_VERSION"));
    let expected = json!({
        "version": version, "identity_pubkey": public_key(), "alias": "anna", "synced_to_chain": true, "synced_to_graph": true,
        "chains": [{"chain": "bitcoin", "network": "regtest"}],
    });
    assert_eq!(answer.body().await, expected);
    assert_eq!(info::network_name(BitcoinNetwork::Bitcoin), "mainnet");
}

#[tokio::test]
async fn tells_the_balance_if_it_knows_it() {
    let unknown = Stage::set().await.refusal("GET /v1/balance/channels", &Value::Null).await;
    assert_eq!((unknown.0, unknown.1), (501, 12));
    let puppet = Arc::new(Puppet::default());
    let settings = ServerSettings { balance_sats: Some(Arc::new(|| 4_987)), ..ServerSettings::default() };
    let server = Server::start(Arc::clone(&puppet), settings).await.unwrap();
    let body = Stage { puppet, server }.ask("GET /v1/balance/channels", &Value::Null).await.body().await;
    assert_eq!(body, json!({"local_balance": {"sat": "4987", "msat": "4987000"}}));
}

#[tokio::test]
async fn nobody_is_let_in_without_the_macaroon() {
    let stage = Stage::set().await;
    let macaroon = stage.server.macaroon_hex();
    let mut other = macaroon.clone();
    other.replace_range(63.., if other.ends_with('0') { "1" } else { "0" });
    let lines = [
        "GET /v1/getinfo",
        "GET /v1/balance/channels",
        "POST /v1/invoices",
        "GET /v1/invoice/00",
        "POST /v2/invoices/hodl",
        "POST /v2/invoices/settle",
        "POST /v2/invoices/cancel",
        "POST /v2/router/send",
        "GET /v2/router/track/AA==",
    ];
    for line in lines {
        for (macaroons, reason) in [
            (&[][..], "expected 1 macaroon, got 0"),
            (&[macaroon.as_str(), macaroon.as_str()], "expected 1 macaroon, got 2"),
            (&[other.as_str()], "verification failed"),
            (&[&macaroon[..62]], "verification failed"),
            (&[""], "verification failed"),
        ] {
            let answer = stage.send(line, macaroons, "{}").await;
            let (status, body) = (answer.status, answer.body().await);
            let error = if line.contains("router") { &body["error"] } else { &body };
            assert_eq!((status, &error["code"]), (500, &json!(2)), "{line}: {body}");
            assert!(error["message"].as_str().unwrap().starts_with(reason), "{line}: {body}");
        }
    }
    let in_capitals = stage.send("GET /v1/getinfo", &[&macaroon.to_uppercase()], "").await;
    assert_eq!(in_capitals.status, 200);
    assert!(!format!("{:?}", stage.server).contains(&macaroon));
    assert_eq!(stage.server.macaroon().to_lower_hex_string(), macaroon);
}

#[tokio::test]
async fn each_server_has_a_macaroon_of_its_own() {
    let (one, other) = (Stage::set().await.server, Stage::set().await.server);
    assert_ne!(one.macaroon(), other.macaroon());
    assert_ne!(one.macaroon(), [0; 32]);
}

#[tokio::test]
async fn makes_an_invoice_of_a_preimage() {
    let stage = Stage::set().await;
    let request = json!({"memo": "a logo", "r_preimage": PREIMAGE_BASE64, "value": "50000", "expiry": "600"});
    let answer = stage.ask("POST /v1/invoices", &request).await;
    assert_eq!(answer.status, 200);
    let (body, hash) = (answer.body().await, BASE64_STANDARD.encode(PREIMAGE.payment_hash().as_bytes()));
    assert_eq!(body["r_hash"], json!(hash));
    let made: Invoice = body["payment_request"].as_str().unwrap().parse().unwrap();
    assert_eq!(made.payment_hash(), PREIMAGE.payment_hash());

    let path = format!("GET /v1/invoice/{}", &PREIMAGE.payment_hash().to_string()[2..]);
    for (state, name, paid) in [
        (InvoiceState::Open, "OPEN", "0"),
        (InvoiceState::Held, "ACCEPTED", "50000"),
        (InvoiceState::Paid, "SETTLED", "50000"),
        (InvoiceState::Cancelled, "CANCELED", "0"),
    ] {
        stage.puppet.set(PREIMAGE.payment_hash(), state);
        let found = stage.ask(&path, &Value::Null).await.body().await;
        let expected = json!({
            "memo": "a logo", "r_preimage": PREIMAGE_BASE64, "r_hash": hash, "value": "50000", "value_msat": "50000000",
            "creation_date": (made.expires_at() - 600).to_string(), "expiry": "600", "payment_request": made.text(),
            "amt_paid_sat": paid, "state": name,
        });
        assert_eq!(found, expected);
    }
    // As LND, it makes none twice: whoever asks again has to look.
    let again = stage.refusal("POST /v1/invoices", &request).await;
    assert_eq!(again, (500, 2, "invoice with payment hash already exists".to_owned()));
}

#[tokio::test]
async fn makes_an_invoice_whose_payment_is_held() {
    let stage = Stage::set().await;
    let hash = BASE64_URL_SAFE.encode(PREIMAGE.payment_hash().as_bytes());
    let request = json!({"memo": "a logo", "hash": hash.trim_end_matches('='), "value": 50_000});
    let body = stage.ask("POST /v2/invoices/hodl", &request).await.body().await;
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    let made: Invoice = body["payment_request"].as_str().unwrap().parse().unwrap();
    // A day, where nothing else was said.
    assert!(made.expires_at().abs_diff(unix_now() + 86_400) <= LONG.as_secs());

    let path = format!("GET /v1/invoice/{}", PREIMAGE.payment_hash());
    assert_eq!(stage.ask(&path, &Value::Null).await.body().await["r_preimage"], json!(""));

    let settle = json!({"preimage": PREIMAGE_URL_SAFE});
    let still_open = (500, 2, "invoice still open".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, still_open);
    stage.puppet.set(PREIMAGE.payment_hash(), InvoiceState::Held);
    for _ in 0..2 {
        assert_eq!(stage.ask("POST /v2/invoices/settle", &settle).await.body().await, json!({}));
    }
    assert_eq!(stage.puppet.state(PREIMAGE.payment_hash()), Some(InvoiceState::Paid));
}

#[tokio::test]
async fn cancels_an_invoice() {
    let stage = Stage::set().await;
    let payment_hash = PREIMAGE.payment_hash();
    let cancel = json!({"payment_hash": BASE64_STANDARD.encode(payment_hash.as_bytes())});
    let settle = json!({"preimage": PREIMAGE_BASE64});
    let unknown = (500, 2, "unable to locate invoice".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/cancel", &cancel).await, unknown);
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, unknown);
    let missing = stage.refusal(&format!("GET /v1/invoice/{payment_hash}"), &Value::Null).await;
    assert_eq!(missing, (404, 5, "unable to locate invoice".to_owned()));

    stage.puppet.has(PREIMAGE, InvoiceState::Open);
    for _ in 0..2 {
        assert_eq!(stage.ask("POST /v2/invoices/cancel", &cancel).await.body().await, json!({}));
    }
    let cancelled = (500, 2, "invoice already canceled".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/settle", &settle).await, cancelled);
    stage.puppet.set(payment_hash, InvoiceState::Paid);
    let paid = (500, 2, "invoice already settled".to_owned());
    assert_eq!(stage.refusal("POST /v2/invoices/cancel", &cancel).await, paid);
}

#[tokio::test]
async fn pays_and_tells_when_it_is_decided() {
    for (outcome, told) in [
        (Outcome::Pays, succeeded()),
        (Outcome::Fails(FailureReason::NoRoute), failed("NO_ROUTE")),
        (Outcome::Fails(FailureReason::InsufficientLiquidity), failed("INSUFFICIENT_BALANCE")),
        (Outcome::Fails(FailureReason::Rejected), failed("INCORRECT_PAYMENT_DETAILS")),
        (Outcome::Fails(FailureReason::TimedOut), failed("TIMEOUT")),
        (Outcome::Fails(FailureReason::Other), failed("ERROR")),
    ] {
        let stage = Stage::set().await;
        let mut request = send_request();
        request["no_inflight_updates"] = json!(false);
        let mut answer = stage.ask("POST /v2/router/send", &request).await;
        assert_eq!((answer.status, answer.line().await), (200, Some(in_flight())));
        assert!(timeout(A_WHILE, answer.lines.next_line()).await.is_err(), "told before it was decided");
        stage.puppet.tell(outcome);
        assert_eq!(answer.line().await.as_ref(), Some(&told));
        assert_eq!(answer.line().await, None);
        let limits = PaymentLimits { max_fee_sats: 7, timeout: Duration::from_secs(5) };
        assert_eq!(*stage.puppet.limits.lock().unwrap(), Some(limits));
        assert_eq!(stage.ask(&track("?no_inflight_updates=true"), &Value::Null).await.body().await, told);
    }
}

#[tokio::test]
async fn a_payment_goes_on_when_nobody_reads_on() {
    let stage = Stage::set().await;
    let request = send_request();
    let request = stage.ask("POST /v2/router/send", &request);
    // Nothing is told until it is decided, not even that there will be an answer.
    assert!(timeout(A_WHILE, request).await.is_err());
    let mut tracked = stage.ask(&track(""), &Value::Null).await;
    assert_eq!(tracked.line().await, Some(in_flight()));
    assert!(timeout(A_WHILE, tracked.lines.next_line()).await.is_err(), "told twice");
    stage.puppet.tell(Outcome::Pays);
    assert_eq!(tracked.body().await, succeeded());
    assert_eq!(stage.ask(&track("?no_inflight_updates=true"), &Value::Null).await.body().await, succeeded());
}

#[tokio::test]
async fn follows_a_payment_beyond_its_time() {
    let stage = Stage::set().await;
    stage.puppet.tell(Outcome::RunsOutOfTime);
    let (send, decided) = (send_request(), track("?no_inflight_updates=true"));
    let sent = stage.ask("POST /v2/router/send", &send);
    let tracked = stage.ask(&decided, &Value::Null);
    let (sent, tracked, ()) = tokio::join!(sent, tracked, async {
        sleep(A_WHILE).await;
        stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Paid(Paid::new(PREIMAGE, 1_500)));
    });
    assert_eq!((sent.body().await, tracked.status), (succeeded(), 200));
    assert_eq!(tracked.body().await, succeeded());
}

#[tokio::test]
async fn refuses_what_cannot_be_paid() {
    let stage = Stage::set().await;
    let mut request = send_request();
    let refused = |said: &str| (500, 2, said.to_owned());
    for (status, reason) in [
        (PaymentStatus::Pending, "payment is in transition"),
        (PaymentStatus::Paid(Paid::new(PREIMAGE, 0)), "invoice is already paid"),
    ] {
        stage.puppet.knows(PREIMAGE.payment_hash(), status);
        assert_eq!(stage.refusal("POST /v2/router/send", &request).await, (409, 6, reason.to_owned()));
    }
    // An expired invoice is refused before it is looked for.
    let expired = invoice(PREIMAGE, 1_000_000, 60, Currency::Regtest);
    request["payment_request"] = json!(expired.text());
    let told = stage.refusal("POST /v2/router/send", &request).await;
    assert_eq!(told, refused("invoice expired. Valid until 1000060"));
    request["payment_request"] = json!(invoice(PREIMAGE, unix_now(), 60, Currency::Bitcoin).text());
    let told = stage.refusal("POST /v2/router/send", &request).await;
    assert_eq!(told, refused("invoice not for current active network 'regtest'"));
    let of_its_own = invoice_of(3, PREIMAGE, unix_now(), 60, Currency::Regtest);
    request["payment_request"] = json!(of_its_own.text());
    assert_eq!(stage.refusal("POST /v2/router/send", &request).await, refused("self-payments not allowed"));
    request["payment_request"] = json!("lnbcrt1");
    assert_eq!(stage.refusal("POST /v2/router/send", &request).await.0, 500);
    assert_eq!(*stage.puppet.limits.lock().unwrap(), None, "the node was asked to pay");

    // What failed is tried anew.
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Failed(FailureReason::NoRoute));
    stage.puppet.tell(Outcome::Pays);
    assert_eq!(stage.ask("POST /v2/router/send", &send_request()).await.body().await, succeeded());
}

#[tokio::test]
async fn an_error_of_the_node_takes_the_place_of_a_line() {
    let stage = Stage::set().await;
    stage.puppet.tell(Outcome::IsRefused);
    let refused = stage.refusal("POST /v2/router/send", &send_request()).await;
    assert_eq!(refused, (500, 2, "the Lightning node refused: no".to_owned()));
    let never_paid = stage.refusal(&track("").replace("track/", "track/AAAA"), &Value::Null).await;
    assert_eq!(never_paid, (500, 2, "invalid hash length of 35, want 32".to_owned()));
    stage.puppet.payments.lock().unwrap().clear();
    assert_eq!(stage.refusal(&track(""), &Value::Null).await, (404, 5, "payment isn't initiated".to_owned()));
    assert_eq!(stage.refusal("GET /v2/router/track/!", &Value::Null).await.1, 3);
}

#[tokio::test]
async fn refuses_what_is_no_request() {
    let stage = Stage::set().await;
    assert_eq!(stage.refusal("GET /v1/nothing", &Value::Null).await, (404, 5, "Not Found".to_owned()));
    assert_eq!(stage.refusal("DELETE /v1/invoices", &Value::Null).await, (501, 12, "Method Not Allowed".to_owned()));
    let good = json!({"r_preimage": PREIMAGE_BASE64, "value": "50000"});
    let (value, expiry) = (json!("x"), json!("4294967296"));
    for (field, wrong, code) in [
        ("r_preimage", json!(7), 3),
        ("r_preimage", json!("*"), 3),
        ("r_preimage", json!(&PREIMAGE_BASE64[..40]), 2),
        ("r_preimage", Value::Null, 3),
        ("value", value, 3),
        ("value", json!(-1), 3),
        ("value", json!(0), 2),
        ("expiry", expiry, 2),
        ("amount", json!(5), 3),
    ] {
        let mut request = good.clone();
        request[field] = wrong;
        let (_, refused, message) = stage.refusal("POST /v1/invoices", &request).await;
        assert_eq!(refused, code, "{request}: {message}");
        assert!(!message.contains(&PREIMAGE_BASE64[..20]), "{message}");
    }
    for line in ["POST /v1/invoices", "POST /v2/router/send", "POST /v2/invoices/settle"] {
        assert_eq!(stage.refusal(line, &json!([])).await.1, 3, "{line}");
        assert_eq!(stage.refusal(line, &Value::Null).await.1, 3, "{line}");
        let large = json!({"memo": "x".repeat(20_000)});
        assert_eq!((stage.refusal(line, &large).await.0, 429), (429, 429), "{line}");
    }
    assert!(stage.puppet.invoices.lock().unwrap().is_empty());
}

#[tokio::test]
async fn follows_no_more_payments_than_it_can() {
    let stage = Stage::set().await;
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    let mut followed = Vec::new();
    for _ in 0..MAX_STREAMS {
        let answer = stage.ask(&track(""), &Value::Null).await;
        assert_eq!(answer.status, 200);
        followed.push(answer);
    }
    assert_eq!(stage.refusal(&track(""), &Value::Null).await.1, 8);
    followed.clear();
    // Those who are gone leave their places.
    timeout(LONG, async { while stage.ask(&track(""), &Value::Null).await.status != 200 {} }).await.unwrap();
}

/// Also where a payment takes as long as it may, and whoever ordered it is gone long before.
#[tokio::test]
async fn keeps_no_place_for_an_order_whose_client_is_gone() {
    let stage = Stage::set().await;
    let mut request = send_request();
    request["timeout_seconds"] = json!(3_600);
    request["no_inflight_updates"] = json!(false);
    let mut sent = Vec::new();
    for preimage in 1..=MAX_STREAMS {
        let preimage = Preimage::new([u8::try_from(preimage % 251).unwrap() + 1; 32]);
        request["payment_request"] = json!(invoice(preimage, unix_now(), 3_600, Currency::Regtest).text());
        stage.puppet.payments.lock().unwrap().clear();
        let answer = stage.ask("POST /v2/router/send", &request).await;
        assert_eq!(answer.status, 200);
        sent.push(answer);
    }
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    assert_eq!(stage.refusal(&track(""), &Value::Null).await.1, 8);
    sent.clear();
    timeout(LONG, async { while stage.ask(&track(""), &Value::Null).await.status != 200 {} }).await.unwrap();
}

#[tokio::test]
async fn stops_although_somebody_waits() {
    let stage = Stage::set().await;
    let address = stage.server.address;
    stage.puppet.knows(PREIMAGE.payment_hash(), PaymentStatus::Pending);
    let mut answer = stage.ask(&track(""), &Value::Null).await;
    assert_eq!(answer.line().await, Some(in_flight()));
    timeout(LONG, stage.server.stop()).await.expect("an end");
    let end = answer.line().await.unwrap();
    assert_eq!(end["error"]["message"], json!("router server shutting down"));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let Stage { puppet, server } = Stage::set().await;
    let address = server.address;
    drop(server);
    let stopped = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(LONG, stopped).await.expect("nobody listens");
    // The node is let go of, too.
    timeout(LONG, async {
        while Arc::strong_count(&puppet) > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn says_that_a_port_is_taken() {
    let taken = Stage::set().await;
    let settings = ServerSettings { port: taken.server.address.port(), ..ServerSettings::default() };
    let port = settings.port;
    let error = Server::start(Arc::new(Puppet::default()), settings).await.unwrap_err();
    assert!(matches!(error, Error::NotServed { port: named, .. } if named == port), "{error}");
    assert_eq!(error.code(), "lightning_not_served");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_are_read_in_every_kind_of_base64(bytes in proptest::array::uniform32(any::<u8>())) {
        let written = serde_json::to_value(Binary::new(&bytes)).unwrap();
        let standard = BASE64_STANDARD.encode(bytes);
        prop_assert_eq!(written.as_str(), Some(standard.as_str()));
        let url_safe = BASE64_URL_SAFE.encode(bytes);
        for text in [standard.trim_end_matches('='), url_safe.trim_end_matches('='), &standard, &url_safe] {
            prop_assert_eq!(Binary::read(text).unwrap().thirty_two().unwrap(), bytes);
        }
    }

    #[test]
    fn numbers_are_written_as_text_and_read_as_either(number in any::<u64>()) {
        let written = serde_json::to_value(Long(number)).unwrap();
        prop_assert_eq!(&written, &json!(number.to_string()));
        for value in [written, json!(number)] {
            let Long(read) = serde_json::from_value(value).unwrap();
            prop_assert_eq!(read, number);
        }
    }
}
