//! Banks on this machine, each with a store of its own, and people with accounts at them.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use barter_bank::{
    audit::{Audited, audit},
    client::{Connection, Error, Event, Keeper, Opened, Pin, Settlement, drive},
    document::{Promise, PublicKey, SecretKey},
    ledger::Policy,
    plan::{Deal, Transfer},
    server::{Server, Settings},
    store::{self, Bank},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::place::{Place, Store};

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

/// Bytes of connections: of each, those to the bank and those from it.
pub(crate) type Tape = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

/// Where connections are passed on from, and taped.
async fn taped(to: SocketAddr, tape: Tape) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(to).await else { continue };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(copy(from_client, to_server, reel(&tape)));
            tokio::spawn(copy(from_server, to_client, reel(&tape)));
        }
    });
    address
}

fn reel(tape: &Tape) -> Arc<Mutex<Vec<u8>>> {
    let reel = Arc::default();
    tape.lock().unwrap().push(Arc::clone(&reel));
    reel
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, reel: Arc<Mutex<Vec<u8>>>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        // Taped before it is passed on: whoever has an answer finds it on the tape.
        reel.lock().unwrap().extend(&bytes[..count]);
        if to.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
}

/// Banks by number.
pub(crate) struct Banks {
    store: Store,
    policy: Policy,
    places: BTreeMap<u8, Place>,
    /// How far the banks' clock is ahead of the machine's, in milliseconds.
    pub(crate) ahead: Arc<AtomicU64>,
    pub(crate) served: BTreeMap<u8, Served>,
    /// What each bank was sent, and what it sent.
    pub(crate) tapes: BTreeMap<u8, Tape>,
    accounts: BTreeMap<(u8, u8), Opened>,
}

impl Banks {
    /// None yet.
    pub(crate) fn none(store: Store, policy: Policy) -> Self {
        let (places, served, tapes, accounts) = Default::default();
        Self { store, policy, places, ahead: Arc::default(), served, tapes, accounts }
    }

    /// As many banks, each keeping a promise of the person with its number.
    pub(crate) async fn new(store: Store, count: u8) -> Self {
        let mut banks = Self::none(store, Policy::default());
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

    /// Where a bank keeps what it keeps.
    pub(crate) fn place(&self, number: u8) -> &Place {
        &self.places[&number]
    }

    /// Opens the store of a bank with this key.
    pub(crate) async fn open(&self, number: u8, key: SecretKey) -> Result<Bank, store::Error> {
        let (location, policy) = (self.place(number).location(), self.policy);
        tokio::task::spawn_blocking(move || Bank::open(&location, key, policy)).await.unwrap()
    }

    /// What there is to say of a bank's store, which it goes on writing.
    pub(crate) async fn audited(&self, number: u8) -> Audited {
        let location = self.place(number).location();
        tokio::task::spawn_blocking(move || audit(&location, |_, _| {})).await.unwrap().unwrap()
    }

    /// Serves a bank on a free port, and tapes what goes to and fro.
    pub(crate) async fn serve(&mut self, number: u8) {
        self.places.entry(number).or_insert_with(|| Place::new(self.store));
        let bank = self.open(number, person(100 + number)).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tape = self.tapes.entry(number).or_default();
        let url = format!("http://{}", taped(listener.local_addr().unwrap(), Arc::clone(tape)).await);
        let ahead = Arc::clone(&self.ahead);
        let mut settings = Settings::new(&url, format!("bank {number}"));
        settings.clock = Arc::new(move || now() + ahead.load(Ordering::Relaxed));
        let server = Server::start(listener, bank, settings).unwrap();
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

    /// A deal in which everybody gives one of its own promise, proposed by the first person and signed by all.
    pub(crate) async fn deal(&mut self, pairs: &[(u8, u8)]) -> Settlement {
        let gifts: Vec<_> = pairs.iter().map(|(giver, receiver)| (*giver, *receiver, "1")).collect();
        self.deal_of(&gifts, 1).await
    }

    /// A deal in which people give so much of their own promise, signed by all.
    pub(crate) async fn deal_of(&mut self, gifts: &[(u8, u8, &str)], proposer: u8) -> Settlement {
        let mut transfers = Vec::new();
        for (giver, receiver, amount) in gifts {
            transfers.push(self.transfer(*giver, *receiver, *giver, amount).await);
        }
        let deal = Deal::new(transfers).unwrap();
        let leads = deal.smallest_leads().banks;
        let mut settlement = Settlement::new(&deal, &leads, &self.pins(), &person(proposer), now()).unwrap();
        let people: BTreeSet<u8> = gifts.iter().flat_map(|(giver, receiver, _)| [*giver, *receiver]).collect();
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
