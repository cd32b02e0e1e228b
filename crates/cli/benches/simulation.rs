//! The same whole trades through the simulator's chain and through a local anvil over JSON-RPC, in one run.
//!
//! Anvil gets them as well as it can be given them: no signing (it takes the senders' word), no gas estimates, hundreds of
//! transactions in a request, one connection, one block for each of the three steps, and no receipts asked for.

#![allow(missing_docs, reason = "criterion's macros make functions without documentation")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

#[path = "../../sim/benches/market/mod.rs"]
mod market;

use std::{
    env,
    hint::black_box,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use alloy_primitives::{Address, Bytes};
use barter_sim::{
    Parameters,
    chain::{Chain, End},
};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use market::Trade;
use serde_json::{Value, json};

/// Trades in an iteration: their transactions of one kind are one request.
const TRADES: u64 = 400;
/// Iterations there are trades for; each trade can be made once.
const ITERATIONS: u64 = 60;
/// The first of anvil's accounts, which has ether.
const DEPLOYER: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

fn simulation(criterion: &mut Criterion) {
    let trades = market::trades(0, TRADES * ITERATIONS);
    let mut group = criterion.benchmark_group("whole trades");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(TRADES));

    let chunk = usize::try_from(TRADES).unwrap();
    let mut chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
    chain.set_time(1_780_272_000);
    let mut chunks = trades.chunks(chunk).cycle();
    let mut left = ITERATIONS;
    group.bench_function("simulator", |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations {
                if left == 0 {
                    chain = Chain::deploy(Address::repeat_byte(0xde), Address::ZERO);
                    chain.set_time(1_780_272_000);
                    left = ITERATIONS;
                }
                left -= 1;
                let trades = chunks.next().unwrap();
                let start = Instant::now();
                simulate(&mut chain, trades);
                time += start.elapsed();
            }
            time
        });
    });

    let mut anvil = Anvil::start();
    let mut chunks = trades.chunks(chunk);
    group.bench_function("anvil", |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations {
                let trades = chunks.next().expect("trades for all iterations");
                let start = Instant::now();
                anvil.trade(trades);
                time += start.elapsed();
            }
            time
        });
    });
    group.finish();
    anvil.check();
}

fn simulate(chain: &mut Chain, trades: &[Trade]) {
    let core = chain.addresses.core;
    for trade in trades {
        for (sender, data) in
            [(trade.payer, &trade.propose), (trade.payee, &trade.accept), (trade.payer, &trade.settle)]
        {
            assert_eq!(black_box(chain.execute(sender, core, data.clone())).end, End::Success);
        }
    }
}

/// An anvil that ends with the bench, and a connection to it.
struct Anvil {
    child: Child,
    stream: BufReader<TcpStream>,
    core: String,
    settled: u64,
}

impl Anvil {
    fn start() -> Self {
        let installed = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/.bin/anvil");
        let mut child = Command::new(env::var_os("ANVIL").map_or_else(installed, PathBuf::from))
            .args(["--host", "127.0.0.1", "--port", "0", "--no-mining", "--auto-impersonate", "--order", "fifo"])
            .args(["--gas-limit", "1000000000000", "--prune-history", "1000"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("anvil starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned))
            .expect("anvil listens");
        // Anvil would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut anvil = Self { child, stream: BufReader::new(stream), core: String::new(), settled: 0 };
        anvil.deploy();
        anvil
    }

    fn deploy(&mut self) {
        let ether = json!("0xffffffffffffffffffff");
        let wallets = (0..1_000).map(|number| ("anvil_setBalance", json!([market::wallet(number), ether])));
        self.requests(wallets.collect());
        let code = Parameters::default().init_code(Address::ZERO);
        let transaction = json!([{ "from": DEPLOYER, "data": code, "gas": "0x1000000" }]);
        let hash = self.requests(vec![("eth_sendTransaction", transaction), ("anvil_mine", json!([]))]).swap_remove(0);
        let receipt = self.requests(vec![("eth_getTransactionReceipt", json!([hash]))]).swap_remove(0);
        receipt["contractAddress"].as_str().expect("the contracts are deployed").clone_into(&mut self.core);
    }

    /// Makes trades, step by step.
    fn trade(&mut self, trades: &[Trade]) {
        self.block(trades, |trade| (trade.payer, &trade.propose));
        self.block(trades, |trade| (trade.payee, &trade.accept));
        self.block(trades, |trade| (trade.payer, &trade.settle));
        self.settled += trades.len() as u64;
    }

    fn block(&mut self, trades: &[Trade], step: impl Fn(&Trade) -> (Address, &Bytes)) {
        let send = |trade| {
            let (from, data) = step(trade);
            let transaction = json!([{ "from": from, "to": self.core, "data": data, "gas": "0x61a80" }]);
            ("eth_sendTransaction", transaction)
        };
        let requests = trades.iter().map(send).collect();
        self.requests(requests);
        self.requests(vec![("anvil_mine", json!([]))]);
    }

    /// The last step of all trades went well: none was dropped, none was refused.
    fn check(&mut self) {
        let receipts = self.requests(vec![("eth_getBlockReceipts", json!(["latest"]))]).swap_remove(0);
        let receipts = receipts.as_array().unwrap();
        assert_eq!(receipts.len() as u64, TRADES);
        assert!(receipts.iter().all(|receipt| receipt["status"] == "0x1"), "a settlement failed");
        assert!(self.settled >= TRADES);
    }

    /// Makes requests as one batch; the results.
    fn requests(&mut self, requests: Vec<(&str, Value)>) -> Vec<Value> {
        let batch: Vec<_> = (0..)
            .zip(requests)
            .map(|(id, (method, params)): (u64, _)| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .collect();
        let body = serde_json::to_vec(&batch).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: anvil\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).unwrap();
        let answers: Vec<Value> = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answers.len(), batch.len());
        answers
            .into_iter()
            .map(|mut answer| {
                assert!(answer.get("error").is_none(), "{answer}");
                answer["result"].take()
            })
            .collect()
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

criterion_group!(benches, simulation);
criterion_main!(benches);
