//! A service on a free port, with a log of its own, and what consumers sign.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use alloy_primitives::{Address, address};
use barter_reputation::{
    chain::follower,
    key::SecretKey,
    oracle::{self, Oracle},
    service::{Error, Follow, Limits, OperatorToken, Server, Settings},
    wire::{
        Dispute, DisputeFields, DisputeForm, DisputeJson, Domain, Form, Fraction, Number, Outcome, OutcomeFields,
        OutcomeJson, Price, SignedDispute, SignedOutcome, Status,
    },
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{common::Place, fake_chain::FakeChain};

pub(crate) const PREFIX: &str = "/ai-market/v2/reputation";
pub(crate) const NOW: u64 = 1_790_000_000;
pub(crate) const OPERATOR: &str = "operator-token-of-the-tests";
pub(crate) const OWN_HUB: &str = "https://oracle.example.com";
pub(crate) const PROVIDER: &str = "https://provider.example.com";
pub(crate) const CONSUMER: &str = "https://consumer.example.com";
pub(crate) const WALLET: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");
pub(crate) const CHAIN_ID: u64 = 31_337;
pub(crate) const DOMAIN: Domain =
    Domain { chain_id: CHAIN_ID, bond: address!("5FbDB2315678afecb367f032d93F642f64180aa3") };

/// Limits that no test meets by accident.
pub(crate) const NO_LIMITS: Limits =
    Limits { batches_a_minute: MANY, disputes_a_minute: MANY, operator_a_minute: MANY, pages_a_minute: MANY };
const MANY: u32 = 1_000_000;

/// The key of a seed of equal bytes, as in the vectors.
pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) struct Fixture {
    pub server: Server,
    pub oracle: Oracle,
    pub client: Client,
    pub place: Place,
}

/// How a service for a test differs from others.
pub(crate) struct Setup {
    pub settings: Settings,
    pub chain: Option<FakeChain>,
    /// A server's where one is named, so that the suite runs on both.
    pub place: Place,
}

impl Default for Setup {
    fn default() -> Self {
        let settings = Settings {
            clock: Arc::new(|| NOW),
            operator: Some(OperatorToken::new(OPERATOR).unwrap()),
            limits: NO_LIMITS,
            ..Settings::new(OWN_HUB, key(9))
        };
        Self { settings, chain: None, place: Place::postgres().unwrap_or_else(Place::file) }
    }
}

pub(crate) async fn start() -> Fixture {
    start_with(Setup::default()).await
}

/// A service that knows one consumer, whose key is that of seed 2. Without a name of its own it goes by its address.
pub(crate) async fn start_with(setup: Setup) -> Fixture {
    let location = setup.place.location();
    let made = tokio::task::spawn_blocking(move || {
        let chosen = oracle::Settings { domain: Some(DOMAIN), ..oracle::Settings::default() };
        let oracle = Oracle::create(&location, chosen).unwrap();
        assert!(oracle.register_consumer(CONSUMER, key(2).public(), NOW).unwrap().unwrap());
        oracle
    });
    let oracle = made.await.unwrap();
    let follow = setup.chain.map(|chain| Follow {
        chain: Arc::new(chain),
        settings: follower::Settings {
            chain_id: CHAIN_ID,
            confirmations: 3,
            every: Duration::from_millis(20),
            oracle: Some(Address::with_last_byte(0xaa)),
        },
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut settings = setup.settings;
    if settings.hub_url.is_empty() {
        settings.hub_url = format!("http://{}", listener.local_addr().unwrap());
    }
    let server = serve(listener, oracle.clone(), settings, follow).await.unwrap();
    Fixture { server, oracle, client: client(), place: setup.place }
}

/// Starts it where it may wait for a database.
async fn serve(
    listener: TcpListener,
    oracle: Oracle,
    settings: Settings,
    follow: Option<Follow>,
) -> Result<Server, Error> {
    tokio::task::spawn_blocking(move || Server::start(listener, oracle, settings, follow)).await.unwrap()
}

pub(crate) fn client() -> Client {
    // Nothing here is asked over TLS, but the client wants to have it.
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}

/// An answer: its status and its JSON.
pub(crate) type Answer = (StatusCode, Value);

impl Fixture {
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Another service on the same log.
    pub(crate) async fn another(&self, settings: Settings) -> Result<Server, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        serve(listener, self.oracle.clone(), settings, None).await
    }

    /// Asks the oracle where it may wait for a disk.
    pub(crate) async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Oracle) -> T + Send + 'static) -> T {
        let oracle = self.oracle.clone();
        tokio::task::spawn_blocking(move || question(&oracle)).await.unwrap()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>, token: Option<&str>) -> Answer {
        let url = format!("http://{}{PREFIX}{path}", self.address());
        let mut request = self.client.request(method, url).header("content-type", "application/json");
        if let Some(body) = body {
            request = request.body(body);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}, and no JSON: {text:?}"));
        (status, value)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(serde_json::to_vec(body).unwrap()), None).await
    }

    pub(crate) async fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.send(Method::POST, path, Some(body.into()), None).await
    }

    pub(crate) async fn operate(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, Some(serde_json::to_vec(body).unwrap()), Some(OPERATOR)).await
    }

    /// Sends outcomes, and gives what became of them.
    pub(crate) async fn record(&self, outcomes: &[OutcomeJson]) -> Value {
        let (status, answer) = self.post("/outcomes", &json!({ "outcomes": outcomes })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Sends bytes as they are and reads what comes back until the connection ends.
    pub(crate) async fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).await.unwrap();
        // The service may close before it has read everything.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// An outcome of the consumer that every service here knows.
pub(crate) fn fields(invocation: &str) -> OutcomeFields {
    OutcomeFields {
        invocation_id: invocation.to_owned(),
        capability_id: "translate.multi@v2".to_owned(),
        product_id: "prod-001".to_owned(),
        provider_hub: PROVIDER.to_owned(),
        consumer_hub: CONSUMER.to_owned(),
        status: Status::Success,
        price: Price::from_number(Number::Float(0.4)).unwrap(),
        latency_ms: 8_000,
        quality: Some(Fraction::from_number("quality_score", Number::Float(0.9)).unwrap()),
        timestamp: NOW - 60,
    }
}

pub(crate) fn sign(form: Form, fields: OutcomeFields, key: &SecretKey) -> OutcomeJson {
    let outcome = Outcome::new(form, fields).unwrap();
    let signature = key.sign(&outcome.signed_bytes());
    OutcomeJson::write(&SignedOutcome { outcome, signature })
}

/// An outcome in the published form, signed by that consumer.
pub(crate) fn outcome(invocation: &str) -> OutcomeJson {
    sign(Form::Published, fields(invocation), &key(2))
}

pub(crate) fn dispute_fields(dispute: &str, invocation: &str) -> DisputeFields {
    DisputeFields {
        dispute_id: dispute.to_owned(),
        invocation_id: invocation.to_owned(),
        provider_hub: PROVIDER.to_owned(),
        consumer_hub: CONSUMER.to_owned(),
        reason: "Returned wrong language".to_owned(),
        requested_slash: Fraction::from_number("requested_slash_pct", Number::Float(0.1)).unwrap(),
        timestamp: NOW - 30,
        evidence: r#"{"expected_lang":"fr"}"#.to_owned(),
    }
}

pub(crate) fn sign_dispute(form: DisputeForm, fields: DisputeFields, key: &SecretKey) -> SignedDispute {
    let dispute = Dispute::new(form, fields).unwrap();
    let signature = key.sign(&dispute.signed_bytes());
    SignedDispute { dispute, signature, consumer_key: key.public() }
}

pub(crate) fn dispute(dispute: &str, invocation: &str) -> DisputeJson {
    DisputeJson::write(&sign_dispute(DisputeForm::Published, dispute_fields(dispute, invocation), &key(2)))
}

/// In our form, to pay that wallet.
pub(crate) fn dispute_paying(wallet: Address, dispute: &str, invocation: &str) -> SignedDispute {
    let requested_slash = Fraction::from_ppm("requested_slash_ppm", 100_000).unwrap();
    let fields = DisputeFields { requested_slash, ..dispute_fields(dispute, invocation) };
    sign_dispute(DisputeForm::Bound { domain: DOMAIN, wallet }, fields, &key(2))
}

/// An event, as the published package's hubs sign them.
pub(crate) fn event(timestamp: u64) -> OutcomeJson {
    let fields = OutcomeFields {
        invocation_id: String::new(),
        product_id: String::new(),
        quality: None,
        timestamp,
        ..fields("none")
    };
    sign(Form::Event, fields, &key(2))
}

pub(crate) fn code(answer: &Answer) -> (u16, String) {
    (answer.0.as_u16(), answer.1["error"].as_str().unwrap_or_default().to_owned())
}
