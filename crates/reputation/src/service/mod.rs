//! The HTTP service: outcomes and disputes in, scores and proofs out.
//!
//! [`Server::start`] serves an [`Oracle`] on a socket that is given to it, follows the chain if one is given, and pulls the slashes
//! of its peers. It reads no environment and no file, and never signs for anybody but its own hub.
//!
//! What strangers send is bounded in size (`body`), in depth (`json`), in how often it comes (`limit`), in how many send it and how
//! slowly (`barter_http`). Each number there has a name.

mod answer;
mod body;
mod chain;
mod client;
mod consumers;
mod disputes;
mod document;
mod events;
mod gate;
mod health;
mod json;
mod limit;
mod log;
pub(crate) mod metrics;
mod observe;
mod outcomes;
mod path;
mod providers;
mod query;
mod quorum;
mod resolve;
mod routes;
mod schema;
mod score;
mod slashes;
mod turn;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use barter_http::{Connections, Tasks};
use tokio::{net::TcpListener, sync::watch};

pub use document::openapi;
pub use gate::{MAX_TOKEN_CHARACTERS, MIN_TOKEN_CHARACTERS, OperatorToken, TokenError};
pub use limit::Limits;
pub use routes::PREFIX;

use crate::{
    chain::{Chain, Knowledge, follower},
    federation::{self, Federation, Peer},
    key::SecretKey,
    oracle::{self, Oracle},
};
use limit::Limiter;
pub(crate) use metrics::Metrics;

/// Tells the time, in Unix seconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How a service shall be.
#[derive(Clone)]
pub struct Settings {
    /// The name under which this hub's peers know it.
    pub hub_url: String,
    /// Signs this hub's attestations.
    pub hub_key: Arc<SecretKey>,
    /// Lets the operator in; without, nobody is.
    pub operator: Option<OperatorToken>,
    /// Proxies whose word about who asked is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// How often each client may write, and read what is dear to read.
    pub limits: Limits,
    /// Connections that are open at once.
    pub max_connections: usize,
    /// Whose slashes are heard of, and count. Those of a peer that is none any more stay on record, and count nothing.
    pub peers: Vec<Peer>,
    /// Time between two looks at a peer.
    pub pull_every: Duration,
    /// Tells the time.
    pub clock: Clock,
}

impl Settings {
    /// Default of [`max_connections`](Self::max_connections).
    pub const MAX_CONNECTIONS: usize = 512;
    /// Default of [`pull_every`](Self::pull_every).
    pub const PULL_EVERY: Duration = Duration::from_mins(10);

    /// A service of this name and key, with nobody but strangers around it.
    pub fn new(hub_url: impl Into<String>, hub_key: SecretKey) -> Self {
        Self {
            hub_url: hub_url.into(),
            hub_key: Arc::new(hub_key),
            operator: None,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            max_connections: Self::MAX_CONNECTIONS,
            peers: Vec::new(),
            pull_every: Self::PULL_EVERY,
            clock: Arc::new(unix_time),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hub_url, hub_key, operator, trusted_proxies, limits, max_connections, peers, pull_every, clock: _ } =
            self;
        formatter
            .debug_struct("Settings")
            .field("hub_url", hub_url)
            .field("hub_key", &hub_key.public())
            .field("operator", operator)
            .field("trusted_proxies", trusted_proxies)
            .field("limits", limits)
            .field("max_connections", max_connections)
            .field("peers", peers)
            .field("pull_every", pull_every)
            .finish_non_exhaustive()
    }
}

/// The machine's clock. UTC, whatever zone the machine is in.
fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// A chain to follow.
#[derive(Clone)]
pub struct Follow {
    /// The node.
    pub chain: Arc<dyn Chain>,
    /// How.
    pub settings: follower::Settings,
}

impl fmt::Debug for Follow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Follow").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The socket is none that can be served on.
    #[error("the service cannot listen: {0}")]
    Listener(#[source] io::Error),
    /// A peer, or how to reach one, is set up wrongly.
    #[error(transparent)]
    Federation(#[from] federation::Error),
    /// Whose word counts could not be written down.
    #[error(transparent)]
    Log(#[from] oracle::Error),
}

/// What all requests share.
pub(crate) struct Service {
    oracle: Oracle,
    settings: Settings,
    follow: Option<Follow>,
    known: watch::Receiver<Knowledge>,
    batches: Limiter,
    disputes: Limiter,
    operator: Limiter,
    pages: Limiter,
    metrics: Arc<Metrics>,
    /// What limits count from: unlike the clock, it never steps back.
    started: Instant,
}

impl Service {
    fn now(&self) -> u64 {
        (self.settings.clock)()
    }

    /// Does something with the oracle where it may wait for a disk.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Oracle) -> T + Send + 'static,
    ) -> Result<T, answer::Refusal> {
        let service = Arc::clone(self);
        let answered = tokio::task::spawn_blocking(move || question(&service.oracle)).await;
        answered.map_err(|error| {
            tracing::error!(%error, "a request ended in a panic");
            answer::Refusal::unavailable("broken", "the service could not carry this out; its log says why")
        })
    }
}

/// A service that runs. It stops with [`stop`](Self::stop), and when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    tasks: Tasks,
}

impl Server {
    /// Serves, from now on, on the runtime that this is called in. It waits for the database: an asynchronous program calls it where
    /// it may block.
    ///
    /// # Errors
    /// [`Error`].
    pub fn start(
        listener: TcpListener,
        oracle: Oracle,
        settings: Settings,
        follow: Option<Follow>,
    ) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(Error::Listener)?;
        let metrics = Arc::new(Metrics::new());
        let mut tasks = Tasks::new();
        let known = match &follow {
            None => watch::channel(Knowledge::default()).1,
            Some(Follow { chain, settings }) => {
                let registered = oracle.clone();
                let wallets: follower::Wallets =
                    Arc::new(move || registered.wallets().map_err(|error| error.to_string()));
                let follower = follower::Follower::new(Arc::clone(chain), *settings, wallets);
                let known = follower.known();
                tasks.spawn(follower.run(tasks.stopping()));
                known
            }
        };
        let has_peers = !settings.peers.is_empty();
        let federation =
            has_peers.then(|| Federation::new(oracle.clone(), &settings, Arc::clone(&metrics))).transpose()?;
        oracle.pin_peers(&settings.peers.iter().map(|peer| peer.key).collect::<Vec<_>>())?;
        if let Some(federation) = federation {
            tasks.spawn(federation.run(settings.pull_every, tasks.stopping()));
        }
        let open = metrics.connections.clone();
        let connections = Connections::new(settings.max_connections)
            .trusting(&settings.trusted_proxies)
            .telling(move |count| _ = open.set(i64::try_from(count).unwrap_or(i64::MAX)));
        let limits = settings.limits;
        let service = Arc::new(Service {
            oracle,
            settings,
            follow,
            known,
            batches: Limiter::new(limits.batches_a_minute),
            disputes: Limiter::new(limits.disputes_a_minute),
            operator: Limiter::new(limits.operator_a_minute),
            pages: Limiter::new(limits.pages_a_minute),
            metrics,
            started: Instant::now(),
        });
        let router = routes::router(service);
        tasks.spawn(barter_http::serve(listener, router, connections, tasks.stopping()));
        tracing::info!(%address, "serving");
        Ok(Self { address, tasks })
    }

    /// Where it is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its routes are: `http://`, the address and the prefix.
    pub fn url(&self) -> String {
        format!("http://{}{PREFIX}", self.address)
    }

    /// Stops: nobody new is served, and what is being answered has some seconds to be. Returns when nobody is served any more.
    pub async fn stop(self) {
        self.tasks.stop().await;
        tracing::info!(address = %self.address, "stopped");
    }
}
