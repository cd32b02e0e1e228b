//! A service that follows a chain of its own.

use crate::support::{
    Barter,
    bond::{BondMarket, DAY},
    reputation::{HUB, Served},
};

/// A market with a service that follows its chain.
pub(super) struct Followed {
    pub(super) market: BondMarket,
    pub(super) service: Served,
    pub(super) folder: tempfile::TempDir,
}

impl Followed {
    /// The provider has staked $2,000.
    pub(super) fn start() -> Self {
        let market = BondMarket::start();
        market.as_provider("bond stake --hub").args([HUB, "2000"]).json();
        let folder = tempfile::tempdir().unwrap();
        let service = Served::following(folder.path(), &market.devnet, &market.auditors[0].address);
        service.operate("reputation register provider").args([HUB, &market.provider.address]).json();
        Self { market, service, folder }
    }

    pub(super) fn fail(&self, consumer: &str, calls: u32) {
        self.service.consumer(consumer);
        let records: String =
            (0..calls).map(|call| self.service.outcome(consumer, &format!("bad_{call}"), "failure")).collect();
        assert_eq!(self.service.ask("reputation submit -").input(records).json()["received"], calls);
    }

    pub(super) fn anchor(&self) {
        let anchoring = self.service.ask("reputation anchor").on(&self.market.devnet);
        anchoring.signed_by(&self.market.auditors[0]).json();
    }

    /// A twentieth of the bond is taken.
    pub(super) fn slash(&self) {
        let id = self.market.filed();
        self.market.rule(&[&id, "--slash-percent", "5"]);
        self.market.pass(2 * DAY);
        assert_eq!(self.market.as_consumer("dispute execute").arg(&id).json()["status"], "upheld");
    }

    pub(super) fn verifying(&self, url: &str) -> Barter {
        self.service.ask_at(url, "reputation verify").on(&self.market.devnet)
    }
}
