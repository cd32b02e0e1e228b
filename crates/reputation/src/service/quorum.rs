//! The auditors.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Service, chain::ChainAnswer};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuorumAnswer {
    /// `m_of_n`, or `unknown` as long as the chain was not read.
    #[schema(example = "m_of_n")]
    mode: &'static str,
    /// How many auditors there are (n).
    authorities: usize,
    /// How many make a ruling (m); 0 if unknown.
    threshold: u32,
    /// How many overturn one; 0 if unknown.
    overturn_threshold: u32,
    /// Their wallets, ascending.
    auditors: Vec<String>,
    chain: ChainAnswer,
}

/// Who rules on disputes, as the chain has it.
#[utoipa::path(
    get,
    path = "/oracle/quorum",
    tag = "oracle",
    responses((status = 200, description = "The auditors", body = QuorumAnswer))
)]
pub(super) async fn get(State(service): State<Arc<Service>>) -> Json<QuorumAnswer> {
    let known = service.known.borrow();
    let chain = ChainAnswer::of(&service, &known, service.now());
    let Some(view) = &known.view else {
        let auditors = Vec::new();
        return Json(QuorumAnswer {
            mode: "unknown",
            authorities: 0,
            threshold: 0,
            overturn_threshold: 0,
            auditors,
            chain,
        });
    };
    let quorum = &view.quorum;
    Json(QuorumAnswer {
        mode: "m_of_n",
        authorities: quorum.auditors.len(),
        threshold: quorum.threshold,
        overturn_threshold: quorum.overturn_threshold,
        auditors: quorum.auditors.iter().map(ToString::to_string).collect(),
        chain,
    })
}
