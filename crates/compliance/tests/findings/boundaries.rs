//! Each flag one below its threshold, at it, and one above.

use barter_compliance::{AnomalyFlag, FlagKind, Settings, SettledTrade, Severity, TimeOfDay, flags, velocity};
use proptest::{prelude::*, sample::select};

use crate::common::{DAY, ME, NOW, plain, time_of_day, trade, wallet, whole};

fn flag(trades: &[SettledTrade], settings: &Settings, kind: FlagKind) -> Option<AnomalyFlag> {
    let flags = flags(&whole(trades), wallet(ME), NOW, settings);
    flags.into_iter().find(|flag| flag.kind == kind)
}

fn is_raised(trades: &[SettledTrade], settings: &Settings, kind: FlagKind) -> bool {
    flag(trades, settings, kind).is_some()
}

/// The flag with default settings: its severity and what it says.
fn says(trades: &[SettledTrade], kind: FlagKind) -> Option<(Severity, String)> {
    flag(trades, &Settings::default(), kind).map(|flag| (flag.severity, flag.message))
}

fn at(mut trades: Vec<SettledTrade>, settled_at: u64) -> Vec<SettledTrade> {
    for trade in &mut trades {
        trade.settled_at = settled_at;
    }
    trades
}

/// `of` trades, `count` of them with `change` made to them.
fn changed(count: usize, of: usize, change: impl Fn(&mut SettledTrade)) -> Vec<SettledTrade> {
    let mut trades = plain(of);
    trades.iter_mut().take(count).for_each(change);
    trades
}

fn same_amount(count: usize, of: usize) -> Vec<SettledTrade> {
    changed(count, of, |trade| trade.amount_sats = 50_000)
}

fn off_hours(count: usize, of: usize) -> Vec<SettledTrade> {
    changed(count, of, |trade| trade.settled_at = trade.settled_at / DAY * DAY + 3 * 3_600)
}

fn with_counterparties(count: usize, of: usize) -> Vec<SettledTrade> {
    let other = |number: usize| 1 + u8::try_from(number % count).unwrap();
    (0..of).map(|number| trade(number, other(number), ME, 1_000 + number as u64, NOW - 90 * DAY)).collect()
}

fn notice(message: &str) -> (Severity, String) {
    (Severity::Notice, message.to_owned())
}

fn critical(message: &str) -> (Severity, String) {
    (Severity::Critical, message.to_owned())
}

#[test]
fn fifty_trades_in_a_day_are_not_high_velocity_and_fifty_one_are() {
    let recent = |count| at(plain(count), NOW);
    assert_eq!(says(&recent(50), FlagKind::HighVelocity), None);
    assert_eq!(says(&recent(51), FlagKind::HighVelocity), Some(notice("High velocity: 51 trades in 24 h")));
    let report = |count| velocity(&whole(&recent(count)), wallet(ME), NOW, &Settings::default());
    assert!(!report(50).is_elevated);
    assert!(report(51).is_elevated);
}

#[test]
fn three_counterparties_are_not_isolation_and_nor_are_two_in_nine_trades() {
    assert_eq!(says(&with_counterparties(3, 10), FlagKind::Isolation), None);
    assert_eq!(says(&with_counterparties(2, 9), FlagKind::Isolation), None);
    assert_eq!(
        says(&with_counterparties(2, 10), FlagKind::Isolation),
        Some(notice("Isolation: 2 counterparties in 10 trades"))
    );
    assert_eq!(
        says(&with_counterparties(1, 14), FlagKind::Isolation),
        Some(critical("Isolation: 1 counterparty in 14 trades"))
    );
}

#[test]
fn four_of_five_are_not_more_than_eighty_percent_and_five_of_six_are() {
    assert_eq!(says(&same_amount(4, 5), FlagKind::AmountUniformity), None);
    assert_eq!(says(&same_amount(4, 4), FlagKind::AmountUniformity), None, "fewer than five trades");
    let uniform = |text: &str| format!("Amount uniformity: {text} trades of the same amount, 50000 sats");
    assert_eq!(says(&same_amount(5, 6), FlagKind::AmountUniformity), Some(notice(&uniform("5 of 6"))));
    assert_eq!(says(&same_amount(5, 5), FlagKind::AmountUniformity), Some(critical(&uniform("5 of 5"))));
    assert_eq!(
        flag(&same_amount(5, 5), &Settings::default(), FlagKind::AmountUniformity).unwrap().evidence.amount_sats,
        Some(50_000)
    );
}

#[test]
fn three_of_five_are_not_more_than_sixty_percent_and_four_of_six_are() {
    assert_eq!(says(&off_hours(3, 5), FlagKind::OffHours), None);
    assert_eq!(says(&off_hours(4, 4), FlagKind::OffHours), None, "fewer than five trades");
    let late = |text: &str| format!("Off-hours activity: {text} trades settled from 02:00:00 to 04:59:59 UTC");
    assert_eq!(says(&off_hours(4, 6), FlagKind::OffHours), Some(notice(&late("4 of 6"))));
    assert_eq!(says(&off_hours(5, 5), FlagKind::OffHours), Some(critical(&late("5 of 5"))));
}

#[test]
fn five_trades_with_one_counterparty_are_not_over_the_pair_cap_and_six_are() {
    assert_eq!(says(&with_counterparties(3, 15), FlagKind::PairCapExceeded), None);
    let first = wallet(1);
    let message = format!("Pair cap exceeded: 6 trades with {first}");
    assert_eq!(says(&with_counterparties(3, 16), FlagKind::PairCapExceeded), Some(notice(&message)));
    let message = format!("Pair cap exceeded: 7 trades with {first}, and more than 5 with 1 other counterparty");
    assert_eq!(says(&with_counterparties(2, 13), FlagKind::PairCapExceeded), Some(notice(&message)));
    let message = format!("Pair cap exceeded: 8 trades with {first}, and more than 5 with 2 other counterparties");
    assert_eq!(says(&with_counterparties(3, 22), FlagKind::PairCapExceeded), Some(notice(&message)));
}

#[test]
fn severity_grows_with_the_distance_from_the_threshold() {
    use Severity::{Critical, Notice, Warning};
    let severity = |trades: &[SettledTrade], settings: &Settings, kind| flag(trades, settings, kind).unwrap().severity;
    let defaults = Settings::default();
    for (count, expected) in [(51, Notice), (99, Notice), (100, Warning), (199, Warning), (200, Critical)] {
        assert_eq!(severity(&at(plain(count), NOW), &defaults, FlagKind::HighVelocity), expected, "{count} in 24 h");
    }
    for (count, expected) in [(6, Notice), (9, Notice), (10, Warning), (19, Warning), (20, Critical)] {
        let pair = with_counterparties(1, count);
        assert_eq!(severity(&pair, &defaults, FlagKind::PairCapExceeded), expected, "{count} with one");
    }
    // Halfway between 80% and 100% is 90%.
    for (count, expected) in [(81, Notice), (89, Notice), (90, Warning), (99, Warning), (100, Critical)] {
        assert_eq!(severity(&same_amount(count, 100), &defaults, FlagKind::AmountUniformity), expected, "{count}%");
    }
    for (count, expected) in [(61, Notice), (79, Notice), (80, Warning), (99, Warning), (100, Critical)] {
        assert_eq!(severity(&off_hours(count, 100), &defaults, FlagKind::OffHours), expected, "{count}%");
    }
    let ten = Settings { isolation_counterparties: 10, ..defaults };
    for (count, expected) in [(9, Notice), (6, Notice), (5, Warning), (2, Warning), (1, Critical)] {
        assert_eq!(severity(&with_counterparties(count, 20), &ten, FlagKind::Isolation), expected, "{count} in 20");
    }
}

proptest! {
    #[test]
    fn high_velocity_is_more_than_the_threshold(threshold in 1..60_u64, span in 0..DAY) {
        let settings = Settings { velocity_trades_24h: threshold, ..Settings::default() };
        let count = usize::try_from(threshold).unwrap();
        let raised = |count| is_raised(&at(plain(count), NOW - span), &settings, FlagKind::HighVelocity);
        prop_assert_eq!([count - 1, count, count + 1].map(raised), [false, false, true]);
    }

    #[test]
    fn a_span_starts_after_its_first_second_and_ends_with_now(days in select(vec![1_u64, 7, 30]), now in 0..2 * NOW) {
        let counted = |settled_at: u64| {
            let report = velocity(&whole(&at(plain(1), settled_at)), wallet(ME), now, &Settings::default());
            match days { 1 => report.trades_24h, 7 => report.trades_7d, _ => report.trades_30d }
        };
        prop_assert_eq!(counted(now), 1);
        prop_assert_eq!(counted(now + 1), 0);
        if let Some(start) = now.checked_sub(days * DAY) {
            prop_assert_eq!([start.saturating_sub(1), start, start + 1].map(counted), [0, 0, 1]);
        } else {
            prop_assert_eq!(counted(0), 1);
        }
    }

    #[test]
    fn isolation_is_fewer_counterparties_than_the_threshold(threshold in 2..20_u64, more in 0..5_usize) {
        let settings = Settings { isolation_counterparties: threshold, isolation_trades: 25, ..Settings::default() };
        let count = usize::try_from(threshold).unwrap();
        let raised = |count| is_raised(&with_counterparties(count, 25 + more), &settings, FlagKind::Isolation);
        prop_assert_eq!([count - 1, count, count + 1].map(raised), [true, false, false]);
    }

    #[test]
    fn isolation_needs_enough_trades(least in 2..40_u64) {
        let settings = Settings { isolation_trades: least, ..Settings::default() };
        let count = usize::try_from(least).unwrap();
        let raised = |count| is_raised(&with_counterparties(2, count), &settings, FlagKind::Isolation);
        prop_assert_eq!([count - 1, count, count + 1].map(raised), [false, true, true]);
    }

    #[test]
    fn a_percentage_is_exact(percent in 0..=100_u64, of in 5..80_usize) {
        // The most trades that are not more than the percentage. One may be the most frequent amount by itself.
        let most = of * usize::try_from(percent).unwrap() / 100;
        let uniformity = Settings { uniformity_percent: percent, ..Settings::default() };
        let hours = Settings { off_hours_percent: percent, ..Settings::default() };
        for count in [most.saturating_sub(1), most, most + 1].into_iter().filter(|count| (1..=of).contains(count)) {
            let raised = count > most;
            prop_assert_eq!(is_raised(&off_hours(count, of), &hours, FlagKind::OffHours), raised);
            prop_assert_eq!(is_raised(&same_amount(count, of), &uniformity, FlagKind::AmountUniformity), raised);
        }
    }

    #[test]
    fn a_percentage_needs_enough_trades(least in 2..40_u64) {
        let settings = Settings { uniformity_trades: least, off_hours_trades: least, ..Settings::default() };
        let count = usize::try_from(least).unwrap();
        let uniform = |count| is_raised(&same_amount(count, count), &settings, FlagKind::AmountUniformity);
        let late = |count| is_raised(&off_hours(count, count), &settings, FlagKind::OffHours);
        prop_assert_eq!([count - 1, count, count + 1].map(uniform), [false, true, true]);
        prop_assert_eq!([count - 1, count, count + 1].map(late), [false, true, true]);
    }

    #[test]
    fn the_pair_cap_is_exceeded_by_more_than_the_threshold(threshold in 1..40_u64) {
        let settings = Settings { pair_trades: threshold, ..Settings::default() };
        let count = usize::try_from(threshold).unwrap();
        let raised = |count| is_raised(&with_counterparties(1, count), &settings, FlagKind::PairCapExceeded);
        prop_assert_eq!([count - 1, count, count + 1].map(raised), [false, false, true]);
    }

    #[test]
    fn off_hours_include_both_of_their_ends(from in 0..86_400_u64, length in 0..80_000_u64, day in 0..20_000_u64) {
        let to = (from + length) % DAY;
        let settings = Settings {
            off_hours_from: TimeOfDay::of(from),
            off_hours_to: TimeOfDay::of(to),
            ..Settings::default()
        };
        let raised = |second: u64| is_raised(&at(plain(5), (day + 1) * DAY + second), &settings, FlagKind::OffHours);
        prop_assert!(raised(from) && raised(to));
        prop_assert!(!raised((from + DAY - 1) % DAY) && !raised((to + 1) % DAY));
    }
}

#[test]
fn the_off_hours_are_two_to_five_at_night() {
    let midnight = NOW / DAY * DAY - 10 * DAY;
    let second = |text: &str| midnight + u64::from(time_of_day(text).seconds());
    let raised = |text: &str| is_raised(&at(plain(5), second(text)), &Settings::default(), FlagKind::OffHours);
    assert_eq!(["01:59:59", "02:00:00", "04:59:59", "05:00:00"].map(raised), [false, true, true, false]);
}
