//! How many whole deals over two banks are settled in a second: a table for BENCHMARKS.md.
//!
//! ```sh
//! cargo bench -p barter-bank --bench deals [-- seconds a row]
//! BARTER_BENCH_STORED=1000000 cargo bench -p barter-bank --bench deals
//! ```
//!
//! Two banks, each with its server, its writer and its SQLite file on the disk that holds temporary files, and the clients, in this
//! one process: all that a deal takes shares two threads of one runtime, two writers and the cores. A deal is all of it: its
//! documents are made and signed by both holders, and the real client drives it over HTTP. Each answer waits for the disk. The
//! client's own journal is not kept: whoever drives many deals at once keeps many.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark")]

use std::{
    collections::BTreeMap,
    env, fs,
    net::Ipv4Addr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use barter_bank::{
    client::{Connection, Error, Pin, Settlement, drive, testing::Forgetful},
    document::{Doc, Hash, Promise, PublicKey, SecretKey, Signature, Ulid},
    ledger::{Command, Policy, Proposal},
    plan::{Deal, Transfer},
    rpc::{Asked, Request},
    server::{Server, Settings},
    store::Bank,
};
use barter_store::Location;
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

/// Clients that drive deals at once.
const CLIENTS: u64 = 64;
/// Seconds of a row, where the command line names no number.
const SECONDS: u64 = 10;
/// Deals that are in the store for the last row, where the environment names no number.
const STORED: u64 = 20_000;

fn main() {
    let seconds = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(SECONDS);
    let stored = env::var("BARTER_BENCH_STORED").map_or(STORED, |number| number.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(all(Duration::from_secs(seconds), stored));
}

async fn all(time: Duration, stored: u64) {
    let folder = tempfile::tempdir().unwrap();
    let banks = Banks::new(folder.path()).await;
    println!("| | clients | deals/s | p50, ms | p99, ms | given up, of a hundred | CPU, ms a deal |");
    println!("|---|---|---|---|---|---|---|");
    let (mut pairs, mut crowd) = (Vec::new(), Vec::new());
    let hot = banks.party(0, 1_000).await;
    for number in 0..CLIENTS {
        let (one, other) = (banks.party(0, number).await, banks.party(1, number).await);
        crowd.push(Pair::new(&banks, &hot, &other).await);
        pairs.push(Pair::new(&banks, &one, &other).await);
    }
    row("one deal at a time", &banks, &pairs[..1], time).await;
    row("many at once", &banks, &pairs, time).await;
    row("many at once, all on one account", &banks, &crowd, time).await;
    let (before, begun) = (banks.bytes(), Instant::now());
    let work = pairs.iter().map(|pair| fill(banks.clone(), Arc::clone(pair), stored / CLIENTS));
    work.collect::<JoinSet<()>>().join_all().await;
    let bytes = (banks.bytes() - before) / stored;
    println!("{stored} deals put in without HTTP in {} s, {bytes} bytes a deal", begun.elapsed().as_secs());
    row("one deal at a time, then", &banks, &pairs[..1], time).await;
    row("many at once, then", &banks, &pairs, time).await;
    println!("most memory of this process: {} MiB", memory() / 1024);
}

/// Deals of each pair, one after the other, for so long. What is in the accounts afterwards has to be what was settled.
async fn row(name: &str, banks: &Banks, pairs: &[Arc<Pair>], time: Duration) {
    let before = received(banks, pairs).await;
    let (begun, busy) = (Instant::now(), cpu_seconds());
    let runs = pairs.iter().map(|pair| run(banks.clone(), Arc::clone(pair), begun + time));
    let ended = runs.collect::<JoinSet<Ended>>().join_all().await;
    let (took, busy) = (begun.elapsed().as_secs_f64(), cpu_seconds() - busy);
    let mut times: Vec<Duration> = ended.iter().flat_map(|ended| ended.settled.iter().copied()).collect();
    let given_up: usize = ended.iter().map(|ended| ended.given_up).sum();
    times.sort_unstable();
    let count = times.len();
    assert_eq!(received(banks, pairs).await, before + 2 * i64::try_from(count).unwrap(), "settled is what was given");
    let at = |hundredths: usize| times[count * hundredths / 100].as_secs_f64() * 1_000.0;
    #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let (speed, busy) = (count as f64 / took, 1_000.0 * busy / count as f64);
    let given_up = 100 * given_up / (given_up + count);
    println!("| {name} | {} | {speed:.0} | {:.1} | {:.1} | {given_up} | {busy:.2} |", pairs.len(), at(50), at(99));
}

/// What these pairs have of each other, which is what they owe each other.
async fn received(banks: &Banks, pairs: &[Arc<Pair>]) -> i64 {
    let (mut had, mut owed) = (0, BTreeMap::new());
    for pair in pairs {
        had += banks.balance(0, &pair.other, pair.other_gets).await + banks.balance(1, &pair.one, pair.one_gets).await;
        owed.insert(pair.one.account, banks.balance(0, &pair.one, pair.one.account).await);
        owed.insert(pair.other.account, banks.balance(1, &pair.other, pair.other.account).await);
    }
    // A party that is in other rows as well owes more.
    assert!(had <= -owed.values().sum::<i64>());
    had
}

#[derive(Default)]
struct Ended {
    settled: Vec<Duration>,
    given_up: usize,
}

async fn run(banks: Banks, pair: Arc<Pair>, until: Instant) -> Ended {
    let mut ended = Ended::default();
    let connections = banks.connect().await;
    while Instant::now() < until {
        let begun = Instant::now();
        let mut settlement = pair.settlement(&banks);
        match drive(&mut settlement, &connections, &pair.other.key, &mut Forgetful).await {
            Ok(()) => ended.settled.push(begun.elapsed()),
            Err(Error::GivenUp { .. }) => ended.given_up += 1,
            Err(error) => panic!("{error}"),
        }
    }
    ended
}

/// Deals put into both stores by what decides and writes, as many together as there are pairs.
async fn fill(banks: Banks, pair: Arc<Pair>, deals: u64) {
    for _ in 0..deals {
        let settlement = pair.settlement(&banks);
        let (tx, caller) = (settlement.hash(), pair.other.key.public());
        let mut shown: Vec<Doc<Signature>> = Vec::new();
        for step in 0..4 {
            // In the order in which they settle.
            for leg in settlement.legs() {
                let bank = banks.0.iter().find(|bank| bank.bank.key() == leg.terms.bank).unwrap();
                let commands = match step {
                    0 => vec![Command::Propose(Box::new(Proposal {
                        tx: settlement.tx().clone(),
                        records: leg.records.clone(),
                        approve: settlement.signatures()[0].clone(),
                        role: leg.terms.role,
                        predecessors: leg.terms.predecessors.clone(),
                        awaits: leg.terms.awaits.clone(),
                        legs: leg.terms.legs.clone(),
                    }))],
                    1 => {
                        let word =
                            |holder: &PublicKey| settlement.confirmation(*holder, leg.terms.bank).unwrap().clone();
                        leg.holders.iter().map(|holder| Command::Confirm { tx, confirmation: word(holder) }).collect()
                    }
                    2 => vec![Command::Hold { tx }],
                    _ => {
                        let others = shown.iter().filter(|word| word.pubkey() != leg.terms.bank);
                        vec![Command::Settle { tx, shown: others.cloned().collect() }]
                    }
                };
                for command in commands {
                    let answer = bank.decide(caller, command).await;
                    let word = [&answer["hold"], &answer["settle"]].into_iter().find(|word| word.is_object());
                    shown.extend(word.map(|word| Doc::read(word.clone()).unwrap()));
                }
            }
        }
    }
}

/// Who promises something at a bank.
#[derive(Clone)]
struct Party {
    key: Arc<SecretKey>,
    promise: Hash,
    account: Hash,
}

/// Two who give each other one of what they promise, the one at the first bank and the other at the second.
struct Pair {
    one: Party,
    other: Party,
    one_gets: Hash,
    other_gets: Hash,
}

impl Pair {
    async fn new(banks: &Banks, one: &Party, other: &Party) -> Arc<Self> {
        let other_gets = banks.open(0, other, one.promise).await;
        let one_gets = banks.open(1, one, other.promise).await;
        Arc::new(Self { one: one.clone(), other: other.clone(), one_gets, other_gets })
    }

    /// A deal, signed by both.
    fn settlement(&self, banks: &Banks) -> Settlement {
        let transfer = |bank: usize, giver: &Party, receiver: &Party, to: Hash| Transfer {
            bank: banks.0[bank].bank.key(),
            promise: giver.promise,
            amount: "1".parse().unwrap(),
            giver: giver.key.public(),
            from: giver.account,
            receiver: receiver.key.public(),
            to,
        };
        let transfers = vec![
            transfer(0, &self.one, &self.other, self.other_gets),
            transfer(1, &self.other, &self.one, self.one_gets),
        ];
        let deal = Deal::new(transfers).unwrap();
        let pins = banks.0.iter().map(|bank| (bank.pin.key, bank.pin.clone())).collect();
        let leads = deal.smallest_leads().banks;
        let mut settlement = Settlement::new(&deal, &leads, &pins, &self.other.key, now()).unwrap();
        for party in [&self.one, &self.other] {
            settlement.confirm(&party.key, now()).unwrap();
        }
        settlement
    }
}

struct Served {
    bank: Bank,
    pin: Pin,
    file: std::path::PathBuf,
    connection: Connection,
    _server: Server,
}

impl Served {
    /// Has a command decided and written, as a call of its own.
    async fn decide(&self, caller: PublicKey, command: Command) -> Value {
        let (answered, answer) = oneshot::channel();
        let id = Ulid::generate(now()).unwrap();
        let request = Request { id, caller, asked: Ok(Asked::Command(Box::new(command))) };
        self.bank.submit(request, now, |answer| drop(answered.send(answer))).unwrap();
        answer.await.unwrap().unwrap()
    }
}

#[derive(Clone)]
struct Banks(Arc<[Served; 2]>);

impl Banks {
    async fn new(folder: &Path) -> Self {
        Self(Arc::new([Self::serve(folder, 1).await, Self::serve(folder, 2).await]))
    }

    async fn serve(folder: &Path, number: u64) -> Served {
        let file = folder.join(format!("{number}.db"));
        let bank = Bank::open(&Location::file(&file), secret(0, number), Policy::default()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pin = Pin { key: bank.key(), url: format!("http://{}", listener.local_addr().unwrap()) };
        let settings = Settings::new(&pin.url, "bench");
        // All clients have one address.
        let settings = Settings { trusted_proxies: vec![Ipv4Addr::LOCALHOST.into()], ..settings };
        let server = Server::start(listener, bank.clone(), settings).unwrap();
        let connection = Connection::open(pin.clone()).await.unwrap();
        Served { bank, pin, file, connection, _server: server }
    }

    /// Connections of a client's own.
    async fn connect(&self) -> BTreeMap<PublicKey, Connection> {
        let mut connections = BTreeMap::new();
        for bank in &*self.0 {
            connections.insert(bank.pin.key, Connection::open(bank.pin.clone()).await.unwrap());
        }
        connections
    }

    async fn party(&self, bank: usize, number: u64) -> Party {
        let key = secret(bank as u64 + 1, number);
        let name = format!("a thing of {number}");
        let promise = Promise { bank: self.0[bank].bank.key(), name, due: None, limit: None, integer: Some(true) };
        let opened = self.0[bank].connection.mint(&key, &promise, now()).await.unwrap();
        Party { key: Arc::new(key), promise: opened.promise, account: opened.account }
    }

    async fn open(&self, bank: usize, holder: &Party, promise: Hash) -> Hash {
        self.0[bank].connection.open_account(&holder.key, promise, now()).await.unwrap().account
    }

    async fn balance(&self, bank: usize, party: &Party, account: Hash) -> i64 {
        self.0[bank].connection.balance(&party.key, account, now()).await.unwrap().to_string().parse().unwrap()
    }

    /// Of both files, the logs of changes left out: those do not grow.
    fn bytes(&self) -> u64 {
        self.0.iter().map(|bank| fs::metadata(&bank.file).unwrap().len()).sum()
    }
}

fn secret(kind: u64, number: u64) -> SecretKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&kind.to_le_bytes());
    seed[8..16].copy_from_slice(&number.to_le_bytes());
    SecretKey::from_seed(&seed)
}

fn now() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Of this process, by all its threads.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, which is in brackets: in the system and out of it, in hundredths.
    let times = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

/// KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
