//! The flags day by day.

use barter_compliance::{FlagKind, Settings, flags};
use barter_sim::scenario::DetectionSettings;
use proptest::prelude::*;

use crate::common::{
    DAY, HOUR, ISOLATION, OFF_HOURS, PAIR_CAP, RISK, START, Settlement, UNIFORMITY, VELOCITY, address, points_at,
    statistic, watch, watch_until,
};

const WALLETS: u32 = 6;

/// Low, so that a few trades are enough for every flag.
fn low() -> DetectionSettings {
    let settings = Settings {
        velocity_trades_24h: 3,
        isolation_trades: 4,
        uniformity_trades: 3,
        uniformity_percent: 60,
        off_hours_trades: 3,
        pair_trades: 3,
        ..Settings::default()
    };
    DetectionSettings { settings, ..DetectionSettings::default() }
}

/// Trades among a few wallets over some days, in order of time, many of them on the hour.
fn settlements() -> impl Strategy<Value = Vec<Settlement>> {
    let one = (0..WALLETS, 1..WALLETS, 0_u64..3, 0_u64..6 * 24, prop_oneof![Just(0), 0..HOUR]);
    prop::collection::vec(one, 0..40).prop_map(|mut all| {
        all.sort_unstable_by_key(|(_, _, _, hour, second)| (*hour, *second));
        let settle = |(payer, step, amount, hour, second)| {
            (payer, (payer + step) % WALLETS, 1_000 + amount, hour * HOUR + second)
        };
        all.into_iter().map(settle).collect()
    })
}

proptest! {
    /// A wallet is pointed at exactly where the flag was raised at the last second of any day, and where its statistic is past the
    /// flag's threshold.
    #[test]
    fn a_flag_points_where_it_was_raised_and_where_its_statistic_says(settlements in settlements()) {
        let detection = low();
        let settings = detection.settings;
        let wallets = WALLETS as usize;
        let mut raised = vec![[false; 5]; wallets];
        let mut most = vec![0; wallets];
        let measured = watch_until(wallets, &settlements, &detection, &vec![true; wallets], |graph, midnight| {
            for wallet in 0..wallets {
                let found = flags(graph, address(u32::try_from(wallet).unwrap()), midnight - 1, &settings);
                most[wallet] = most[wallet].max(found.len());
                for flag in found {
                    raised[wallet][FlagKind::ALL.iter().position(|kind| *kind == flag.kind).unwrap()] = true;
                }
            }
        });
        for (wallet, reading) in measured.wallets.iter().enumerate() {
            let has_traded = settlements.iter().any(|(payer, payee, ..)| [*payer as usize, *payee as usize].contains(&wallet));
            prop_assert_eq!(reading.is_some(), has_traded);
            let Some(reading) = reading else { continue };
            let statistic = &reading.statistics;
            prop_assert_eq!(&reading.points_at[..5], &raised[wallet][..]);
            let count = |number: u64| f64::from(u32::try_from(number).unwrap());
            prop_assert_eq!(reading.points_at[VELOCITY], statistic[VELOCITY] > count(settings.velocity_trades_24h));
            prop_assert_eq!(reading.points_at[ISOLATION], statistic[ISOLATION] >= count(settings.isolation_trades));
            prop_assert_eq!(reading.points_at[UNIFORMITY], statistic[UNIFORMITY] > count(settings.uniformity_percent) / 100.0);
            prop_assert_eq!(reading.points_at[OFF_HOURS], statistic[OFF_HOURS] > count(settings.off_hours_percent) / 100.0);
            prop_assert_eq!(reading.points_at[PAIR_CAP], statistic[PAIR_CAP] > count(settings.pair_trades));
            prop_assert_eq!(statistic[RISK], count(most[wallet] as u64));
            prop_assert_eq!(reading.points_at[RISK], most[wallet] >= 2);
        }
    }
}

/// Wallet 0 pays wallet 1 ten times at noon, a different amount each time, and on the next day eight others.
fn isolated_at_first() -> Vec<Settlement> {
    let first = (0..10).map(|number| (0, 1, 1_000 + number, 12 * HOUR + number));
    let then = (2..10).map(|other| (0, other, 5_000 + u64::from(other), DAY + 12 * HOUR + u64::from(other)));
    first.chain(then).collect()
}

#[test]
fn whoever_was_suspicious_once_was_seen() {
    let readings = watch(10, &isolated_at_first(), &DetectionSettings::default());
    assert_eq!(statistic(&readings, 0, ISOLATION), 10.0);
    assert!(points_at(&readings, 0, ISOLATION), "on the first day it had one counterparty");
    assert_eq!(statistic(&readings, 9, ISOLATION), 1.0, "one trade with one counterparty");
    assert!(!points_at(&readings, 9, ISOLATION));
}

#[test]
fn statistics_are_the_numbers_of_the_flags() {
    // 12 trades of wallet 0 on one day, 9 of them with wallet 1 and 3 with wallet 2, 8 of one amount, 6 in the off-hours.
    let settlements: Vec<_> = (0..12)
        .map(|number| {
            let amount = if number < 8 { 7_000 } else { 9_000 + number };
            let hour = if number < 6 { 3 } else { 9 };
            (0, if number % 4 == 0 { 2 } else { 1 }, amount, hour * HOUR + number)
        })
        .collect();
    let readings = watch(4, &settlements, &DetectionSettings::default());
    let statistics = &readings[0].as_ref().unwrap().statistics;
    assert_eq!(statistics[..RISK], [12.0, 12.0, 8.0 / 12.0, 6.0 / 12.0, 9.0]);
    let points_at = &readings[0].as_ref().unwrap().points_at;
    assert_eq!(points_at[..=RISK], [false, true, false, false, true, true], "two flags are a high risk");
    assert!(readings[3].is_none(), "it has not traded");
}

#[test]
fn a_newcomer_is_not_uniform() {
    let settlements: Vec<_> =
        (0..5).map(|number| (0, 1 + u32::try_from(number).unwrap(), 7_000, 3 * HOUR + number)).collect();
    let all = watch(6, &settlements, &DetectionSettings::default());
    let few = watch(6, &settlements[..4], &DetectionSettings::default());
    for place in [UNIFORMITY, OFF_HOURS] {
        assert_eq!((statistic(&few, 0, place), statistic(&all, 0, place)), (0.0, 1.0));
    }
}

/// Trades spread over many days: some a day, and many on one.
#[test]
fn a_long_history_is_looked_at_less_often_and_its_busiest_day_is_not_missed() {
    let mut settlements = Vec::new();
    for day in 0..300 {
        let trades = if day == 250 { 60 } else { 10 };
        settlements.extend(
            (0..trades).map(|number| (0, 1 + u32::try_from(number % 9).unwrap(), 1_000 + day, day * DAY + number)),
        );
    }
    let readings = watch(10, &settlements, &DetectionSettings::default());
    assert_eq!(statistic(&readings, 0, VELOCITY), 60.0);
    assert!(points_at(&readings, 0, VELOCITY));
    assert!(points_at(&readings, 0, PAIR_CAP));
    let most = settlements.iter().filter(|(_, payee, ..)| *payee == 1).count();
    assert_eq!(
        statistic(&readings, 0, PAIR_CAP),
        f64::from(u32::try_from(most).unwrap()),
        "looked at once more at the end"
    );
}

#[test]
fn a_day_has_its_first_second_and_not_the_next_days() {
    let at = |seconds: &[u64]| {
        let settlements: Vec<_> = seconds.iter().map(|second| (0, 1, 1_000 + second, *second)).collect();
        statistic(&watch(2, &settlements, &DetectionSettings::default()), 0, VELOCITY)
    };
    assert_eq!(START % DAY, 0);
    assert_eq!(at(&[0, DAY - 1]), 2.0);
    assert_eq!(at(&[DAY - 1, DAY]), 1.0);
    assert_eq!(at(&[DAY, 2 * DAY - 1]), 2.0);
}
