#![doc = include_str!("../README.md")]
//!
//! # Modules
//! Nothing has to be named by its module; everything is at the top. Inside, `node` makes requests, `send` gets transactions
//! mined, and `trade`, `trust`, `credit`, `watch`, `bond`, `compliance`, `index` and
//! `deal` are the handles.

mod bond;
mod builder;
mod client;
mod compliance;
mod credit;
#[cfg(feature = "lightning")]
mod deal;
mod deployer;
mod deployment;
mod environment;
mod error;
#[cfg(feature = "index")]
mod index;
mod input;
mod json;
mod network;
mod node;
mod number;
mod receipt;
mod refusal;
mod send;
mod trade;
mod trust;
mod watch;

pub use alloy_primitives::{Address, B256};
pub use barter_bindings::{ContractError, DETERMINISTIC_DEPLOYER};
pub use barter_compliance::{
    AnomalyFlag, ChainPoint, ClusterReport, ComplianceReport, Decision, Error as ComplianceError, Evidence, FlagKind,
    Policy, Reason, RingSettings, RiskLevel, Screening, SeenScore, Settings as ComplianceSettings, Severity, TimeOfDay,
    TradesWith, VelocityReport, Viewpoint, ViewpointSettings, WalletSummary, WashRing,
};
#[cfg(feature = "index")]
pub use barter_index::{Error as IndexError, Status as IndexStatus, Verification as IndexVerification};
#[cfg(feature = "lightning")]
pub use barter_lightning as lightning;
pub use barter_protocol::{
    BondError, Level, PaymentHash, Preimage, Role, Ruling, Terms, TradeId, TradeStatus,
    bond::{Complaint, DisputeId, DisputeStatus, HubError, HubFault, Parameters as BondParameters, RulingStatus},
};

pub use bond::{
    Anchor, Bond, BondClient, BondEvent, BondEventKind, BondTerms, BondToken, ConfirmedBlock, Dispute, Filed, Funded,
    MAX_LISTED_ANCHORS, MAX_TOKEN_DECIMALS, Quorum, RulingKind, SignedComplaint, SignedRuling, SignedTradeRuling,
    TokenAmount, TradeRuling,
};
pub use builder::BarterClientBuilder;
pub use client::BarterClient;
pub use compliance::{ComplianceClient, RingReport, ViewpointReport};
pub use credit::{CREDIT_DECIMALS, CreditAmount, CreditBalance, CreditClient};
#[cfg(feature = "lightning")]
pub use deal::{
    Deal, DealClient, DealError, DealFailure, DealProgress, DealStage, Journal, Listing, Offer, OfferError, Purchase,
    Sale,
};
pub use deployer::{AuditorPlan, DeployPlan, Deployed, Deployer};
pub use deployment::Deployment;
pub use environment::{
    DEPLOYMENT_VARIABLE, Environment, INDEX_VARIABLE, JOURNAL_VARIABLE, LND_CERTIFICATE_PEM_VARIABLE,
    LND_CERTIFICATE_VARIABLE, LND_MACAROON_HEX_VARIABLE, LND_MACAROON_VARIABLE, LND_URL_VARIABLE, NETWORK_VARIABLE,
    PRIVATE_KEY_VARIABLE, RPC_URL_VARIABLE,
};
pub use error::{Error, ErrorReport};
#[cfg(feature = "index")]
pub use index::{IndexClient, IndexProgress, RunUntil};
pub use input::{AddressFault, PaymentHashInput, PreimageInput, TradeIdInput, WalletInput};
pub use network::Network;
pub use receipt::Receipt;
pub use refusal::Refusal;
pub use trade::{
    MAX_LISTED_TRADES, Proposed, SettlementOrder, SignedOpen, SignedSettlement, Trade, TradeClient, TradePage,
};
pub use trust::{CardAttribute, ScoreEvent, TradeCounts, TrustCard, TrustClient, TrustProfile, completion_rate};
pub use watch::{Change, Event, EventKind, EventStream, WatchBuilder};
