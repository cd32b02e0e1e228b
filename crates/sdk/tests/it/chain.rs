//! A local chain of a test's own, with the contracts on it.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use barter_sdk::{
    Address, BarterClient, BarterClientBuilder, DeployPlan, Deployment, Environment, PaymentHash, Preimage,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Keys of anvil's first accounts, as everybody knows them.
pub(crate) const KEYS: [&str; 5] = [
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
];

/// Which of the accounts is the arbiter.
pub(crate) const ARBITER: usize = 4;

/// An anvil that ends with the test, with the contracts deployed.
pub(crate) struct Chain {
    child: Child,
    pub(crate) url: String,
    pub(crate) deployment: Deployment,
}

impl Chain {
    /// Starts a chain and deploys.
    pub(crate) async fn start() -> Self {
        Self::start_with(plan()).await
    }

    /// Starts a chain and deploys by this plan.
    pub(crate) async fn start_with(plan: DeployPlan) -> Self {
        let mut chain = Self::start_empty(31_337);
        let deployer = chain.builder(0).deployer().unwrap();
        chain.deployment = deployer.deploy(plan).await.unwrap().deployment;
        chain
    }

    /// Starts a chain without the contracts.
    pub(crate) fn start_empty(chain_id: u64) -> Self {
        let mut child = Command::new(anvil())
            .args(["--host", "127.0.0.1", "--port", "0", "--chain-id", &chain_id.to_string()])
            // It is killed in the end, and would leave older states under the user's home.
            .args(["--prune-history", "1000"])
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
        Self { child, url: format!("http://{address}"), deployment: plan().predict_addresses() }
    }

    /// Settings of a client of one of the accounts.
    pub(crate) fn builder(&self, account: usize) -> BarterClientBuilder {
        BarterClient::builder()
            .environment(Environment::empty())
            .network("local")
            .rpc_url(&self.url)
            .deployment(self.deployment)
            .private_key(KEYS[account])
            .poll_interval(Duration::from_millis(50))
            .confirmation_timeout(Duration::from_mins(1))
    }

    /// A client of one of the accounts.
    pub(crate) fn client(&self, account: usize) -> BarterClient {
        self.builder(account).build().unwrap()
    }

    /// Makes a JSON-RPC request of the node.
    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Value {
        rpc(&self.url, method, params).await
    }

    /// Mines blocks.
    pub(crate) async fn mine(&self, blocks: u64) {
        self.rpc("anvil_mine", json!([format!("{blocks:#x}")])).await;
    }

    /// Moves the clock, and mines a block there.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.rpc("evm_increaseTime", json!([seconds])).await;
        self.mine(1).await;
    }

    /// The time of the latest block.
    pub(crate) async fn now(&self) -> u64 {
        let block = self.rpc("eth_getBlockByNumber", json!(["latest", false])).await;
        u64::from_str_radix(&block["timestamp"].as_str().unwrap()[2..], 16).unwrap()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the tests deploy: with an arbiter, so that rulings can be tried.
pub(crate) fn plan() -> DeployPlan {
    DeployPlan { arbiter: wallet(ARBITER), ..DeployPlan::default() }
}

/// The wallet of one of the accounts.
pub(crate) fn wallet(account: usize) -> Address {
    BarterClient::builder()
        .environment(Environment::empty())
        .network("local")
        .deployment(DeployPlan::default().predict_addresses())
        .private_key(KEYS[account])
        .build()
        .unwrap()
        .wallet()
        .unwrap()
}

/// A preimage no other call gave, and its hash.
pub(crate) fn secret() -> (Preimage, PaymentHash) {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let preimage = Preimage::new([NEXT.fetch_add(1, Ordering::Relaxed); 32]);
    (preimage, preimage.payment_hash())
}

/// Where anvil is: `ANVIL`, the repository's `node_modules`, or the `PATH`.
pub(crate) fn anvil() -> PathBuf {
    if let Some(path) = std::env::var_os("ANVIL") {
        return path.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("node_modules/.bin/anvil"))
        .find(|path| path.exists())
        .unwrap_or_else(|| "anvil".into())
}

/// Makes a JSON-RPC request without the client under test.
pub(crate) async fn rpc(url: &str, method: &str, params: Value) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let start = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let answer: Value = serde_json::from_slice(&answer[start..]).unwrap();
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}
