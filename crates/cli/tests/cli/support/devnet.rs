//! A chain for tests: `barter devnet` itself.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{BARTER, anvil, node::Node};

/// Accounts of the chain all tests share. Each test takes its own, so that none disturbs another's nonces and profiles.
const SHARED_ACCOUNTS: usize = 320;

/// A funded account.
#[derive(Clone, Debug)]
pub(crate) struct Wallet {
    pub(crate) address: String,
    pub(crate) private_key: String,
}

/// A running chain with the contracts on it.
#[derive(Debug)]
pub(crate) struct Devnet {
    pub(crate) child: Child,
    pub(crate) rpc_url: String,
    pub(crate) deployment_file: String,
    pub(crate) announced: Value,
    wallets: Vec<Wallet>,
    taken: AtomicUsize,
}

impl Devnet {
    /// A chain of one's own.
    pub(crate) fn start(accounts: usize) -> Self {
        // Its standard input is a pipe of ours: it stops when this process ends, whether or not anybody drops it.
        let mut child = Command::new(BARTER)
            .args(["devnet", "--port", "0", "--json", "--stop-with-stdin", "--accounts", &accounts.to_string()])
            .env("ANVIL", anvil())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let wallets = announced["accounts"].as_array().unwrap().iter();
        let wallets = wallets
            .map(|account| Wallet { address: text(&account["address"]), private_key: text(&account["private_key"]) })
            .collect();
        Self {
            child,
            rpc_url: text(&announced["rpc_url"]),
            deployment_file: text(&announced["deployment_file"]),
            announced,
            wallets,
            taken: AtomicUsize::new(0),
        }
    }

    /// The chain that tests share. It lives as long as the process.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Devnet> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(SHARED_ACCOUNTS))
    }

    /// A wallet nobody else has.
    pub(crate) fn wallet(&self) -> Wallet {
        let index = self.taken.fetch_add(1, Ordering::Relaxed);
        self.wallets.get(index).unwrap_or_else(|| panic!("more than {} wallets taken", self.wallets.len())).clone()
    }

    /// Its node, for what the program has no command for.
    pub(crate) fn node(&self) -> Node {
        Node::new(&self.rpc_url)
    }
}

impl Devnet {
    /// Stops it, and waits until it is gone.
    pub(crate) fn stop(&mut self) {
        // Closing its standard input is what stops it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The processes that a process started, and those that they did, as the operating system lists them.
pub(crate) fn processes_below(process: u32) -> Vec<u32> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let pairs: Vec<(u32, u32)> = table
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap());
            Some((numbers.next()?, numbers.next()?))
        })
        .collect();
    let mut below = vec![process];
    let mut next = 0;
    while next < below.len() {
        let parent = below[next];
        below.extend(pairs.iter().filter(|pair| pair.1 == parent).map(|pair| pair.0));
        next += 1;
    }
    below.split_off(1)
}

/// Waits a little for processes to be gone.
#[track_caller]
pub(crate) fn assert_gone(processes: &[u32]) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let left = || -> Vec<u32> { processes.iter().copied().filter(|process| is_alive(*process)).collect() };
    while !left().is_empty() {
        assert!(Instant::now() < deadline, "still there: {:?}", left());
        sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs. One that ended and was not waited for does not.
fn is_alive(process: u32) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// Sends a signal.
pub(crate) fn signal(process: u32, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(process.try_into().unwrap()).unwrap();
    rustix::process::kill_process(process, signal).unwrap();
}
