//! What goes over the wire, byte by byte: over a node that does as it is told. What it means is tested with the client, in
//! `tests/serve.rs`.

mod encoding;
mod gate;
mod info;
mod invoices;
mod payments;
mod routes;
mod server;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as Lock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use barter_protocol::{PaymentHash, Preimage};
use base64::prelude::{BASE64_URL_SAFE, Engine};
use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use super::{Server, ServerSettings};
use crate::{
    BitcoinNetwork, Error, FailureReason, Invoice, InvoiceRequest, InvoiceState, Lightning, NodeInfo, OwnInvoice, Paid,
    Payment, PaymentLimits, PaymentStatus,
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
