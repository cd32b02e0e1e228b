//! Clusters whose shape is known beforehand.

use barter_compliance::{ClusterReport, Settings, SettledTrade, cluster};

use crate::common::{ME, NOW, trade, wallet, whole};

fn edges(edges: &[(u8, u8, u64)]) -> Vec<SettledTrade> {
    let numbered = edges.iter().enumerate();
    numbered.map(|(number, (payer, payee, sats))| trade(number, *payer, *payee, *sats, NOW)).collect()
}

fn around_me(trades: &[SettledTrade], settings: &Settings) -> ClusterReport {
    cluster(&whole(trades), wallet(ME), settings)
}

#[test]
fn a_clique_that_trades_with_nobody_else_scores_one() {
    let report =
        around_me(&edges(&[(0, 1, 5_000), (1, 2, 7_000), (2, 0, 9_000), (8, 9, 100_000)]), &Settings::default());
    assert_eq!(report.isolation_score.to_bits(), 1.0_f64.to_bits());
    assert_eq!((report.volume_inside_sats, report.volume_leaving_sats), (21_000, 0));
    assert_eq!(report.wallets, [wallet(0), wallet(2), wallet(1)], "most volume first");
    assert_eq!((report.wallet_count, report.depth, report.is_complete), (3, 2, true));
}

#[test]
fn a_wallet_without_history_scores_nothing() {
    let report = around_me(&edges(&[(1, 2, 5_000)]), &Settings::default());
    assert_eq!(report.isolation_score.to_bits(), 0.0_f64.to_bits());
    assert_eq!((report.wallets, report.wallet_count, report.is_complete), (vec![wallet(0)], 1, true));
}

#[test]
fn trade_with_the_world_lowers_the_score() {
    // One step from me is only wallet 1, which trades three times as much with others.
    let settings = Settings { cluster_depth: 1, ..Settings::default() };
    let report = around_me(&edges(&[(0, 1, 10_000), (1, 2, 20_000), (3, 1, 10_000), (2, 3, 99_000)]), &settings);
    assert_eq!((report.volume_inside_sats, report.volume_leaving_sats), (10_000, 30_000));
    assert_eq!(report.isolation_score.to_bits(), 0.25_f64.to_bits());
}

#[test]
fn a_cluster_reaches_as_many_steps_as_asked() {
    let chain = edges(&[(0, 1, 1_000), (1, 2, 1_000), (2, 3, 1_000), (3, 4, 1_000)]);
    for depth in 1..=4 {
        let report = around_me(&chain, &Settings { cluster_depth: depth, ..Settings::default() });
        assert_eq!((report.wallet_count, report.is_complete), (depth + 1, true), "depth {depth}");
    }
}

#[test]
fn a_cluster_is_cut_only_where_there_is_more() {
    let star = edges(&[(0, 1, 1_000), (0, 2, 2_000), (0, 3, 3_000), (3, 4, 9_000)]);
    let cut = |wallets| {
        let report = around_me(&star, &Settings { cluster_wallets: wallets, ..Settings::default() });
        (report.wallets, report.is_complete)
    };
    let all = [0, 3, 2, 1, 4].map(wallet);
    assert_eq!(cut(1), (all[..1].to_vec(), false));
    assert_eq!(cut(3), (all[..3].to_vec(), false));
    assert_eq!(cut(4), (all[..4].to_vec(), false));
    assert_eq!(cut(5), (all.to_vec(), true));
    assert_eq!(cut(6), (all.to_vec(), true));
}

#[test]
fn volumes_beyond_64_bits_are_exact() {
    // All the bitcoin there will ever be, ten thousand times: trades with oneself cost nothing but fees.
    let trades: Vec<_> = (0..10_000).map(|number| trade(number, 0, 1, 2_100_000_000_000_000, NOW)).collect();
    let report = around_me(&trades, &Settings::default());
    assert_eq!(report.volume_inside_sats, 21_000_000_000_000_000_000);
    assert_eq!(serde_json::to_value(&report).unwrap()["volume_inside_sats"], "21000000000000000000");
}
