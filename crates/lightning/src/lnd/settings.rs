//! How to reach a node.

use std::time::Duration;

use super::{certificate::Certificate, endpoint::Endpoint, macaroon::Macaroon};
use crate::Error;

/// Address of the node's REST interface.
pub const URL_VARIABLE: &str = "BARTER_LND_URL";
/// Path of the node's TLS certificate.
pub const CERTIFICATE_VARIABLE: &str = "BARTER_LND_CERT";
/// The node's TLS certificate itself, in PEM.
pub const CERTIFICATE_PEM_VARIABLE: &str = "BARTER_LND_CERT_PEM";
/// Path of a macaroon file.
pub const MACAROON_VARIABLE: &str = "BARTER_LND_MACAROON";
/// A macaroon itself, in hexadecimal.
pub const MACAROON_HEX_VARIABLE: &str = "BARTER_LND_MACAROON_HEX";

/// For how long an answer is waited for, where nothing else is set.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How to reach a node: its address, its TLS certificate, and the macaroon that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LndSettings {
    pub(super) endpoint: Endpoint,
    pub(super) certificate: Option<Certificate>,
    pub(super) macaroon: Macaroon,
    pub(super) timeout: Duration,
}

impl LndSettings {
    /// A node at an address such as `https://127.0.0.1:8080`. Plain `http://` is for addresses of this machine alone.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if it is no such address. The error does not repeat it.
    pub fn new(url: &str, macaroon: Macaroon) -> Result<Self, Error> {
        Ok(Self { endpoint: Endpoint::parse(url)?, certificate: None, macaroon, timeout: TIMEOUT })
    }

    /// Trusts this certificate, and none of this machine's.
    #[must_use]
    pub fn with_certificate(self, certificate: Certificate) -> Self {
        Self { certificate: Some(certificate), ..self }
    }

    /// For how long an answer is waited for, 30 seconds where this is not said. How long a payment may take is another thing:
    /// [`PaymentLimits`](crate::PaymentLimits).
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The settings that the process's variables make; `None` if none of them is set.
    ///
    /// # Errors
    /// As [`from_variables`](Self::from_variables).
    pub fn from_environment() -> Result<Option<Self>, Error> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The settings that variables make, which are looked up by name: [`URL_VARIABLE`], then [`CERTIFICATE_VARIABLE`] or
    /// [`CERTIFICATE_PEM_VARIABLE`], and [`MACAROON_VARIABLE`] or [`MACAROON_HEX_VARIABLE`]. An empty one counts as not set.
    /// `None` if none of them is set.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] with the variable's name if one is wrong or missing, or if two say the same thing.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Error> {
        let value = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let url = value(URL_VARIABLE);
        let certificate = either(CERTIFICATE_VARIABLE, CERTIFICATE_PEM_VARIABLE, &value)?;
        let macaroon = either(MACAROON_VARIABLE, MACAROON_HEX_VARIABLE, &value)?;
        let Some(url) = url else {
            let other = certificate.map(|(name, _)| name).or_else(|| macaroon.map(|(name, _)| name));
            return match other {
                Some(other) => Err(invalid(URL_VARIABLE, format!("is not set, though {other} is"))),
                None => Ok(None),
            };
        };
        let macaroon = match macaroon {
            Some((MACAROON_HEX_VARIABLE, text)) => Macaroon::parse(MACAROON_HEX_VARIABLE, &text)?,
            Some((name, path)) => Macaroon::from_file(path.trim()).map_err(|error| named(name, error))?,
            None => {
                let reason = format!("is not set, expected the path of a macaroon file (or {MACAROON_HEX_VARIABLE})");
                return Err(invalid(MACAROON_VARIABLE, reason));
            }
        };
        let settings = Self::new(&url, macaroon)?;
        let certificate = match certificate {
            Some((CERTIFICATE_PEM_VARIABLE, text)) => {
                Some(Certificate::parse(CERTIFICATE_PEM_VARIABLE, text.as_bytes())?)
            }
            Some((name, path)) => Some(Certificate::from_file(path.trim()).map_err(|error| named(name, error))?),
            None => None,
        };
        Ok(Some(Self { certificate, ..settings }))
    }
}

/// The one of two variables that is set, with its name.
fn either(
    first: &'static str,
    second: &'static str,
    value: &impl Fn(&str) -> Option<String>,
) -> Result<Option<(&'static str, String)>, Error> {
    match (value(first), value(second)) {
        (Some(_), Some(_)) => Err(invalid(second, format!("and {first} are both set, expected one of them"))),
        (Some(text), None) => Ok(Some((first, text))),
        (None, Some(text)) => Ok(Some((second, text))),
        (None, None) => Ok(None),
    }
}

/// A setting that is wrong.
pub(super) fn invalid(setting: &str, reason: impl Into<String>) -> Error {
    Error::InvalidSetting { setting: setting.to_owned(), reason: reason.into() }
}

/// Puts the variable that named a file before what is wrong with the file.
fn named(variable: &str, error: Error) -> Error {
    match error {
        Error::InvalidSetting { setting, reason } => invalid(variable, format!("{setting} {reason}")),
        error => error,
    }
}
