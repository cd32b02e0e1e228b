//! Questions to a reputation service.

use std::{error::Error as _, net::IpAddr, time::Duration};

use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Error;
use crate::text::{cut, printable, without_keys};

/// Where the routes are below the service's address.
const PREFIX: [&str; 3] = ["ai-market", "v2", "reputation"];
/// Longest answer that is read: a page of outcomes with their proofs has a hundredth of it.
const MAX_ANSWER_BYTES: usize = 32 << 20;
/// Most of what a service says that is repeated, in characters.
const MAX_QUOTED_CHARS: usize = 300;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often something is sent that the service has no time for.
const MAX_ATTEMPTS: u32 = 8;
/// Wait before it is sent again, where the service does not say how long.
const BACKOFF: Duration = Duration::from_secs(1);
/// Longest wait that a service may ask for.
const MAX_BACKOFF: Duration = Duration::from_mins(1);

/// A reputation service.
pub(crate) struct Service {
    http: Client,
    base: Url,
    shown: String,
    token: Option<HeaderValue>,
    timeout: Duration,
}

/// A refusal as the service writes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    message: String,
}

impl Service {
    /// The service at this address, which may have a path before the routes.
    pub(crate) fn at(address: &str, timeout: Duration) -> Result<Self, Error> {
        let invalid = |reason: String| Error::InvalidUrl { address: without_user(address), reason };
        let address = address.trim();
        let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if !matches!(scheme.as_deref(), Some("http" | "https")) {
            return Err(invalid("expected http:// or https:// before it".to_owned()));
        }
        let mut base = Url::parse(address).map_err(|error| invalid(error.to_string()))?;
        let host = base.host_str().ok_or_else(|| invalid("it names no host".to_owned()))?.to_owned();
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{host}{port}", base.scheme());
        base.set_query(None);
        base.set_fragment(None);
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.pop_if_empty().extend(PREFIX);
        }
        let builder = if is_loopback(&host) { Client::builder().no_proxy() } else { Client::builder() };
        let http = builder
            .tls_backend_preconfigured(tls_config(base.scheme() == "https").map_err(invalid)?)
            // A service that sends elsewhere would have the token handed on.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| invalid(error.to_string()))?;
        Ok(Self { http, base, shown, token: None, timeout })
    }

    /// With the operator's token, which goes nowhere that others on the way could read it.
    pub(crate) fn with_token(mut self, token: &str) -> Result<Self, Error> {
        if self.base.scheme() != "https" && !self.base.host_str().is_some_and(is_loopback) {
            return Err(Error::TokenInTheClear { service: self.shown });
        }
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let mut value = value.map_err(|_| Error::NoToken { reason: "it does not fit into a header".to_owned() })?;
        value.set_sensitive(true);
        self.token = Some(value);
        Ok(self)
    }

    /// Asks. The pieces of the path are encoded each.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, String)]) -> Result<T, Error> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let question = question(&Method::GET, path);
        let body = self.call(Method::GET, url, None, &question).await?;
        self.read(&body, &question)
    }

    /// Sends something. Where the service has no time for it, waits as long as it says and sends it again: whatever is sent can be
    /// repeated.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let question = question(&method, path);
        let body = serde_json::to_vec(body)
            .map_err(|error| self.invalid(&question, format!("it cannot be asked: {error}")))?;
        let answer = self.call(method, self.url(path), Some(body), &question).await?;
        self.read(&answer, &question)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8], question: &str) -> Result<T, Error> {
        serde_json::from_slice(body).map_err(|error| self.invalid(question, error.to_string()))
    }

    async fn call(&self, method: Method, url: Url, body: Option<Vec<u8>>, question: &str) -> Result<Vec<u8>, Error> {
        let mut attempt = 1;
        loop {
            let asked = self.once(method.clone(), url.clone(), body.clone(), question);
            let asked = tokio::time::timeout(self.timeout, asked).await;
            let (status, wait, answer) = asked.unwrap_or_else(|_| {
                let reason = format!("nothing came within {} s", self.timeout.as_secs());
                Err(Error::Unreachable { service: self.shown.clone(), reason })
            })?;
            if status.is_success() {
                return Ok(answer);
            }
            // Unavailable without a time to wait is no matter of waiting.
            let is_busy = status == StatusCode::SERVICE_UNAVAILABLE && wait.is_some();
            if (status == StatusCode::TOO_MANY_REQUESTS || is_busy) && attempt < MAX_ATTEMPTS {
                attempt += 1;
                tokio::time::sleep(wait.unwrap_or(BACKOFF).min(MAX_BACKOFF)).await;
                continue;
            }
            return Err(self.refusal(status, &answer, question));
        }
    }

    async fn once(
        &self,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
        question: &str,
    ) -> Result<(StatusCode, Option<Duration>, Vec<u8>), Error> {
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let status = response.status();
        Ok((status, wait.map(Duration::from_secs), self.body(response, question).await?))
    }

    async fn body(&self, mut response: Response, question: &str) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(self.invalid(question, format!("it is longer than {MAX_ANSWER_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn refusal(&self, status: StatusCode, body: &[u8], question: &str) -> Error {
        let Refusal { error, message } = serde_json::from_slice(body).unwrap_or_default();
        // Each refusal of a reputation service's own has a code.
        if error.is_empty() && matches!(status.as_u16(), 400 | 404 | 405 | 415) {
            let reason = format!("HTTP {} without a code: this is no reputation service", status.as_u16());
            return self.invalid(question, reason);
        }
        let quoted = |text: String, otherwise: &str| {
            if text.is_empty() { otherwise.to_owned() } else { cut(&printable(&text), MAX_QUOTED_CHARS) }
        };
        Error::Refused {
            service: self.shown.clone(),
            status: status.as_u16(),
            code: quoted(error, "no code"),
            message: quoted(message, "it does not say why"),
        }
    }

    /// An answer that is none.
    pub(crate) fn invalid(&self, question: &str, reason: impl Into<String>) -> Error {
        Error::InvalidAnswer { service: self.shown.clone(), question: question.to_owned(), reason: reason.into() }
    }

    /// Says why the service could not be reached, without the address that reqwest puts into its messages.
    fn unreachable(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            reason = format!("{reason}: {error}");
            cause = error.source();
        }
        Error::Unreachable { service: self.shown.clone(), reason: cut(&printable(&reason), MAX_QUOTED_CHARS) }
    }
}

/// Posts JSON to a server of this machine and reads JSON.
pub(crate) async fn post_json(url: &str, body: &serde_json::Value) -> Result<serde_json::Value, String> {
    let builder = Client::builder().no_proxy().tls_backend_preconfigured(tls_config(false)?);
    let http = builder.build().map_err(|error| error.to_string())?;
    let request = http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_string());
    let response = request.send().await.map_err(|error| error.without_url().to_string())?;
    let body = response.bytes().await.map_err(|error| error.without_url().to_string())?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

/// An address without the name and password that may come before the host, and without what may be a key.
fn without_user(address: &str) -> String {
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    cut(&printable(&without_keys(host)), MAX_QUOTED_CHARS)
}

fn question(method: &Method, path: &[&str]) -> String {
    format!("{method} /{}", cut(&printable(&path.join("/")), MAX_QUOTED_CHARS))
}

/// Is it on this machine, where no proxy can be meant to be asked for it?
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// TLS with ring and the system's certificates. Over plain HTTP there is nothing to encrypt, and a machine without certificates is no
/// obstacle.
fn tls_config(is_https: bool) -> Result<rustls::ClientConfig, String> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    if !is_https {
        return Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth());
    }
    let builder = builder.with_platform_verifier().map_err(|error| error.to_string())?;
    Ok(builder.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(address: &str) -> Service {
        Service::at(address, Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn a_hub_is_one_piece_of_the_path() {
        let url = service("http://127.0.0.1:8420/").url(&["https://p.example/a?b#c%", "outcomes"]);
        assert_eq!(url.path(), "/ai-market/v2/reputation/https:%2F%2Fp.example%2Fa%3Fb%23c%25/outcomes");
        assert_eq!((url.query(), url.fragment()), (None, None));
        let url = service("https://user:secret@h.example/behind/a/proxy?x=1").url(&["events"]);
        assert_eq!(url.path(), "/behind/a/proxy/ai-market/v2/reputation/events");
    }

    #[test]
    fn a_token_travels_encrypted_or_not_at_all() {
        for address in ["https://h.example", "http://127.0.0.1:8420", "http://[::1]:1", "http://localhost"] {
            assert!(service(address).with_token("token").is_ok(), "{address}");
        }
        for address in ["http://h.example:8420/x", "http://10.0.0.1", "http://[::2]", "http://localhost.example"] {
            let Err(error) = service(address).with_token("tok3n") else { panic!("{address} was given the token") };
            assert!(matches!(error, Error::TokenInTheClear { .. }) && !error.to_string().contains("tok3n"), "{error}");
        }
    }

    #[test]
    fn only_scheme_host_and_port_are_shown() {
        assert_eq!(service("https://user:secret@h.example:8443/key?x=1").shown, "https://h.example:8443");
        for (address, part) in [
            ("ftp://h", "\"ftp://h\""),
            ("h.example", "\"h.example\" cannot be used: expected http://"),
            ("127.0.0.1:8420", "127.0.0.1:8420"),
            ("localhost:8420", "http://"),
            ("http://", "host"),
            ("", "http://"),
            ("user:secret@h.example", "\"h.example\""),
            ("http://user:secret@h.example:x", "port"),
        ] {
            let Err(error) = Service::at(address, Duration::from_secs(1)) else { panic!("{address} was taken") };
            let said = error.to_string();
            assert!(matches!(error, Error::InvalidUrl { .. }) && said.contains(part), "{address}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
