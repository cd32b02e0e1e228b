//! The real store beside the model of a bank: the same calls in the same order, in a file. It answers as the model does and keeps what
//! the model keeps, and what fails half-way leaves nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs, mem,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use barter_bank::{
    document::{Hash, PublicKey, SecretKey, Ulid},
    ledger::{AccountState, Books as _, Hold, Leg, Memory, Minted, Policy},
    rpc::{Asked, Failure, Request, code},
    store::{
        Error,
        testing::{Teller, connect},
    },
};
use barter_store::{Engine, Location, Value, row, testing::Ending};
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::{
    ledger_world::{START, TTL},
    random::Random,
    town::Town,
};

/// Where nothing waits for a disk, if the system has such a place.
const IN_MEMORY: &str = "/dev/shm";
/// How often it ends half-way, in a thousand transactions.
const ENDS: u64 = 300;
/// Calls to the database that a bank's call takes, or opening its store, about.
const EACH: u64 = 20;

/// A bank's answer.
type Answer = Result<serde_json::Value, Failure>;

pub(crate) struct Store {
    folder: TempDir,
    number: usize,
    policy: Policy,
    teller: Option<Teller>,
    /// What the model was asked since it last wrote, when, and what it said.
    asked: Vec<(Request, u64, Answer)>,
    random: Random,
    /// Transactions that were compared.
    pub(crate) transactions: u64,
    /// And such as ended half-way.
    pub(crate) broken_off: u64,
}

impl Store {
    /// That of a bank in the town, as it was founded.
    pub(crate) fn new(number: usize, policy: Policy) -> Self {
        let folder = folder();
        fs::write(file(folder.path()), &founded()[number]).unwrap();
        let random = Random::new(number as u64);
        let mut store =
            Self { folder, number, policy, teller: None, asked: Vec::new(), random, transactions: 0, broken_off: 0 };
        store.open();
        store
    }

    /// Opens it as it is on the disk.
    pub(crate) fn open(&mut self) {
        self.teller = None;
        self.teller = Some(teller(self.connect(), Town::bank_key(self.number), self.policy));
    }

    fn connect(&self) -> Box<dyn Engine<Error>> {
        connect(&Location::file(file(self.folder.path()))).unwrap()
    }

    /// What the model was asked and said.
    pub(crate) fn hear(&mut self, request: Request, now: u64, answer: Answer) {
        self.asked.push((request, now, answer));
    }

    /// Does what the model was asked: so many of the calls that it decided, all in one transaction. Before that, it may end half-way.
    pub(crate) fn write(&mut self, calls: usize) {
        let mut asked = mem::take(&mut self.asked);
        if !asked.is_empty() && self.random.chance(ENDS) {
            self.break_off(&asked);
        }
        let mut decided = 0;
        let is_left = |(_, _, answer): &(Request, u64, Answer)| {
            decided += usize::from(!is_replay(answer));
            decided > calls
        };
        asked.truncate(asked.iter().position(is_left).unwrap_or(asked.len()));
        let found = self.teller.as_mut().unwrap().decide(requests(&asked)).unwrap();
        for (found, (.., expected)) in found.iter().zip(&asked) {
            // That a call was made before is all that the model knows.
            assert!(found == expected || (is_replay(found) && is_replay(expected)), "{found:?}, expected {expected:?}");
        }
        self.transactions += 1;
    }

    /// Begins to do these, and ends at some call to the database.
    fn break_off(&mut self, asked: &[(Request, u64, Answer)]) {
        self.teller = None;
        let path = file(self.folder.path());
        let before = fs::read(&path).unwrap();
        let after = self.random.between(0, EACH * (asked.len() as u64 + 1)).try_into().unwrap();
        let ending = Box::new(Ending::after(after, self.connect()));
        let ending = Teller::open(ending, Town::bank_key(self.number), self.policy);
        let done = ending.and_then(|mut ending| ending.decide(requests(asked)));
        if done.is_ok() {
            // It had done everything by then.
            fs::write(path, before).unwrap();
        } else {
            self.broken_off += 1;
        }
        self.open();
    }

    /// It keeps what the model keeps.
    pub(crate) fn agree(&mut self, books: &mut Memory, spent: &BTreeSet<(PublicKey, Ulid)>) {
        let engine = self.teller.as_mut().unwrap().engine();
        let documents = table(engine, "hash, text FROM documents", |row| row::text(row, 1).unwrap().to_owned());
        same("documents", &documents, books.documents().iter().map(|(hash, of)| (*hash, of.text().to_owned())));
        let accounts = table(engine, "hash, state, balance, holder FROM accounts", |row| {
            let mut state: AccountState = state(row, 1);
            state.balance = row::text(row, 2).unwrap().parse().unwrap();
            assert_eq!(row::array(row, 3).unwrap(), *state.holder.as_bytes());
            state
        });
        same("accounts", &accounts, books.accounts().clone());
        let holds = table(engine, "account, state, tx FROM holds", |row| {
            let hold: Hold = state(row, 1);
            assert_eq!(row::array(row, 2).unwrap(), *hold.tx.as_bytes());
            hold
        });
        same("holds", &holds, books.holds().clone());
        let legs = table(engine, "tx, state, until_ms FROM legs", |row| {
            let leg: Leg = state(row, 1);
            let until_ms = leg.until_ms.filter(|_| !leg.state.is_final());
            assert_eq!(row::optional(row, 2).unwrap(), until_ms, "when {} is looked at again", leg.tx);
            leg
        });
        same("legs", &legs, books.legs().clone());
        let records = table(engine, "record, tx FROM records", |row| Hash::new(row::array(row, 1).unwrap()));
        let expected = books.legs().values().flat_map(|leg| leg.terms.records.iter().map(|record| (*record, leg.tx)));
        let expected: BTreeMap<_, _> = expected.collect();
        same("records", &records, expected);
        for (promise, minted) in table(engine, "promise, state FROM minted", |row| state::<Minted>(row, 1)) {
            assert_eq!(books.minted(&promise), Ok(Some(minted)));
        }
        let mut calls = BTreeSet::new();
        let calls_of = "SELECT caller, ulid FROM calls";
        engine
            .query(calls_of, &[], &mut |row| {
                let caller = PublicKey::from_bytes(row::array(row, 0)?).unwrap();
                calls.insert((caller, row::text(row, 1)?.parse().unwrap()));
                Ok(())
            })
            .unwrap();
        assert!(calls == *spent, "the calls that were made");
    }
}

fn requests(asked: &[(Request, u64, Answer)]) -> Vec<(Request, u64)> {
    asked.iter().map(|(request, now, _)| (request.clone(), *now)).collect()
}

fn is_replay(answer: &Answer) -> bool {
    answer.as_ref().is_err_and(|failure| failure.code == code::REPLAY)
}

fn teller(engine: Box<dyn Engine<Error>>, key: SecretKey, policy: Policy) -> Teller {
    Teller::open(engine, key, policy).unwrap()
}

fn folder() -> TempDir {
    let place = Path::new(IN_MEMORY);
    if place.is_dir() { TempDir::new_in(place).unwrap() } else { TempDir::new().unwrap() }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("bank.db")
}

/// Rows by their first column, which is a hash.
fn table<T>(engine: &mut dyn Engine<Error>, of: &str, read: impl Fn(&[Value<'_>]) -> T) -> Vec<(Hash, T)> {
    let mut rows = Vec::new();
    engine
        .query(&format!("SELECT {of} ORDER BY 1"), &[], &mut |row| {
            rows.push((Hash::new(row::array(row, 0)?), read(row)));
            Ok(())
        })
        .unwrap();
    rows
}

fn state<T: DeserializeOwned>(row: &[Value<'_>], place: usize) -> T {
    serde_json::from_str(row::text(row, place).unwrap()).unwrap()
}

fn same<T: PartialEq + Debug>(what: &str, found: &[(Hash, T)], expected: impl IntoIterator<Item = (Hash, T)>) {
    let expected: Vec<_> = expected.into_iter().collect();
    assert!(found == expected, "{what}: {found:#?}, expected {expected:#?}");
}

/// What is in the files of the town's banks before anything happens: what they were asked, and no longer that they were.
fn founded() -> &'static [Vec<u8>] {
    static FOUNDED: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    FOUNDED.get_or_init(|| (0..Town::get().banks.len()).map(found).collect())
}

fn found(number: usize) -> Vec<u8> {
    let folder = folder();
    let path = file(folder.path());
    let policy = Policy { strict: true, hold_ttl_ms: TTL };
    let mut teller = teller(connect(&Location::file(&path)).unwrap(), Town::bank_key(number), policy);
    let mut random = Random::new(0);
    for (caller, command) in &Town::get().banks[number].asked {
        let request =
            Request { id: random.ulid(START), caller: *caller, asked: Ok(Asked::Command(Box::new(command.clone()))) };
        teller.decide(vec![(request, START)]).unwrap().remove(0).unwrap();
    }
    let engine = teller.engine();
    engine.begin_write().unwrap();
    engine.execute("DELETE FROM calls", &[]).unwrap();
    engine.execute("UPDATE barter_bank SET forgotten_ms = 0", &[]).unwrap();
    engine.commit().unwrap();
    drop(teller);
    fs::read(path).unwrap()
}
