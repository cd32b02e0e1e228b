//! Calls to one bank, which is who and where it was pinned as.

use std::{
    fmt,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{Client, Response, Url, header::CONTENT_TYPE, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde_json::Value;

use super::{
    Error, Wire,
    wire::{self, shortened},
};
use crate::{
    document::{PublicKey, SecretKey, Ulid},
    rpc::{DISCOVERY_PATHS, Discovery, PROTOCOL_VERSION, RPC_PATH},
};

/// How long a call may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Most bytes of an answer: all accounts and promises of a holder.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A bank as somebody vouched for it: its key and its address belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its key.
    pub key: PublicKey,
    /// Its address, without `/rpc`.
    pub url: String,
}

/// A bank that is who and where it was pinned as.
#[derive(Clone)]
pub struct Connection {
    http: Client,
    pin: Pin,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.pin, formatter)
    }
}

impl Connection {
    /// Asks the address who it is, and compares.
    ///
    /// # Errors
    /// [`Error::NotPinned`] on any difference; [`Error::Url`], [`Error::Unreachable`].
    pub async fn open(pin: Pin) -> Result<Self, Error> {
        let url = Url::parse(&pin.url).map_err(|error| invalid(&pin.url, &error))?;
        let host = url.host_str().ok_or_else(|| invalid(&pin.url, &"it names no host"))?;
        let is_here = host == "localhost"
            || host.trim_start_matches('[').trim_end_matches(']').parse().is_ok_and(|host: IpAddr| host.is_loopback());
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            return Err(invalid(&pin.url, &"expected https://, or http:// on this machine"));
        }
        if pin.url.ends_with('/') || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid(&pin.url, &"expected neither a slash at its end nor a query"));
        }
        let builder = if is_here { Client::builder().no_proxy() } else { Client::builder() };
        let http = builder
            .tls_backend_preconfigured(tls(url.scheme() == "http").map_err(|error| invalid(&pin.url, &error))?)
            // An address that sends elsewhere is not the one that was pinned.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .timeout(CALL_LIMIT)
            .build()
            .map_err(|error| invalid(&pin.url, &error))?;
        let connection = Self { http, pin };
        connection.check().await?;
        Ok(connection)
    }

    /// Whom this calls, and where.
    pub const fn pin(&self) -> &Pin {
        &self.pin
    }

    async fn check(&self) -> Result<(), Error> {
        let Pin { key, url } = &self.pin;
        let [address, _] = DISCOVERY_PATHS.map(|path| format!("{url}{path}"));
        let answer = self.http.get(address).send().await.map_err(|error| self.unreachable(&error))?;
        let found: Discovery = serde_json::from_slice(&self.body(answer).await?)
            .map_err(|error| self.unreachable_because(format!("it does not say who it is: {error}")))?;
        let differs =
            |field, found: String, expected: String| Err(Error::NotPinned { url: url.clone(), field, found, expected });
        if found.pubkey != key.to_string() {
            return differs("key", shortened(&found.pubkey), key.to_string());
        }
        if found.url != *url {
            return differs("address", shortened(&found.url), url.clone());
        }
        if found.protocol_version != PROTOCOL_VERSION {
            return differs("protocol", shortened(&found.protocol_version), PROTOCOL_VERSION.to_owned());
        }
        Ok(())
    }

    /// Makes a call, once, under a new id made at `now`, in Unix milliseconds. Every method may be called again.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Unreachable`], [`Error::Answer`], [`Error::NoRandomness`].
    pub async fn call(
        &self,
        caller: &SecretKey,
        method: &'static str,
        params: &Value,
        now: u64,
    ) -> Result<Value, Error> {
        wire::call(self, new_id(now)?, caller, method, params).await
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.unreachable(&error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(self.unreachable_because(format!("its answer has more than {MAX_ANSWER_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        // The outermost text names the address, which is said already.
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        self.unreachable_because(cause.to_string())
    }

    fn unreachable_because(&self, reason: String) -> Error {
        Error::Unreachable { bank: self.pin.key, url: self.pin.url.clone(), reason }
    }
}

impl Wire for Connection {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn id(&self) -> Result<Ulid, Error> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
        new_id(u64::try_from(since).unwrap_or(u64::MAX))
    }

    async fn carry(&self, body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let url = format!("{}{RPC_PATH}", self.pin.url);
        let sent = self.http.post(url).header(CONTENT_TYPE, "application/json").body(body).send().await;
        self.body(sent.map_err(|error| self.unreachable(&error))?).await
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

fn invalid(url: &str, reason: &impl ToString) -> Error {
    Error::Url { url: url.to_owned(), reason: reason.to_string() }
}

fn new_id(now: u64) -> Result<Ulid, Error> {
    Ulid::generate(now).map_err(|error| Error::NoRandomness { reason: error.to_string() })
}

/// Certificates as this machine trusts them. In the clear there are none, and a machine without any is no obstacle.
fn tls(is_clear: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let builder = if is_clear {
        builder.with_root_certificates(RootCertStore::empty())
    } else {
        builder.with_platform_verifier()?
    };
    Ok(builder.with_no_client_auth())
}
