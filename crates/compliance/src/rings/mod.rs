//! Wash rings: wallets whose payments to each other cancel out.
//!
//! Victor and Weintraud, "Detecting and Quantifying Wash Trading on Decentralized Cryptocurrency Exchanges", 2021
//! (<https://arxiv.org/abs/2102.07001>): sets of wallets that keep paying each other in circles ([`candidates`]), then
//! volume matching inside windows of time ([`matching`]). What differs from theirs, and why, is in docs/wash-rings.md.

mod candidates;
mod components;
mod matching;

use alloy_primitives::Address;
use barter_protocol::TradeId;
use serde::Serialize;

use crate::{
    Error, MAX_EVIDENCE, TradeGraph,
    graph::Row,
    json,
    number::Whole,
    time::{DAY, HOUR, WEEK},
};
use candidates::Candidates;
use matching::Matcher;

/// Most windows of time there can be.
pub const MAX_WINDOWS: usize = 16;

const WINDOWS: Whole = Whole { minimum: 1, maximum: MAX_WINDOWS as u64 };
/// A window in seconds: a leap year at most.
const WINDOW: Whole = Whole { minimum: 1, maximum: 366 * DAY };
/// The margin in millionths: as much as the mean trade at most.
const MARGIN: Whole = Whole { minimum: 0, maximum: 1_000_000 };

/// Where to look for wash rings, and how exactly payments have to cancel out.
///
/// The defaults are the paper's: windows of an hour, a day and a week, a margin of 1% of the mean trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingSettings {
    windows_seconds: Vec<u64>,
    margin_ppm: u64,
}

impl Default for RingSettings {
    fn default() -> Self {
        Self { windows_seconds: vec![HOUR, DAY, WEEK], margin_ppm: 10_000 }
    }
}

impl RingSettings {
    /// Windows of time in seconds, in any order, and the margin in millionths of the mean trade.
    ///
    /// # Errors
    /// [`Error::SettingOutOfRange`] with no window, more than [`MAX_WINDOWS`], a window of no time or of more than 366
    /// days, or a margin of more than the mean trade.
    pub fn new(windows_seconds: &[u64], margin_ppm: u64) -> Result<Self, Error> {
        WINDOWS.check("the number of windows", windows_seconds.len() as u64)?;
        for window in windows_seconds {
            WINDOW.check("window_seconds", *window)?;
        }
        MARGIN.check("margin_ppm", margin_ppm)?;
        let mut windows_seconds = windows_seconds.to_vec();
        windows_seconds.sort_unstable();
        windows_seconds.dedup();
        Ok(Self { windows_seconds, margin_ppm })
    }

    /// The windows in seconds, shortest first.
    pub fn windows_seconds(&self) -> &[u64] {
        &self.windows_seconds
    }

    /// The margin in millionths of the mean trade.
    pub fn margin_ppm(&self) -> u64 {
        self.margin_ppm
    }
}

/// Trades after which each of their wallets has what it had before, but for the margin.
///
/// The trades alone are the evidence: they lie in one window of time, their payments lead from each wallet to each
/// other, and no wallet paid more or less than it was paid by more than the margin. Anybody can check it where all are
/// listed; of more than [`MAX_EVIDENCE`] only the first are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WashRing {
    /// The wallets, by address.
    #[serde(serialize_with = "json::addresses")]
    pub wallets: Vec<Address>,
    /// The first [`MAX_EVIDENCE`] trades, in the order of the chain.
    pub trades: Vec<TradeId>,
    /// How many trades there are.
    pub trade_count: u64,
    /// What was paid, in all.
    #[serde(serialize_with = "json::sats")]
    pub volume_sats: u128,
    /// The largest difference between what one of them paid and what it was paid.
    #[serde(serialize_with = "json::sats")]
    pub largest_net_sats: u128,
    /// Length of the window of time they lie in, in seconds. Windows of a length are counted from the Unix epoch.
    pub window_seconds: u64,
    /// When the first of them settled, in Unix seconds.
    pub first_at: u64,
    /// When the last of them settled, in Unix seconds.
    pub last_at: u64,
}

/// The wash rings in a whole graph, those with the most volume first, of equals the one that began first.
///
/// A trade is in at most one ring: in the one of the shortest window, and of the closest set of wallets.
///
/// Of a graph in part, the rings among its trades: others may be missing.
pub fn wash_rings(graph: &TradeGraph, settings: &RingSettings) -> Vec<WashRing> {
    let rows = graph.rows();
    let candidates = Candidates::new(rows, graph.wallets());
    let mut matcher = Matcher::new(graph.wallets(), settings.margin_ppm);
    let mut is_washed = vec![false; rows.len()];
    let mut found = Vec::new();
    for window in settings.windows_seconds() {
        for set in candidates.closest_first() {
            let mut open: Vec<u32> = set.iter().copied().filter(|trade| !is_washed[*trade as usize]).collect();
            // A graph in part has no order of its own.
            open.sort_unstable_by_key(|trade| (rows[*trade as usize].settled_at, *trade));
            let window_of = |trade: &u32| rows[*trade as usize].settled_at / window;
            for together in open.chunk_by(|one, next| window_of(one) == window_of(next)) {
                for ring in matcher.rings_in(rows, together) {
                    for trade in &ring {
                        is_washed[*trade as usize] = true;
                    }
                    found.push((*window, ring));
                }
            }
        }
    }
    let mut rings: Vec<_> =
        found.iter().map(|(window, trades)| (trades[0], describe(graph, *window, trades))).collect();
    rings.sort_by_key(|(first, ring)| (std::cmp::Reverse(ring.volume_sats), ring.first_at, *first));
    rings.into_iter().map(|(_, ring)| ring).collect()
}

fn describe(graph: &TradeGraph, window_seconds: u64, trades: &[u32]) -> WashRing {
    let rows = || trades.iter().map(|trade| &graph.rows()[*trade as usize]);
    let mut nets: Vec<(Address, i128)> = rows()
        .flat_map(|row| {
            let amount = i128::from(row.amount_sats);
            [(graph.address(row.payer), -amount), (graph.address(row.payee), amount)]
        })
        .collect();
    nets.sort_unstable();
    let nets: Vec<(Address, u128)> = nets
        .chunk_by(|one, next| one.0 == next.0)
        .map(|of_wallet| (of_wallet[0].0, of_wallet.iter().map(|(_, net)| net).sum::<i128>().unsigned_abs()))
        .collect();
    let time = |row: Option<&Row>| row.map_or(0, |row| row.settled_at);
    WashRing {
        wallets: nets.iter().map(|(wallet, _)| *wallet).collect(),
        trades: trades.iter().take(MAX_EVIDENCE).map(|trade| graph.trade_id(*trade)).collect(),
        trade_count: trades.len() as u64,
        volume_sats: rows().map(|row| u128::from(row.amount_sats)).sum(),
        largest_net_sats: nets.iter().map(|(_, net)| *net).max().unwrap_or_default(),
        window_seconds,
        first_at: time(rows().next()),
        last_at: time(rows().next_back()),
    }
}
