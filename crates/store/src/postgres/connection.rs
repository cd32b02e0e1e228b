//! The connection to a server: how it is made, how it ends, what went wrong on it.

use std::{error::Error as StdError, fmt, io, sync::Arc, thread, time::Duration};

use postgres::{
    Client, Config, NoTls,
    config::SslMode,
    error::{Severity, SqlState},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Error, location::PostgresUrl};

/// How long making a connection may take for each of a server's addresses, where the URL does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may be silent to what was sent, where the URL does not say; a connection is tried after as long.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(1);

/// What a URL is called that makes no sense.
const UNREADABLE: &str = "a PostgreSQL URL that cannot be read: expected postgres://user:password@host:port/database, \
                          special characters percent-encoded, and if any, sslmode=disable, prefer or require";
/// How a server whose certificate nobody vouches for is reached.
const TLS_HELP: &str = "the system must trust the server's certificate, or sslmode=disable go without TLS";

/// A connection that may have been lost.
pub(super) struct Connection {
    config: Config,
    client: Option<Client>,
}

/// What went wrong.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection was lost in this transaction, before this.
    Lost,
    /// TLS is required and cannot be had.
    Tls(rustls::Error),
    /// What the server or the connection to it said.
    Server(postgres::Error),
}

impl Connection {
    /// Reads the URL; connects to nothing yet.
    pub(super) fn new(url: &PostgresUrl, application: &str) -> Result<Self, Error> {
        // What is wrong is not repeated: with a password that is not encoded, it may be a part of that.
        let mut config: Config =
            url.secret().parse().map_err(|_| Error::InvalidLocation { found: UNREADABLE.to_owned() })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_TIMEOUT);
        }
        if config.get_keepalives_idle() > SILENCE_TIMEOUT {
            config.keepalives_idle(SILENCE_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name(application);
        }
        Ok(Self { config, client: None })
    }

    /// Makes the connection, the old one being closed or lost.
    pub(super) fn open(&mut self) -> Result<(), Failure> {
        self.close();
        let client = match self.config.get_ssl_mode() {
            SslMode::Disable => self.config.connect(NoTls),
            mode => self.config.connect(MakeRustlsConnect::new(tls(mode).map_err(Failure::Tls)?)),
        };
        self.client = Some(client.map_err(Failure::Server)?);
        Ok(())
    }

    pub(super) const fn is_open(&self) -> bool {
        self.client.is_some()
    }

    /// Does something with the connection, and gives the connection up if that was its end.
    pub(super) fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Failure> {
        let client = self.client.as_mut().ok_or(Failure::Lost)?;
        work(client).map_err(|error| {
            if is_end(&error) {
                self.close();
            }
            Failure::Server(error)
        })
    }

    /// Ends the connection, and the server its transaction. In a thread of its own, because the client has a runtime, which
    /// an asynchronous function that drops the index must not end.
    pub(super) fn close(&mut self) {
        if let Some(client) = self.client.take() {
            let closing = thread::Builder::new().spawn(move || drop(client));
            let _ = closing.map(thread::JoinHandle::join);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// Whether the connection is of no use after this: all but an error that the server reports and goes on from.
fn is_end(error: &postgres::Error) -> bool {
    error.as_db_error().is_none_or(|said| matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic)))
}

/// TLS with ring and the system's certificates, as the SDK talks to nodes. Where a server may do without TLS, a machine
/// without certificates is no obstacle: with a server that does have TLS, the connection fails as it would have.
fn tls(mode: SslMode) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    match builder.clone().with_platform_verifier() {
        Ok(builder) => Ok(builder.with_no_client_auth()),
        Err(_) if mode == SslMode::Prefer => {
            Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
        }
        Err(error) => Err(error),
    }
}

impl Failure {
    /// The server's code for it.
    pub(super) fn code(&self) -> Option<&SqlState> {
        if let Self::Server(error) = self { error.code() } else { None }
    }

    /// Whether TLS failed, most often because nobody the system trusts vouches for the server's certificate.
    fn is_tls(&self) -> bool {
        let Self::Server(error) = self else { return false };
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.and_then(io::Error::get_ref).is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => formatter.write_str("the connection was lost"),
            Self::Tls(error) => write!(formatter, "cannot use TLS: {error}"),
            Self::Server(error) => match error.as_db_error() {
                Some(said) => write!(formatter, "{} (SQLSTATE {})", said.message(), said.code().code()),
                None => write!(formatter, "{error}{}", Causes(error)),
            },
        }?;
        if self.is_tls() {
            write!(formatter, "; {TLS_HELP}")?;
        }
        Ok(())
    }
}

impl StdError for Failure {}

/// Shows what caused an error, which tells more than it does itself.
struct Causes<'a>(&'a dyn StdError);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cause = self.0.source();
        while let Some(this) = cause {
            write!(formatter, ": {this}")?;
            cause = this.source();
        }
        Ok(())
    }
}
