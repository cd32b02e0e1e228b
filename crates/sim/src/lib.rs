#![doc = include_str!("../README.md")]

pub mod agent;
mod aimed;
pub mod chain;
pub mod compare;
pub mod detection;
mod error;
mod ids;
mod ledger;
pub mod log;
#[cfg(feature = "model")]
pub mod model;
pub mod outcome;
pub mod parameters;
pub mod random;
pub mod record;
pub mod replay;
pub mod report;
mod run;
pub mod scenario;
pub mod spent;
pub mod sweep;
pub mod world;

pub use error::Error;
pub use ids::{AgentId, CrowdId, TradeRef, WalletId};
pub use outcome::Outcome;
pub use parameters::{Formula, Parameters, ParametersError};
pub use run::{Observer, run};
pub use scenario::Scenario;
