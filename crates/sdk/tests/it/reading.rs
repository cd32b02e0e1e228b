//! Answers from an index of a chain that nobody mined: long, and long ago.

use barter_index::synthetic::Settings;
use barter_sdk::ComplianceSettings;

use crate::{
    compliance::{STRANGER, answers},
    unmined::{index, reader},
};

/// An index that is behind must not make a busy wallet look idle.
#[tokio::test]
async fn the_time_of_an_answer_is_that_of_its_block() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barter.db");
    let busiest = index(&path, Settings { trades: 1_000, wallets: 20, ..Default::default() })[0];
    let compliance = reader(&path).compliance();
    for compliance in [compliance.clone(), compliance.one_shot()] {
        let report = compliance.full_report(busiest).await.unwrap();
        assert_eq!(report.generated_at, report.at.block_timestamp);
        assert_eq!(report.velocity.trades_24h, report.trade_count, "all of them in the last hours of the chain");
        assert_eq!(compliance.velocity(busiest).await.unwrap(), report.velocity);
        assert_eq!(compliance.flags(busiest).await.unwrap(), report.flags);
        assert_eq!(compliance.wallet_summary(busiest).await.unwrap().risk, report.risk_level);
        let later = compliance.at(report.generated_at + 86_400).velocity(busiest).await.unwrap();
        assert_eq!(later.trades_24h, 0);
    }
}

/// Around hubs clusters are cut, and most of the trades read are between others.
#[tokio::test]
async fn read_once_is_read_warm_around_hubs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barter.db");
    let wallets = index(&path, Settings { trades: 3_000, wallets: 400, ..Default::default() });
    let client = reader(&path);
    for (cluster_depth, cluster_wallets) in [(2, 1_000), (2, 150), (3, 150), (1, 20)] {
        let settings = ComplianceSettings { cluster_depth, cluster_wallets, ..Default::default() };
        let compliance = client.compliance().settings(settings).unwrap();
        for wallet in wallets.iter().step_by(29).chain([&STRANGER]) {
            let once = answers(&compliance.clone().one_shot(), *wallet).await;
            assert_eq!(once, answers(&compliance, *wallet).await);
        }
    }
}
