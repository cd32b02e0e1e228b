//! All of it at once.

use alloy_primitives::U256;
use barter_compliance::{
    ChainPoint, RiskLevel, Settings, Standing, TradeGraph, Unfinished, full_report, wallet_summary,
};
use barter_protocol::Level;
use serde_json::json;

use crate::common::{AT, DAY, ME, NOW, plain, standing, trade, wallet, whole};

#[test]
fn an_unknown_wallet_has_an_empty_report() {
    let nobody = wallet(99);
    let mut part = TradeGraph::partial();
    part.add_wallet(nobody, []);
    for graph in [whole(&plain(20)), TradeGraph::whole(), part] {
        let report = full_report(&graph, nobody, &Standing::default(), AT, NOW, &Settings::default());
        let expected = json!({
            "address": nobody.to_checksum(None),
            "risk_level": "low",
            "flags": [],
            "velocity": {
                "wallet": nobody.to_checksum(None),
                "trades_24h": 0, "trades_7d": 0, "trades_30d": 0,
                "mean_amount_30d_sats": null,
                "is_elevated": false,
            },
            "cluster": {
                "wallet": nobody.to_checksum(None),
                "depth": 2, "wallets": [nobody.to_checksum(None)], "wallet_count": 1, "is_complete": true,
                "volume_inside_sats": "0", "volume_leaving_sats": "0", "isolation_score": 0.0,
            },
            "completion_rate": null,
            "score": 0, "level": "C", "trade_count": 0, "counterparties": 0,
            "generated_at": NOW,
            "at": { "block_number": AT.block_number, "block_hash": AT.block_hash, "block_timestamp": NOW },
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }
}

#[test]
fn the_report_is_of_the_time_and_the_point_given() {
    let at = ChainPoint { block_number: 7, block_timestamp: NOW - DAY, ..AT };
    let report = full_report(&whole(&plain(20)), wallet(ME), &standing(400), at, NOW, &Settings::default());
    assert_eq!((report.at, report.generated_at), (at, NOW));
    assert_eq!((report.score, report.level), (400, Level::B));
    assert_eq!((report.trade_count, report.counterparties), (20, 20));
    assert_eq!((report.completion_rate, report.risk_level), (Some(100.0), RiskLevel::Low));
}

#[test]
fn risk_counts_flags() {
    // Trades with one counterparty: more than the cap from six, isolation besides from ten.
    let risk = |count| {
        let trades: Vec<_> = (0..count).map(|number| trade(number, ME, 1, 1_000 + number as u64, NOW - DAY)).collect();
        let report = full_report(&whole(&trades), wallet(ME), &standing(0), AT, NOW, &Settings::default());
        (report.flags.len(), report.risk_level)
    };
    assert_eq!([5, 6, 10].map(risk), [(0, RiskLevel::Low), (1, RiskLevel::Medium), (2, RiskLevel::High)]);
    assert_eq!(RiskLevel::of(5), RiskLevel::High);
    assert!(RiskLevel::Low < RiskLevel::Medium && RiskLevel::Medium < RiskLevel::High);
    let words = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High].map(|risk| risk.to_string());
    assert_eq!(words, ["low", "medium", "high"]);
}

#[test]
fn the_summary_says_what_the_report_says() {
    let trades: Vec<_> =
        (0..30).map(|number| trade(number, ME, 1 + u8::try_from(number % 2).unwrap(), 1_000, NOW)).collect();
    let unfinished = Unfinished { disputed: 1, accepted_at: vec![NOW, NOW - 8 * DAY] };
    let standing = Standing { unfinished, ..standing(712) };
    let (graph, settings) = (whole(&trades), Settings::default());
    let report = full_report(&graph, wallet(ME), &standing, AT, NOW, &settings);
    let summary = wallet_summary(&graph, wallet(ME), &standing, AT, NOW, &settings);
    let expected = json!({
        "address": wallet(ME).to_checksum(None),
        "score": report.score,
        "level": "A",
        "trades": report.trade_count,
        "completion_rate": 93.7,
        "counterparties": report.counterparties,
        "btr_credit": "1.5",
        "risk": report.risk_level,
        "flags": report.flags.len(),
        "at": report.at,
    });
    assert_eq!(serde_json::to_value(&summary).unwrap(), expected);
    assert_eq!(report.completion_rate, Some(93.7));
    assert_eq!((report.trade_count, report.counterparties, report.flags.len()), (30, 2, 3));
}

#[test]
fn credit_is_an_exact_number_of_tokens() {
    let shown = |credit: &str| {
        let standing = Standing { credit: credit.parse::<U256>().unwrap(), ..Standing::default() };
        let summary = wallet_summary(&TradeGraph::whole(), wallet(ME), &standing, AT, NOW, &Settings::default());
        serde_json::to_value(&summary).unwrap()["btr_credit"].as_str().unwrap().to_owned()
    };
    assert_eq!(shown("0"), "0");
    assert_eq!(shown("1"), "0.000000000000000001");
    assert_eq!(shown("10000000000000000000"), "10");
    assert_eq!(shown("12300000000000000000"), "12.3");
}
