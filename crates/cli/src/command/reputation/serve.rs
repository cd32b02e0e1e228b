//! `barter reputation serve`

mod peers;
mod traffic;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use barter_protocol::bond::check_hub;
use barter_reputation::{
    chain::follower,
    oracle::{self, Oracle},
    service::{Follow, OperatorToken, Server, Settings},
    wire::Domain,
};
use barter_sdk::{Network, WalletInput};
use barter_store::Location;
use clap::Args;
use serde::Serialize;
use tokio::runtime::Handle;

use super::{Operator, settings::ScoreArguments};
use crate::{
    context::Context,
    error::Error,
    logs::Logs,
    output::Report,
    page::{CARE, Cell, FAINT, NAME, Page},
    progress::waiting,
    reputation::{self, ClientChain},
    serving::until_stopped,
};
use traffic::Traffic;

/// Blocks, counting its own, from which a block is read on other chains than one of this machine.
const CONFIRMATIONS: u64 = 12;
/// Environment variable with the place of the log.
const DATABASE_VARIABLE: &str = "BARTER_REPUTATION_DATABASE";
/// Seconds between two looks at other chains than one of this machine.
const LOOK_EVERY: u64 = 5;

/// Run a reputation service: it takes signed outcomes and disputes, and answers with scores that anybody can recompute
///
/// Follows the bond contract of the network that the global options name; without one, say --no-chain. Stops at Ctrl-C or SIGTERM when what
/// it has begun is answered, and exits with 0. Everything that was answered for is on disk, and two services on one database refuse each
/// other.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation serve --network sepolia --token-file operator.token
  barter reputation serve --no-chain --listen 127.0.0.1:0 --json
  barter reputation serve --network mainnet --database postgres://localhost/reputation --listen 0.0.0.0:8420 --log json

It speaks HTTP: put a proxy with TLS before it, and name that with --trusted-proxy. GET /ai-market/v2/reputation/openapi.json says what it takes.")]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,

    /// Where the log is kept: a file, or postgres://…
    #[arg(
        long,
        value_name = "FILE|URL",
        env = DATABASE_VARIABLE,
        hide_env_values = true,
        default_value = "reputation.db"
    )]
    database: String,

    /// Under which address other hubs know this one [default: where it listens]
    #[arg(long, value_name = "URL", env = "BARTER_REPUTATION_HUB_URL")]
    hub_url: Option<String>,

    /// The hub's own key, which signs what it attests to others; made if it is not there
    #[arg(long, value_name = "FILE", env = "BARTER_REPUTATION_HUB_KEY_FILE", default_value = "hub.key")]
    hub_key: PathBuf,

    #[command(flatten)]
    operator: Operator,

    /// Serve without a chain: no bond counts, and nothing is bound to a contract
    #[arg(long, conflicts_with = "anchored_by")]
    no_chain: bool,

    /// The wallet that anchors this service's log (see barter reputation anchor)
    #[arg(long, value_name = "ADDRESS", env = "BARTER_REPUTATION_ANCHORED_BY")]
    anchored_by: Option<String>,

    /// Seconds between two looks at the chain [default: 5; 1 on the local network]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    look_every: Option<u64>,

    #[command(flatten)]
    score: ScoreArguments,

    #[command(flatten)]
    traffic: Traffic,

    /// File with the hubs whose slashes are heard of: JSON lines, `{"url": …, "public_key": …}`
    #[arg(long, value_name = "FILE", env = "BARTER_REPUTATION_PEERS")]
    peers: Option<PathBuf>,

    #[command(flatten)]
    logs: Logs,
}

/// What runs.
#[derive(Serialize)]
struct Running {
    service: String,
    hub_url: String,
    public_key: String,
    database: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bond: Option<String>,
    takes_an_operator: bool,
}

impl Report for Running {
    fn show(&self, page: &mut Page) {
        page.field("service", Cell::new(&self.service, NAME));
        page.field("hub", &self.hub_url);
        page.field("public key", &self.public_key);
        page.field("database", &self.database);
        match (&self.chain_id, &self.bond) {
            (Some(chain_id), Some(bond)) => page.field("bond contract", format!("{bond} on chain {chain_id}")),
            _ => page.field("bond contract", Cell::new("none: it runs without a chain, and no bond counts", CARE)),
        };
        if !self.takes_an_operator {
            page.field("operator", Cell::new("nobody: no token was given, so nobody can be registered", CARE));
        }
        page.line("");
        page.field("stop", Cell::new("Ctrl-C", FAINT));
    }
}

/// The bond contract that is followed.
struct Bonds {
    domain: Domain,
    /// Of its token.
    decimals: u8,
    follow: Follow,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let start = async |threads| self.start(context, &threads).await;
        until_stopped(context, start, async |_| std::future::pending().await, Server::stop).await
    }

    /// Starts the service on the threads of another runtime.
    async fn start(self, context: &Context, threads: &Handle) -> Result<(Server, Running), Error> {
        if let Some(hub) = &self.hub_url {
            check_hub(hub).map_err(reputation::Error::from)?;
        }
        let token = self.operator.token()?;
        let token = token.map(|token| OperatorToken::new(&token)).transpose().map_err(reputation::Error::from)?;
        let bonds = self.bonds(context).await?;
        let score = self.score.settings(bonds.as_ref().map_or(6, |bonds| bonds.decimals))?;
        if reputation::variable(DATABASE_VARIABLE).is_none() {
            context.warn_of_password(&self.database, DATABASE_VARIABLE);
        }
        let location = Location::parse(&self.database).map_err(reputation::Error::from)?;
        let peers = self.peers.as_deref().map(peers::read).transpose()?.unwrap_or_default();
        let listen = self.listen;
        let cannot_listen = |error: io::Error| reputation::Error::Listen { address: listen, reason: error.to_string() };
        let listener = TcpListener::bind(listen).map_err(cannot_listen)?;
        listener.set_nonblocking(true).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        // One that is there is read before a log is made, and one that is not is made after: whatever fails leaves nothing new behind.
        let hub_key = reputation::read_key_if_there(&self.hub_key)?;
        let domain = bonds.as_ref().map(|bonds| bonds.domain);
        let settings = oracle::Settings { domain, score };
        let place = location.clone();
        // On a thread that may wait: PostgreSQL's connection does.
        let oracle = threads
            .spawn_blocking(move || Oracle::create(&place, settings))
            .await
            .map_err(|error| starting(&error))?
            .map_err(reputation::Error::from)?;
        let hub_key = if let Some(key) = hub_key {
            key
        } else {
            reputation::make_key(&self.hub_key)?;
            let key = self.hub_key.display();
            context.output().say(&format!("made the hub's key, {key}: keep a copy, other hubs know this one by it"));
            reputation::read_key(&self.hub_key)?
        };
        self.logs.start()?;
        let mut settings = Settings::new(self.hub_url.unwrap_or_else(|| format!("http://{address}")), hub_key);
        let takes_an_operator = token.is_some();
        settings.operator = token;
        settings.peers = peers;
        self.traffic.set(&mut settings);
        let (hub_url, public_key) = (settings.hub_url.clone(), settings.hub_key.public().to_string());
        let follow = bonds.map(|bonds| bonds.follow);
        // Sockets and timers belong to the runtime that they are made in; a start also writes to the database.
        let started = threads.spawn_blocking(move || {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Ok::<_, io::Error>(Server::start(listener, oracle, settings, follow))
        });
        let server = started
            .await
            .map_err(|error| starting(&error))?
            .map_err(cannot_listen)?
            .map_err(reputation::Error::from)?;
        let (chain_id, bond) = domain.map(|domain| (domain.chain_id, domain.bond.to_string())).unzip();
        let running = Running {
            service: format!("http://{}", server.address()),
            hub_url,
            public_key,
            database: location.to_string(),
            chain_id,
            bond,
            takes_an_operator,
        };
        Ok((server, running))
    }

    /// The chain that is to be followed. Asked once, so that a wrong one is told now and not in the first score.
    async fn bonds(&self, context: &Context) -> Result<Option<Bonds>, Error> {
        if self.no_chain {
            return Ok(None);
        }
        let client = context.reading_client()?;
        let contract = client.deployment().barter_bond.ok_or(reputation::Error::NoBond)?;
        let oracle = self.anchored_by.as_deref().map(WalletInput::to_checked_address).transpose()?;
        let terms = waiting("asking for the bond contract", async { client.bond().terms().await.cloned() }).await?;
        let is_local = client.network() == Network::LOCAL;
        let confirmations = context.confirmations().unwrap_or(if is_local { 1 } else { CONFIRMATIONS });
        let every = self.look_every.unwrap_or(if is_local { 1 } else { LOOK_EVERY });
        let chain_id = client.network().chain_id();
        let settings = follower::Settings {
            chain_id,
            // Counting its own, a block with one confirmation has none above it.
            confirmations: confirmations.saturating_sub(1),
            every: Duration::from_secs(every),
            oracle,
        };
        Ok(Some(Bonds {
            domain: Domain { chain_id, bond: contract },
            decimals: terms.token.decimals,
            follow: Follow { chain: Arc::new(ClientChain::new(client)), settings },
        }))
    }
}

/// A thread of the service's that did not come back.
fn starting(error: &tokio::task::JoinError) -> Error {
    Error::System { what: "starting the service", reason: error.to_string() }
}
