//! Where the node is, and what of it may be shown.

use std::{fmt, net::IpAddr};

use reqwest::Url;

use super::settings::{URL_VARIABLE, invalid};
use crate::Error;

/// The address of a node's REST interface: `https://`, or `http://` on this machine, since a macaroon is not sent over a network
/// for everybody to read.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    url: Url,
    shown: String,
}

impl Endpoint {
    /// Reads an address; a path is put before the interface's own. The error does not repeat it.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let refused = |reason: String| invalid(URL_VARIABLE, format!("{reason}, expected https://host:port"));
        let url = Url::parse(text.trim()).map_err(|error| refused(format!("is no address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("begins neither with https:// nor with http://".to_owned()));
        }
        let host = url.host_str().ok_or_else(|| refused("names no host".to_owned()))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(refused("has a user, a password, a query or a fragment".to_owned()));
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{host}{port}", url.scheme());
        let endpoint = Self { url, shown };
        if !endpoint.is_https() && !endpoint.is_loopback() {
            return Err(refused("is not of this machine, and plain http is for its own addresses".to_owned()));
        }
        Ok(endpoint)
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is on this machine, where no proxy can be meant to be asked for it.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The address of one of the interface's paths.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// Scheme, host and port.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({})", self.shown)
    }
}
