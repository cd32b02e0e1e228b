//! The five flags: what is looked for, what is found, and what it rests on.

use std::{cmp::Reverse, fmt};

use alloy_primitives::Address;
use barter_protocol::TradeId;
use serde::{Deserialize, Serialize};

use crate::{
    Settings, TradeGraph,
    graph::{Leg, WalletId},
    json,
    time::DAY,
    velocity,
};

/// Most trades, and most counterparties, that the evidence of one flag lists. Its numbers count all of them.
pub const MAX_EVIDENCE: usize = 100;

/// What is looked for in a wallet's settled trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Very many trades in the last 24 hours: a program, or trades with oneself.
    HighVelocity,
    /// Many trades with hardly anybody: a few wallets trading in circles.
    Isolation,
    /// Nearly all trades of one and the same amount: a repeated pattern.
    AmountUniformity,
    /// Most trades settled in the small hours, UTC: a program.
    OffHours,
    /// More trades with one counterparty than ever count for score: score farming by a pair.
    PairCapExceeded,
}

impl FlagKind {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 5] =
        [Self::HighVelocity, Self::Isolation, Self::AmountUniformity, Self::OffHours, Self::PairCapExceeded];
}

impl fmt::Display for FlagKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::HighVelocity => "High velocity",
            Self::Isolation => "Isolation",
            Self::AmountUniformity => "Amount uniformity",
            Self::OffHours => "Off-hours activity",
            Self::PairCapExceeded => "Pair cap exceeded",
        })
    }
}

/// How far past its threshold a flag is. Risk levels count flags, whatever their severity.
///
/// | | notice | warning | critical |
/// |---|---|---|---|
/// | more than a number of trades | past it | from twice the number | from four times the number |
/// | more than a percentage | past it | from halfway between it and 100% | at 100% |
/// | fewer than a number of counterparties | below it | at half of it or below | at one |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Past the threshold.
    Notice,
    /// Far past it.
    Warning,
    /// As far as it goes, or nearly.
    Critical,
}

impl Severity {
    const fn first(is_critical: bool, is_warning: bool) -> Self {
        match (is_critical, is_warning) {
            (true, _) => Self::Critical,
            (false, true) => Self::Warning,
            (false, false) => Self::Notice,
        }
    }

    const fn above(threshold: u64, count: u64) -> Self {
        Self::first(count >= threshold.saturating_mul(4), count >= threshold.saturating_mul(2))
    }

    const fn above_percent(percent: u64, count: u64, of: u64) -> Self {
        Self::first(count == of, count as u128 * 200 >= of as u128 * (percent as u128 + 100))
    }

    const fn below(threshold: u64, count: u64) -> Self {
        Self::first(count == 1, count.saturating_mul(2) <= threshold)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

/// Something about a wallet that is worth a look. Not a verdict: honest wallets can have each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnomalyFlag {
    /// What was looked for.
    pub kind: FlagKind,
    /// How far past its threshold it is.
    pub severity: Severity,
    /// One sentence for people, with the number in it.
    pub message: String,
    /// When it was found: the time of the report, Unix seconds.
    pub detected_at: u64,
    /// What it rests on.
    pub evidence: Evidence,
}

impl fmt::Display for AnomalyFlag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.message)
    }
}

/// What a flag rests on. The numbers are exact; the lists end at [`MAX_EVIDENCE`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The number that was compared: trades in 24 hours; counterparties; trades of the one amount; trades in the off-hours; trades
    /// with the counterparty that has the most.
    pub count: u64,
    /// All settled trades of the wallet.
    pub trade_count: u64,
    /// What it was compared with, as set: a number of trades, a number of counterparties, or a percentage of `trade_count`.
    pub threshold: u64,
    /// The one amount in satoshis, where it is about one.
    pub amount_sats: Option<u64>,
    /// How many trades it is about.
    pub trades: u64,
    /// Those trades, newest first.
    pub trade_ids: Vec<TradeId>,
    /// With how many counterparties these trades were.
    pub counterparties: u64,
    /// Those counterparties, most of these trades first, then by address.
    pub by_counterparty: Vec<TradesWith>,
}

/// A counterparty, and how many of the trades in question were with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TradesWith {
    /// The counterparty.
    #[serde(serialize_with = "json::address")]
    pub counterparty: Address,
    /// Trades with it.
    pub trades: u64,
}

/// The flags that a wallet's settled trades raise at a time (Unix seconds), in the order of [`FlagKind`]; none for a wallet
/// without trades.
///
/// # Panics
/// On a graph in part that does not know the wallet: see [`TradeGraph::wanted`].
pub fn flags(graph: &TradeGraph, wallet: Address, now: u64, settings: &Settings) -> Vec<AnomalyFlag> {
    History::of(graph, wallet).flags(now, settings)
}

/// A wallet's settled trades, and with whom they were.
pub(crate) struct History<'a> {
    graph: &'a TradeGraph,
    legs: &'a [Leg],
    pairs: Vec<Pair>,
}

/// A counterparty and the number of trades with it.
#[derive(Clone, Copy)]
struct Pair {
    counterparty: WalletId,
    trades: u64,
}

impl<'a> History<'a> {
    pub(crate) fn of(graph: &'a TradeGraph, wallet: Address) -> Self {
        let legs = graph.history(wallet);
        Self { graph, legs, pairs: pairs(legs.iter()) }
    }

    pub(crate) fn legs(&self) -> &'a [Leg] {
        self.legs
    }

    pub(crate) fn trades(&self) -> u64 {
        self.legs.len() as u64
    }

    pub(crate) fn counterparties(&self) -> u64 {
        self.pairs.len() as u64
    }

    pub(crate) fn flags(&self, now: u64, settings: &Settings) -> Vec<AnomalyFlag> {
        [
            self.high_velocity(now, settings),
            self.isolation(settings),
            self.amount_uniformity(settings),
            self.off_hours(settings),
            self.pair_cap_exceeded(settings),
        ]
        .into_iter()
        .flatten()
        .map(|found| AnomalyFlag {
            kind: found.kind,
            severity: found.severity,
            message: format!("{}: {}", found.kind, found.detail),
            detected_at: now,
            evidence: found.evidence,
        })
        .collect()
    }

    fn high_velocity(&self, now: u64, settings: &Settings) -> Option<Found> {
        let threshold = settings.velocity_trades_24h;
        let is_recent = |leg: &Leg| velocity::is_within(leg.settled_at, DAY, now);
        let count = self.count(is_recent);
        velocity::is_high(count, settings).then(|| Found {
            kind: FlagKind::HighVelocity,
            severity: Severity::above(threshold, count),
            detail: format!("{count} trades in 24 h"),
            evidence: self.evidence(count, threshold, None, is_recent),
        })
    }

    fn isolation(&self, settings: &Settings) -> Option<Found> {
        let threshold = settings.isolation_counterparties;
        let (count, trades) = (self.counterparties(), self.trades());
        (trades >= settings.isolation_trades && count < threshold).then(|| Found {
            kind: FlagKind::Isolation,
            severity: Severity::below(threshold, count),
            detail: format!("{count} counterpart{} in {trades} trades", if count == 1 { "y" } else { "ies" }),
            evidence: self.evidence(count, threshold, None, |_| true),
        })
    }

    fn amount_uniformity(&self, settings: &Settings) -> Option<Found> {
        let percent = settings.uniformity_percent;
        let (amount_sats, count) = self.most_frequent_amount()?;
        let trades = self.trades();
        (trades >= settings.uniformity_trades && is_above_percent(count, trades, percent)).then(|| Found {
            kind: FlagKind::AmountUniformity,
            severity: Severity::above_percent(percent, count, trades),
            detail: format!("{count} of {trades} trades of the same amount, {amount_sats} sats"),
            evidence: self.evidence(count, percent, Some(amount_sats), |leg| leg.amount_sats == amount_sats),
        })
    }

    fn off_hours(&self, settings: &Settings) -> Option<Found> {
        let percent = settings.off_hours_percent;
        let is_off_hours = |leg: &Leg| settings.is_off_hours(leg.settled_at);
        let (count, trades) = (self.count(is_off_hours), self.trades());
        (trades >= settings.off_hours_trades && is_above_percent(count, trades, percent)).then(|| Found {
            kind: FlagKind::OffHours,
            severity: Severity::above_percent(percent, count, trades),
            detail: format!(
                "{count} of {trades} trades settled from {} to {} UTC",
                settings.off_hours_from, settings.off_hours_to
            ),
            evidence: self.evidence(count, percent, None, is_off_hours),
        })
    }

    fn pair_cap_exceeded(&self, settings: &Settings) -> Option<Found> {
        let threshold = settings.pair_trades;
        // By number, so that a trade's counterparty is found among them quickly.
        let over: Vec<WalletId> =
            self.pairs.iter().filter(|pair| pair.trades > threshold).map(|pair| pair.counterparty).collect();
        if over.is_empty() {
            return None;
        }
        let mut evidence = self.evidence(0, threshold, None, |leg: &Leg| over.binary_search(&leg.counterparty).is_ok());
        let most = evidence.by_counterparty.first()?;
        evidence.count = most.trades;
        let others = match over.len() - 1 {
            0 => String::new(),
            1 => format!(", and more than {threshold} with 1 other counterparty"),
            others => format!(", and more than {threshold} with {others} other counterparties"),
        };
        Some(Found {
            kind: FlagKind::PairCapExceeded,
            severity: Severity::above(threshold, most.trades),
            detail: format!("{} trades with {}{others}", most.trades, most.counterparty),
            evidence,
        })
    }

    fn count(&self, is_meant: impl Fn(&Leg) -> bool) -> u64 {
        self.legs.iter().filter(|leg| is_meant(leg)).count() as u64
    }

    /// The amount most trades have, and how many; of equally frequent ones the largest.
    fn most_frequent_amount(&self) -> Option<(u64, u64)> {
        let mut amounts: Vec<u64> = self.legs.iter().map(|leg| leg.amount_sats).collect();
        amounts.sort_unstable();
        amounts
            .chunk_by(PartialEq::eq)
            .filter_map(|same| Some((*same.first()?, same.len() as u64)))
            .max_by_key(|(_, count)| *count)
    }

    fn evidence(
        &self,
        count: u64,
        threshold: u64,
        amount_sats: Option<u64>,
        is_meant: impl Fn(&Leg) -> bool,
    ) -> Evidence {
        let graph = self.graph;
        let mut legs: Vec<&Leg> = self.legs.iter().filter(|leg| is_meant(leg)).collect();
        let mut by_counterparty = pairs(legs.iter().copied());
        let (trades, counterparties) = (legs.len() as u64, by_counterparty.len() as u64);
        // Ids and addresses decide between equals, because no other order is the same whichever way the trades came.
        keep_first(&mut legs, |leg| (Reverse(leg.settled_at), graph.trade_id(leg.trade)));
        keep_first(&mut by_counterparty, |pair| (Reverse(pair.trades), graph.address(pair.counterparty)));
        Evidence {
            count,
            trade_count: self.trades(),
            threshold,
            amount_sats,
            trades,
            trade_ids: legs.into_iter().map(|leg| graph.trade_id(leg.trade)).collect(),
            counterparties,
            by_counterparty: by_counterparty
                .into_iter()
                .map(|pair| TradesWith { counterparty: graph.address(pair.counterparty), trades: pair.trades })
                .collect(),
        }
    }
}

struct Found {
    kind: FlagKind,
    severity: Severity,
    detail: String,
    evidence: Evidence,
}

/// Exact, and equal is not above: 4 of 5 is not above 80%, 5 of 6 is.
const fn is_above_percent(count: u64, of: u64, percent: u64) -> bool {
    count as u128 * 100 > of as u128 * percent as u128
}

/// With how many each counterparty is, by the counterparty's number.
fn pairs<'a>(legs: impl Iterator<Item = &'a Leg>) -> Vec<Pair> {
    let mut counterparties: Vec<WalletId> = legs.map(|leg| leg.counterparty).collect();
    counterparties.sort_unstable();
    counterparties
        .chunk_by(PartialEq::eq)
        .filter_map(|same| Some(Pair { counterparty: *same.first()?, trades: same.len() as u64 }))
        .collect()
}

/// The first [`MAX_EVIDENCE`] in the order of `key`, without putting the rest in order.
fn keep_first<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    if items.len() > MAX_EVIDENCE {
        items.select_nth_unstable_by_key(MAX_EVIDENCE, &key);
        items.truncate(MAX_EVIDENCE);
    }
    items.sort_unstable_by_key(key);
}
