//! How often a wallet trades.

use alloy_primitives::Address;
use serde::Serialize;

use crate::{
    Settings, TradeGraph,
    graph::Leg,
    json,
    time::{DAY, WEEK},
};

/// How often a wallet trades. "Last 24 hours" is up to and with the time of the report, and from less than 86,400 seconds
/// before it; longer spans likewise. A trade that settled after the time of the report is in none of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VelocityReport {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub wallet: Address,
    /// Trades settled in the last 24 hours.
    pub trades_24h: u64,
    /// Trades settled in the last 7 days.
    pub trades_7d: u64,
    /// Trades settled in the last 30 days.
    pub trades_30d: u64,
    /// Mean amount of the trades of the last 30 days in satoshis, rounded down; `None` without any.
    pub mean_amount_30d_sats: Option<u64>,
    /// Whether the flag for high velocity is raised.
    pub is_elevated: bool,
}

/// How often a wallet trades, seen at a time (Unix seconds); zeros for a wallet without trades.
///
/// # Panics
/// On a graph in part that does not know the wallet: see [`TradeGraph::wanted`].
pub fn velocity(graph: &TradeGraph, wallet: Address, now: u64, settings: &Settings) -> VelocityReport {
    of_legs(wallet, graph.history(wallet), now, settings)
}

pub(crate) fn of_legs(wallet: Address, legs: &[Leg], now: u64, settings: &Settings) -> VelocityReport {
    let (mut trades_24h, mut trades_7d, mut trades_30d, mut sats_30d) = (0, 0, 0, 0_u128);
    for leg in legs {
        let within = |span| u64::from(is_within(leg.settled_at, span, now));
        trades_24h += within(DAY);
        trades_7d += within(WEEK);
        trades_30d += within(30 * DAY);
        sats_30d += u128::from(leg.amount_sats) * u128::from(within(30 * DAY));
    }
    VelocityReport {
        wallet,
        trades_24h,
        trades_7d,
        trades_30d,
        // A mean of numbers of 64 bits has no more.
        mean_amount_30d_sats: sats_30d.checked_div(trades_30d.into()).and_then(|mean| mean.try_into().ok()),
        is_elevated: is_high(trades_24h, settings),
    }
}

/// Whether a time is in the span of `seconds` that ends with `now`.
pub(crate) const fn is_within(time: u64, seconds: u64, now: u64) -> bool {
    time <= now && now - time < seconds
}

/// The rule of the flag.
pub(crate) const fn is_high(trades_24h: u64, settings: &Settings) -> bool {
    trades_24h > settings.velocity_trades_24h
}
