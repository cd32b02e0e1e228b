//! `barter sell` and `barter buy` as processes, killed with SIGKILL at random and started again: whatever happens, the end is the
//! same. The invoice is paid once, the trade settled once, and nothing is sent to the chain twice.

use std::{
    panic::AssertUnwindSafe,
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    Barter, Devnet, Wallet,
    lightning::{Nodes, Side},
};

/// Kills in all, at least.
const KILLS: u32 = 120;

/// And on a chain that mines slowly.
const KILLS_OF_SLOW: u32 = 40;

/// How slowly.
const BLOCK_TIME: Duration = Duration::from_millis(400);

/// Trades that these are spread over, at most.
const MAX_TRADES: u64 = 60;

/// How often a process is killed, if it does not end before, until it is let through.
const KILLS_A_PROCESS: u32 = 5;

/// Longest that a process may take that is not killed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where randomness begins, unless `BARTER_TEST_SEED` says where.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers that look random: xorshift64*.
#[derive(Debug)]
struct Random(u64);

impl Random {
    /// A stream of its own for each number.
    fn new(seed: u64, number: u64) -> Self {
        let mut random = Self((seed ^ number.wrapping_mul(0xbf58_476d_1ce4_e5b9)) | 1);
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// One who trades: a wallet, a Lightning node and a journal.
struct Party<'a> {
    devnet: &'a Devnet,
    nodes: &'a Nodes,
    side: Side,
    wallet: Wallet,
    journal: tempfile::TempDir,
    /// Transactions it had sent before: the first account put the contracts on the chain.
    sent_before: u64,
}

impl<'a> Party<'a> {
    fn new(devnet: &'a Devnet, nodes: &'a Nodes, side: Side) -> Self {
        let journal = tempfile::tempdir().unwrap();
        let party = Self { devnet, nodes, side, wallet: devnet.wallet(), journal, sent_before: 0 };
        Self { sent_before: party.sent(), ..party }
    }

    fn call(&self, words: &[&str]) -> Barter {
        let call = Barter::new(words).on(self.devnet).signed_by(&self.wallet).over(self.nodes, self.side);
        call.env("BARTER_JOURNAL", self.journal.path().join("journal"))
    }

    /// Transactions this wallet has sent here, mined or not.
    fn sent(&self) -> u64 {
        let count = self.devnet.node().call("eth_getTransactionCount", &json!([self.wallet.address, "pending"]));
        u64::from_str_radix(count.as_str().unwrap().trim_start_matches("0x"), 16).unwrap() - self.sent_before
    }

    /// Runs a command to its end, however often it is killed on the way; gives what it printed when it was not.
    fn run_killed(&self, words: &[&str], span: &Span, random: &mut Random, kills: &Kills) -> Vec<Value> {
        for _ in 0..kills.times {
            let (mut child, _folder) = self.call(words).arg("--json").start(Stdio::piped());
            sleep(Duration::from_micros(random.below(span.0.load(Ordering::Relaxed))));
            if child.try_wait().unwrap().is_some() {
                return result(child, words);
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills.count.fetch_add(1, Ordering::Relaxed);
        }
        let begun = Instant::now();
        let (mut child, _folder) = self.call(words).arg("--json").start(Stdio::piped());
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{words:?} did not end: {:?}", child.wait_with_output());
            }
            sleep(Duration::from_millis(5));
        }
        if kills.times == 0 {
            span.0.fetch_max(u64::try_from(begun.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
        }
        result(child, words)
    }
}

/// What a process that ended by itself printed.
fn result(child: Child, words: &[&str]) -> Vec<Value> {
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words:?}: {stdout}{stderr}");
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often processes are killed, when, and how many were.
#[derive(Debug, Default)]
struct Kills {
    /// How often each is, if it does not end before. Where none is, it is measured how long they take.
    times: u32,
    count: AtomicU32,
    sell: Span,
    wait: Span,
    buy: Span,
}

/// What a command takes undisturbed, in microseconds: within this time it is killed.
#[derive(Debug, Default)]
struct Span(AtomicU64);

/// Who proposes the trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proposer {
    Payee,
    Payer,
}

/// Trades, with both sides being killed, and checks that nothing of it can be seen in the end.
fn trade(devnet: &Devnet, nodes: &Nodes, proposer: Proposer, number: u64, random: &mut Random, kills: &Kills) {
    let payee = Party::new(devnet, nodes, Side::Payee);
    let payer = Party::new(devnet, nodes, Side::Payer);
    let before = [Side::Payer, Side::Payee].map(|side| nodes.spendable_sats(side));
    let amount_sats = 10_000 + number;
    let (id, amount) = (format!("order-{number}"), amount_sats.to_string());
    let mut sell = vec!["sell", "--id", &id, "--amount-sats", &amount, "--description", "Logo"];
    if proposer == Proposer::Payee {
        sell.extend(["--payer", &payer.wallet.address]);
    }
    let offered = payee.run_killed(&sell, &kills.sell, random, kills);
    let offer = offered[0]["offer"].as_str().unwrap().to_owned();

    // From here on both are at work at once.
    let waiting = if random.below(2) == 0 { vec!["deals", "resume", &id] } else { [&sell[..], &["--wait"]].concat() };
    let buy = ["buy", &offer, "--yes"];
    let mut of_payee = Random::new(random.next(), 1);
    let (sold, bought) = scope(|scope| {
        let sold = scope.spawn(|| payee.run_killed(&waiting, &kills.wait, &mut of_payee, kills));
        let bought = payer.run_killed(&buy, &kills.buy, random, kills);
        (sold.join().unwrap(), bought)
    });

    let (sold, bought) = (sold.last().unwrap(), bought.last().unwrap());
    assert_eq!((&sold["stage"], &bought["stage"]), (&"settled".into(), &"settled".into()), "{sold} {bought}");
    assert_eq!((&sold["trade_id"], &sold["payment_hash"]), (&bought["trade_id"], &bought["payment_hash"]));
    let spent = before[0] - nodes.spendable_sats(Side::Payer);
    let earned = nodes.spendable_sats(Side::Payee) - before[1];
    assert_eq!((spent, earned), (amount_sats, amount_sats), "{bought}");
    let trade = Barter::words("trade get").arg(bought["trade_id"].as_str().unwrap()).on(devnet).json();
    assert_eq!((&trade["status"], &trade["amount_sats"]), (&"settled".into(), &amount_sats.into()));
    assert_eq!((&trade["payer"], &trade["payee"]), (&json!(payer.wallet.address), &json!(payee.wallet.address)));
    // The payer's settlement, and what each agreed by: nothing was sent twice.
    assert_eq!((payer.sent(), payee.sent()), (2, 1), "{proposer:?}: {trade}");
    assert_eq!(bought["offer"], offer.as_str());

    // Done again, it is still done, and nothing moves.
    assert_eq!(payer.call(&buy).json_lines().last().unwrap(), bought);
    assert_eq!(payee.call(&waiting).json_lines().last().unwrap(), sold);
    assert_eq!(before[0] - nodes.spendable_sats(Side::Payer), amount_sats);
    assert_eq!((payer.sent(), payee.sent()), (2, 1));
}

/// Trades until so many processes were killed.
fn trade_killed(devnet: &Devnet, kills_in_all: u32) {
    let seed = std::env::var("BARTER_TEST_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    println!("BARTER_TEST_SEED={seed}");
    let nodes = Nodes::start();
    // Undisturbed first, which also tells how long it takes.
    let mut kills = Kills::default();
    for (number, proposer) in [(1, Proposer::Payee), (2, Proposer::Payer)] {
        trade(devnet, &nodes, proposer, number, &mut Random::new(seed, 0), &kills);
    }
    kills.times = KILLS_A_PROCESS;
    for number in 3..=MAX_TRADES {
        let mut random = Random::new(seed, number);
        let proposer = if number % 2 == 0 { Proposer::Payer } else { Proposer::Payee };
        println!("trade {number}, {proposer:?} proposes, {kills:?}");
        trade(devnet, &nodes, proposer, number, &mut random, &kills);
        if kills.count.load(Ordering::Relaxed) >= kills_in_all {
            return;
        }
    }
    panic!("only {kills:?}, expected {kills_in_all}: the processes are too quick");
}

fn start_chain() -> Devnet {
    Devnet::start(usize::try_from(2 * MAX_TRADES).unwrap())
}

#[test]
fn whoever_is_killed_pays_once_and_settles_once() {
    trade_killed(&start_chain(), KILLS);
}

/// Here transactions wait before they are mined, also those of processes that are gone.
#[test]
fn whoever_is_killed_while_transactions_wait_sends_none_twice() {
    let devnet = start_chain();
    devnet.node().call("evm_setAutomine", &json!([false]));
    let is_done = AtomicBool::new(false);
    scope(|scope| {
        let miner = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                sleep(BLOCK_TIME);
                devnet.node().call("evm_mine", &json!([]));
            }
        });
        let traded = std::panic::catch_unwind(AssertUnwindSafe(|| trade_killed(&devnet, KILLS_OF_SLOW)));
        is_done.store(true, Ordering::Relaxed);
        miner.join().unwrap();
        traded.unwrap();
    });
}
