//! Where the node is, and what of it may be shown.

use std::{fmt, net::IpAddr};

use reqwest::Url;

use crate::Error;

/// Shorter pieces of a path ("v2", "rpc") are no keys, and striking them out would garble messages.
const SHORTEST_SECRET: usize = 6;

/// Longest text of a node that a message repeats, in characters.
const MAX_QUOTED_CHARS: usize = 300;

/// The address of a node. Only scheme, host and port are ever shown: the rest is where providers put the API key.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: Url,
    shown: String,
    secrets: Vec<String>,
}

impl Endpoint {
    /// Reads an `http://` or `https://` address. The error does not repeat it.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text.trim()).map_err(|error| Error::InvalidRpcUrl { reason: error.to_string() })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::InvalidRpcUrl { reason: format!("its scheme is {}", url.scheme()) });
        }
        let host = url.host_str().ok_or_else(|| Error::InvalidRpcUrl { reason: "it names no host".to_owned() })?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{host}{port}", url.scheme());
        let secrets = secrets_of(&url);
        Ok(Self { url, shown, secrets })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is on this machine, where no proxy can be meant to be asked for it.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Scheme, host and port.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Makes somebody else's text fit for a message: without the key, should it echo it, without control characters that
    /// would steer a terminal, and not endless.
    pub(crate) fn quote(&self, text: &str) -> String {
        let mut text: String =
            text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(MAX_QUOTED_CHARS * 4).collect();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), "[hidden]");
        }
        text.chars().take(MAX_QUOTED_CHARS).collect()
    }
}

/// Everything in the address that may be a key, longest first so that no part is struck out of a whole.
fn secrets_of(url: &Url) -> Vec<String> {
    let mut secrets = vec![url.path().to_owned(), url.username().to_owned()];
    secrets.extend(url.password().map(str::to_owned));
    secrets.extend(url.query().map(str::to_owned));
    secrets.extend(url.path().split('/').map(str::to_owned));
    secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_scheme_host_and_port_only() {
        let endpoint =
            Endpoint::parse("https://user:pass-word@node.example:8443/v2/SECRETKEY?token=OTHERKEY#x").unwrap();
        assert_eq!(endpoint.shown(), "https://node.example:8443");
        assert_eq!(format!("{endpoint:?}"), "Endpoint(https://node.example:8443)");
    }

    #[test]
    fn knows_this_machine() {
        for (url, expected) in [
            ("http://127.0.0.1:8545", true),
            ("http://localhost", true),
            ("http://[::1]:8545", true),
            ("http://10.0.0.1", false),
            ("https://localhost.node.example", false),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().is_loopback(), expected, "{url}");
        }
    }

    #[test]
    fn strikes_the_key_out_of_what_the_node_says() {
        let endpoint = Endpoint::parse("https://node.example/v2/SECRETKEY?token=OTHERKEY").unwrap();
        let quoted = endpoint.quote("no such key SECRETKEY at /v2/SECRETKEY?token=OTHERKEY, \u{1b}[31mred OTHERKEY");
        assert!(
            !quoted.contains("SECRETKEY") && !quoted.contains("OTHERKEY") && !quoted.contains('\u{1b}'),
            "{quoted}"
        );
        assert!(quoted.starts_with("no such key [hidden] at "), "{quoted}");
    }

    #[test]
    fn refuses_what_is_no_http_address_without_repeating_it() {
        for text in
            ["", "SECRETKEY", "ws://node.example/SECRETKEY", "http://", "http://[SECRETKEY", "file:///SECRETKEY"]
        {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(matches!(error, Error::InvalidRpcUrl { .. }), "{text}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("SECRETKEY"), "{text}: {error}");
        }
    }
}
