//! A provider's score, and all that it takes to compute it again.

use std::sync::Arc;

use alloy_primitives::hex;
use axum::{Json, extract::State, http::Uri};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, Refusal},
    chain::{ChainAnswer, WalletAnswer},
    outcomes::{never_seen, unavailable},
    path,
};
use crate::{oracle::Scored, score};

/// A provider's score.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScoreAnswer {
    hub_url: String,
    /// 0 to 1.
    trust_score: f64,
    details: Details,
    /// Unix seconds: the window ends here.
    computed_at: u64,
    /// Outcomes in the log that was counted.
    log_size: u64,
    /// Its root.
    log_root: String,
    chain: ChainAnswer,
    /// The provider's wallets, and what each has behind it.
    wallets: Vec<WalletAnswer>,
    record: RecordAnswer,
    settings: SettingsAnswer,
}

/// Every term of the score.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Details {
    provider_hub: String,
    score: f64,
    bond_usd: f64,
    success_rate_30d: f64,
    avg_quality_score_30d: f64,
    /// Disputes that were upheld, ever.
    dispute_count: u64,
    /// All ever slashed over all ever bonded.
    slash_ratio: f64,
    /// Outcomes on record, ever.
    total_outcomes: u64,
    age_days: f64,
    age_factor: f64,
    bond_factor: f64,
    volume_usd: f64,
    volume_factor: f64,
    slash_penalty: f64,
    dispute_penalty: f64,
    federated_penalty: f64,
    federated_deduction: f64,
    /// Is the active bond at least the minimum of the networks for tests?
    is_listed_testnet: bool,
    /// Is it at least that of the main networks?
    is_listed_mainnet: bool,
}

/// The whole numbers that the score was computed from. Amounts are text: of bonds base units of the token, of prices millionths of a
/// dollar.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordAnswer {
    /// Unix seconds.
    first_outcome_at: Option<u64>,
    /// Unix seconds.
    first_bonded_at: Option<u64>,
    bond_units: String,
    ever_bonded_units: String,
    ever_slashed_units: String,
    /// Outcomes in the window, by how they ended.
    outcomes: OutcomeCounts,
    /// Millionths of a dollar.
    volume_units: String,
    quality_ppm_sum: u64,
    quality_count: u64,
    upheld_disputes: u64,
    strong_issuers: u64,
    weak_issuers: u64,
}

/// Outcomes, by how they ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutcomeCounts {
    success: u64,
    failure: u64,
    timeout: u64,
    disputed: u64,
}

/// What the operator chose.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettingsAnswer {
    weights: WeightsAnswer,
    window_days: u32,
    min_bond_usd: u64,
    mainnet_min_bond_usd: u64,
    /// Decimals of the bond's token.
    decimals: u8,
}

/// How much each term is worth.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WeightsAnswer {
    age: f64,
    bond: f64,
    success_rate: f64,
    volume: f64,
}

/// A provider's score, with every term of it, the outcomes it counts and the block up to which its bond is known.
#[utoipa::path(
    get,
    path = "/{hub_url}",
    tag = "score",
    params(("hub_url" = String, Path, description = "The provider, encoded, or raw with its slashes", example = "https://provider.example.com")),
    responses(
        (status = 200, description = "The score", body = ScoreAnswer),
        (status = 400, description = "The hub is wrong", body = ErrorBody),
        (status = 404, description = "A provider never seen", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(State(service): State<Arc<Service>>, uri: Uri) -> Result<Json<ScoreAnswer>, Refusal> {
    of(&service, path::provider(&uri)?).await
}

pub(super) async fn of(service: &Arc<Service>, hub: String) -> Result<Json<ScoreAnswer>, Refusal> {
    let now = service.now();
    let known = service.known.borrow().clone();
    let (asked, seen) = (hub.clone(), known.clone());
    let read = service
        .ask(move |oracle| {
            let wallets = oracle.wallets_of(&asked)?;
            let scored = oracle.score(&asked, now, &seen.bond_of(&asked, &wallets))?;
            Ok((wallets, scored))
        })
        .await?;
    let (wallets, scored) = read.map_err(|error| unavailable(&error))?;
    let Scored { score, record, standing } = scored.ok_or_else(|| never_seen(&hub))?;
    let settings = service.oracle.settings().score;
    Ok(Json(ScoreAnswer {
        trust_score: score.score,
        details: Details {
            provider_hub: hub.clone(),
            score: score.score,
            bond_usd: score.bond_usd,
            success_rate_30d: score.success_rate,
            avg_quality_score_30d: score.average_quality,
            dispute_count: score.disputes,
            slash_ratio: score.slash_ratio,
            total_outcomes: standing.outcomes,
            age_days: score.age_days,
            age_factor: score.age_factor,
            bond_factor: score.bond_factor,
            volume_usd: score.volume_usd,
            volume_factor: score.volume_factor,
            slash_penalty: score.slash_penalty,
            dispute_penalty: score.dispute_penalty,
            federated_penalty: score.federated_penalty,
            federated_deduction: score.federated_deduction,
            is_listed_testnet: is_at_least(&record, settings.min_bond_usd, settings.decimals),
            is_listed_mainnet: is_at_least(&record, settings.mainnet_min_bond_usd, settings.decimals),
        },
        computed_at: now,
        log_size: standing.size,
        log_root: hex::encode_prefixed(standing.root),
        chain: ChainAnswer::of(service, &known, now),
        wallets: wallets.into_iter().map(|wallet| WalletAnswer::of(&known, &hub, wallet)).collect(),
        record: RecordAnswer::of(&record),
        settings: SettingsAnswer::of(&settings),
        hub_url: hub,
    }))
}

/// Is the bond as many whole dollars? In base units, where nothing is rounded.
fn is_at_least(record: &score::Record, dollars: u64, decimals: u8) -> bool {
    let minimum = 10_u128.checked_pow(decimals.into()).and_then(|dollar| dollar.checked_mul(dollars.into()));
    minimum.is_some_and(|minimum| record.bond_units >= minimum)
}

impl RecordAnswer {
    fn of(record: &score::Record) -> Self {
        let counts = record.counts;
        Self {
            first_outcome_at: record.first_outcome_at,
            first_bonded_at: record.first_bonded_at,
            bond_units: record.bond_units.to_string(),
            ever_bonded_units: record.ever_bonded_units.to_string(),
            ever_slashed_units: record.ever_slashed_units.to_string(),
            outcomes: OutcomeCounts {
                success: counts.success,
                failure: counts.failure,
                timeout: counts.timeout,
                disputed: counts.disputed,
            },
            volume_units: record.volume_units.to_string(),
            quality_ppm_sum: record.quality_ppm_sum,
            quality_count: record.quality_count,
            upheld_disputes: record.upheld_disputes,
            strong_issuers: record.strong_issuers,
            weak_issuers: record.weak_issuers,
        }
    }
}

impl SettingsAnswer {
    fn of(settings: &score::Settings) -> Self {
        let weights = settings.weights;
        Self {
            weights: WeightsAnswer {
                age: weights.age,
                bond: weights.bond,
                success_rate: weights.success_rate,
                volume: weights.volume,
            },
            window_days: settings.window_days,
            min_bond_usd: settings.min_bond_usd,
            mainnet_min_bond_usd: settings.mainnet_min_bond_usd,
            decimals: settings.decimals,
        }
    }
}
