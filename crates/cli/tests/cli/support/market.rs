//! A small market, finished before anybody looks at it, and an index of it.

use std::{path::Path, sync::OnceLock};

use serde_json::json;

use super::{
    Barter, Devnet, Wallet,
    trade::{agree, settle_between},
};

/// A market that no longer changes, on a chain of its own.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) devnet: Devnet,
    /// The index, read up to the newest block.
    pub(crate) index: String,
    /// Paid `friend` six times the same amount.
    pub(crate) hub: Wallet,
    pub(crate) friend: Wallet,
    /// Trades with `friend`, and with `buyer`, who has a trade in dispute.
    pub(crate) shop: Wallet,
    pub(crate) buyer: Wallet,
    /// Two who trade with each other only, to and fro.
    pub(crate) ring: [Wallet; 2],
    /// The ids of the six trades, oldest first.
    pub(crate) repeated: Vec<String>,
}

const DAY: u64 = 86_400;
const NOON: u64 = 43_200;

/// What `hub` pays each time, in satoshis.
pub(crate) const REPEATED_SATS: u64 = 50_000;

impl Market {
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Market> = OnceLock::new();
        SHARED.get_or_init(Self::hold)
    }

    fn hold() -> Self {
        let devnet = Devnet::start(6);
        // At noon, so that no flag depends on when tests run.
        let now = devnet.node().call("eth_getBlockByNumber", &json!(["latest", false]))["timestamp"].clone();
        let now = u64::from_str_radix(now.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
        devnet.node().pass_seconds((DAY + NOON - now % DAY) % DAY);
        let [hub, friend, shop, buyer, first, second] = std::array::from_fn(|_| devnet.wallet());
        let repeated = (0..6).map(|_| {
            // So that one is newer than the other.
            devnet.node().pass_seconds(60);
            settle_between(&devnet, &hub, &friend, REPEATED_SATS)
        });
        let repeated = repeated.collect();
        settle_between(&devnet, &friend, &shop, 30_000);
        settle_between(&devnet, &buyer, &shop, 123_456);
        let (_, disputed) = agree(&devnet, &buyer, &shop, 5_000);
        Barter::words("trade dispute").arg(disputed).on(&devnet).signed_by(&buyer).json();
        settle_between(&devnet, &first, &second, 70_000);
        settle_between(&devnet, &second, &first, 70_000);
        // Beside the deployment file, in a folder that goes when the chain does.
        let folder = Path::new(&devnet.deployment_file).parent().unwrap();
        let index = folder.join("market.db").to_str().unwrap().to_owned();
        let market = Self { devnet, index, hub, friend, shop, buyer, ring: [first, second], repeated };
        market.asking("index run --until-head --database").arg(&market.index).json_lines();
        market
    }

    /// A call that asks the node.
    pub(crate) fn asking(&self, line: &str) -> Barter {
        Barter::words(line).on(&self.devnet)
    }

    /// A call that asks the index.
    pub(crate) fn looking_up(&self, line: &str) -> Barter {
        self.asking(line).args(["--database", &self.index])
    }
}
