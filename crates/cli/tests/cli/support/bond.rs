//! A provider with a bond, a consumer, and the auditors of `barter devnet`.

use serde_json::{Value, json};

use super::{Barter, Devnet, Wallet};

pub(crate) const HUB: &str = "https://hub.example/market";

pub(crate) const DAY: u64 = 24 * 60 * 60;

/// What disputes are about here.
pub(crate) const OUTCOME: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
pub(crate) const EVIDENCE: &str = "0x2222222222222222222222222222222222222222222222222222222222222222";

/// A chain of a test's own, as time passes on it.
#[derive(Debug)]
pub(crate) struct BondMarket {
    pub(crate) devnet: Devnet,
    pub(crate) provider: Wallet,
    pub(crate) consumer: Wallet,
    /// Accounts 7, 8 and 9: enough to overturn.
    pub(crate) auditors: [Wallet; 3],
}

impl BondMarket {
    /// Provider and consumer have 10,000 test dollars each.
    pub(crate) fn start() -> Self {
        let devnet = Devnet::start(10);
        let wallets: Vec<Wallet> = (0..10).map(|_| devnet.wallet()).collect();
        let auditors = [7, 8, 9].map(|index: usize| wallets[index].clone());
        let market = Self { devnet, provider: wallets[0].clone(), consumer: wallets[1].clone(), auditors };
        market.as_provider("bond faucet").json();
        market.as_consumer("bond faucet 10000").json();
        market
    }

    /// Such a market, whose provider has staked.
    pub(crate) fn staked(amount: &str) -> Self {
        let market = Self::start();
        market.as_provider("bond stake --hub").args([HUB, amount]).json();
        market
    }

    pub(crate) fn by(&self, wallet: &Wallet, line: &str) -> Barter {
        Barter::words(line).on(&self.devnet).signed_by(wallet)
    }

    pub(crate) fn as_provider(&self, line: &str) -> Barter {
        self.by(&self.provider, line)
    }

    pub(crate) fn as_consumer(&self, line: &str) -> Barter {
        self.by(&self.consumer, line)
    }

    pub(crate) fn reading(&self, line: &str) -> Barter {
        Barter::words(line).on(&self.devnet)
    }

    /// The time of the chain, which is ahead of the clock once it was moved.
    pub(crate) fn now(&self) -> u64 {
        let block = self.devnet.node().call("eth_getBlockByNumber", &json!(["latest", false]));
        u64::from_str_radix(&block["timestamp"].as_str().unwrap()[2..], 16).unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.devnet.node().pass_seconds(seconds);
    }

    /// An hour from now.
    pub(crate) fn deadline(&self) -> String {
        (self.now() + 3_600).to_string()
    }

    /// The consumer's complaint about an outcome, as text to hand on.
    pub(crate) fn complaint(&self, outcome: &str) -> String {
        let signing = self.as_consumer("dispute sign --provider").arg(&self.provider.address);
        let signing = signing.args(["--outcome", outcome, "--evidence", EVIDENCE, "--deadline", &self.deadline()]);
        let outcome = signing.run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.stderr.contains("barter dispute file"), "{outcome:?}");
        outcome.stdout
    }

    /// A dispute that the consumer filed itself; its id.
    pub(crate) fn filed(&self) -> String {
        let filed = self.as_consumer("dispute file -").input(self.complaint(OUTCOME)).json();
        filed["dispute_id"].as_str().unwrap().to_owned()
    }

    /// What auditors sign: the first by these arguments, the others like the first.
    pub(crate) fn signatures(&self, auditors: usize, arguments: &[&str]) -> Vec<Value> {
        let first = self.by(&self.auditors[0], "dispute sign-ruling").args(arguments);
        let first = first.args(["--deadline", &self.deadline()]).json();
        let mut signed = vec![first.clone()];
        for auditor in &self.auditors[1..auditors] {
            let like = self.by(auditor, "dispute sign-ruling --like one.json").file("one.json", first.to_string());
            signed.push(like.json());
        }
        signed
    }

    /// Has two auditors rule.
    pub(crate) fn rule(&self, arguments: &[&str]) -> Value {
        let signed = Value::from(self.signatures(2, arguments));
        self.as_provider("dispute rule -").input(signed.to_string()).json()
    }

    pub(crate) fn bond(&self) -> Value {
        self.reading("bond show").arg(&self.provider.address).json()
    }
}
