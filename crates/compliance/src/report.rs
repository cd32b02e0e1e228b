//! All findings about one wallet, at one point in the chain.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use barter_protocol::Level;
use serde::{Deserialize, Serialize};

use crate::{
    AnomalyFlag, ClusterReport, Settings, TradeGraph, Unfinished, VelocityReport, cluster, completion_rate,
    flag::History, json, velocity,
};

/// How many flags there are, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// No flag.
    Low,
    /// One flag.
    Medium,
    /// Two flags or more.
    High,
}

impl RiskLevel {
    /// The risk level of so many flags.
    pub const fn of(flags: usize) -> Self {
        match flags {
            0 => Self::Low,
            1 => Self::Medium,
            _ => Self::High,
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// A point in the chain: what was known when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ChainPoint {
    /// The block's number.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// The block's time, Unix seconds.
    pub block_timestamp: u64,
}

/// What the record says of a wallet besides its settled trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its score.
    pub score: u64,
    /// Credit it holds, in 1e-18 tokens.
    pub credit: U256,
    /// Accepted trades that did not settle.
    pub unfinished: Unfinished,
}

/// All findings about one wallet, at one point in the chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComplianceReport {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub address: Address,
    /// How many flags there are, in a word.
    pub risk_level: RiskLevel,
    /// The flags.
    pub flags: Vec<AnomalyFlag>,
    /// How often it trades.
    pub velocity: VelocityReport,
    /// The wallets around it.
    pub cluster: ClusterReport,
    /// See [`completion_rate`].
    pub completion_rate: Option<f64>,
    /// Its score; 0 with no history.
    pub score: u64,
    /// The score in one letter.
    #[serde(serialize_with = "json::level")]
    pub level: Level,
    /// Settled trades.
    pub trade_count: u64,
    /// Wallets it settled at least one trade with.
    pub counterparties: u64,
    /// The time of the report: what "the last 24 hours" are counted from, Unix seconds.
    pub generated_at: u64,
    /// The point in the chain that all of it is of.
    pub at: ChainPoint,
}

/// All findings about a wallet at a time (Unix seconds). `standing` and the trades are those of the point `at`.
///
/// An unknown wallet has an empty report: risk low, no flags, no completion rate, isolation 0.
///
/// # Panics
/// On a graph in part that still wants wallets: see [`TradeGraph::wanted`].
pub fn full_report(
    graph: &TradeGraph,
    wallet: Address,
    standing: &Standing,
    at: ChainPoint,
    now: u64,
    settings: &Settings,
) -> ComplianceReport {
    let history = History::of(graph, wallet);
    let flags = history.flags(now, settings);
    ComplianceReport {
        address: wallet,
        risk_level: RiskLevel::of(flags.len()),
        flags,
        velocity: velocity::of_legs(wallet, history.legs(), now, settings),
        cluster: cluster(graph, wallet, settings),
        completion_rate: completion_rate(history.trades(), &standing.unfinished, now),
        score: standing.score,
        level: Level::of(standing.score),
        trade_count: history.trades(),
        counterparties: history.counterparties(),
        generated_at: now,
        at,
    }
}

/// A wallet in one line: what a dashboard shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WalletSummary {
    /// The wallet.
    #[serde(serialize_with = "json::address")]
    pub address: Address,
    /// Its score; 0 with no history.
    pub score: u64,
    /// The score in one letter.
    #[serde(serialize_with = "json::level")]
    pub level: Level,
    /// Settled trades.
    pub trades: u64,
    /// See [`completion_rate`].
    pub completion_rate: Option<f64>,
    /// Wallets it settled at least one trade with.
    pub counterparties: u64,
    /// BTR-Credit it holds, in 1e-18 tokens; in JSON the exact decimal number of tokens, as text.
    #[serde(serialize_with = "json::credit")]
    pub btr_credit: U256,
    /// How many flags there are, in a word.
    pub risk: RiskLevel,
    /// How many flags there are.
    pub flags: u64,
    /// The point in the chain that all of it is of.
    pub at: ChainPoint,
}

/// A wallet in one line, at a time (Unix seconds). `standing` and the trades are those of the point `at`. Needs the wallet's own
/// trades only.
///
/// # Panics
/// On a graph in part that does not know the wallet: see [`TradeGraph::wanted`].
pub fn wallet_summary(
    graph: &TradeGraph,
    wallet: Address,
    standing: &Standing,
    at: ChainPoint,
    now: u64,
    settings: &Settings,
) -> WalletSummary {
    let history = History::of(graph, wallet);
    let flags = history.flags(now, settings).len();
    WalletSummary {
        address: wallet,
        score: standing.score,
        level: Level::of(standing.score),
        trades: history.trades(),
        completion_rate: completion_rate(history.trades(), &standing.unfinished, now),
        counterparties: history.counterparties(),
        btr_credit: standing.credit,
        risk: RiskLevel::of(flags),
        flags: flags as u64,
        at,
    }
}
