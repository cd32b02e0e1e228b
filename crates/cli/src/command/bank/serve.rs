//! `barter bank serve`

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    path::PathBuf,
};

use barter_bank::{
    ledger::Policy,
    server::{Server, Settings},
    store::Bank,
};
use clap::Args;
use serde::Serialize;
use tokio::runtime::Handle;

use super::{Error, database::Database, read_key};
use crate::{
    context::Context,
    error::Error as Stopped,
    logs::Logs,
    output::Report,
    page::{CARE, Cell, FAINT, NAME, Page},
    serving::until_stopped,
};

/// Run a bank: it keeps promises and accounts, and settles its part of deals
///
/// Stops at Ctrl-C or SIGTERM when what it has begun is answered, and exits with 0. Everything that was answered for is on disk, and
/// two on one store refuse each other.
#[derive(Args)]
#[command(after_help = "Examples:
  barter bank serve --key bank.key
  barter bank serve --key bank.key --listen 127.0.0.1:0 --json
  barter bank serve --key bank.key --database postgres://localhost/bank --url https://bank.example --name 'Our bank' --trusted-proxy 127.0.0.1

It speaks HTTP: put a proxy with TLS before it, say with --url under which address, and with --trusted-proxy where the proxy is, so that
it may have more connections than a stranger.")]
pub(crate) struct Serve {
    /// File with the bank's key; it is never made here, for a bank with a new key is another bank
    #[arg(long, value_name = "FILE", env = "BARTER_BANK_KEY_FILE")]
    key: PathBuf,

    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8430")]
    listen: SocketAddr,

    #[command(flatten)]
    database: Database,

    /// Under which address clients reach it, without /rpc [default: where it listens]
    #[arg(long, value_name = "URL", env = "BARTER_BANK_URL")]
    url: Option<String>,

    /// What the bank calls itself
    #[arg(long, default_value = "a bank")]
    name: String,

    /// Let clients of the published protocol in, whose holders do not sign on which terms a bank settles: whoever drives a deal can then
    /// have every bank lead
    #[arg(long)]
    not_strict: bool,

    /// Seconds after which a hold ends by itself
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    hold_seconds: u64,

    /// Connections that are open at once; one address may have an eighth of them
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = u32::try_from(Settings::MAX_CONNECTIONS).unwrap_or(u32::MAX),
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    max_connections: u32,

    /// A proxy before the bank, which may have all of them; may be repeated
    #[arg(long = "trusted-proxy", value_name = "ADDRESS")]
    trusted_proxies: Vec<IpAddr>,

    #[command(flatten)]
    logs: Logs,
}

/// What runs.
#[derive(Serialize)]
struct Running {
    bank: String,
    public_key: String,
    url: String,
    name: String,
    database: String,
    strict: bool,
    hold_seconds: u64,
}

impl Report for Running {
    fn show(&self, page: &mut Page) {
        page.field("bank", Cell::new(&self.bank, NAME));
        page.field("name", &self.name);
        page.field("database", &self.database);
        page.field("hold", format!("ends by itself after {} s", self.hold_seconds));
        if !self.strict {
            page.field("terms", Cell::new("need not be signed: whoever drives a deal can have every bank lead", CARE));
        }
        page.line("");
        page.field("stop", Cell::new("Ctrl-C", FAINT));
    }
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        let start = async |threads| self.start(context, &threads).await;
        until_stopped(context, start, Server::ended, Server::stop).await
    }

    /// Starts the bank on the threads of another runtime.
    async fn start(self, context: &Context, threads: &Handle) -> Result<(Server, Running), Stopped> {
        self.logs.start()?;
        let key = read_key(&self.key)?;
        let location = self.database.location(context)?;
        let listen = self.listen;
        let cannot_listen = move |error: std::io::Error| Error::Listen { address: listen, reason: error.to_string() };
        let listener = TcpListener::bind(listen).map_err(cannot_listen)?;
        listener.set_nonblocking(true).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let (strict, hold_seconds) = (!self.not_strict, self.hold_seconds);
        let policy = Policy { strict, hold_ttl_ms: hold_seconds * 1_000 };
        let url = self.url.unwrap_or_else(|| format!("http://{address}"));
        let settings = Settings {
            max_connections: usize::try_from(self.max_connections).unwrap_or(usize::MAX),
            trusted_proxies: self.trusted_proxies,
            ..Settings::new(url.trim_end_matches('/'), self.name)
        };
        let public_key = key.public().to_string();
        let running = Running {
            bank: format!("{public_key}@{}", settings.url),
            public_key,
            url: settings.url.clone(),
            name: settings.name.clone(),
            database: location.to_string(),
            strict,
            hold_seconds,
        };
        // On a thread that may wait: PostgreSQL's connection does. Sockets belong to the runtime that they are made in.
        let started = threads.spawn_blocking(move || {
            let bank = Bank::open(&location, key, policy)?;
            let listener = tokio::net::TcpListener::from_std(listener).map_err(cannot_listen)?;
            Server::start(listener, bank, settings).map_err(cannot_listen)
        });
        let server = started
            .await
            .map_err(|error| Stopped::System { what: "starting the bank", reason: error.to_string() })??;
        Ok((server, running))
    }
}
