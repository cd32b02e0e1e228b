#![doc = include_str!("../README.md")]
//!
//! # Modules
//! Everything is at the top. [`TradeGraph`] is what findings are made from; [`flags`], [`velocity`], [`cluster`],
//! [`completion_rate`], [`full_report`] and [`wallet_summary`] make them.

mod cluster;
mod completion;
mod error;
mod flag;
mod graph;
mod json;
mod number;
mod policy;
mod report;
mod rings;
mod screening;
mod settings;
mod time;
mod trade;
mod velocity;
mod viewpoint;

pub use cluster::{ClusterReport, cluster};
pub use completion::{OPEN_TRADE_GRACE, Unfinished, completion_rate, percent_settled};
pub use error::Error;
pub use flag::{AnomalyFlag, Evidence, FlagKind, MAX_EVIDENCE, Severity, TradesWith, flags};
pub use graph::TradeGraph;
pub use policy::Policy;
pub use report::{ChainPoint, ComplianceReport, RiskLevel, Standing, WalletSummary, full_report, wallet_summary};
pub use rings::{MAX_WINDOWS, RingSettings, WashRing, wash_rings};
pub use screening::{Decision, Reason, Screening, screen};
pub use settings::{Settings, TimeOfDay};
pub use trade::SettledTrade;
pub use velocity::{VelocityReport, velocity};
pub use viewpoint::{MAX_TRUSTED, SeenScore, Viewpoint, ViewpointSettings};
