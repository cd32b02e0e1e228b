//! How a dispute ended: what the chain shows, and what the auditors signed for it.
//!
//! Nothing here slashes. The chain has, or has not; this hub writes down what it took, and tells the others.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes};
use axum::{Json, extract::State, http::StatusCode};
use barter_protocol::bond::dispute_id_of;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Service,
    answer::{ErrorBody, NotWritten, Refusal},
    body::{Message, OPERATOR_BYTES},
    disputes::{DisputeAnswer, DisputeId, stored},
    outcomes::unavailable,
    turn,
};
use crate::{
    chain::{self, Block, Chain, DisputeStatus, Ruling, Signed},
    key::SecretKey,
    oracle::{Ending, Resolution, StoredDispute},
    wire::{AttestationEnvelope, Number, SlashAttestation, float::round6},
};

/// Most signatures of a ruling.
const MAX_SIGNATURES: usize = 256;

/// What the operator brings: where the dispute is on the chain, and what the auditors signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolveRequest {
    /// The id of the dispute on the chain.
    #[schema(
        pattern = "^0x[0-9a-fA-F]{64}$",
        example = "0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"
    )]
    on_chain_id: String,
    /// The share of the bond that the auditors ruled, in millionths; 0 dismisses. Left out for a dispute that is void.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    slash_ppm: u32,
    /// Until when their signatures counted on the chain, Unix seconds.
    #[serde(default)]
    deadline: u64,
    /// Was an earlier ruling overturned, and are these the signatures of that?
    #[serde(default)]
    overturns: bool,
    /// Ascending by auditor. None for a dispute that is void.
    #[serde(default)]
    #[schema(max_items = 256)]
    signatures: Vec<AuditorSignature>,
}

/// An auditor's signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditorSignature {
    #[schema(pattern = "^0x[0-9a-fA-F]{40}$", example = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")]
    auditor: String,
    /// 0x and hexadecimal: EIP-712 of an EOA, or whatever an ERC-1271 wallet takes.
    #[schema(pattern = "^0x([0-9a-fA-F]{2})*$")]
    signature: String,
}

/// A dispute that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResolveAnswer {
    #[serde(flatten)]
    dispute: DisputeAnswer,
    /// What other hubs are told. Null if nothing was slashed, or if a name in the dispute does not fit into an attestation.
    attestation: Option<AttestationEnvelope>,
}

/// Writes down how a dispute ended on the chain, and attests the slash. Everything is checked against the chain at a confirmed block:
/// that the dispute there is this one and pays the wallet that its consumer named, that it has ended, what was taken, and that the
/// auditors signed it.
#[utoipa::path(
    post,
    path = "/disputes/{dispute_id}/resolve",
    tag = "operator",
    security(("operator" = [])),
    params(("dispute_id" = String, Path, description = "The dispute, encoded", example = "d")),
    request_body(content = ResolveRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "It is written down", body = ResolveAnswer),
        (status = 400, description = "The request is not what is expected", body = ErrorBody),
        (status = 401, description = "Not the operator's token", body = ErrorBody),
        (status = 403, description = "This service has no operator, or too few auditors signed", body = ErrorBody),
        (status = 404, description = "There is no dispute of this id", body = ErrorBody),
        (status = 409, description = "The chain does not show that this dispute ended so", body = ErrorBody),
        NotWritten,
    )
)]
pub(super) async fn post(
    State(service): State<Arc<Service>>,
    _operator: turn::Operator,
    DisputeId(dispute_id): DisputeId,
    Message(request): Message<ResolveRequest, OPERATOR_BYTES>,
) -> Result<Json<ResolveAnswer>, Refusal> {
    let ruling = request.read()?;
    let dispute = stored(&service, dispute_id.clone()).await?;
    let (ending, shown) = check(&service, &dispute, &ruling).await?;
    let now = service.now();
    let resolution = Resolution {
        on_chain: ruling.dispute,
        slash_ppm: shown.slash_ppm,
        slashed_units: shown.slashed,
        ending,
        resolved_at: now,
    };
    let key = Arc::clone(&service.settings.hub_key);
    let (issuer_hub, decimals) = (service.settings.hub_url.clone(), service.oracle.settings().score.decimals);
    let attest = move |dispute: &StoredDispute, seq: u64| {
        attest(&key, issuer_hub, dispute, dollars(shown.slashed, decimals), seq, now)
    };
    let resolved = service.ask(move |oracle| oracle.resolve(&dispute_id, resolution, attest)).await?;
    let resolved = resolved.map_err(|error| unavailable(&error))??;
    Ok(Json(ResolveAnswer { dispute: DisputeAnswer::of(&resolved.dispute), attestation: resolved.attestation }))
}

impl ResolveRequest {
    fn read(self) -> Result<Ruling, Refusal> {
        let wrong = |field: &str, expected: &str| Refusal::bad("invalid_field", format!("{field} is not {expected}"));
        if self.signatures.len() > MAX_SIGNATURES {
            let message = format!("{} signatures, expected at most {MAX_SIGNATURES}", self.signatures.len());
            return Err(Refusal::bad("too_many_signatures", message));
        }
        let dispute = self.on_chain_id.parse::<B256>();
        let dispute = dispute.map_err(|_| wrong("on_chain_id", "0x and 64 hexadecimal digits"))?;
        let read = |AuditorSignature { auditor, signature }: AuditorSignature| {
            let auditor = auditor.parse::<Address>().map_err(|_| wrong("auditor", "an Ethereum address"))?;
            let signature = signature.parse::<Bytes>().map_err(|_| wrong("signature", "0x and hexadecimal digits"))?;
            Ok((auditor, signature))
        };
        let signatures = self.signatures.into_iter().map(read).collect::<Result<_, Refusal>>()?;
        Ok(Ruling {
            dispute,
            slash_ppm: self.slash_ppm,
            deadline: self.deadline,
            overturns: self.overturns,
            signatures,
        })
    }
}

/// Does the chain show that this dispute ended so, and did the auditors sign it?
async fn check(
    service: &Arc<Service>,
    dispute: &StoredDispute,
    ruling: &Ruling,
) -> Result<(Ending, chain::Dispute), Refusal> {
    let Some(follow) = &service.follow else {
        return Err(Refusal::conflict("no_chain", "this service follows no chain, and so no dispute on it"));
    };
    let Some(wallet) = dispute.signed.dispute.form().wallet() else {
        let message = "the published form names no wallet to be paid: sign the dispute in our form, with the same dispute_id, \
                       and file that on the chain";
        return Err(Refusal::conflict("no_wallet", message));
    };
    let known = service.known.borrow().clone();
    let Some(view) = known.view.as_deref() else {
        return Err(Refusal::unavailable("chain_never_read", "the chain was not read yet"));
    };
    let (chain, block) = (follow.chain.as_ref(), view.block);
    let shown = chain.dispute(&block, ruling.dispute).await.map_err(|error| unread(&error))?;
    let shown = shown.ok_or_else(|| {
        let message = format!("there is no dispute {} on the chain at block {}", ruling.dispute, block.number);
        Refusal::conflict("not_on_chain", message)
    })?;
    let digest = B256::new(dispute.signed.dispute.digest());
    if shown.evidence != digest {
        let message = format!("the dispute on the chain is about {}, and this one is {digest}", shown.evidence);
        return Err(Refusal::conflict("other_dispute", message));
    }
    if shown.consumer != wallet {
        let message = format!("the dispute on the chain pays {}, and its consumer named {wallet}", shown.consumer);
        return Err(Refusal::conflict("other_wallet", message));
    }
    let own = dispute_id_of(shown.provider, wallet, dispute.leaf.into());
    if ruling.dispute != own {
        let message =
            format!("the dispute {} on the chain is about another outcome: this one's is {own}", ruling.dispute);
        return Err(Refusal::conflict("other_outcome", message));
    }
    let hub = dispute.signed.dispute.fields().provider_hub.clone();
    let asked = hub.clone();
    let wallets = service.ask(move |oracle| oracle.wallets_of(&asked)).await?.map_err(|error| unavailable(&error))?;
    if !wallets.contains(&shown.provider) || !view.declares(shown.provider, &hub) {
        let message = format!("the dispute on the chain is about {}, no wallet of this provider", shown.provider);
        return Err(Refusal::conflict("other_provider", message));
    }
    let ending = match shown.status {
        DisputeStatus::Upheld => Ending::Upheld,
        DisputeStatus::Dismissed => Ending::Dismissed,
        DisputeStatus::Void => return Ok((Ending::Void, shown)),
        DisputeStatus::Filed | DisputeStatus::Ruled | DisputeStatus::Overturned => {
            let message = format!("the dispute has not been executed on the chain at block {}", block.number);
            return Err(Refusal::conflict("not_executed", message));
        }
    };
    if shown.slash_ppm != ruling.slash_ppm {
        let message = format!("the chain shows a ruling of {} ppm, and this is {}", shown.slash_ppm, ruling.slash_ppm);
        return Err(Refusal::conflict("other_ruling", message));
    }
    check_signatures(chain, &block, ruling).await?;
    Ok((ending, shown))
}

async fn check_signatures(chain: &dyn Chain, block: &Block, ruling: &Ruling) -> Result<(), Refusal> {
    match chain.is_signed(block, ruling).await.map_err(|error| unread(&error))? {
        Signed::Yes => Ok(()),
        Signed::No { reason } => {
            let message = format!("the auditors did not sign this ruling: {reason}");
            Err(Refusal::new(StatusCode::FORBIDDEN, "not_signed", message))
        }
    }
}

fn unread(error: &chain::Error) -> Refusal {
    tracing::warn!(code = error.code(), %error, "a dispute was not read from the chain");
    Refusal::unavailable("chain_unavailable", "the chain cannot be read now")
}

/// What other hubs are told.
fn attest(
    key: &SecretKey,
    issuer_hub: String,
    stored: &StoredDispute,
    slashed_usd: f64,
    seq: u64,
    now: u64,
) -> Option<AttestationEnvelope> {
    let fields = stored.signed.dispute.fields();
    let said = SlashAttestation {
        issuer_hub,
        provider_hub: fields.provider_hub.clone(),
        slashed_usd,
        dispute_id: fields.dispute_id.clone(),
        seq,
        timestamp: now,
    };
    let said = said.validated().map_err(|error| tracing::warn!(%error, "a slash was not attested")).ok()?;
    let signature = key.sign(&said.signed_bytes());
    // Published hubs know only their own form; whoever knows ours knows theirs. It proves a slash of the name that it has.
    let published = stored.published.clone();
    let proof = published.filter(|proof| proof.claim(&said.dispute_id, &said.provider_hub).is_ok());
    let proof = proof.unwrap_or_else(|| stored.signed.proof());
    Some(AttestationEnvelope {
        issuer_hub: said.issuer_hub,
        provider_hub: said.provider_hub,
        slashed_usd: Number::Float(said.slashed_usd),
        dispute_id: said.dispute_id,
        reason: fields.reason.clone(),
        seq,
        timestamp: Number::Integer(now),
        pom: Some(proof),
        evidence: None,
        evidence_kind: String::new(),
        issuer_pubkey_b64: key.public().to_string(),
        signature_b64: signature.to_string(),
    })
}

/// An amount in dollars, to the millionth, which is what an attestation's signature has of it.
fn dollars(units: u128, decimals: u8) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "told to the millionth; the exact amount is on the chain")]
    let units = units as f64;
    round6(units / 10_f64.powi(decimals.into()))
}
