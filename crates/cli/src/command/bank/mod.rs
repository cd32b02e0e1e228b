//! `barter bank`

mod accounts;
mod audit;
mod canonical;
mod confirm;
mod database;
mod deal;
mod demo;
mod error;
mod inbox;
mod init;
mod invite;
mod keygen;
mod mint;
mod names;
mod open;
mod plan;
mod serve;
mod settle;

use std::path::{Path, PathBuf};

use barter_bank::{
    client::{Connection, Pin},
    document::SecretKey,
};
use clap::{Args, Subcommand};

use crate::{confirm::confirm, context::Context, error::Error as Stopped, progress::waiting};
pub(crate) use error::Error;

/// Trade without money: promises kept by independent banks, and deals over any number of them
#[derive(Subcommand)]
pub(crate) enum Bank {
    Init(init::Init),
    Serve(serve::Serve),
    Keygen(keygen::Keygen),
    Mint(mint::Mint),
    Open(open::Open),
    Accounts(accounts::Accounts),
    Deal(deal::Deal),
    Confirm(confirm::Confirm),
    Settle(settle::Settle),
    Inbox(inbox::Inbox),
    #[command(subcommand)]
    Invite(invite::Invite),
    Canonical(canonical::Canonical),
    Audit(audit::Audit),
    Demo(demo::Demo),
}

impl Bank {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Stopped> {
        match self {
            Self::Init(command) => command.run(context).await,
            Self::Serve(command) => command.run(context).await,
            Self::Keygen(command) => command.run(context),
            Self::Mint(command) => command.run(context).await,
            Self::Open(command) => command.run(context).await,
            Self::Accounts(command) => command.run(context).await,
            Self::Deal(command) => Box::pin(command.run(context)).await,
            Self::Confirm(command) => command.run(context).await,
            Self::Inbox(command) => command.run(context).await,
            Self::Settle(command) => Box::pin(command.run(context)).await,
            Self::Invite(command) => command.run(context),
            Self::Canonical(command) => command.run(context),
            Self::Audit(command) => command.run(context).await,
            Self::Demo(command) => Box::pin(command.run(context)).await,
        }
    }
}

/// Whose key signs.
#[derive(Args)]
struct Key {
    /// File with your key (see barter bank keygen)
    #[arg(long, value_name = "FILE", env = "BARTER_BANK_KEY_FILE")]
    key: PathBuf,
}

impl Key {
    fn read(&self) -> Result<SecretKey, Stopped> {
        read_key(&self.key)
    }
}

/// Which bank is asked.
#[derive(Args)]
struct At {
    /// The bank: its key and its address, which belong together
    #[arg(long, value_name = "KEY@URL", env = "BARTER_BANK")]
    bank: String,
}

impl At {
    async fn connect(&self) -> Result<Connection, Stopped> {
        let pin = pin(&self.bank)?;
        Ok(waiting("asking the bank who it is", Connection::open(pin)).await.map_err(Error::from)?)
    }
}

/// At which banks somebody has accounts.
#[derive(Args)]
struct OwnBanks {
    /// A bank where you have accounts: its key and its address, as you know them
    #[arg(long, value_name = "KEY@URL", env = "BARTER_BANK", value_delimiter = ',', required = true)]
    bank: Vec<String>,
}

impl OwnBanks {
    fn pins(&self) -> Result<Vec<Pin>, Error> {
        self.bank.iter().map(|bank| pin(bank)).collect()
    }
}

/// Reads an Ed25519 key that only its owner can read.
fn read_key(path: &Path) -> Result<SecretKey, Stopped> {
    Ok(SecretKey::from_seed(&crate::reputation::read_key(path)?.seed()))
}

/// Reads a bank's key and address.
fn pin(text: &str) -> Result<Pin, Error> {
    let wrong = |reason: String| Error::Pin { found: text.to_owned(), reason };
    let (key, url) = text.split_once('@').ok_or_else(|| wrong("there is no @ in it".to_owned()))?;
    let key = key.parse().map_err(|error: barter_bank::document::KeyError| wrong(error.to_string()))?;
    Ok(Pin { key, url: url.trim_end_matches('/').to_owned() })
}

/// Asks before something is signed, unless `yes` answered before.
fn ask_to_sign(question: &str, yes: bool) -> Result<(), Stopped> {
    confirm(question, yes).map_err(|error| match error {
        Stopped::NotConfirmed { reason } => Error::NotSigned { reason }.into(),
        other => other,
    })
}

/// The machine's clock, in Unix milliseconds.
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
