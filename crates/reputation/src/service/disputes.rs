//! Disputes: signed by the consumer whose outcome it is, one in our form for each outcome, and none takes another's place.

use std::sync::Arc;

use alloy_primitives::hex;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, NotWritten, Refusal, shortened},
    body::{DISPUTE_BYTES, Message},
    metrics,
    outcomes::unavailable,
    turn,
};
use crate::{
    oracle::{self, Ending, Filed, Resolution, StoredDispute},
    wire::{DisputeJson, ProofOfMisbehavior},
};

/// What became of a dispute.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiledAnswer {
    dispute_id: String,
    /// Always `recorded`.
    #[schema(example = "recorded")]
    status: &'static str,
    /// Always `consumer_signed`: nobody disputes in a consumer's place.
    #[schema(example = "consumer_signed")]
    mode: &'static str,
    /// Was it on record before?
    replayed: bool,
    /// SHA-256 of what was signed: of our form, the `evidence` of the dispute on-chain.
    evidence_digest: String,
}

/// Files a dispute that its consumer signed, about an outcome of that consumer on record. In the published form it names no wallet, so
/// it cannot be resolved. The same dispute, of the same id, may be filed in both forms: then ours is the dispute, and the published
/// one is the proof that published hubs are shown. Ids are one namespace for all consumers, so take a random one.
#[utoipa::path(
    post,
    path = "/disputes",
    tag = "disputes",
    request_body(content = DisputeJson, content_type = "application/json"),
    responses(
        (status = 200, description = "It is on record", body = FiledAnswer),
        (status = 400, description = "The dispute is not what is expected", body = ErrorBody),
        (status = 403, description = "Not signed by a registered consumer", body = ErrorBody),
        (status = 404, description = "No outcome on record that it could be about", body = ErrorBody),
        (status = 409, description = "The outcome, or the id, has another dispute", body = ErrorBody),
        NotWritten,
    )
)]
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    _turn: turn::Dispute,
    Message(dispute): Message<DisputeJson, DISPUTE_BYTES>,
) -> Result<Json<FiledAnswer>, Refusal> {
    let filed = file(&service, dispute).await;
    let result = match &filed {
        Ok(Json(FiledAnswer { replayed: false, .. })) => "recorded",
        Ok(Json(FiledAnswer { replayed: true, .. })) => "replayed",
        Err(refusal) => refusal.code(),
    };
    service.metrics.disputes.get_or_create(&metrics::Outcome { result }).inc();
    filed
}

async fn file(service: &Arc<Service>, dispute: DisputeJson) -> Result<Json<FiledAnswer>, Refusal> {
    let signed = dispute.read()?;
    let dispute_id = signed.dispute.fields().dispute_id.clone();
    let evidence_digest = hex::encode_prefixed(signed.dispute.digest());
    let now = service.now();
    let filed = service.ask(move |oracle| oracle.file_dispute(signed, now)).await?;
    let filed = filed.map_err(|error| unavailable(&error))??;
    Ok(Json(FiledAnswer {
        dispute_id,
        status: "recorded",
        mode: "consumer_signed",
        replayed: filed == Filed::Replayed,
        evidence_digest,
    }))
}

impl From<oracle::Refusal> for Refusal {
    fn from(refusal: oracle::Refusal) -> Self {
        use oracle::Refusal as Why;
        let status = match &refusal {
            Why::UnknownConsumer { .. } | Why::OtherKey { .. } | Why::WrongSignature { .. } => StatusCode::FORBIDDEN,
            Why::NoOutcome { .. } | Why::UnknownDispute { .. } => StatusCode::NOT_FOUND,
            Why::CallTaken { .. }
            | Why::KeyTaken { .. }
            | Why::OtherKeyRegistered { .. }
            | Why::AlreadyDisputed { .. }
            | Why::OtherEvidence { .. }
            | Why::DisputeIdTaken { .. }
            | Why::EndedOtherwise { .. } => StatusCode::CONFLICT,
            Why::Text(_) | Why::Hub(_) | Why::Key(_) | Why::WrongTime { .. } | Why::OtherDomain { .. } => {
                StatusCode::BAD_REQUEST
            }
        };
        Self::new(status, refusal.code(), shortened(&refusal.to_string()))
    }
}

/// A dispute on record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisputeAnswer {
    /// As its consumer signed it, but for the evidence of the published form.
    dispute: DisputeJson,
    /// Did its consumer sign the evidence? Not in the published form: whoever sent it first chose what is kept.
    evidence_is_signed: bool,
    /// The same in the published form, if the consumer signed that too.
    published: Option<ProofOfMisbehavior>,
    /// SHA-256 of what was signed: of our form, the `evidence` of the dispute on-chain.
    evidence_digest: String,
    /// Unix seconds.
    filed_at: u64,
    /// The index of the outcome that it is about.
    outcome_index: u64,
    /// The hash of that outcome's leaf: the `outcome` of the dispute on-chain, whose `consumer` is the wallet that the dispute names.
    outcome_leaf: String,
    /// `open` or `resolved`.
    #[schema(example = "open")]
    status: &'static str,
    resolution: Option<ResolutionAnswer>,
}

/// How a dispute ended on the chain.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResolutionAnswer {
    /// The dispute there.
    on_chain_id: String,
    /// `upheld`, `dismissed` or `void`.
    #[schema(example = "upheld")]
    ending: &'static str,
    /// The share of the bond that was ruled, in millionths.
    slash_ppm: u32,
    /// What was taken, in base units of the token.
    slashed_units: String,
    /// Unix seconds.
    resolved_at: u64,
    /// The `seq` of this hub's attestation of it.
    attestation_seq: Option<u64>,
}

impl DisputeAnswer {
    pub(super) fn of(stored: &StoredDispute) -> Self {
        let resolution =
            stored.resolution.as_ref().map(|resolution| ResolutionAnswer::of(resolution, stored.attestation));
        Self {
            dispute: DisputeJson::write(&stored.signed),
            evidence_is_signed: stored.signed.dispute.form().wallet().is_some(),
            published: stored.published.clone(),
            evidence_digest: hex::encode_prefixed(stored.signed.dispute.digest()),
            filed_at: stored.filed_at,
            outcome_index: stored.outcome,
            outcome_leaf: hex::encode_prefixed(stored.leaf),
            status: if resolution.is_some() { "resolved" } else { "open" },
            resolution,
        }
    }
}

impl ResolutionAnswer {
    fn of(resolution: &Resolution, attestation_seq: Option<u64>) -> Self {
        Self {
            on_chain_id: resolution.on_chain.to_string(),
            ending: match resolution.ending {
                Ending::Upheld => "upheld",
                Ending::Dismissed => "dismissed",
                Ending::Void => "void",
            },
            slash_ppm: resolution.slash_ppm,
            slashed_units: resolution.slashed_units.to_string(),
            resolved_at: resolution.resolved_at,
            attestation_seq,
        }
    }
}

/// A dispute, as it was signed, and how it stands.
#[utoipa::path(
    get,
    path = "/disputes/{dispute_id}",
    tag = "disputes",
    params(("dispute_id" = String, Path, description = "The dispute, encoded", example = "d")),
    responses(
        (status = 200, description = "The dispute", body = DisputeAnswer),
        (status = 400, description = "The id is not UTF-8", body = ErrorBody),
        (status = 404, description = "There is none of this id", body = ErrorBody),
        (status = 503, description = "The log cannot be read now", body = ErrorBody),
    )
)]
pub(super) async fn get(
    State(service): State<Arc<Service>>,
    dispute_id: DisputeId,
) -> Result<Json<DisputeAnswer>, Refusal> {
    stored(&service, dispute_id.0).await.map(|stored| Json(DisputeAnswer::of(&stored)))
}

/// The dispute of an id.
pub(super) async fn stored(service: &Arc<Service>, dispute_id: String) -> Result<StoredDispute, Refusal> {
    let asked = dispute_id.clone();
    let stored = service.ask(move |oracle| oracle.dispute(&asked)).await?.map_err(|error| unavailable(&error))?;
    stored.ok_or_else(|| {
        Refusal::not_found("unknown_dispute", format!("there is no dispute {:?}", shortened(&dispute_id)))
    })
}

/// The id of a dispute in a path.
pub(super) struct DisputeId(pub(super) String);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for DisputeId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(dispute_id)| Self(dispute_id))
            .map_err(|_| Refusal::bad("invalid_dispute_id", "the dispute's id in the path is not UTF-8"))
    }
}
