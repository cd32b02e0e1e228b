//! A chain on this machine: anvil, started, watched over and stopped.

mod keeper;
mod program;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use alloy_primitives::Address;
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

pub(crate) use keeper::{Keeper, SUBCOMMAND as KEEP, keep};

/// anvil's own chain id.
pub(crate) const CHAIN_ID: u64 = 31_337;

/// Where it listens, and nowhere else.
const HOST: &str = "127.0.0.1";

/// Blocks whose state can still be asked for: a chain has far more logs than anybody reads old states.
const STATES_KEPT: &str = "1000";

/// Longest wait for anvil to listen. It takes a tenth of a second on an idle machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Longest wait for it to be gone.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Most of what anvil complains of that is repeated, in bytes.
const MAX_COMPLAINT_BYTES: u64 = 4_096;

/// The line anvil prints once it can be talked to, up to the address.
const LISTENING: &str = "Listening on ";

/// Why there is no chain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    /// anvil is nowhere.
    #[error("anvil was not found: not named by ANVIL, not in PATH, not in node_modules/.bin from {} upwards", from.display())]
    NoAnvil {
        /// The working directory.
        from: PathBuf,
    },
    /// The variable names something that is no file.
    #[error("ANVIL is {}, which is no file, expected the path of the program anvil", path.display())]
    NoSuchAnvil {
        /// What it names.
        path: PathBuf,
    },
    /// It could not be started.
    #[error("anvil could not be started from {}: {reason}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// Why.
        reason: String,
    },
    /// Somebody listens there already.
    #[error("port {port} of {HOST} is in use, expected a free one")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// It was started and did not get to listening.
    #[error("anvil did not listen within {} s", waited.as_secs())]
    Silent {
        /// How long it was waited for.
        waited: Duration,
    },
    /// It funds fewer accounts than are needed.
    #[error("anvil has {accounts} funded accounts, expected one at place {index}, counted from 0")]
    TooFewAccounts {
        /// How many it has.
        accounts: usize,
        /// Which is needed.
        index: usize,
    },
    /// It ended by itself.
    #[error("anvil, the local chain, ended by itself")]
    Ended,
}

impl ChainError {
    /// The kind of error as a stable name.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NoAnvil { .. } | Self::NoSuchAnvil { .. } => "anvil_not_found",
            Self::NotStarted { .. } => "anvil_not_started",
            Self::PortInUse { .. } => "port_in_use",
            Self::Silent { .. } => "anvil_silent",
            Self::TooFewAccounts { .. } => "too_few_accounts",
            Self::Ended => "anvil_ended",
        }
    }

    /// What to do next.
    pub(crate) const fn next_step(&self) -> &'static str {
        match self {
            Self::NoAnvil { .. } => "Run npm ci in Barter's folder, or install anvil, or set ANVIL to its path.",
            Self::NoSuchAnvil { .. } => "Set ANVIL to the path of anvil, or unset it.",
            Self::NotStarted { .. } => "Run the program by hand to see what it lacks.",
            Self::PortInUse { .. } => "Give another port, or --port 0 for any free one.",
            Self::TooFewAccounts { .. } => "Give a larger number of accounts.",
            Self::Silent { .. } | Self::Ended => "Try again; if it happens again, run anvil by hand.",
        }
    }
}

/// How the chain shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChainOptions {
    /// Where to listen; 0 takes any free port.
    pub(crate) port: u16,
    /// How many funded accounts.
    pub(crate) accounts: u16,
    /// Seconds between blocks; without, a block for each transaction.
    pub(crate) block_time_seconds: Option<u64>,
}

/// An account that anvil funds. Its key is in anvil's documentation for all to see.
#[derive(Clone)]
pub(crate) struct DevAccount {
    pub(crate) address: Address,
    pub(crate) private_key: String,
}

impl fmt::Debug for DevAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DevAccount({})", self.address)
    }
}

/// A running chain. It ends with this value, with [`stop`](Self::stop), and with this process, however that ends.
#[derive(Debug)]
pub(crate) struct LocalChain {
    keeper: Child,
    /// The keeper stops anvil when this closes.
    leash: Option<ChildStdin>,
    handle: Handle,
}

/// How to use a running chain.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    /// Where to talk to it.
    pub(crate) rpc_url: String,
    /// The accounts it funds.
    pub(crate) accounts: Vec<DevAccount>,
}

impl Handle {
    /// An account it funds.
    pub(crate) fn account(&self, index: usize) -> Result<&DevAccount, ChainError> {
        self.accounts.get(index).ok_or(ChainError::TooFewAccounts { accounts: self.accounts.len(), index })
    }
}

/// What anvil writes about itself.
#[derive(Deserialize)]
struct AnvilConfig {
    available_accounts: Vec<Address>,
    private_keys: Vec<String>,
}

impl LocalChain {
    /// Starts anvil and waits until it listens.
    pub(crate) async fn start(options: ChainOptions) -> Result<Self, ChainError> {
        let program = program::find()?;
        let not_started =
            |error: &dyn fmt::Display| ChainError::NotStarted { program: program.clone(), reason: error.to_string() };
        let directory = tempfile::tempdir().map_err(|error| not_started(&error))?;
        let config = directory.path().join("anvil.json");
        let mut keeper = spawn(&program, &options, &config).map_err(|error| not_started(&error))?;
        let leash = keeper.stdin.take();
        let listening = timeout(START_LIMIT, listening_address(&mut keeper)).await;
        let address = match listening {
            Ok(Ok(Some(address))) => address,
            Ok(Ok(None)) => return Err(complaint(&mut keeper, &program, &options).await),
            Ok(Err(error)) => return Err(not_started(&error)),
            Err(_) => return Err(ChainError::Silent { waited: START_LIMIT }),
        };
        let accounts = read_accounts(&config).map_err(|error| not_started(&error))?;
        Ok(Self { keeper, leash, handle: Handle { rpc_url: format!("http://{address}"), accounts } })
    }

    /// How to use it.
    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> ChainError {
        // Whether or not the wait succeeds, there is nobody left to wait for.
        let _ = self.keeper.wait().await;
        ChainError::Ended
    }

    /// Stops it, and waits until it is gone.
    pub(crate) async fn stop(mut self) {
        drop(self.leash.take());
        if timeout(STOP_LIMIT, self.keeper.wait()).await.is_err() {
            // The keeper itself hangs. Whatever happens now, there is nothing more to do than this.
            let _ = self.keeper.kill().await;
        }
    }
}

/// Starts anvil under a keeper: this same program, in a process group of its own, so that a Ctrl-C in the terminal reaches
/// only us and the order of stopping is ours.
fn spawn(program: &Path, options: &ChainOptions, config: &Path) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(keeper::SUBCOMMAND).arg(program);
    command.args(["--host", HOST, "--port", &options.port.to_string()]);
    command.args(["--chain-id", &CHAIN_ID.to_string(), "--accounts", &options.accounts.to_string()]);
    command.arg("--config-out").arg(config);
    // Older states would go to files under the user's home, which an anvil that is killed leaves there.
    command.args(["--prune-history", STATES_KEPT]);
    if let Some(seconds) = options.block_time_seconds {
        command.args(["--block-time", &seconds.to_string()]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0);
    command.spawn()
}

/// The address anvil says it listens on; `None` if it ended before. From then on what it logs is read and thrown away, so
/// that it never waits for a reader.
async fn listening_address(keeper: &mut Child) -> io::Result<Option<String>> {
    let Some(stdout) = keeper.stdout.take() else { return Ok(None) };
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(address) = line.trim().strip_prefix(LISTENING) {
            let address = address.to_owned();
            tokio::spawn(discard(lines.into_inner()));
            if let Some(stderr) = keeper.stderr.take() {
                tokio::spawn(discard(stderr));
            }
            return Ok(Some(address));
        }
    }
    Ok(None)
}

async fn discard(mut stream: impl AsyncRead + Unpin) {
    // An error means the stream is at its end, as far as we care.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}

/// What anvil said before it ended.
async fn complaint(keeper: &mut Child, program: &Path, options: &ChainOptions) -> ChainError {
    let mut said = Vec::new();
    if let Some(stderr) = keeper.stderr.take() {
        // What could be read until an error is all there is to tell.
        let _ = stderr.take(MAX_COMPLAINT_BYTES).read_to_end(&mut said).await;
    }
    let said = String::from_utf8_lossy(&said);
    if said.contains("already in use") {
        return ChainError::PortInUse { port: options.port };
    }
    let reason = match said.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => crate::text::printable(line),
        None => "it ended at once and said nothing".to_owned(),
    };
    ChainError::NotStarted { program: program.to_owned(), reason }
}

fn read_accounts(config: &Path) -> io::Result<Vec<DevAccount>> {
    let config: AnvilConfig = serde_json::from_slice(&std::fs::read(config)?)?;
    let accounts = config.available_accounts.into_iter().zip(config.private_keys);
    Ok(accounts.map(|(address, private_key)| DevAccount { address, private_key }).collect())
}
