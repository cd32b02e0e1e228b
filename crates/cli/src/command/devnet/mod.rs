//! `barter devnet`

mod lightning;
mod skip;

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, address};
use barter_sdk::{
    AuditorPlan, BarterClient, DEPLOYMENT_VARIABLE, DeployPlan, Deployment, Environment, JOURNAL_VARIABLE,
    LND_MACAROON_VARIABLE, LND_URL_VARIABLE, NETWORK_VARIABLE, PRIVATE_KEY_VARIABLE, RPC_URL_VARIABLE,
};
use clap::{Args, Subcommand};
use serde::{Serialize, ser::SerializeMap};
use tokio::io::AsyncReadExt as _;

use crate::{
    chain::{CHAIN_ID, ChainOptions, DevAccount, Handle, LocalChain},
    context::Context,
    error::Error,
    output::Report,
    page::{CARE, Cell, FAINT, NAME, Page, TITLE, styled},
    progress::waiting,
    signal::Signals,
    text::without_keys,
};
use lightning::{Node, Nodes};

/// The auditors: anvil's accounts 5 to 9, counted from 0, whose keys everybody knows, whether or not they are among the funded ones.
/// Two of them rule, three overturn: the three beside any two can stop these.
const AUDITORS: [Address; 5] = [
    address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
    address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
];
const RULING_AUDITORS: u32 = 2;
const OVERTURNING_AUDITORS: u32 = 3;

/// Name of the network on the command line and in the environment.
const NETWORK_NAME: &str = "local";

/// Run a chain with the contracts and funded accounts, and two Lightning nodes beside it, on this machine until interrupted
///
/// Prints what to put into the environment so that other commands use it: a block of lines for the payee's terminal, and one for
/// the payer's. The nodes have a channel, so that either can pay the other; they are LDK nodes in this process, and are talked to
/// as LND nodes. Auditors rule on disputes, and bonds are in test dollars, which barter bond faucet makes.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  barter devnet --port 8545 --block-time 2
  barter devnet --json | jq .lightning.payer.environment
  barter devnet skip 28d"
)]
pub(crate) struct Devnet {
    #[command(subcommand)]
    action: Option<Action>,

    /// Port of 127.0.0.1 to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8545)]
    port: u16,

    /// Seconds between blocks [default: a block for each transaction]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    block_time: Option<u64>,

    /// How many funded accounts; the first is the payer's, the second the payee's
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=1_000))]
    accounts: u16,

    /// Where to write the deployment file [default: a temporary one, removed in the end]
    #[arg(long, value_name = "FILE")]
    deployment_out: Option<PathBuf>,

    /// Stop when standard input ends too, as it does when the script that holds its other end is gone
    #[arg(long)]
    stop_with_stdin: bool,
}

/// What to do to a chain that runs already.
#[derive(Subcommand)]
enum Action {
    Skip(skip::Skip),
}

/// What runs.
#[derive(Serialize)]
struct Running {
    chain_id: u64,
    rpc_url: String,
    contracts: Deployment,
    deployment_file: PathBuf,
    accounts: Vec<Account>,
    /// For commands that need no Lightning node; the first account signs.
    environment: Variables,
    lightning: Parties,
}

#[derive(Serialize)]
struct Account {
    #[serde(serialize_with = "crate::output::address")]
    address: Address,
    private_key: String,
}

/// Who can trade with whom.
#[derive(Serialize)]
struct Parties {
    payer: Party,
    payee: Party,
}

/// A wallet with a Lightning node.
#[derive(Serialize)]
struct Party {
    #[serde(serialize_with = "crate::output::address")]
    wallet: Address,
    /// The node's public key.
    node: String,
    environment: Variables,
}

/// What to put into the environment, in this order.
#[derive(Clone)]
struct Variables(Vec<(&'static str, String)>);

impl Serialize for Variables {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Report for Running {
    fn show(&self, page: &mut Page) {
        page.title("A chain on this machine with Barter on it, and two Lightning nodes with a channel");
        page.field("node", format!("{}, chain {}", self.rpc_url, self.chain_id));
        page.field("BarterCore", Cell::new(self.contracts.barter_core.to_string(), NAME));
        page.field("BTRTrust", Cell::new(self.contracts.btr_trust.to_string(), NAME));
        page.field("BTRCredit", Cell::new(self.contracts.btr_credit.to_string(), NAME));
        for (label, contract) in [
            ("AuditorQuorum", self.contracts.auditor_quorum),
            ("BarterBond", self.contracts.barter_bond),
            ("TestDollar", self.contracts.bond_token),
        ] {
            page.field_if(label, contract.map(|address| Cell::new(address.to_string(), NAME)));
        }
        page.field("auditors", format!("accounts 5 to 9: {RULING_AUDITORS} rule, {OVERTURNING_AUDITORS} overturn"));
        page.field("payee's node", &self.lightning.payee.node);
        page.field("payer's node", &self.lightning.payer.node);
        page.gap();
        let note = "The whole world knows these keys: use them for nothing of worth.";
        page.line(format!("{}  {}", styled("Accounts", TITLE), styled(note, CARE)));
        for account in &self.accounts {
            page.line(format!(
                "{}  {}",
                styled(account.address.to_string(), NAME),
                styled(&account.private_key, FAINT)
            ));
        }
        self.lightning.payee.show("payee", "barter sell --amount-sats 50000 --wait", page);
        self.lightning.payer.show("payer", "barter buy OFFER", page);
        page.gap();
        page.line(format!("{}  {}", styled("To let time pass", TITLE), styled("in either terminal", FAINT)));
        page.line("barter devnet skip 28d");
    }
}

impl Party {
    fn show(&self, name: &str, command: &str, page: &mut Page) {
        page.gap();
        page.line(format!(
            "{}  {}",
            styled(format!("The {name}'s terminal"), TITLE),
            styled(format!("then {command}"), FAINT)
        ));
        for (name, value) in &self.environment.0 {
            page.line(format!("export {name}={}", quoted(value)));
        }
    }
}

impl Devnet {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        if let Some(Action::Skip(skip)) = self.action {
            return skip.run(context).await;
        }
        context.require_own_chain("devnet")?;
        self.require_free_place()?;
        let mut signals = Signals::listen()
            .map_err(|error| Error::System { what: "listening to signals", reason: error.to_string() })?;
        let options = ChainOptions { port: self.port, accounts: self.accounts, block_time_seconds: self.block_time };
        let mut chain = tokio::select! {
            chain = waiting("starting anvil", LocalChain::start(options)) => chain?,
            _ = signals.next() => return Ok(()),
        };
        let handle = chain.handle();
        let ended = tokio::select! {
            served = self.serve(&handle, context) => served,
            error = chain.ended() => Err(error.into()),
            _ = signals.next() => Ok(()),
        };
        chain.stop().await;
        context.output().say(&match &self.deployment_out {
            Some(path) if path.exists() => {
                format!("Stopped; only {} is left behind.", without_keys(&path.display().to_string()))
            }
            _ => "Stopped; nothing is left behind.".to_owned(),
        });
        ended
    }

    /// Refuses to write over a file that is none of a deployment: it is somebody's, and was named by mistake.
    fn require_free_place(&self) -> Result<(), Error> {
        let Some(path) = &self.deployment_out else { return Ok(()) };
        // An empty one was made to be filled, by mktemp for example.
        let is_empty = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0);
        if is_empty || !path.exists() || Deployment::from_file(path).is_ok() {
            return Ok(());
        }
        let reason = "there is something else than a deployment file already".to_owned();
        Err(Error::Unwritable { path: path.clone(), reason })
    }

    /// Deploys, says so, and waits until there is nobody left to serve.
    async fn serve(&self, chain: &Handle, context: &Context) -> Result<(), Error> {
        let folder = tempfile::Builder::new().prefix("barter-devnet-").tempdir();
        let folder = folder.map_err(|error| Error::System { what: "making a folder", reason: error.to_string() })?;
        let contracts = waiting("deploying the contracts", deploy(chain)).await?;
        let nodes = waiting("opening a channel", Nodes::start(folder.path())).await?;
        let default_file = folder.path().join(format!("{CHAIN_ID}.json"));
        let deployment_file = absolute(self.deployment_out.as_deref().unwrap_or(&default_file));
        contracts.to_file(&deployment_file)?;
        context.output().result(&running(chain, contracts, deployment_file, &nodes, folder.path())?)?;
        context.output().say("\nStop with Ctrl-C.");
        if self.stop_with_stdin {
            end_of_input().await;
        } else {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// Puts the contracts on the chain, auditors and bonds included; its first account pays.
pub(crate) async fn deploy(chain: &Handle) -> Result<Deployment, Error> {
    let builder = BarterClient::builder().environment(Environment::empty()).chain_id(CHAIN_ID).rpc_url(&chain.rpc_url);
    let deployer = builder.private_key(chain.account(0)?.private_key.as_str()).deployer()?;
    let auditors = AuditorPlan::new(AUDITORS.to_vec(), RULING_AUDITORS, OVERTURNING_AUDITORS).with_test_bond();
    let plan = DeployPlan { auditors: Some(auditors), ..DeployPlan::default() };
    Ok(deployer.deploy(plan).await?.deployment)
}

fn running(
    chain: &Handle,
    contracts: Deployment,
    deployment_file: PathBuf,
    nodes: &Nodes,
    folder: &Path,
) -> Result<Running, Error> {
    let of_the_chain = Variables(vec![
        (NETWORK_VARIABLE, NETWORK_NAME.to_owned()),
        (RPC_URL_VARIABLE, chain.rpc_url.clone()),
        (DEPLOYMENT_VARIABLE, deployment_file.display().to_string()),
    ]);
    let (payer, payee) = (chain.account(0)?, chain.account(1)?);
    Ok(Running {
        chain_id: CHAIN_ID,
        rpc_url: chain.rpc_url.clone(),
        contracts,
        deployment_file,
        accounts: chain.accounts.iter().map(Account::from).collect(),
        environment: of_the_chain.clone().signing(payer),
        lightning: Parties {
            payer: Party::new(payer, &nodes.payer, of_the_chain.clone(), &folder.join("payer")),
            payee: Party::new(payee, &nodes.payee, of_the_chain, &folder.join("payee")),
        },
    })
}

impl From<&DevAccount> for Account {
    fn from(account: &DevAccount) -> Self {
        Self { address: account.address, private_key: account.private_key.clone() }
    }
}

impl Variables {
    fn signing(mut self, account: &DevAccount) -> Self {
        self.0.push((PRIVATE_KEY_VARIABLE, account.private_key.clone()));
        self
    }
}

impl Party {
    fn new(account: &DevAccount, node: &Node, of_the_chain: Variables, journal: &Path) -> Self {
        let mut environment = of_the_chain.signing(account);
        environment.0.extend([
            (LND_URL_VARIABLE, node.url()),
            (LND_MACAROON_VARIABLE, node.macaroon_file.display().to_string()),
            // One of its own: the next chain has the same id and wallets, and none of this one's trades.
            (JOURNAL_VARIABLE, journal.display().to_string()),
        ]);
        Self { wallet: account.address, node: node.public_key.clone(), environment }
    }
}

/// So that commands started elsewhere find it.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A value as a shell takes it for one word.
fn quoted(value: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-:@%+=,".contains(char);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

async fn end_of_input() {
    let mut input = tokio::io::stdin();
    let mut ignored = [0; 256];
    while matches!(input.read(&mut ignored).await, Ok(1..)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_is_quoted() {
        assert_eq!(quoted("http://127.0.0.1:8545"), "http://127.0.0.1:8545");
        assert_eq!(quoted("/tmp/my files/it's.json"), r"'/tmp/my files/it'\''s.json'");
    }
}
