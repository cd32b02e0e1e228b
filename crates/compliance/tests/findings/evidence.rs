//! Every flag names what it rests on, and the lists have an end.

use barter_compliance::{AnomalyFlag, FlagKind, MAX_EVIDENCE, Settings, SettledTrade, TradesWith, flags};

use crate::common::{DAY, ME, NOW, trade, wallet, whole};

fn flag(trades: &[SettledTrade], kind: FlagKind) -> AnomalyFlag {
    let flags = flags(&whole(trades), wallet(ME), NOW, &Settings::default());
    flags.into_iter().find(|flag| flag.kind == kind).expect("the flag is raised")
}

#[test]
fn every_counterparty_over_the_pair_cap_is_named_with_its_trades() {
    let pairs = [(1, 6), (2, 9), (3, 5), (4, 6)];
    let trades: Vec<_> = pairs
        .into_iter()
        .flat_map(|(other, count)| (0..count).map(move |number| (other, number)))
        .map(|(other, number)| {
            trade(usize::from(other) * 100 + number, ME, other, 5_000, NOW - 50 * DAY + number as u64)
        })
        .collect();
    let evidence = flag(&trades, FlagKind::PairCapExceeded).evidence;
    let (one, four) = (wallet(1).min(wallet(4)), wallet(1).max(wallet(4)));
    let with = |counterparty, trades| TradesWith { counterparty, trades };
    assert_eq!(evidence.by_counterparty, [with(wallet(2), 9), with(one, 6), with(four, 6)]);
    assert_eq!((evidence.count, evidence.trade_count, evidence.threshold), (9, 26, 5));
    assert_eq!((evidence.trades, evidence.trade_ids.len(), evidence.counterparties), (21, 21, 3));
    let within_cap: Vec<_> = trades.iter().filter(|trade| trade.payee == wallet(3)).collect();
    assert!(within_cap.iter().all(|trade| !evidence.trade_ids.contains(&trade.trade_id)));
}

#[test]
fn lists_end_at_a_hundred_and_numbers_do_not() {
    // 120 counterparties with six trades each; the later the counterparty, the newer the trade.
    let trades: Vec<_> = (0..720)
        .map(|number| trade(number, ME, 1 + u8::try_from(number / 6).unwrap(), 1_000, NOW - 50 * DAY + number as u64))
        .collect();
    let evidence = flag(&trades, FlagKind::PairCapExceeded).evidence;
    assert_eq!((evidence.trades, evidence.counterparties), (720, 120));
    let newest: Vec<_> = trades.iter().rev().take(MAX_EVIDENCE).map(|trade| trade.trade_id).collect();
    assert_eq!(evidence.trade_ids, newest);
    let mut counterparties: Vec<_> = (1..=120).map(wallet).collect();
    counterparties.sort_unstable();
    counterparties.truncate(MAX_EVIDENCE);
    assert_eq!(evidence.by_counterparty.iter().map(|with| with.counterparty).collect::<Vec<_>>(), counterparties);
}

#[test]
fn flags_say_what_they_are_in_words_and_in_json() {
    let trades: Vec<_> = (0..14).map(|number| trade(number, ME, 1, 1_000 + number as u64, NOW - 50 * DAY)).collect();
    let flag = flag(&trades, FlagKind::Isolation);
    assert_eq!(flag.to_string(), "Isolation: 1 counterparty in 14 trades");
    let words = FlagKind::ALL.map(|kind| kind.to_string());
    let expected = ["High velocity", "Isolation", "Amount uniformity", "Off-hours activity", "Pair cap exceeded"];
    assert_eq!(words, expected);
    let json = serde_json::to_value(FlagKind::ALL).unwrap();
    let expected = ["high_velocity", "isolation", "amount_uniformity", "off_hours", "pair_cap_exceeded"];
    assert_eq!(json, serde_json::json!(expected));
    let json = serde_json::to_value(&flag).unwrap();
    assert_eq!(json["kind"], "isolation");
    assert_eq!(json["severity"], "critical");
    assert_eq!(flag.severity.to_string(), "critical");
    assert_eq!(json["detected_at"], NOW);
    assert_eq!(json["evidence"]["by_counterparty"][0]["counterparty"], wallet(1).to_checksum(None));
    assert_eq!(json["evidence"]["trade_ids"].as_array().unwrap().len(), 14);
}
