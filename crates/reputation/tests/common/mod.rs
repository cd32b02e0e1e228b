//! What the log's suites share: places to keep a log in, consumers who sign, and outcomes to be signed.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; none uses all of it")]

use std::{
    env, fs,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use alloy_primitives::Address;
use barter_reputation::{
    key::SecretKey,
    oracle::{Error, Oracle, Settings},
    score,
    wire::{Domain, Form, Fraction, Outcome, OutcomeFields, Price, SignedOutcome, Status},
};
use barter_store::Location;
use postgres::{Client, NoTls};
use tempfile::TempDir;

/// An hour after which nothing happens by itself: 2026-01-02T03:00:00Z.
pub const NOW: u64 = 1_767_322_800;
pub const DOMAIN: Domain = Domain { chain_id: 31_337, bond: Address::repeat_byte(0xb0) };

/// A place of one test's own, emptied when it goes.
pub enum Place {
    File(TempDir),
    Postgres { server: String, schema: String },
}

impl Place {
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// None where no server is named.
    pub fn postgres() -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let server = env::var("BARTER_TEST_POSTGRES").ok()?;
        let schema = format!("log_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        administer(&server, format!("CREATE SCHEMA {schema}")).unwrap();
        Some(Self::Postgres { server, schema })
    }

    /// Every place there is here.
    pub fn all() -> Vec<Self> {
        [Some(Self::file()), Self::postgres()].into_iter().flatten().collect()
    }

    /// As a person would write it, password included.
    pub fn text(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("log.db").to_str().unwrap().to_owned(),
            Self::Postgres { server, schema } => {
                let sign = if server.contains('?') { '&' } else { '?' };
                format!("{server}{sign}options=-csearch_path%3D{schema}&application_name={schema}")
            }
        }
    }

    pub fn location(&self) -> Location {
        Location::parse(&self.text()).unwrap()
    }

    pub fn create(&self) -> Result<Oracle, Error> {
        Oracle::create(&self.location(), settings())
    }

    pub fn oracle(&self) -> Oracle {
        self.create().unwrap()
    }

    /// Runs a statement behind the log's back.
    pub fn tamper(&self, sql: &str) {
        match self {
            Self::File(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("log.db")).unwrap();
                connection.execute_batch(sql).unwrap();
            }
            Self::Postgres { server, schema } => {
                administer(server, format!("SET search_path TO {schema}; {sql}")).unwrap();
            }
        }
    }

    /// Ends every connection there is to it on a server, as a server that is restarted does.
    pub fn end_connections(&self) {
        let Self::Postgres { server, schema } = self else { return };
        let sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name";
        administer(server, format!("{sql} = '{schema}'")).unwrap();
    }
}

/// On a thread of its own, because the client must not wait where an asynchronous test runs.
fn administer(server: &str, sql: String) -> Result<(), postgres::Error> {
    let server = server.to_owned();
    let running = thread::spawn(move || Client::connect(&server, NoTls)?.batch_execute(&sql));
    running.join().unwrap()
}

impl Drop for Place {
    fn drop(&mut self) {
        match self {
            Self::File(folder) => drop(fs::remove_dir_all(folder.path())),
            Self::Postgres { server, schema } => {
                let _ = administer(server, format!("DROP SCHEMA {schema} CASCADE"));
            }
        }
    }
}

/// Windows of a day, so that tests cross their edges.
pub fn settings() -> Settings {
    Settings { domain: Some(DOMAIN), score: score::Settings { window_days: 1, ..score::Settings::default() } }
}

/// The secret key of a number.
pub fn secret(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

pub fn form(code: u8) -> Form {
    match code {
        0 => Form::Published,
        1 => Form::Event,
        _ => Form::Bound(DOMAIN),
    }
}

/// What a consumer says of a call, in our own form.
pub fn fields(provider: &str, consumer: &str, invocation: &str, timestamp: u64) -> OutcomeFields {
    OutcomeFields {
        invocation_id: invocation.to_owned(),
        capability_id: "translate.multi@v2".to_owned(),
        product_id: "prod-001".to_owned(),
        provider_hub: provider.to_owned(),
        consumer_hub: consumer.to_owned(),
        status: Status::Success,
        price: Price::from_units(400_000).unwrap(),
        latency_ms: 8_100,
        quality: Some(Fraction::from_ppm("quality", 930_000).unwrap()),
        timestamp,
    }
}

pub fn sign(form: Form, fields: OutcomeFields, key: &SecretKey) -> SignedOutcome {
    let fields = if form == Form::Event { OutcomeFields { quality: None, ..fields } } else { fields };
    let outcome = Outcome::new(form, fields).unwrap();
    let signature = key.sign(&outcome.signed_bytes());
    SignedOutcome { outcome, signature }
}
