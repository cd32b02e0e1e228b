//! Each finding written a second time, from its definition and with no thought of speed, over a plain list of trades.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use alloy_primitives::Address;
use barter_compliance::{
    AnomalyFlag, Evidence, FlagKind, Settings, SettledTrade, TradesWith, cluster, flags, velocity,
};
use proptest::prelude::*;

use crate::common::{DAY, NOW, any_settings, any_trades, wallet, whole};

const WALLETS: u8 = 7;

fn is_of(trade: &SettledTrade, wallet: Address) -> bool {
    trade.payer == wallet || trade.payee == wallet
}

fn counterparty(trade: &SettledTrade, wallet: Address) -> Address {
    if trade.payer == wallet { trade.payee } else { trade.payer }
}

fn is_in_last(trade: &SettledTrade, days: u64) -> bool {
    let age = i128::from(NOW) - i128::from(trade.settled_at);
    (0..i128::from(days * DAY)).contains(&age)
}

fn is_off_hours(trade: &SettledTrade, settings: &Settings) -> bool {
    let second = trade.settled_at % DAY;
    let clock = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    let (from, to) = (settings.off_hours_from.to_string(), settings.off_hours_to.to_string());
    if from <= to { (from..=to).contains(&clock) } else { clock >= from || clock <= to }
}

fn evidence(
    wallet: Address,
    (count, of, threshold): (usize, usize, u64),
    amount_sats: Option<u64>,
    mut about: Vec<SettledTrade>,
) -> Evidence {
    about.sort_by(|one, other| other.settled_at.cmp(&one.settled_at).then(one.trade_id.cmp(&other.trade_id)));
    let mut with = BTreeMap::new();
    for trade in &about {
        *with.entry(counterparty(trade, wallet)).or_insert(0_u64) += 1;
    }
    // A stable sort: equals stay in the order of their addresses.
    let mut with: Vec<_> = with.into_iter().collect();
    with.sort_by_key(|(_, trades)| Reverse(*trades));
    Evidence {
        count: count as u64,
        trade_count: of as u64,
        threshold,
        amount_sats,
        trades: about.len() as u64,
        trade_ids: about.iter().take(100).map(|trade| trade.trade_id).collect(),
        counterparties: with.len() as u64,
        by_counterparty: with
            .into_iter()
            .take(100)
            .map(|(counterparty, trades)| TradesWith { counterparty, trades })
            .collect(),
    }
}

/// What each flag should rest on, if it is raised.
fn expected(trades: &[SettledTrade], wallet: Address, settings: &Settings) -> Vec<(FlagKind, Evidence)> {
    let own: Vec<_> = trades.iter().filter(|trade| is_of(trade, wallet)).copied().collect();
    let all = own.len();
    let mut found = Vec::new();

    let recent: Vec<_> = own.iter().filter(|trade| is_in_last(trade, 1)).copied().collect();
    if recent.len() as u64 > settings.velocity_trades_24h {
        let numbers = (recent.len(), all, settings.velocity_trades_24h);
        found.push((FlagKind::HighVelocity, evidence(wallet, numbers, None, recent)));
    }

    let partners: BTreeSet<_> = own.iter().map(|trade| counterparty(trade, wallet)).collect();
    if all as u64 >= settings.isolation_trades && (partners.len() as u64) < settings.isolation_counterparties {
        let numbers = (partners.len(), all, settings.isolation_counterparties);
        found.push((FlagKind::Isolation, evidence(wallet, numbers, None, own.clone())));
    }

    let with_amount =
        |amount: u64| -> Vec<_> { own.iter().filter(|trade| trade.amount_sats == amount).copied().collect() };
    let amounts: BTreeSet<_> = own.iter().map(|trade| trade.amount_sats).collect();
    // The last of the most frequent ones, in rising order.
    if let Some(amount) = amounts.into_iter().max_by_key(|amount| with_amount(*amount).len()) {
        let same = with_amount(amount);
        let is_above = same.len() * 100 > all * usize::try_from(settings.uniformity_percent).unwrap();
        if all as u64 >= settings.uniformity_trades && is_above {
            let numbers = (same.len(), all, settings.uniformity_percent);
            found.push((FlagKind::AmountUniformity, evidence(wallet, numbers, Some(amount), same)));
        }
    }

    let late: Vec<_> = own.iter().filter(|trade| is_off_hours(trade, settings)).copied().collect();
    let is_above = late.len() * 100 > all * usize::try_from(settings.off_hours_percent).unwrap();
    if all as u64 >= settings.off_hours_trades && is_above {
        let numbers = (late.len(), all, settings.off_hours_percent);
        found.push((FlagKind::OffHours, evidence(wallet, numbers, None, late)));
    }

    let trades_with = |other: Address| own.iter().filter(|trade| counterparty(trade, wallet) == other).count();
    let over: BTreeSet<_> =
        partners.into_iter().filter(|other| trades_with(*other) as u64 > settings.pair_trades).collect();
    if let Some(most) = over.iter().map(|other| trades_with(*other)).max() {
        let about = own.iter().filter(|trade| over.contains(&counterparty(trade, wallet))).copied().collect();
        let numbers = (most, all, settings.pair_trades);
        found.push((FlagKind::PairCapExceeded, evidence(wallet, numbers, None, about)));
    }
    found
}

fn found(flags: Vec<AnomalyFlag>) -> Vec<(FlagKind, Evidence)> {
    flags.into_iter().map(|flag| (flag.kind, flag.evidence)).collect()
}

proptest! {
    #[test]
    fn flags_are_what_their_definitions_say(trades in any_trades(WALLETS, 60), settings in any_settings()) {
        let graph = whole(&trades);
        for number in 0..=WALLETS {
            let wallet = wallet(number);
            let flags = flags(&graph, wallet, NOW, &settings);
            prop_assert!(flags.iter().all(|flag| flag.detected_at == NOW));
            prop_assert_eq!(found(flags), expected(&trades, wallet, &settings));
        }
    }

    #[test]
    fn velocity_is_what_its_definition_says(trades in any_trades(3, 60), settings in any_settings()) {
        let graph = whole(&trades);
        for number in 0..=3 {
            let wallet = wallet(number);
            let last = |days: u64| -> Vec<u64> {
                let own = trades.iter().filter(|trade| is_of(trade, wallet) && is_in_last(trade, days));
                own.map(|trade| trade.amount_sats).collect()
            };
            let month = last(30);
            let report = velocity(&graph, wallet, NOW, &settings);
            prop_assert_eq!(report.trades_24h, last(1).len() as u64);
            prop_assert_eq!(report.trades_7d, last(7).len() as u64);
            prop_assert_eq!(report.trades_30d, month.len() as u64);
            let mean = (!month.is_empty()).then(|| month.iter().sum::<u64>() / month.len() as u64);
            prop_assert_eq!(report.mean_amount_30d_sats, mean);
            let is_flagged = flags(&graph, wallet, NOW, &settings).iter().any(|f| f.kind == FlagKind::HighVelocity);
            prop_assert_eq!(report.is_elevated, is_flagged);
        }
    }

    #[test]
    fn clusters_are_what_their_definition_says(trades in any_trades(12, 40), settings in any_settings()) {
        let graph = whole(&trades);
        for number in 0..=12 {
            let wallet = wallet(number);
            let report = cluster(&graph, wallet, &settings);

            let steps = usize::try_from(settings.cluster_depth).unwrap();
            let reachable = (0..steps).fold(BTreeSet::from([wallet]), |reached, _| {
                let over = trades.iter().filter(|trade| reached.iter().any(|reached| is_of(trade, *reached)));
                let next: Vec<_> = over.flat_map(|trade| [trade.payer, trade.payee]).collect();
                reached.into_iter().chain(next).collect()
            });
            let limit = usize::try_from(settings.cluster_wallets).unwrap();
            prop_assert_eq!(report.is_complete, reachable.len() <= limit);
            prop_assert_eq!(&report.wallets, &nearest(&trades, wallet, steps, limit));
            prop_assert_eq!(report.wallets.len(), reachable.len().min(limit));
            prop_assert_eq!(report.wallet_count, report.wallets.len() as u64);

            let is_inside = |wallet: &Address| report.wallets.contains(wallet);
            let volume = |ends: usize| -> u128 {
                let meant = trades.iter().filter(|t| [t.payer, t.payee].iter().filter(|w| is_inside(w)).count() == ends);
                meant.map(|trade| u128::from(trade.amount_sats)).sum()
            };
            let (inside, leaving) = (volume(2), volume(1));
            prop_assert_eq!((report.volume_inside_sats, report.volume_leaving_sats), (inside, leaving));
            // Exact in 53 bits here, so that the quotient is one and the same.
            #[allow(clippy::cast_precision_loss)]
            let share = if inside == 0 { 0.0 } else { inside as f64 / (inside + leaving) as f64 };
            prop_assert!((report.isolation_score - share).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&report.isolation_score));
        }
    }
}

proptest! {
    // Lists long enough to be cut take long to be made up.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn flags_of_busy_wallets_are_what_their_definitions_say(trades in any_trades(3, 400)) {
        let (graph, settings) = (whole(&trades), Settings::default());
        for number in 0..=3 {
            let wallet = wallet(number);
            prop_assert_eq!(found(flags(&graph, wallet, NOW, &settings)), expected(&trades, wallet, &settings));
        }
    }
}

/// The wallets of a cluster in their order: each in turn brings its counterparties, those with the most volume with it first.
fn nearest(trades: &[SettledTrade], wallet: Address, steps: usize, limit: usize) -> Vec<Address> {
    let mut cluster = vec![(wallet, 0)];
    let mut turn = 0;
    while let Some((wallet, step)) = cluster.get(turn).copied() {
        turn += 1;
        if step == steps {
            continue;
        }
        let mut volumes = BTreeMap::new();
        for trade in trades.iter().filter(|trade| is_of(trade, wallet)) {
            *volumes.entry(counterparty(trade, wallet)).or_insert(0_u128) += u128::from(trade.amount_sats);
        }
        let mut volumes: Vec<_> = volumes.into_iter().collect();
        volumes.sort_by_key(|(_, sats)| Reverse(*sats));
        for (other, _) in volumes {
            if cluster.len() < limit && !cluster.iter().any(|(wallet, _)| *wallet == other) {
                cluster.push((other, step + 1));
            }
        }
    }
    cluster.into_iter().map(|(wallet, _)| wallet).collect()
}
