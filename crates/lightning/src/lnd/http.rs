//! Requests, and how they fail.

use std::{error::Error as StdError, io, time::Duration};

use reqwest::{
    Client, RequestBuilder, Response,
    header::{CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    certificate::tls_config,
    endpoint::Endpoint,
    refusal::{Refusal, printable, quote},
    settings::{LndSettings, invalid},
    updates::Updates,
    wire,
};
use crate::Error;

/// For how long a connection is waited for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer that is read, but for streams. LND's have a few thousand bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Header that carries the macaroon.
const MACAROON_HEADER: &str = "Grpc-Metadata-macaroon";

/// A node's REST interface.
pub(super) struct Http {
    client: Client,
    endpoint: Endpoint,
    macaroon: HeaderValue,
    timeout: Duration,
}

/// Why a request brought nothing.
pub(super) enum Failure {
    /// The node says why.
    Refused(Refusal),
    /// It is not the node that says it.
    Failed(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Http {
    pub(super) fn new(settings: LndSettings) -> Result<Self, Error> {
        let LndSettings { endpoint, certificate, macaroon, timeout } = settings;
        let builder = if endpoint.is_loopback() { Client::builder().no_proxy() } else { Client::builder() };
        let client = builder
            .tls_backend_preconfigured(tls_config(endpoint.is_https(), certificate)?)
            // A node that sends elsewhere would have the macaroon handed on.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| invalid("TLS", format!("cannot be set up: {error}")))?;
        let mut macaroon = HeaderValue::try_from(macaroon.to_hex())
            .map_err(|_| invalid("the macaroon", "does not fit into a header"))?;
        macaroon.set_sensitive(true);
        Ok(Self { client, endpoint, macaroon, timeout })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// For how long an answer is waited for.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.call(self.authorized(self.client.get(self.endpoint.join(path)))).await
    }

    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.call(self.authorized(self.posting(path, body)?)).await
    }

    /// Begins to read a stream of answers. Returns when the first is there or the node has refused; waits no longer than for any
    /// answer.
    pub(super) async fn get_stream(&self, path: &str) -> Result<Updates<'_>, Failure> {
        self.stream(self.authorized(self.client.get(self.endpoint.join(path)))).await
    }

    /// As [`get_stream`](Self::get_stream), of what is posted.
    pub(super) async fn post_stream(&self, path: &str, body: &impl Serialize) -> Result<Updates<'_>, Failure> {
        self.stream(self.authorized(self.posting(path, body)?)).await
    }

    fn posting(&self, path: &str, body: &impl Serialize) -> Result<RequestBuilder, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::InvalidRequest { reason: format!("it cannot be written: {error}") })?;
        let request = self.client.post(self.endpoint.join(path));
        Ok(request.header(CONTENT_TYPE, "application/json").body(body))
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(MACAROON_HEADER, self.macaroon.clone())
    }

    async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let answer = async {
            let response = self.answer(request).await?;
            let body = self.body(response).await?;
            serde_json::from_slice(&body).map_err(|error| unreadable(&error).into())
        };
        tokio::time::timeout(self.timeout, answer).await.unwrap_or_else(|_| Err(self.no_answer().into()))
    }

    async fn stream(&self, request: RequestBuilder) -> Result<Updates<'_>, Failure> {
        let response = tokio::time::timeout(self.timeout, self.answer(request));
        Ok(Updates::new(self, response.await.unwrap_or_else(|_| Err(self.no_answer().into()))?))
    }

    /// Sends a request, and takes an answer that is no error.
    async fn answer(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let reason = format!("it sends elsewhere (HTTP {}), which is not followed", status.as_u16());
            return Err(Error::InvalidAnswer { reason }.into());
        }
        let body = self.body(response).await?;
        Err(Failure::Refused(Refusal::read(status, &body)))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                let reason = format!("it has more than {MAX_ANSWER_BYTES} bytes");
                return Err(Error::InvalidAnswer { reason });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// What it means that the node refused.
    pub(super) async fn explain(&self, refusal: &Refusal) -> Error {
        let endpoint = self.endpoint.shown().to_owned();
        let reason = refusal.reason();
        // A node that is locked or starting says so in words alone, but for this.
        if let Some(reason) = self.not_ready().await {
            return Error::NotReady { endpoint, reason };
        }
        if refusal.is_of_macaroon() {
            return Error::Unauthorized { endpoint, reason };
        }
        match refusal.code() {
            Some(_) => Error::Refused { reason },
            None => Error::InvalidAnswer { reason },
        }
    }

    /// Why the node does not do anything yet. `None` if it does, or if it cannot be told.
    async fn not_ready(&self) -> Option<String> {
        // Without the macaroon: this is told to anybody.
        let wire::State { state } = self.call(self.client.get(self.endpoint.join("/v1/state"))).await.ok()?;
        match state.as_str() {
            "NON_EXISTING" => Some("it has no wallet yet".to_owned()),
            "LOCKED" => Some("its wallet is locked".to_owned()),
            "WAITING_TO_START" | "UNLOCKED" | "RPC_ACTIVE" => Some("it is starting".to_owned()),
            _ => None,
        }
    }

    /// Nothing came within the time.
    pub(super) fn no_answer(&self) -> Error {
        self.lost(format!("no answer within {:?}", self.timeout))
    }

    /// The node is gone, or says nothing any more.
    pub(super) fn lost(&self, reason: String) -> Error {
        Error::Unreachable { endpoint: self.endpoint.shown().to_owned(), reason }
    }

    /// The connection cannot be made, or was lost.
    pub(super) fn unreachable(&self, error: reqwest::Error) -> Error {
        let endpoint = self.endpoint.shown().to_owned();
        match tls_error(&error) {
            Some(error @ (rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)) => {
                Error::WrongCertificate { endpoint, reason: printable(&error.to_string()) }
            }
            Some(error) => Error::Unreachable { endpoint, reason: format!("TLS: {}", printable(&error.to_string())) },
            None => Error::Unreachable { endpoint, reason: printable(&innermost(&error.without_url())) },
        }
    }
}

impl Failure {
    /// The error this is.
    pub(super) async fn explain(self, http: &Http) -> Error {
        match self {
            Self::Refused(refusal) => http.explain(&refusal).await,
            Self::Failed(error) => error,
        }
    }
}

/// The answer is not of LND's interface.
pub(super) fn unreadable(error: &serde_json::Error) -> Error {
    Error::InvalidAnswer { reason: quote(&error.to_string()) }
}

/// What TLS has to say of an error. An `io::Error` does not name what it holds as its source, and may hold another.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

/// The last of an error's causes, which says what happened; the others say where.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn StdError = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
