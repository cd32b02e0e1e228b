//! The demo's banks, each a process of its own, and people with accounts at them.

use std::{path::Path, process::Stdio, time::Duration};

use barter_bank::{
    client::{Connection, Opened, Pin},
    document::{Promise, PublicKey, SecretKey},
    plan::Transfer,
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::super::{names::Names, now};
use crate::{chain::KEEP, error::Error, reputation, secret::random_bytes};

/// Who is there, what they promise, and at whose bank.
pub(super) const PEOPLE: [(&str, &str); 4] =
    [("Alice", "1 logo"), ("Bob", "1 hour"), ("Carol", "1 song"), ("Dave", "1 meal")];
/// How long a bank may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A bank in a process of its own.
struct Served {
    process: Child,
    connection: Connection,
}

/// Four people, each with a bank that keeps what they promise.
pub(super) struct Stage {
    banks: Vec<Served>,
    people: Vec<SecretKey>,
    /// By person and bank.
    accounts: Vec<Vec<Option<Opened>>>,
    folder: tempfile::TempDir,
}

fn failed(what: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::System { what, reason: error.to_string() }
}

impl Stage {
    /// Starts the banks, and has everybody mint.
    pub(super) async fn set() -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("barter-bank-").tempdir().map_err(failed("making a folder"))?;
        let mut stage = Self { banks: Vec::new(), people: Vec::new(), accounts: Vec::new(), folder };
        for (number, (person, name)) in PEOPLE.into_iter().enumerate() {
            let served = serve(stage.folder.path(), person).await?;
            let key = SecretKey::from_seed(&random_bytes()?);
            let bank = served.connection.pin().key;
            let promise = Promise { bank, name: name.to_owned(), due: None, limit: None, integer: None };
            let opened = served.connection.mint(&key, &promise, now()).await?;
            let mut accounts = vec![None; PEOPLE.len()];
            accounts[number] = Some(opened);
            stage.accounts.push(accounts);
            stage.banks.push(served);
            stage.people.push(key);
        }
        Ok(stage)
    }

    /// Who has this number.
    pub(super) fn person(&self, number: usize) -> &SecretKey {
        &self.people[number]
    }

    /// The bank with this number.
    pub(super) fn bank(&self, number: usize) -> &Connection {
        &self.banks[number].connection
    }

    /// What everybody, and what they promise, is called.
    pub(super) fn names(&self) -> Names {
        let people = self.people.iter().zip(PEOPLE).map(|(key, (person, _))| (person.to_owned(), key.public()));
        let minted = |(number, accounts): (usize, &Vec<Option<Opened>>)| accounts[number];
        let promises = self.accounts.iter().enumerate().filter_map(minted).zip(PEOPLE);
        Names::of_people(people).and_promises(promises.map(|(opened, (_, what))| (opened.promise, what.to_owned())))
    }

    /// The number of the bank with this key.
    pub(super) fn number_of(&self, key: PublicKey) -> usize {
        self.banks.iter().position(|bank| bank.connection.pin().key == key).unwrap_or_default()
    }

    /// Everybody's account where they have one: who, at which bank, and which.
    pub(super) fn accounts(&self) -> Vec<(usize, usize, Opened)> {
        let of = |(person, accounts): (usize, &Vec<Option<Opened>>)| {
            let has = |(bank, opened): (usize, &Option<Opened>)| opened.map(|opened| (person, bank, opened));
            accounts.iter().enumerate().filter_map(has).collect::<Vec<_>>()
        };
        self.accounts.iter().enumerate().flat_map(of).collect()
    }

    /// One of what the giver promises, for somebody, whose account is opened if there is none yet.
    pub(super) async fn transfer(&mut self, giver: usize, receiver: usize) -> Result<Transfer, Error> {
        let missing = || Error::DemoFailed { what: "nobody minted".to_owned() };
        let from = self.accounts[giver][giver].ok_or_else(missing)?;
        let to = match self.accounts[receiver][giver] {
            Some(opened) => opened,
            None => self.bank(giver).open_account(self.person(receiver), from.promise, now()).await?,
        };
        self.accounts[receiver][giver] = Some(to);
        let amount = "1".parse().map_err(super::super::Error::from)?;
        Ok(Transfer {
            bank: self.bank(giver).pin().key,
            promise: from.promise,
            amount,
            giver: self.person(giver).public(),
            from: from.account,
            receiver: self.person(receiver).public(),
            to: to.account,
        })
    }

    /// Stops the banks and removes their stores.
    pub(super) async fn strike(mut self) {
        for bank in &mut self.banks {
            // Its keeper ends it when this closes.
            drop(bank.process.stdin.take());
        }
        for bank in &mut self.banks {
            let _ = timeout(PATIENCE, bank.process.wait()).await;
        }
        // What cannot be removed is the operating system's to remove.
        let _ = self.folder.close();
    }
}

/// Starts a bank on a free port, held on a leash: it ends with this process, however that ends.
async fn serve(folder: &Path, person: &str) -> Result<Served, Error> {
    let name = person.to_lowercase();
    let (key, database) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.db")));
    reputation::make_key(&key)?;
    let program = std::env::current_exe().map_err(failed("finding this program"))?;
    let mut command = Command::new(&program);
    command.arg(KEEP).arg(&program).args(["bank", "serve", "--json", "--listen", "127.0.0.1:0"]);
    command.arg("--name").arg(format!("{person}'s bank")).arg("--key").arg(key).arg("--database").arg(database);
    // Nothing of the user's own bank.
    command.env_remove("BARTER_BANK_URL").env_remove("BARTER_BANK_DATABASE").env_remove("BARTER_BANK_KEY_FILE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut process = command.spawn().map_err(failed("starting a bank"))?;
    let silent = || Error::DemoFailed { what: format!("{person}'s bank did not start") };
    let output = process.stdout.take().ok_or_else(silent)?;
    let line = timeout(PATIENCE, BufReader::new(output).lines().next_line()).await;
    let line = line.map_err(|_| silent())?.map_err(failed("reading from a bank"))?.ok_or_else(silent)?;
    let announced: Value = serde_json::from_str(&line).map_err(|_| silent())?;
    let text = |field: &str| announced[field].as_str().unwrap_or_default().to_owned();
    let key = text("public_key").parse().map_err(|_| silent())?;
    let connection = Connection::open(Pin { key, url: text("url") }).await?;
    Ok(Served { process, connection })
}
