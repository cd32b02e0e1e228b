//! Banks on this machine, each with a store of its own, and people with accounts at them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use barter_bank::{
    client::{Connection, Error, Event, Keeper, Opened, Pin, Settlement, drive},
    document::{Promise, PublicKey, SecretKey},
    ledger::Policy,
    plan::{Deal, Transfer},
    server::{Server, Settings},
    store::Bank,
};
use barter_store::Location;
use tokio::net::TcpListener;

pub(crate) fn now() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

pub(crate) fn person(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

/// The key of the bank with this number.
pub(crate) fn key_of(number: u8) -> PublicKey {
    person(100 + number).public()
}

pub(crate) struct Served {
    pub(crate) server: Server,
    pub(crate) connection: Connection,
}

/// Banks by number.
pub(crate) struct Banks {
    folder: tempfile::TempDir,
    pub(crate) served: BTreeMap<u8, Served>,
    accounts: BTreeMap<(u8, u8), Opened>,
}

impl Banks {
    /// As many banks, each keeping a promise of the person with its number.
    pub(crate) async fn new(count: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut banks = Self { folder, served: BTreeMap::new(), accounts: BTreeMap::new() };
        for number in 1..=count {
            banks.serve(number).await;
            let promise = Promise {
                bank: key_of(number),
                name: format!("a thing of {number}"),
                due: None,
                limit: None,
                integer: None,
            };
            let opened = banks.connection(number).mint(&person(number), &promise, now()).await.unwrap();
            banks.accounts.insert((number, number), opened);
        }
        banks
    }

    pub(crate) fn path(&self, number: u8) -> PathBuf {
        self.folder.path().join(format!("{number}.db"))
    }

    pub(crate) fn bank(&self, number: u8) -> Bank {
        Bank::open(&Location::file(self.path(number)), person(100 + number), Policy::default()).unwrap()
    }

    /// Serves a bank on a free port.
    pub(crate) async fn serve(&mut self, number: u8) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::start(listener, self.bank(number), Settings::new(&url, format!("bank {number}"))).unwrap();
        let connection = Connection::open(Pin { key: key_of(number), url }).await.unwrap();
        self.served.insert(number, Served { server, connection });
    }

    pub(crate) async fn stop(&mut self, number: u8) {
        self.served.remove(&number).unwrap().server.stop().await;
    }

    pub(crate) fn connection(&self, number: u8) -> &Connection {
        &self.served[&number].connection
    }

    pub(crate) fn connections(&self) -> BTreeMap<PublicKey, Connection> {
        self.served.iter().map(|(number, served)| (key_of(*number), served.connection.clone())).collect()
    }

    pub(crate) fn pins(&self) -> BTreeMap<PublicKey, Pin> {
        self.connections().into_iter().map(|(key, connection)| (key, connection.pin().clone())).collect()
    }

    /// Somebody's account of the promise that a bank keeps.
    pub(crate) async fn account(&mut self, holder: u8, at: u8) -> Opened {
        if let Some(opened) = self.accounts.get(&(holder, at)) {
            return *opened;
        }
        let promise = self.accounts[&(at, at)].promise;
        let opened = self.connection(at).open_account(&person(holder), promise, now()).await.unwrap();
        self.accounts.insert((holder, at), opened);
        opened
    }

    /// A transfer of the promise that a bank keeps.
    pub(crate) async fn transfer(&mut self, giver: u8, receiver: u8, at: u8, amount: &str) -> Transfer {
        let (from, to) = (self.account(giver, at).await, self.account(receiver, at).await);
        Transfer {
            bank: key_of(at),
            promise: from.promise,
            amount: amount.parse().unwrap(),
            giver: person(giver).public(),
            from: from.account,
            receiver: person(receiver).public(),
            to: to.account,
        }
    }

    /// A deal in which everybody gives one of its own promise, signed by all.
    pub(crate) async fn deal(&mut self, pairs: &[(u8, u8)]) -> Settlement {
        let mut transfers = Vec::new();
        for (giver, receiver) in pairs {
            transfers.push(self.transfer(*giver, *receiver, *giver, "1").await);
        }
        let deal = Deal::new(transfers).unwrap();
        let leads = deal.smallest_leads().banks;
        let mut settlement = Settlement::new(&deal, &leads, &self.pins(), &person(1), now()).unwrap();
        let people: BTreeSet<u8> = pairs.iter().flat_map(|(giver, receiver)| [*giver, *receiver]).collect();
        for number in people {
            settlement.confirm(&person(number), now()).unwrap();
        }
        settlement
    }

    /// Carries a deal as far as it goes.
    pub(crate) async fn drive(&self, settlement: &mut Settlement, keeper: &mut Kept) -> Result<(), Error> {
        drive(settlement, &self.connections(), &person(1), keeper).await
    }

    /// What somebody has of the promise that a bank keeps.
    pub(crate) async fn balance(&self, holder: u8, at: u8) -> String {
        let account = self.accounts[&(holder, at)].account;
        self.connection(at).balance(&person(holder), account, now()).await.unwrap().to_string()
    }
}

/// What was kept, and heard. Fails when it has been asked so often, as if the client had been killed there.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) last: Option<Settlement>,
    pub(crate) events: Vec<Event>,
    pub(crate) count: usize,
    pub(crate) dies_at: Option<usize>,
}

impl Keeper for Kept {
    fn keep(&mut self, settlement: &Settlement) -> Result<(), Error> {
        if self.dies_at == Some(self.count) {
            return Err(Error::Journal { path: PathBuf::new(), reason: "killed".to_owned() });
        }
        self.count += 1;
        // As it would be read from a file.
        self.last = Some(Settlement::from_json(&settlement.to_json()).unwrap());
        assert_eq!(self.last.as_ref(), Some(settlement));
        Ok(())
    }

    fn hear(&mut self, event: Event) {
        self.events.push(event);
    }
}
