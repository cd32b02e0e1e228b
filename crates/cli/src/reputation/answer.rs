//! A score as a service tells it, and every term of it.

use alloy_primitives::{Address, B256};
use barter_reputation::score::{Counts, Record};
use serde::{Deserialize, Serialize};

/// A service's answer about a provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScoreAnswer {
    pub(crate) hub_url: String,
    pub(crate) trust_score: f64,
    pub(crate) details: Details,
    /// When it was computed, Unix seconds.
    pub(crate) computed_at: u64,
    /// Outcomes in the log that it was computed from.
    pub(crate) log_size: u64,
    /// The root of that log.
    pub(crate) log_root: B256,
    pub(crate) chain: ChainAnswer,
    pub(crate) wallets: Vec<WalletAnswer>,
    pub(crate) record: RecordAnswer,
    pub(crate) settings: SettingsAnswer,
}

/// The whole numbers that a score is computed from. Amounts are base units, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordAnswer {
    pub(crate) first_outcome_at: Option<u64>,
    pub(crate) first_bonded_at: Option<u64>,
    pub(crate) bond_units: String,
    pub(crate) ever_bonded_units: String,
    pub(crate) ever_slashed_units: String,
    pub(crate) outcomes: CountsAnswer,
    pub(crate) volume_units: String,
    pub(crate) quality_ppm_sum: u64,
    pub(crate) quality_count: u64,
    pub(crate) upheld_disputes: u64,
    pub(crate) strong_issuers: u64,
    pub(crate) weak_issuers: u64,
}

impl RecordAnswer {
    /// The same, as it was counted.
    pub(crate) fn of(record: &Record) -> Self {
        let Counts { success, failure, timeout, disputed } = record.counts;
        Self {
            first_outcome_at: record.first_outcome_at,
            first_bonded_at: record.first_bonded_at,
            bond_units: record.bond_units.to_string(),
            ever_bonded_units: record.ever_bonded_units.to_string(),
            ever_slashed_units: record.ever_slashed_units.to_string(),
            outcomes: CountsAnswer { success, failure, timeout, disputed },
            volume_units: record.volume_units.to_string(),
            quality_ppm_sum: record.quality_ppm_sum,
            quality_count: record.quality_count,
            upheld_disputes: record.upheld_disputes,
            strong_issuers: record.strong_issuers,
            weak_issuers: record.weak_issuers,
        }
    }
}

/// The terms. Those up to `total_outcomes` are the published package's names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) provider_hub: String,
    pub(crate) score: f64,
    pub(crate) bond_usd: f64,
    pub(crate) success_rate_30d: f64,
    pub(crate) avg_quality_score_30d: f64,
    pub(crate) dispute_count: u64,
    pub(crate) slash_ratio: f64,
    pub(crate) total_outcomes: u64,
    pub(crate) age_days: f64,
    pub(crate) age_factor: f64,
    pub(crate) bond_factor: f64,
    pub(crate) volume_usd: f64,
    pub(crate) volume_factor: f64,
    pub(crate) slash_penalty: f64,
    pub(crate) dispute_penalty: f64,
    pub(crate) federated_penalty: f64,
    pub(crate) federated_deduction: f64,
    /// Whether the bond is enough to be listed.
    pub(crate) is_listed_testnet: bool,
    pub(crate) is_listed_mainnet: bool,
}

/// Outcomes in the window, by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountsAnswer {
    pub(crate) success: u64,
    pub(crate) failure: u64,
    pub(crate) timeout: u64,
    pub(crate) disputed: u64,
}

/// What the service knows of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChainAnswer {
    pub(crate) status: String,
    pub(crate) block: Option<BlockAnswer>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockAnswer {
    pub(crate) number: u64,
    pub(crate) hash: B256,
    pub(crate) timestamp: u64,
    pub(crate) age_seconds: u64,
}

/// A provider's wallet, and the bond that the service says it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WalletAnswer {
    pub(crate) address: Address,
    pub(crate) counted: bool,
    pub(crate) bond: Option<BondAnswer>,
}

/// A bond. Amounts are base units, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BondAnswer {
    pub(crate) active: String,
    pub(crate) unbonding: String,
    pub(crate) ever_bonded: String,
    pub(crate) ever_slashed: String,
    pub(crate) first_bonded_at: u64,
    pub(crate) upheld: u32,
    pub(crate) hub: B256,
}

impl BondAnswer {
    /// The same, as it was read from the chain.
    pub(crate) fn of(bond: &barter_reputation::chain::Bond) -> Self {
        Self {
            active: bond.active.to_string(),
            unbonding: bond.unbonding.to_string(),
            ever_bonded: bond.ever_bonded.to_string(),
            ever_slashed: bond.ever_slashed.to_string(),
            first_bonded_at: bond.first_bonded_at,
            upheld: bond.upheld,
            hub: bond.hub,
        }
    }
}

/// How the service makes scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SettingsAnswer {
    pub(crate) min_bond_usd: u64,
    pub(crate) mainnet_min_bond_usd: u64,
    pub(crate) window_days: u32,
    pub(crate) weights: WeightsAnswer,
    pub(crate) decimals: u8,
}

/// What each term is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WeightsAnswer {
    pub(crate) age: f64,
    pub(crate) bond: f64,
    pub(crate) success_rate: f64,
    pub(crate) volume: f64,
}
